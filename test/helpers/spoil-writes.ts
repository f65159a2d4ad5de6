import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What goes wrong with a call on its way to the sandbox or back. */
export type Spoil =
  /** The call is carried out, and the connection breaks. */
  | 'lost'
  /** It is carried out, and half of the answer arrives. */
  | 'cut'
  /** It is carried out, and a page arrives in place of the answer. */
  | 'page'
  /** It is carried out, and the answer is JSON of another type. */
  | 'typed'
  /** It is carried out, and the answer has no members. */
  | 'empty'
  /** It is carried out, and the answer never comes. */
  | 'late'
  /** It is not carried out: the gateway answers with a page. */
  | 'gateway'
  /** It is not carried out: the answer is a redirection. */
  | 'moved';

/** Which of the calls that change something is spoilt: the n-th, and with `always` all later ones of its kind. */
export interface SpoilPlan {
  spoil: Spoil;
  at: number;
  always?: boolean;
}

/** A server between our commands and the sandbox, which spoils answers. */
export interface SpoilingServer extends AsyncDisposable {
  url: string;
  /** The calls that change something, in order. */
  writes: string[];
}

/** Opens such a server. */
export async function spoilWrites(sandboxUrl: string, plan?: SpoilPlan): Promise<SpoilingServer> {
  const writes: string[] = [];
  let spoilt: string | undefined;

  const meets = (operation: string): boolean => {
    if (/^(BatchGet|Describe|Get|List|Simulate)/.test(operation)) return false;
    writes.push(operation);
    if (!plan) return false;
    if (writes.length === plan.at) spoilt = operation;
    return writes.length === plan.at || (plan.always === true && operation === spoilt);
  };

  async function answer(asked: IncomingMessage, reply: ServerResponse): Promise<void> {
    const body = await read(asked);
    const spoil = meets(operationOf(asked, body)) ? plan?.spoil : undefined;
    if (spoil === 'gateway') send(reply, 502, 'text/html', page);
    else if (spoil === 'moved') {
      reply.setHeader('location', 'https://login.example/');
      send(reply, 302, 'text/html', page);
    } else {
      const { status, type, text } = await forward(sandboxUrl, asked, body);
      if (spoil === undefined) send(reply, status, type, text);
      else if (spoil === 'lost') asked.socket.destroy();
      else if (spoil === 'page') send(reply, 200, 'text/html', page);
      else if (spoil === 'typed') send(reply, 200, type, '["no object"]');
      else if (spoil === 'empty') send(reply, 200, type, text.startsWith('{') ? '{}' : bare(text));
      else if (spoil === 'cut') send(reply, status, type, text.slice(0, text.length / 2) || '{');
    }
  }

  const server = createServer((asked, reply) => {
    answer(asked, reply).catch(() => {
      asked.socket.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    writes,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

// --- internal ---

const page = '<!doctype html><html><body><h1>Sign in</h1></body></html>';

function operationOf({ headers }: IncomingMessage, body: string): string {
  const target = String(headers['x-amz-target'] ?? '');
  // A REST call without a target: this tool only reads with those.
  const fallback = /(?:^|&)Action=(\w+)/.exec(body)?.[1] ?? 'Get';
  return target === '' ? fallback : target.replace(/^.*\./, '');
}

/** An answer in XML without its members. */
function bare(text: string): string {
  const root = /<(\w+Response)[^>]*>/.exec(text);
  return root ? `${root[0]}</${root[1] ?? ''}>` : '';
}

async function read(stream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function send(reply: ServerResponse, status: number, type: string, text: string): void {
  reply.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  reply.end(text);
}

function forward(
  url: string,
  { method, url: path, headers }: IncomingMessage,
  body: string,
): Promise<{ status: number; type: string; text: string }> {
  return new Promise((resolve, reject) => {
    // The sandbox answers to its own address only.
    const own = { ...headers, host: new URL(url).host };
    const sent = request(`${url}${path ?? '/'}`, { method, headers: own }, (answer) => {
      read(answer).then((text) => {
        const type = answer.headers['content-type'] ?? '';
        resolve({ status: answer.statusCode ?? 500, type, text });
      }, reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

import { createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What happens to some calls of an operation on their way to the sandbox and back. */
export interface Incident {
  /** Name of the operation, as in the header X-Amz-Target; `GetSchedule` or `UpdateSchedule`. */
  operation: string;
  /** The first call that it happens to, counted from 1; 1 when left out. */
  from?: number;
  /** How many calls it happens to; 1 when left out. */
  times?: number;
  /** What someone else does before the call arrives. */
  before?: () => Promise<unknown>;
  /** What someone else does after the call was carried out, and before its answer arrives. */
  after?: () => Promise<unknown>;
  /** Changes the answer. */
  rewrite?: (answer: never) => object;
  /** The answer never arrives. */
  lost?: true;
  /** The call is not passed on: this is answered in its place. */
  instead?: (asked: AskedCall) => BadAnswer;
}

/** A call as it arrives. */
export interface AskedCall {
  headers: IncomingMessage['headers'];
  body: string;
}

/** What is answered in place of the sandbox. */
export interface BadAnswer {
  status: number;
  headers?: Record<string, string>;
  text: string;
}

/** A server between our commands and the sandbox. */
export interface GoBetween extends AsyncDisposable {
  /** For `ECS_SECRETS_ENDPOINT_URL`. */
  url: string;
  /** The operations that were called, in order. */
  calls: string[];
  /** The bodies of all requests so far, and of the answers that were passed on. */
  bodies: string[];
}

/** Opens a server that passes calls on to a sandbox, and in which others act between two calls. */
export async function goBetween(
  sandboxUrl: string,
  incidents: readonly Incident[],
): Promise<GoBetween> {
  const calls: string[] = [];
  const bodies: string[] = [];
  const server = createServer((asked, answer) => {
    void (async () => {
      const body = await read(asked);
      const operation = operationOf(asked);
      calls.push(operation);
      bodies.push(body.toString());
      const count = calls.filter((one) => one === operation).length;
      const met = incidents.filter(
        ({ operation: wanted, from = 1, times = 1 }) =>
          wanted === operation && count >= from && count < from + times,
      );
      for (const { before } of met) await before?.();
      const other = met.find(({ instead }) => instead)?.instead;
      if (other) {
        const { status, headers, text } = other({ headers: asked.headers, body: body.toString() });
        answer.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', ...headers });
        answer.end(text);
        return;
      }
      const { status, headers, text } = await forward(sandboxUrl, asked, body);
      bodies.push(text);
      for (const { after } of met) await after?.();
      if (met.some(({ lost }) => lost)) throw new Error('lost');
      const changed = met.reduce(
        (now, { rewrite }) => (rewrite ? JSON.stringify(rewrite(JSON.parse(now) as never)) : now),
        text,
      );
      answer.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(changed) });
      answer.end(changed);
    })().catch(() => {
      // The sandbox loses answers in this way too.
      asked.socket.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    bodies,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Reads a request or an answer whole. */
export async function read(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Passes a call on to a sandbox, which answers to its own address only. */
export function forward(
  url: string,
  { method, url: path, headers }: IncomingMessage,
  body: Buffer,
): Promise<{ status: number; headers: object; text: string }> {
  return new Promise((resolve, reject) => {
    const own = { ...headers, host: new URL(url).host };
    const sent = request(`${url}${path ?? '/'}`, { method, headers: own }, (answer) => {
      read(answer).then((text) => {
        const { statusCode: status = 500, headers: got } = answer;
        resolve({ status, headers: got, text: text.toString() });
      }, reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

// --- internal ---

/** Empty for a call of a protocol that names its operation elsewhere. */
function operationOf({ headers, method, url = '' }: IncomingMessage): string {
  if (/^\/schedules\/./.test(url)) return method === 'PUT' ? 'UpdateSchedule' : 'GetSchedule';
  return String(headers['x-amz-target'] ?? '').replace(/^.*\./, '');
}

import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Dispatcher } from './dispatch.ts';
import { isRest, openExchange, type Exchange, type Reply } from './protocol/exchange.ts';
import { AnswerLost } from './faults.ts';
import { credentialScope, decode, isLocal, readBody } from './protocol/http-request.ts';
import { ServiceError, type Principal } from './service.ts';

/** One call over HTTP. Neither input nor output is stored. */
export interface RecordedCall {
  service: string;
  operation: string;
  region: string;
  /** Time of the call, ISO 8601. */
  at: string;
}

/** A listening server. */
export interface Server {
  port: number;
  /** Closes all connections and stops listening. */
  close(): Promise<void>;
}

/** Maximum number of recorded calls. */
const mostCalls = 10_000;

/** Serves the AWS APIs on the loopback interface. Rejects if the port is in use. */
export async function startServer(options: {
  port: number;
  defaultRegion: string;
  dispatcher: Dispatcher;
  now: () => number;
  /** The principal of an access key. Throws ServiceError. */
  principalOf: (accessKeyId: string | undefined) => Principal;
  /** Called with one line per call: service, operation, status. Never a value. */
  log: (line: string) => void;
  /** The environment of a task's containers, for `/_sandbox/tasks/…/environment`. */
  taskEnvironment: (task: string) => unknown;
}): Promise<Server> {
  const calls: RecordedCall[] = [];
  const server = createServer((request, response) => {
    answer(request, response).catch(() => {
      // The connection broke during the request, so nobody receives an answer.
      response.destroy();
    });
  });

  // Longer than the pause of clients between two polls, so they keep their connections.
  server.keepAliveTimeout = 65_000;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isLocal(request.headers.host, portOf())) {
      send(response, plain(403, 'The sandbox answers to 127.0.0.1 and localhost only.\n'));
      return;
    }
    if (request.url?.startsWith('/_sandbox/')) {
      inspect(request, response);
      return;
    }
    if (request.method !== 'POST' && !isRest(request)) {
      send(response, plain(405, 'The sandbox takes AWS API calls by POST.\n'));
      return;
    }
    const body = await readBody(request);
    if (body === undefined) {
      response.setHeader('connection', 'close');
      send(response, plain(413, 'The request is larger than 1 MiB.\n'));
      return;
    }
    const exchange = openExchange(request, body);
    const reply = await run(request, exchange).then(exchange.answered, (error: unknown) =>
      error instanceof AnswerLost ? undefined : exchange.failed(asServiceError(error)),
    );
    options.log(`${exchange.service} ${exchange.operation} ${reply?.status ?? 'lost'}`);
    if (reply) send(response, reply);
    else request.socket.resetAndDestroy();
  }

  async function run(request: IncomingMessage, exchange: Exchange): Promise<unknown> {
    const { service, operation } = exchange;
    const scope = credentialScope(request);
    const region = scope?.region ?? options.defaultRegion;
    calls.push({ service, operation, region, at: new Date(options.now()).toISOString() });
    if (calls.length > mostCalls) calls.shift();
    if (request.headers.authorization === undefined) {
      throw new ServiceError(
        'MissingAuthenticationTokenException',
        'Missing Authentication Token',
        400,
      );
    }
    const principal = options.principalOf(scope?.accessKeyId);
    const input = exchange.input();
    if (!input) throw new ServiceError('SerializationException', 'The request cannot be read');
    return options.dispatcher.call(service, operation, input, { principal, region });
  }

  /** The sandbox's own API. */
  function inspect(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(request.url ?? '', 'http://127.0.0.1');
    const task = /^\/_sandbox\/tasks\/(.+)\/environment$/.exec(pathname)?.[1];
    let found: unknown;
    if (request.method !== 'GET') found = undefined;
    else if (pathname === '/_sandbox/health') found = { status: 'ok' };
    else if (pathname === '/_sandbox/calls') found = calls;
    else if (task !== undefined) found = options.taskEnvironment(decode(task));
    const text = found === undefined ? '{"message":"not found"}' : JSON.stringify(found);
    const status = found === undefined ? 404 : 200;
    send(response, { ...plain(status, text), type: 'application/json' });
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
  const portOf = (): number => (server.address() as AddressInfo | null)?.port ?? 0;

  return {
    port: portOf(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

// --- internal ---

function plain(status: number, text: string): Reply {
  return { status, type: 'text/plain', text, requestId: randomUUID() };
}

function send(response: ServerResponse, reply: Reply): void {
  response.writeHead(reply.status, {
    'content-type': reply.type,
    'content-length': Buffer.byteLength(reply.text),
    'x-amzn-requestid': reply.requestId,
    ...reply.headers,
  });
  response.end(reply.text);
}

function asServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  // The message of a bug could quote a value, so it is not returned.
  return new ServiceError('InternalFailure', 'The sandbox failed to answer this request.', 500);
}

import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Dispatcher } from './dispatch.ts';
import { jsonBody, jsonError, jsonType, parseJsonBody, parseTarget } from './protocol-json.ts';
import { parseQueryBody, queryBody, queryError, queryVersions } from './protocol-query.ts';
import { owner, ServiceError } from './service.ts';

/** One call that came over HTTP. Neither input nor answer is kept. */
export interface RecordedCall {
  service: string;
  operation: string;
  region: string;
  /** When it came, ISO 8601. */
  at: string;
}

/** A listening server. */
export interface Server {
  port: number;
  /** Ends all connections and stops listening. */
  close(): Promise<void>;
}

/** Largest body of a request, in bytes. */
const largestBody = 1024 * 1024;
/** Calls that are remembered, at most. */
const mostCalls = 10_000;

/** Serves the AWS APIs on the loopback interface. Rejects when the port is taken. */
export async function startServer(options: {
  port: number;
  defaultRegion: string;
  dispatcher: Dispatcher;
  now: () => number;
  /** Told one line for each call: service, operation, status. Never a value. */
  log: (line: string) => void;
  /** The environment of a task's containers, for `/_sandbox/tasks/…/environment`. */
  taskEnvironment: (task: string) => unknown;
}): Promise<Server> {
  const calls: RecordedCall[] = [];
  const server = createServer((request, response) => {
    answer(request, response).catch(() => {
      // A connection that broke while its request came in: nobody is left to answer.
      response.destroy();
    });
  });

  // Longer than clients pause between two polls: they keep their connections.
  server.keepAliveTimeout = 65_000;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isLocal(request.headers.host, portOf())) {
      send(response, 403, 'text/plain', 'The sandbox answers to 127.0.0.1 and localhost only.\n');
      return;
    }
    if (request.url?.startsWith('/_sandbox/')) {
      inspect(request, response);
      return;
    }
    if (request.method !== 'POST') {
      send(response, 405, 'text/plain', 'The sandbox takes AWS API calls by POST.\n');
      return;
    }
    const body = await readBody(request);
    if (body === undefined) {
      response.setHeader('connection', 'close');
      send(response, 413, 'text/plain', 'The request is larger than 1 MiB.\n');
      return;
    }
    const target = request.headers['x-amz-target'];
    if (typeof target === 'string') await answerJson(request, response, target, body);
    else await answerQuery(request, response, body);
  }

  async function answerJson(
    request: IncomingMessage,
    response: ServerResponse,
    target: string,
    body: string,
  ): Promise<void> {
    const { service, operation } = parseTarget(loggable(target));
    const [status, text] = await run(request, service, operation, () => parseJsonBody(body)).then(
      (result) => [200, jsonBody(result)] as const,
      (error: unknown) => {
        const failure = asServiceError(error);
        return [failure.status, jsonError(failure)] as const;
      },
    );
    options.log(`${service} ${operation} ${status}`);
    send(response, status, jsonType, text);
  }

  async function answerQuery(
    request: IncomingMessage,
    response: ServerResponse,
    body: string,
  ): Promise<void> {
    const query = parseQueryBody(body);
    const operation = loggable(query?.operation ?? 'Unknown');
    const service =
      credentialScope(request)?.service ??
      Object.keys(queryVersions).find((name) => queryVersions[name] === query?.version) ??
      'unknown';
    const requestId = randomUUID();
    const [status, text] = await run(request, service, operation, () => query?.input).then(
      (result) => [200, queryBody(service, operation, result, requestId)] as const,
      (error: unknown) => {
        const failure = asQueryError(asServiceError(error));
        return [failure.status, queryError(service, failure, requestId)] as const;
      },
    );
    options.log(`${service} ${operation} ${status}`);
    send(response, status, 'text/xml', text, requestId);
  }

  async function run(
    request: IncomingMessage,
    service: string,
    operation: string,
    read: () => Record<string, unknown> | undefined,
  ): Promise<unknown> {
    const region = credentialScope(request)?.region ?? options.defaultRegion;
    calls.push({ service, operation, region, at: new Date(options.now()).toISOString() });
    if (calls.length > mostCalls) calls.shift();
    if (request.headers.authorization === undefined) {
      throw new ServiceError(
        'MissingAuthenticationTokenException',
        'Missing Authentication Token',
        400,
      );
    }
    const input = read();
    if (!input) throw new ServiceError('SerializationException', 'The request cannot be read');
    return options.dispatcher.call(service, operation, input, { principal: owner, region });
  }

  /** The sandbox's own questions. */
  function inspect(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(request.url ?? '', 'http://127.0.0.1');
    const task = /^\/_sandbox\/tasks\/(.+)\/environment$/.exec(pathname)?.[1];
    let found: unknown;
    if (request.method !== 'GET') found = undefined;
    else if (pathname === '/_sandbox/health') found = { status: 'ok' };
    else if (pathname === '/_sandbox/calls') found = calls;
    else if (task !== undefined) found = options.taskEnvironment(decode(task));
    if (found === undefined) send(response, 404, 'application/json', '{"message":"not found"}');
    else send(response, 200, 'application/json', JSON.stringify(found));
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

function send(
  response: ServerResponse,
  status: number,
  type: string,
  text: string,
  requestId: string = randomUUID(),
): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'x-amzn-requestid': requestId,
  });
  response.end(text);
}

/** A page in a browser could reach the port under a name of its own; `Host` gives it away. */
function isLocal(host: string | undefined, port: number): boolean {
  return host === `127.0.0.1:${port}` || host === `localhost:${port}`;
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= largestBody) chunks.push(chunk);
    // Reads on for a while, so that the client gets the answer instead of a broken connection.
    else if (size > 8 * largestBody) break;
  }
  return size > largestBody ? undefined : Buffer.concat(chunks).toString('utf8');
}

/** Region and service that a request was signed for. */
function credentialScope(
  request: IncomingMessage,
): { region: string; service: string } | undefined {
  const match =
    /Credential=[^/\s,]+\/\d{8}\/([a-z0-9-]{1,32})\/([a-z0-9-]{1,32})\/aws4_request/.exec(
      request.headers.authorization ?? '',
    );
  return match ? { region: match[1] ?? '', service: match[2] ?? '' } : undefined;
}

/** A name from a request, fit for one line of a log. */
function loggable(name: string): string {
  return name.slice(0, 128).replace(/[^\w.-]/g, '?');
}

function asServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  // The message of a bug could quote a value; it is not passed on.
  return new ServiceError('InternalFailure', 'The sandbox failed to answer this request.', 500);
}

/** Codes that the Query services write in their own way. */
function asQueryError(error: ServiceError): ServiceError {
  const code = {
    ValidationException: 'ValidationError',
    ThrottlingException: 'Throttling',
    MissingAuthenticationTokenException: 'MissingAuthenticationToken',
    AccessDeniedException: 'AccessDenied',
  }[error.code];
  if (code === undefined) return error;
  const denied = code === 'AccessDenied' || code === 'MissingAuthenticationToken';
  return new ServiceError(code, error.message, denied ? 403 : error.status);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

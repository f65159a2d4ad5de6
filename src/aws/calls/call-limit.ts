import type { HttpRequest, HttpResponse } from '@smithy/types';
import { Readable } from 'node:stream';
import type { Connections } from '../access/connections.ts';
import { UnreadableAnswer } from './unreadable-answer.ts';

/** How long calls may take. */
export interface CallLimit {
  /** Milliseconds for one request, from the connection to the last byte of the response. */
  requestTimeout: number;
  /** Aborts all calls in progress; calls that begin later get 2 seconds each. */
  cutOff?: AbortSignal | undefined;
  /** The proxies and certificates to use. */
  connections?: Connections | undefined;
}

/** The default timeout of a request, in milliseconds. */
export const defaultRequestTimeout = 30_000;

/** The timeout of a connection, in milliseconds. */
export const connectTimeout = 5_000;

/** Thrown for a request without a complete response. */
export class NoAnswer extends Error {
  /** The timeout in milliseconds, or why there was no response. */
  readonly why: number | 'cut-off' | 'not-sent';

  constructor(why: NoAnswer['why']) {
    super('no answer');
    this.name = 'NoAnswer';
    this.why = why;
  }
}

/**
 * Makes a client's handler read each response completely within the limit. The handler's own
 * `requestTimeout` ends with the headers, so a slow body could take forever. The requests throw
 * NoAnswer, and SyntaxError for a response that is not from AWS.
 */
export function limitRequests(client: object, limit: CallLimit): void {
  const { requestHandler } = (client as { config: { requestHandler: Handler } }).config;
  const handle = requestHandler.handle.bind(requestHandler);
  requestHandler.handle = (request, options) =>
    withinLimit(limit, async (abortSignal) => {
      const other = await limit.connections?.handlerFor(urlOf(request));
      const given = { ...options, abortSignal };
      const { response } = await (other
        ? other.handle(request as never, given)
        : handle(request, given));
      const body = await readBody(response.body as AsyncIterable<Uint8Array>);
      checkAnswer(response.statusCode, body);
      response.body = Readable.from(body.length === 0 ? [] : [body]);
      return { response };
    });
}

// --- internal ---

interface Handler {
  handle(request: HttpRequest, options?: object): Promise<{ response: HttpResponse }>;
}

function urlOf({ protocol, hostname, port }: HttpRequest): string {
  return `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`;
}

/** Milliseconds for a call that begins after the others were aborted. */
const lastLook = 2_000;

async function withinLimit<T>(
  { requestTimeout, cutOff }: CallLimit,
  request: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const milliseconds = cutOff?.aborted ? Math.min(requestTimeout, lastLook) : requestTimeout;
  const stop = new AbortController();
  const onCutOff = (): void => {
    stop.abort(new NoAnswer('cut-off'));
  };
  const timer = setTimeout(() => {
    stop.abort(new NoAnswer(milliseconds));
  }, milliseconds);
  cutOff?.addEventListener('abort', onCutOff);
  try {
    return await Promise.race([
      request(stop.signal),
      new Promise<never>((_resolve, reject) => {
        stop.signal.addEventListener('abort', () => {
          reject(stop.signal.reason as NoAnswer);
        });
      }),
    ]);
  } finally {
    clearTimeout(timer);
    cutOff?.removeEventListener('abort', onCutOff);
  }
}

async function readBody(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/**
 * Throws UnreadableAnswer for responses that the SDK would treat as empty: a redirect, an HTML
 * page, JSON other than an object. AWS responds with an object, or with XML that begins with
 * `<…Response>`.
 */
function checkAnswer(status: number, body: Buffer): void {
  // A failing gateway also returns a page; the SDK retries the call because of its status.
  if (status >= 500) return;
  const start = body.subarray(0, 1_000).toString('latin1').trimStart();
  const isOdd =
    start.startsWith('<') && (status < 400 ? !/<\w+Response[\s>]/.test(start) : isPage.test(start));
  const isObject = start === '' || /^[<{]/.test(start);
  if ((status >= 300 && status < 400) || isOdd || (status < 300 && !isObject)) {
    throw new UnreadableAnswer(status, undefined, start);
  }
}

const isPage = /^<(!doctype html|html)/i;

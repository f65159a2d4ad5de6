import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { Agent } from 'node:https';
import { createSecureContext } from 'node:tls';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { NotSent } from './not-sent.ts';
import type { Proxy } from './proxy.ts';

export { readBundle } from './ca-bundle.ts';

/** The settings of a connection besides its address. */
export interface Way {
  proxy: Proxy | undefined;
  /** Certificates to trust instead of the default ones, in PEM. */
  ca: string | undefined;
  /** Timeout for the proxy to make the connection, in milliseconds. */
  timeout: number;
}

/** The same limits as in the SDK's own agents. */
const pool = { keepAlive: true, maxSockets: 50 };

/**
 * A request handler with these connection settings. The libraries print the URL of a proxy if DEBUG
 * is set, so it must not contain a password, which is sent in a header instead. The requests throw
 * NotSent.
 */
export function handlerFor({ proxy, ca, timeout }: Way): NodeHttpHandler {
  // Created once: with hundreds of certificates, this takes longer than a connection.
  const trust = ca === undefined ? {} : { secureContext: createSecureContext({ ca }) };
  if (!proxy) {
    return new NodeHttpHandler({
      connectionTimeout: timeout,
      httpsAgent: new Agent({ ...pool, ...trust }),
    });
  }
  const { authorization } = proxy;
  const headers = authorization === undefined ? {} : { 'Proxy-Authorization': authorization };
  const options = { ...pool, ...trust, headers };
  const httpsAgent = new HttpsProxyAgent(proxy.url, options);
  // The library does not pass on the certificates to trust for the connection behind the proxy.
  Object.assign((httpsAgent as unknown as { options: object }).options, trust);
  const httpAgent = new HttpProxyAgent(proxy.url, options);
  for (const agent of [httpsAgent, httpAgent]) tellOfProxy(agent, proxy, timeout);
  const handler = new NodeHttpHandler({ connectionTimeout: timeout, httpsAgent, httpAgent });
  const handle = handler.handle.bind(handler);
  handler.handle = async (request, given) => {
    const answer = await handle(request, given);
    // AWS never returns this status.
    if (answer.response.statusCode === 407) throw refusedBy(proxy, 407);
    return answer;
  };
  return handler;
}

// --- internal ---

interface ProxyAgent {
  connectOpts: object;
  connect(request: Emitter, options: never): Promise<unknown>;
}

interface Emitter {
  once(event: 'proxyConnect', listener: (answer: { statusCode?: number }) => void): unknown;
}

/** Makes an agent report errors of the proxy, and time out if the proxy does not answer. */
function tellOfProxy(agent: object, proxy: Proxy, timeout: number): void {
  const connecting = agent as ProxyAgent;
  const { connectOpts } = connecting;
  const connect = connecting.connect.bind(agent);
  connecting.connect = async (request, options) => {
    const stop = new AbortController();
    const timer = setTimeout(() => {
      stop.abort();
    }, timeout);
    let status = 200;
    request.once('proxyConnect', ({ statusCode = 200 }) => {
      status = statusCode;
    });
    // Read before the first await, so it applies to this connection.
    connecting.connectOpts = { ...connectOpts, signal: stop.signal };
    try {
      const socket = await connect(request, options);
      if (status !== 200) throw refusedBy(proxy, status);
      return socket;
    } catch (error) {
      if (error instanceof NotSent) throw error;
      const { code, message } = error as NodeJS.ErrnoException;
      const late = stop.signal.aborted;
      throw new NotSent(
        `${named(proxy)}: ${late ? 'no answer' : (code ?? message.replace(/: .*/s, ''))}`,
        { hint: check(proxy), code: late ? 'ETIMEDOUT' : code },
      );
    } finally {
      clearTimeout(timer);
    }
  };
}

/** The error for a response of the proxy itself, not from AWS. */
function refusedBy(proxy: Proxy, status: number): NotSent {
  if (status !== 407) {
    const isPassing = status >= 500;
    return new NotSent(`${named(proxy)} answered ${status}`, { hint: check(proxy), isPassing });
  }
  return proxy.authorization === undefined
    ? new NotSent(`${named(proxy)} wants a user name and a password (407)`, {
        hint: `write ${proxy.source}=http://USER:PASSWORD@HOST:PORT`,
      })
    : new NotSent(`${named(proxy)} does not accept the user name and password (407)`, {
        hint: `check them in ${proxy.source}; special characters are written as %XX`,
      });
}

function named({ url, source }: Proxy): string {
  return `the proxy ${url} (${source})`;
}

function check({ source }: Proxy): string {
  return `check ${source}, and NO_PROXY for hosts that are reached without it`;
}

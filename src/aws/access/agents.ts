import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { Agent } from 'node:https';
import { createSecureContext } from 'node:tls';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { NotSent } from './not-sent.ts';
import type { Proxy } from './proxy.ts';

export { readBundle } from './ca-bundle.ts';

/** What a connection has to know besides its address. */
export interface Way {
  proxy: Proxy | undefined;
  /** Certificates to trust in place of the usual ones, in PEM. */
  ca: string | undefined;
  /** Milliseconds until the proxy has to have made the connection. */
  timeout: number;
}

/** As many as the SDK's own agents have. */
const pool = { keepAlive: true, maxSockets: 50 };

/**
 * A handler of requests that go this way. The libraries print the URL of a proxy where DEBUG asks for it, so
 * that it must have no password: that goes into a header. The requests throw NotSent.
 */
export function handlerFor({ proxy, ca, timeout }: Way): NodeHttpHandler {
  // Made once: it takes longer than a connection where there are hundreds of certificates.
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
  // The library forgets what the connection beyond the proxy is to trust.
  Object.assign((httpsAgent as unknown as { options: object }).options, trust);
  const httpAgent = new HttpProxyAgent(proxy.url, options);
  for (const agent of [httpsAgent, httpAgent]) tellOfProxy(agent, proxy, timeout);
  const handler = new NodeHttpHandler({ connectionTimeout: timeout, httpsAgent, httpAgent });
  const handle = handler.handle.bind(handler);
  handler.handle = async (request, given) => {
    const answer = await handle(request, given);
    // AWS knows no such answer.
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

/** Has an agent say what is wrong with the proxy, and give up where it does not answer. */
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
    // Read before the first wait: it is this connection's.
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

/** What an answer of the proxy means that is not from AWS. */
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

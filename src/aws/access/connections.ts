import type { KnownValues } from '../calls/known-values.ts';
import type { handlerFor } from './agents.ts';
import { createEarlyConnections, type EarlyConnections } from './early-connections.ts';
import type { Env, Sourced } from './profiles.ts';
import { allProxies, proxyFor, type Proxy } from './proxy.ts';

/** How requests reach their hosts: proxies and trusted certificates. */
export interface Connections {
  /** The settings of the SDK's own handler, which sends all other requests. */
  handlerOptions: { connectionTimeout: number } & EarlyConnections['agents'];
  /** Opens connections to the host of a URL, unless requests to it need a handler. */
  begin: EarlyConnections['begin'];
  proxyFor: (url: string) => Proxy | undefined;
  /**
   * The handler for requests to a host; undefined if the SDK's own is sufficient. Rejects with
   * UsageError if the certificate file cannot be read.
   */
  handlerFor(url: string): Promise<ReturnType<typeof handlerFor> | undefined>;
}

/**
 * Creates the connections of a run. `timeout` is the maximum time for making a connection, in
 * milliseconds. Throws UsageError for a proxy that is not http(s).
 */
export function createConnections(
  env: Env,
  caBundle: Sourced | undefined,
  {
    timeout,
    values,
    cutOff,
  }: { timeout: number; values: KnownValues; cutOff?: AbortSignal | undefined },
): Connections {
  const made = new Map<string, Promise<ReturnType<typeof handlerFor>>>();
  const proxies = allProxies(env);
  for (const { password } of proxies) values.add(password);
  let ca: Promise<string> | undefined;
  const make = async (proxy: Proxy | undefined) => {
    // Loaded only if needed, for a quick start.
    const { handlerFor, readBundle } = await import('./agents.ts');
    if (caBundle) ca ??= readBundle(caBundle);
    return handlerFor({ proxy, ca: await ca, timeout });
  };
  const connecting = createEarlyConnections(cutOff);
  const find = (url: string): Proxy | undefined =>
    proxies.length === 0 ? undefined : proxyFor(url, env);
  const needsHandler = (url: string, proxy: Proxy | undefined): boolean =>
    proxy !== undefined || (caBundle !== undefined && url.startsWith('https:'));
  return {
    handlerOptions: { connectionTimeout: timeout, ...connecting.agents },
    proxyFor: find,
    async begin(url, count) {
      if (!needsHandler(url, find(url))) await connecting.begin(url, count);
    },
    async handlerFor(url) {
      const proxy = find(url);
      if (!needsHandler(url, proxy)) return undefined;
      const key = proxy?.source ?? '';
      const found = made.get(key) ?? make(proxy);
      made.set(key, found);
      return found;
    },
  };
}

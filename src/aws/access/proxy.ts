import { BlockList, isIP } from 'node:net';
import { UsageError } from '../../errors.ts';
import type { Env } from './profiles.ts';

/** A proxy, and the variable that names it. */
export interface Proxy {
  /** Without user name and password, so it may be shown. */
  url: string;
  source: string;
  /** The value of the header Proxy-Authorization, from the user name and password in the URL. */
  authorization: string | undefined;
  /** Must not be shown. */
  password: string;
}

/**
 * The proxy for a URL, chosen as in the AWS CLI and curl: HTTPS_PROXY or HTTP_PROXY by the scheme
 * of the URL, and none if NO_PROXY contains its host. A lower-case variable has precedence, even if
 * empty. Throws UsageError for a proxy that is not http(s).
 */
export function proxyFor(url: string, env: Env): Proxy | undefined {
  const { protocol, hostname, port } = new URL(url);
  const source = nameOf(env, protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY');
  const given = env[source]?.trim();
  if (!given || isExempt(hostname, port, env[nameOf(env, 'NO_PROXY')] ?? '')) return undefined;
  return parseProxy(given, source);
}

/** The configured proxies: without any, no proxy code has to be loaded. Throws UsageError. */
export function allProxies(env: Env): Proxy[] {
  return ['HTTPS_PROXY', 'HTTP_PROXY'].flatMap((name) => {
    const source = nameOf(env, name);
    const given = env[source]?.trim();
    return given ? [parseProxy(given, source)] : [];
  });
}

// --- internal ---

function nameOf(env: Env, name: string): string {
  return env[name.toLowerCase()] === undefined ? name : name.toLowerCase();
}

function parseProxy(given: string, source: string): Proxy {
  const written = given.includes('://') ? given : `http://${given.replace(/^\/\//, '')}`;
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.hostname === '') {
    // Not shown: an invalid URL may contain a password anywhere.
    const what = url && url.protocol !== '' ? `a ${url.protocol.slice(0, -1)} proxy` : 'no URL';
    throw new UsageError(
      `${source} is ${what}; an http(s) proxy is needed`,
      `write ${source}=http://HOST:PORT; special characters of a user name or password as %XX`,
    );
  }
  const { username, password } = url;
  const pair = `${decoded(username)}:${decoded(password)}`;
  return {
    url: url.origin,
    source,
    password: decoded(password),
    authorization: pair === ':' ? undefined : `Basic ${Buffer.from(pair).toString('base64')}`,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Entries are hosts, domains including subdomains, or address ranges; separated by commas or
 * spaces.
 */
function isExempt(hostname: string, port: string, list: string): boolean {
  const host = hostname.toLowerCase().replace(/^\[|\]$/g, '');
  return list
    .toLowerCase()
    .split(/[,\s]+/)
    .filter(Boolean)
    .some((entry) => {
      if (entry === '*') return true;
      if (isInRange(host, entry)) return true;
      const [, name = '', only] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(entry) ?? [];
      const bare = name.replace(/^\[|\]$/g, '');
      if (only !== undefined && isIP(entry) === 0 && only !== port) return false;
      return host === (isIP(entry) ? entry : bare) || (bare !== '' && host.endsWith(`.${bare}`));
    });
}

function isInRange(host: string, entry: string): boolean {
  const [, network = '', bits = ''] = /^([0-9a-f.:]+)\/(\d{1,3})$/.exec(entry) ?? [];
  const version = isIP(network);
  if (version === 0 || isIP(host) !== version || Number(bits) > (version === 4 ? 32 : 128)) {
    return false;
  }
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const range = new BlockList();
  range.addSubnet(network, Number(bits), family);
  return range.check(host, family);
}

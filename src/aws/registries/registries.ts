import { NodeHttpHandler } from '@smithy/node-http-handler';
import { CliError } from '../../errors.ts';
import type { RegistryImage } from '../../model/definitions/registry-image.ts';
import { NotSent } from '../access/not-sent.ts';
import { connectTimeout } from '../calls/call-limit.ts';
import type { AwsConfig } from '../calls/client.ts';

/** Registries of images besides ECR. They are asked without credentials. */
export interface Registries {
  /**
   * Whether an image exists. `denied`: the registry does not say so to everybody; Docker Hub answers
   * in this way for repositories that do not exist. Throws CliError if there is no usable answer.
   * HEAD requests do not count as pulls (Docker Hub, "Pull usage and limits").
   */
  has(image: RegistryImage): Promise<'found' | 'missing' | 'denied'>;
}

/** Creates access to registries, through the same proxies and with the same certificates as AWS. */
export function createRegistries(config: AwsConfig): Registries {
  const { connections } = config.access;
  const own = new NodeHttpHandler({ connectionTimeout: connectTimeout });

  async function ask(method: 'GET' | 'HEAD', url: URL, headers: Headers = {}): Promise<Answer> {
    const started = performance.now();
    const stop = AbortSignal.timeout(Math.min(config.requestTimeout ?? longest, longest));
    const abortSignal = config.cutOff ? AbortSignal.any([stop, config.cutOff]) : stop;
    let failed: string | undefined;
    try {
      const handler = (await connections.handlerFor(url.href)) ?? own;
      const { response } = await handler.handle(requestOf(method, url, headers) as never, {
        abortSignal: abortSignal as never,
      });
      const text = await bodyOf(response.body as AsyncIterable<Uint8Array>);
      return { status: response.statusCode, headers: response.headers, text };
    } catch (error) {
      failed = reasonOf(error);
      throw new CliError('registry-unreachable', `${url.host}: ${failed}`, { cause: error });
    } finally {
      const milliseconds = Math.round(performance.now() - started);
      config.onCall?.({
        action: `${method} ${url.host}`,
        milliseconds,
        attempts: 1,
        error: failed,
      });
    }
  }

  return {
    async has({ host, repository, reference }) {
      const url = new URL(`https://${host}/v2/${repository}/manifests/${reference}`);
      const accept = manifestTypes.join(', ');
      let answer = await ask('HEAD', url, { accept });
      const login = answer.status === 401 ? loginOf(answer, repository) : undefined;
      if (login) {
        const token = tokenIn(await ask('GET', login));
        if (token === undefined) return 'denied';
        answer = await ask('HEAD', url, { accept, authorization: `Bearer ${token}` });
      }
      const { status } = answer;
      if (status === 200) return 'found';
      if (status === 404) return 'missing';
      if (status === 401 || status === 403) return 'denied';
      throw new CliError('registry-failed', `${host} answered ${status}`);
    },
  };
}

// --- internal ---

type Headers = Record<string, string>;

interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

/** Milliseconds for one request: a registry is not worth a long wait. */
const longest = 10_000;

const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

function requestOf(method: string, url: URL, headers: Headers): object {
  return {
    ...{ method, protocol: url.protocol, hostname: url.hostname, path: url.pathname },
    ...(url.port !== '' && { port: Number(url.port) }),
    query: Object.fromEntries(url.searchParams),
    headers: { host: url.host, 'user-agent': 'ecs-secrets', ...headers },
  };
}

/** Where everybody gets a token for a pull (Distribution, "Token Authentication Specification"). */
function loginOf({ headers }: Answer, repository: string): URL | undefined {
  const challenge = headers['www-authenticate'] ?? '';
  const members = new Map(
    [...challenge.matchAll(/[\s,](\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  );
  const realm = members.get('realm') ?? '';
  if (!/^bearer\s/i.test(challenge) || !realm.startsWith('https://') || !URL.canParse(realm)) {
    return undefined;
  }
  const url = new URL(realm);
  const service = members.get('service');
  if (service !== undefined) url.searchParams.set('service', service);
  url.searchParams.set('scope', `repository:${repository}:pull`);
  return url;
}

function tokenIn({ status, text }: Answer): string | undefined {
  if (status !== 200) return undefined;
  try {
    const { token, access_token: other } = JSON.parse(text) as Record<string, unknown>;
    const found = token ?? other;
    return typeof found === 'string' && /^[\x21-\x7e]+$/.test(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

/** Tokens take a few thousand characters. */
const longestBody = 100_000;

async function bodyOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > longestBody) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** In one line, without text of the registry. */
function reasonOf(error: unknown): string {
  if (error instanceof NotSent) return error.message;
  const { code, name, message } = error as NodeJS.ErrnoException;
  if (name === 'AbortError' || name === 'TimeoutError') return 'no answer';
  return code ?? message;
}

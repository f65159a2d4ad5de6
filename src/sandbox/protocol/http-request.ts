import type { IncomingMessage } from 'node:http';

/** Largest body of a request, in bytes. */
const largestBody = 1024 * 1024;

/** The access key that a request was signed with, and the region and service it was signed for. */
export interface CredentialScope {
  accessKeyId: string;
  region: string;
  service: string;
}

/** A page in a browser could reach the port under a name of its own; `Host` gives it away. */
export function isLocal(host: string | undefined, port: number): boolean {
  return host === `127.0.0.1:${port}` || host === `localhost:${port}`;
}

/** Reads a body; undefined when it is larger than 1 MiB. */
export async function readBody(request: IncomingMessage): Promise<string | undefined> {
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

/** What the signature of a request says, if it has one. */
export function credentialScope(request: IncomingMessage): CredentialScope | undefined {
  const match =
    /(?<![^\s,])Credential=([^/\s,]+)\/\d{8}\/([a-z0-9-]{1,32})\/([a-z0-9-]{1,32})\/aws4_request/.exec(
      request.headers.authorization ?? '',
    );
  if (!match) return undefined;
  const [, accessKeyId = '', region = '', service = ''] = match;
  return { accessKeyId, region, service };
}

/** A name from a request, fit for one line of a log. */
export function loggable(name: string): string {
  return name.slice(0, 128).replace(/[^\w.-]/g, '?');
}

/** Percent-encoded text as it was meant, or as it is where it cannot be decoded. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

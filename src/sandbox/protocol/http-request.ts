import type { IncomingMessage } from 'node:http';

/** Maximum size of a request body, in bytes. */
const largestBody = 1024 * 1024;

/** The access key of a request's signature, with its region and service. */
export interface CredentialScope {
  accessKeyId: string;
  region: string;
  service: string;
}

/** A page in a browser could reach the port under its own host name, which `Host` reveals. */
export function isLocal(host: string | undefined, port: number): boolean {
  return host === `127.0.0.1:${port}` || host === `localhost:${port}`;
}

/** Reads a body; undefined if it is larger than 1 MiB. */
export async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= largestBody) chunks.push(chunk);
    // Continues reading for a while, so that the client gets the response instead of a broken
    // connection.
    else if (size > 8 * largestBody) break;
  }
  return size > largestBody ? undefined : Buffer.concat(chunks).toString('utf8');
}

/** The scope in the signature of a request, if it has one. */
export function credentialScope(request: IncomingMessage): CredentialScope | undefined {
  const match =
    /(?<![^\s,])Credential=([^/\s,]+)\/\d{8}\/([a-z0-9-]{1,32})\/([a-z0-9-]{1,32})\/aws4_request/.exec(
      request.headers.authorization ?? '',
    );
  if (!match) return undefined;
  const [, accessKeyId = '', region = '', service = ''] = match;
  return { accessKeyId, region, service };
}

/** A name from a request, safe for one line of a log. */
export function loggable(name: string): string {
  return name.slice(0, 128).replace(/[^\w.-]/g, '?');
}

/** Decodes percent-encoded text; returns it unchanged if it cannot be decoded. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

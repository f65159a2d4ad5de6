import { invalidParameter } from './errors.ts';

/** The paging members of a List request. */
export interface PageInput {
  nextToken?: string;
  maxResults?: number;
}

/** One page of sorted, distinct keys, and the token of the next. */
export function pageOf(
  keys: string[],
  input: PageInput,
  limits: { default: number; max: number },
): { page: string[]; nextToken?: string } {
  const size = input.maxResults ?? limits.default;
  if (!Number.isInteger(size) || size < 1 || size > limits.max) {
    throw invalidParameter(`maxResults must be between 1 and ${limits.max}.`);
  }
  const start = input.nextToken === undefined ? 0 : startOf(keys, input.nextToken);
  const page = keys.slice(start, start + size);
  const last = page.at(-1);
  if (last === undefined || start + size >= keys.length) return { page };
  return { page, nextToken: Buffer.from(`${start + size} ${last}`).toString('base64url') };
}

function startOf(keys: string[], token: string): number {
  const match = /^(\d+) (.+)$/.exec(Buffer.from(token, 'base64url').toString());
  if (!match) throw invalidParameter('Invalid token');
  const [, offset = '', last = ''] = match;
  // The list may have changed since the last page: continue after its last key if it still exists.
  const index = keys.indexOf(last);
  return index < 0 ? Number(offset) : index + 1;
}

/** One page of a list, and the token of the next page if there is one. */
export interface Page<T> {
  items: T[];
  next: string | undefined;
}

/**
 * Returns a page of items sorted by key. The token contains the last key of the page, so that no
 * item is skipped if others are deleted between two pages. Returns undefined for an invalid token.
 */
export function page<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  token: string | undefined,
  size: number,
  order: 'asc' | 'desc' = 'asc',
): Page<T> | undefined {
  let start = 0;
  if (token !== undefined) {
    const last = Buffer.from(token, 'base64url').toString('utf8');
    if (!last.startsWith(mark)) return undefined;
    const key = last.slice(mark.length);
    const after = (item: T): boolean => (order === 'asc' ? keyOf(item) > key : keyOf(item) < key);
    const found = items.findIndex(after);
    start = found < 0 ? items.length : found;
  }
  const cut = items.slice(start, start + size);
  const last = cut.at(-1);
  const more = last !== undefined && start + size < items.length;
  return { items: cut, next: more ? encode(keyOf(last)) : undefined };
}

/** Sorts items by their keys, in the order of UTF-16 units that `page` requires. */
export function sortBy<T>(
  items: Iterable<T>,
  keyOf: (item: T) => string,
  order: 'asc' | 'desc' = 'asc',
): T[] {
  const sign = order === 'asc' ? 1 : -1;
  return [...items].sort((a, b) => {
    const [x, y] = [keyOf(a), keyOf(b)];
    return x === y ? 0 : x < y ? -sign : sign;
  });
}

// --- internal ---

const mark = 'after ';

function encode(key: string): string {
  return Buffer.from(mark + key, 'utf8').toString('base64url');
}

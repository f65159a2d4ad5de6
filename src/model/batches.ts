/**
 * Splits a list into parts of this size, for calls with a limited number of names; the last part
 * may be smaller.
 */
export function batches<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}

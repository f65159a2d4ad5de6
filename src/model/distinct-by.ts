/** One element for each key, in the order in which the keys first come up; the last of a key stays. */
export function distinctBy<T>(list: readonly T[], keyOf: (one: T) => string): T[] {
  return [...new Map(list.map((one) => [keyOf(one), one])).values()];
}

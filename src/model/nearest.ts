/**
 * The name that a misspelt one most probably means, in any case; undefined where none is near: one letter
 * in three may differ, and not the only one. Names of more than 100 characters are not compared.
 */
export function nearest(written: string, names: readonly string[]): string | undefined {
  const limit = written.length === 1 ? 0 : Math.max(1, Math.floor(written.length / 3));
  const [best] = names
    .filter((name) => name.length <= longest && written.length <= longest)
    .map((name) => ({ name, distance: distance(written.toLowerCase(), name.toLowerCase()) }))
    .filter((one) => one.distance <= limit)
    .sort((a, b) => a.distance - b.distance);
  return best?.name;
}

// --- internal ---

const longest = 100;

/** How many letters have to be changed, added or dropped (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

import type { Document } from 'yaml';

/**
 * Positions of the keys that stand twice in a map of a YAML document. Parse it with `uniqueKeys: false`:
 * the library compares each key with all before it, which takes square time. `<<` may be repeated.
 */
export async function repeatedKeys(document: Document.Parsed): Promise<number[]> {
  const { isScalar, visit } = await import('yaml');
  const positions: number[] = [];
  visit(document, {
    Map: (_key, { items }) => {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key) || key.value === '<<') continue;
        if (seen.has(key.value)) positions.push(key.range?.[0] ?? 0);
        seen.add(key.value);
      }
    },
  });
  return positions;
}

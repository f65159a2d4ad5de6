import { InvalidInput } from '../../model/problems.ts';
import type { AuditFinding } from './audit.ts';
import { notWritable } from '../file-problem.ts';
import type { Sources } from '../read-source.ts';
import { parseDocument, readText, sourceName } from '../read-text.ts';

/** Reads the fingerprints of a baseline. Throws InvalidInput and CliError `file-not-readable`. */
export async function readBaseline(path: string, sources: Sources): Promise<ReadonlySet<string>> {
  const name = sourceName(path);
  const read = await parseDocument(await readText(path, sources), name, 'a baseline');
  const { version, fingerprints } = (read ?? {}) as Record<string, unknown>;
  if (version !== 1 || !Array.isArray(fingerprints)) {
    throw new InvalidInput(`${name} is not a baseline`, 'audit --write-baseline FILE writes one');
  }
  return new Set(fingerprints.filter((one) => typeof one === 'string'));
}

/**
 * Writes the fingerprints of findings, sorted, one per line. Throws CliError `file-not-writable`.
 */
export async function writeBaseline(
  path: string,
  findings: readonly AuditFinding[],
  writeFile: (path: string, text: string) => Promise<void>,
): Promise<void> {
  const fingerprints = [...new Set(findings.map(({ fingerprint }) => fingerprint))].sort();
  const text = `${JSON.stringify({ version: 1, fingerprints }, null, 2)}\n`;
  await writeFile(path, text).catch((error: unknown) => {
    throw notWritable(path, error);
  });
}

import { CliError } from '../errors.ts';
import { InvalidInput } from '../model/problems.ts';
import type { AuditFinding } from './audit.ts';
import { readSource, type Sources } from './read-source.ts';

/** Reads the fingerprints of a baseline. Throws InvalidInput and CliError `file-not-readable`. */
export async function readBaseline(path: string, sources: Sources): Promise<ReadonlySet<string>> {
  const text = new TextDecoder().decode(await readSource(path, sources));
  const wrong = (): InvalidInput =>
    new InvalidInput(`${path} is no baseline`, 'audit --write-baseline FILE writes one');
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    throw wrong();
  }
  const { version, fingerprints } = (read ?? {}) as Record<string, unknown>;
  if (version !== 1 || !Array.isArray(fingerprints)) throw wrong();
  return new Set(fingerprints.filter((one) => typeof one === 'string'));
}

/**
 * Writes the fingerprints of findings, sorted, one a line. Throws CliError `file-not-writable`.
 */
export async function writeBaseline(
  path: string,
  findings: readonly AuditFinding[],
  writeFile: (path: string, text: string) => Promise<void>,
): Promise<void> {
  const fingerprints = [...new Set(findings.map(({ fingerprint }) => fingerprint))].sort();
  const text = `${JSON.stringify({ version: 1, fingerprints }, null, 2)}\n`;
  await writeFile(path, text).catch((error: unknown) => {
    throw new CliError('file-not-writable', `cannot write ${path}`, { cause: error });
  });
}

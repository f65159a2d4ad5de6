import { InvalidInput } from '../../model/problems.ts';
import { fingerprintOf, plaintextIn } from '../../model/definitions/plaintext-findings.ts';
import type { Audit, AuditFinding } from './audit.ts';
import { expandGlob, type Folders } from './expand-glob.ts';
import type { OnProgress } from '../progress.ts';
import type { Sources } from '../read-source.ts';
import { taskDefinitionIn } from '../definitions/read-task-definition.ts';
import { readText, sourceName } from '../read-text.ts';

/**
 * Searches files of task definitions for plaintext secrets; `-` is standard input. Throws
 * InvalidInput with the problems of all files without a valid task definition, and CliError
 * `file-not-readable`.
 */
export async function auditFiles(
  written: readonly string[],
  sources: Sources & Folders,
  onProgress: OnProgress,
): Promise<Audit> {
  const expanded = await Promise.all(written.map((path) => expandGlob(path, sources)));
  const paths = [...new Set(expanded.flat())];
  const problems: string[] = [];
  const findings: AuditFinding[] = [];
  for (const [index, path] of paths.entries()) {
    onProgress({ step: 'auditing files', done: index, total: paths.length });
    try {
      findings.push(...(await auditFile(path, sources)));
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new InvalidInput(problems);
  return { findings, looked: { families: 0, revisions: 0, files: paths.length } };
}

// --- internal ---

async function auditFile(path: string, sources: Sources): Promise<AuditFinding[]> {
  const text = await readText(path, sources);
  const definition = await taskDefinitionIn(text, sourceName(path));
  const found = plaintextIn(definition);
  if (found.length === 0) return [];
  const positionOf = await positionsIn(text);
  return found.map((finding) => ({
    ...(definition.family !== undefined && { family: definition.family }),
    file: path,
    ...positionOf(finding.path),
    ...finding,
    fingerprint: fingerprintOf(path.replaceAll('\\', '/'), finding),
  }));
}

interface Position {
  line: number;
  column: number;
}

/**
 * Finds the line and column of a path in a JSON or YAML text, or of its nearest existing parent.
 */
async function positionsIn(
  text: string,
): Promise<(path: readonly (string | number)[]) => Position | undefined> {
  const { isAlias, isCollection, isNode, LineCounter, parseDocument } = await import('yaml');
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    merge: true,
    uniqueKeys: false,
  });
  return (path) => {
    let node: unknown = document.contents;
    let start = 0;
    const wrapped = isCollection(node) && node.has('taskDefinition');
    for (const part of wrapped ? ['taskDefinition', ...path] : path) {
      if (isAlias(node)) node = node.resolve(document);
      node = isCollection(node) ? node.get(part, true) : undefined;
      if (!isNode(node) || !node.range) break;
      start = node.range[0];
    }
    if (start === 0) return undefined;
    const { line, col } = lines.linePos(start);
    return { line, column: col };
  };
}

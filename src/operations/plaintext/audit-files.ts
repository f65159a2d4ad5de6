import { CliError } from '../../errors.ts';
import { InvalidInput } from '../../model/problems.ts';
import type { Variables } from '../../model/definitions/substitute.ts';
import { NoDefinition } from '../definitions/document-kind.ts';
import { isDefinitionFile } from '../definitions/is-file.ts';
import type { OnProgress } from '../progress.ts';
import type { Sources } from '../read-source.ts';
import { readText, sourceName } from '../read-text.ts';
import { isJsonText } from '../json-text.ts';
import { auditText } from './audit-text.ts';
import type { Audit, AuditFinding } from './audit.ts';
import { expandGlob, type Folders } from './expand-glob.ts';

/** How files are audited. */
export interface AuditFilesOptions {
  /** Values of `${NAME}`; without them these texts stay. */
  variables: Variables | undefined;
  /** Whether a file that a glob matched, and that has no containers, is an error too. */
  strict: boolean;
}

/** The findings in files, and what kept files from being audited. */
export interface FilesAudit extends Audit {
  /** Files that globs matched and that have no containers. */
  skipped: string[];
  /** Sentences about files that globs matched, that seem to have containers and cannot be read. */
  unread: string[];
  /** What is wrong with the other files; undefined if nothing is. */
  failure: CliError | undefined;
}

/**
 * Searches files for plaintext secrets; `-` is standard input. A file that a glob matched is skipped if it
 * has no containers. Throws CliError `file-not-readable` if a glob matches nothing.
 */
export async function auditFiles(
  written: readonly string[],
  sources: Sources & Folders,
  { variables, strict }: AuditFilesOptions,
  onProgress: OnProgress,
): Promise<FilesAudit> {
  const expanded = await Promise.all(written.map((path) => expandGlob(path, sources)));
  const named = new Set(expanded.flatMap((paths) => (paths.isGlob ? [] : paths.files)));
  const all = [...new Set(expanded.flatMap(({ files }) => files))];
  const findings: AuditFinding[] = [];
  const skipped: string[] = [];
  const unread: string[] = [];
  const errors: (InvalidInput | CliError)[] = [];
  let files = 0;
  for (const [index, path] of all.entries()) {
    onProgress({ step: 'auditing files', done: index, total: all.length });
    const isStrict = strict || named.has(path);
    let text: string | undefined;
    try {
      text = await readText(path, sources);
      if (!isStrict && !mayHaveContainers(path, text)) {
        skipped.push(path);
        continue;
      }
      findings.push(...(await auditText(text, path, sourceName(path), variables)));
      files += 1;
    } catch (error) {
      if (!(error instanceof InvalidInput || error instanceof CliError)) throw error;
      if (isStrict) errors.push(error);
      else if (error instanceof NoDefinition) skipped.push(path);
      else if (error instanceof CliError || containerList.test(text ?? '')) {
        unread.push(...error.message.split('\n').slice(0, 1));
      } else skipped.push(path);
    }
  }
  return {
    findings,
    looked: { families: 0, revisions: 0, files },
    unchecked: [],
    skipped,
    unread,
    failure: failureOf(errors),
  };
}

// --- internal ---

/** The lists of containers in the formats that are known. */
const containerList = /\bcontainer_?definitions\b/i;

/** Whether a file that a glob matched is worth parsing: source code and documents are not. */
function mayHaveContainers(path: string, text: string): boolean {
  if (!isDefinitionFile(path) && !isJsonText(text)) return false;
  return containerList.test(text) || /\b(?:services|variables|image)\b/.test(text);
}

function failureOf(errors: readonly (InvalidInput | CliError)[]): CliError | undefined {
  const [first] = errors;
  if (!first) return undefined;
  const hints = [...new Set(errors.flatMap(({ hint }) => hint ?? []))];
  const messages = errors.map(({ message }) => message).join('\n');
  const { code, exitCode } =
    first instanceof CliError ? first : { code: 'invalid-input', exitCode: 2 };
  return new CliError(code, messages, {
    hint: hints.length > 0 ? hints.join('\n') : undefined,
    exitCode,
    cause: first,
  });
}

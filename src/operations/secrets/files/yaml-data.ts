import { InvalidInput } from '../../../model/problems.ts';
import { checkFormat } from '../../read-text.ts';
import { repeatedKeys } from '../../repeated-keys.ts';
import { checkNesting, yamlRule } from '../../text-faults.ts';

/**
 * The documents of a YAML or JSON text as plain data, merges (`<<`) included. Scalars are texts as
 * written (`0123` keeps its zero); a plain `null`, `~` or nothing is null. `what` says what the
 * text should be. Throws InvalidInput with the places of all mistakes, never with text of the
 * document.
 */
export async function yamlData(text: string, name: string, what: string): Promise<unknown[]> {
  checkNesting(text, name);
  const { isAlias, isMap, LineCounter, parseAllDocuments, visit } = await import('yaml');
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, {
    schema: 'failsafe',
    merge: true,
    prettyErrors: false,
    resolveKnownTags: false,
    uniqueKeys: false,
    logLevel: 'error',
    lineCounter: lines,
  });
  const problems: string[] = [];
  const documents = Array.isArray(parsed) ? parsed : [];
  for (const document of documents) {
    const repeated = (await repeatedKeys(document)).map((at) => ({ code: 'DUPLICATE_KEY', at }));
    const errors = document.errors.map(({ code, pos }) => ({ code, at: pos[0] }));
    for (const { code, at } of [...errors, ...repeated]) {
      const { line, col } = lines.linePos(at);
      problems.push(`${name}: line ${line}, column ${col}: ${yamlRule(code)}`);
    }
    const anchors = new Set<string>();
    visit(document, {
      Node: (_key, node) => {
        if (!isAlias(node)) {
          if (node.anchor !== undefined) anchors.add(node.anchor);
        } else if (!anchors.has(node.source)) {
          const { line, col } = lines.linePos(node.range?.[0] ?? 0);
          problems.push(`${name}: line ${line}, column ${col}: ${yamlRule('BAD_ALIAS')}`);
        }
      },
    });
    visit(document, {
      Scalar: (_key, node) => {
        if (node.type === 'PLAIN' && /^(|~|null)$/i.test(String(node.value))) node.value = null;
      },
    });
  }
  if (problems.length > 0 || !documents.some(({ contents }) => isMap(contents))) {
    checkFormat(text, name, what);
  }
  if (problems.length > 0) throw new InvalidInput(problems);
  try {
    const data = documents.map((document) => document.toJS() as unknown);
    // Throws for a value that contains itself.
    JSON.stringify(data);
    return data;
  } catch {
    throw new InvalidInput(`${name} cannot be read as YAML: its aliases repeat or merge too much`);
  }
}

/** A map of plain data; undefined for anything else. */
export function mapOf(data: unknown): Readonly<Record<string, unknown>> | undefined {
  const isMap = typeof data === 'object' && data !== null && !Array.isArray(data);
  return isMap ? (data as Record<string, unknown>) : undefined;
}

import type { CollectionTag, Document, ScalarTag } from 'yaml';
import { InvalidInput } from '../model/problems.ts';
import type { ReadDocument, TextPath } from './read-document.ts';
import { repeatedKeys } from './repeated-keys.ts';
import { placeOf, yamlRule } from './text-faults.ts';

/**
 * Reads the documents of a YAML text; empty ones are left out. The short forms of the functions of
 * CloudFormation (`!Sub`) are read as their long forms. Throws InvalidInput with the place and the rule of
 * the first mistake, never with text of the document.
 */
export async function parseYaml(text: string, name: string): Promise<ReadDocument[]> {
  const { parseAllDocuments } = await import('yaml');
  // Its warnings would go to the terminal, with text of the document.
  const documents = parseAllDocuments(text, {
    prettyErrors: false,
    merge: true,
    logLevel: 'error',
    uniqueKeys: false,
    customTags: await templateTags(),
  });
  const read: ReadDocument[] = [];
  for (const document of documents) {
    const value = await valueOf(document, text, name);
    if (value === null && documents.length > 1) continue;
    read.push({ value, positions: () => positionsIn(document) });
  }
  return read;
}

// --- internal ---

async function valueOf(document: Document.Parsed, text: string, name: string): Promise<unknown> {
  const fault = (position: number, rule: string): InvalidInput =>
    new InvalidInput(`${name} is neither JSON nor YAML: ${placeOf(text, position)}: ${rule}`);
  const [error] = document.errors;
  if (error) throw fault(error.pos[0], yamlRule(error.code));
  const [repeated] = await repeatedKeys(document);
  if (repeated !== undefined) throw fault(repeated, yamlRule('DUPLICATE_KEY'));
  try {
    const read: unknown = document.toJS();
    // Throws for a value that contains itself.
    JSON.stringify(read);
    return read;
  } catch {
    const wrong = await wrongAlias(document);
    if (wrong) throw fault(wrong.position, wrong.rule);
    throw new InvalidInput(`${name} cannot be read as YAML: its aliases repeat or merge too much`);
  }
}

/** The alias without an anchor, or inside the value that it stands for. */
async function wrongAlias(
  document: Document.Parsed,
): Promise<{ position: number; rule: string } | undefined> {
  const { visit } = await import('yaml');
  let found: { position: number; rule: string } | undefined;
  visit(document, {
    Alias: (_key, node) => {
      const [position] = node.range ?? [];
      const target = node.resolve(document);
      const [start = 0, , end = 0] = target?.range ?? [];
      if (position === undefined) return undefined;
      if (target && !(start <= position && position < end)) return undefined;
      found = { position, rule: target ? 'the value contains itself' : yamlRule('BAD_ALIAS') };
      return visit.BREAK;
    },
  });
  return found;
}

async function positionsIn(document: Document.Parsed) {
  const { isAlias, isCollection, isNode } = await import('yaml');
  return (path: TextPath): number | undefined => {
    let node: unknown = document.contents;
    let start: number | undefined = document.range[0];
    for (const part of path) {
      if (isAlias(node)) node = node.resolve(document);
      node = isCollection(node) ? node.get(part, true) : undefined;
      if (!isNode(node) || !node.range) break;
      start = node.range[0];
    }
    return start;
  };
}

/**
 * The functions that have a short form in YAML (CloudFormation guide, "Intrinsic function reference").
 * `!GetAtt A.B` is `{"Fn::GetAtt": ["A", "B"]}`.
 */
const templateFunctions = [
  ...['And', 'Base64', 'Cidr', 'Equals', 'FindInMap', 'GetAtt', 'GetAZs', 'If', 'ImportValue'],
  ...['Join', 'Length', 'Not', 'Or', 'Select', 'Split', 'Sub', 'ToJsonString', 'Transform'],
];

async function templateTags(): Promise<(ScalarTag | CollectionTag)[]> {
  const { Pair, Scalar, YAMLMap } = await import('yaml');
  const names = [...templateFunctions.map((name) => [name, `Fn::${name}`]), ['Ref', 'Ref']];
  return [...names, ['Condition', 'Condition']].flatMap(([short = '', long = '']) => {
    const scalar: ScalarTag = {
      tag: `!${short}`,
      resolve: (text) => ({ [long]: short === 'GetAtt' ? splitAttribute(text) : text }),
    };
    const collection = (kind: 'seq' | 'map'): CollectionTag => ({
      tag: `!${short}`,
      collection: kind,
      resolve: (node) => {
        const map = new YAMLMap();
        map.items.push(new Pair(new Scalar(long), node));
        return map;
      },
    });
    return [scalar, collection('seq'), collection('map')];
  });
}

function splitAttribute(text: string): string[] {
  const [resource = '', ...attribute] = text.split('.');
  return [resource, attribute.join('.')];
}

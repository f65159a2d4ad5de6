import { SecretValue } from '../../../model/secrets/secret-value.ts';
import { InvalidInput } from '../../../model/problems.ts';
import { checkFormat } from '../../read-text.ts';
import { repeatedKeys } from '../../repeated-keys.ts';
import { checkNesting, jsonFault, yamlRule } from '../../text-faults.ts';
import { Found } from './found.ts';

/**
 * Reads JSON or YAML: a map of names to texts, in which nested maps become paths. Values are kept
 * as written: a number keeps its digits. Throws InvalidInput for what is neither.
 */
export async function readMaps(text: string, name: string, as: 'json' | 'yaml'): Promise<Found> {
  const found = new Found(name);
  checkNesting(text, name);
  // YAML is less strict than JSON; a file declared as JSON has to be valid JSON.
  if (as === 'json') checkJson(text, name);
  const { isAlias, isMap, isNode, isScalar, LineCounter, parseDocument } = await import('yaml');
  const lines = new LineCounter();
  // "failsafe" parses strings only: 0123, 1e3 and true keep their spelling.
  const document = parseDocument(text, {
    schema: 'failsafe',
    prettyErrors: false,
    resolveKnownTags: false,
    uniqueKeys: false,
    lineCounter: lines,
  });
  const mistakes = [
    ...[...document.errors, ...document.warnings].map(({ code, pos }) => ({ code, at: pos[0] })),
    ...(await repeatedKeys(document)).map((at) => ({ code: 'DUPLICATE_KEY', at })),
  ];
  for (const { code, at } of mistakes) {
    const { line, col } = lines.linePos(at);
    found.fault(`: line ${line}, column ${col}: ${yamlRule(code)}`);
  }
  if (document.errors.length > 0 || !isMap(document.contents)) checkFormat(text, name, 'YAML');
  if (found.faults.length > 0) return found;
  // The library searches the whole document for each alias.
  const anchors = new Map<string, unknown>();
  const remember = (node: unknown): void => {
    if (isNode(node) && !isAlias(node) && node.anchor) anchors.set(node.anchor, node);
  };
  const walk = (node: unknown, path: readonly string[]): void => {
    const key = path.join('/');
    const place = path.length === 0 ? '' : `: ${key}`;
    remember(node);
    const target = isAlias(node) ? anchors.get(node.source) : node;
    if (isMap(target) && isAlias(node)) {
      found.fault(`${place} stands for a map elsewhere; write it out`, key);
    } else if (isAlias(node) && !target) {
      found.fault(`${place}: a value that begins with "*" must be quoted`, key);
    } else if (isMap(target)) {
      if (target.items.length === 0 && path.length > 0)
        found.fault(`${place} is an empty map`, key);
      for (const { key: own, value } of target.items) {
        remember(own);
        // Text without a colon is more likely a value than a key, so it is not printed.
        if (value === null) found.fault(`${place} has a key without a value`);
        else if (isScalar(own) && own.value !== '') walk(value, [...path, String(own.value)]);
        else found.fault(`${place} has a key that is not text`);
      }
    } else if (path.length === 0) {
      found.fault(' is not a map of names to values');
    } else if (!isScalar(target)) {
      found.fault(`${place} is ${target ? 'a list' : 'nothing'}; a secret is a text`, key);
    } else {
      const isNull = target.type === 'PLAIN' && /^(|~|null)$/i.test(String(target.value));
      const value = new SecretValue(isNull ? '' : String(target.value));
      found.assignments.push({ key, value });
    }
  };
  walk(document.contents, []);
  return found;
}

// --- internal ---

function checkJson(text: string, name: string): void {
  const fault = jsonFault(text);
  if (fault === undefined) return;
  checkFormat(text, name, 'JSON');
  throw new InvalidInput(`${name} is not JSON: ${fault}`);
}

import { matchesPattern, plainPattern } from '../../model/roles/wildcard.ts';
import { ServiceError } from '../service.ts';

/** Whether an event matches a parsed event pattern. */
export type Matches = (event: unknown) => boolean;

/**
 * Parses an event pattern (EventBridge guide, "comparison operators"). Throws
 * InvalidEventPatternException, and NotInSandbox for `cidr`.
 */
export function parsePattern(text: string): Matches {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  if (!isObject(parsed)) throw invalid('it is not a JSON object');
  return ofObject(parsed, 0);
}

// --- internal ---

type Json = Record<string, unknown>;
/** Whether one value of an event matches; undefined means that the event does not have it. */
type Test = (value: unknown) => boolean;

const deepest = 32;

function ofObject(pattern: Json, depth: number): Matches {
  if (depth > deepest) throw invalid('it is nested too deeply');
  const parts = Object.entries(pattern).map(([key, value]): Matches => {
    if (key === '$or' && Array.isArray(value)) {
      const branches = value.map((one) => {
        if (!isObject(one)) throw invalid('"$or" must contain objects');
        return ofObject(one, depth + 1);
      });
      return (event) => branches.some((branch) => branch(event));
    }
    if (Array.isArray(value)) return ofLeaf(key, value);
    if (!isObject(value)) throw invalid(`"${key}" must be an object or an array`);
    const inner = ofObject(value, depth + 1);
    return (event) => {
      const member = memberOf(event, key);
      return Array.isArray(member) ? member.some(inner) : inner(member);
    };
  });
  if (parts.length === 0) throw invalid('Empty objects are not allowed');
  return (event) => parts.every((part) => part(event));
}

function ofLeaf(key: string, list: readonly unknown[]): Matches {
  if (list.length === 0) throw invalid('Empty arrays are not allowed');
  const tests = list.map(testOf);
  return (event) => {
    const member = memberOf(event, key);
    const values: unknown[] = Array.isArray(member) && member.length > 0 ? member : [member];
    return tests.some((test) => values.some(test));
  };
}

function testOf(written: unknown): Test {
  if (!isObject(written)) {
    if (Array.isArray(written)) throw invalid('a value must not be an array');
    return (value) => value === written;
  }
  const name = keyOf(written);
  const make = Object.hasOwn(operators, name) ? operators[name] : undefined;
  if (!make || Object.keys(written).length > 1) {
    throw invalid(`Unrecognized match type ${name}`);
  }
  return make(written[name]);
}

const operators: Readonly<Record<string, (operand: unknown) => Test>> = {
  exists: (operand) => {
    if (typeof operand !== 'boolean') throw invalid('"exists" must be true or false');
    return (value) => (value !== undefined) === operand;
  },
  prefix: (operand) => ofText('prefix', operand, (text, part) => text.startsWith(part)),
  suffix: (operand) => ofText('suffix', operand, (text, part) => text.endsWith(part)),
  'equals-ignore-case': (operand) =>
    ofText('equals-ignore-case', operand, (text, part) => lower(text) === lower(part)),
  wildcard: (operand) => {
    const pattern = wildcardOf(operand);
    return (value) => typeof value === 'string' && matchesPattern(pattern, value);
  },
  numeric: ofNumbers,
  'anything-but': (operand) => {
    const refused = [operand].flat().map((one) => {
      if (isObject(one) && !/^(prefix|suffix|equals-ignore-case|wildcard)$/.test(keyOf(one))) {
        throw invalid('Unsupported anything-but pattern');
      }
      if (!isObject(one)) return [testOf(one)];
      return Object.values(one)
        .flat()
        .map((inner) => testOf({ [keyOf(one)]: inner }));
    });
    return (value) => value !== undefined && !refused.flat().some((test) => test(value));
  },
  cidr: () => {
    throw new ServiceError('NotInSandbox', 'The match type cidr is not supported by the sandbox');
  },
};

function ofText(
  name: string,
  operand: unknown,
  fits: (text: string, part: string) => boolean,
): Test {
  if (isObject(operand) && name !== 'equals-ignore-case') {
    const part = operand['equals-ignore-case'];
    if (typeof part !== 'string') throw invalid(`"${name}" must be a string`);
    return (value) => typeof value === 'string' && fits(lower(value), lower(part));
  }
  if (typeof operand !== 'string') throw invalid(`"${name}" must be a string`);
  return (value) => typeof value === 'string' && fits(value, operand);
}

/** `["=", 5]` or `[">", 0, "<=", 5]`. */
function ofNumbers(operand: unknown): Test {
  const list: unknown[] = Array.isArray(operand) ? operand : [];
  const tests: ((value: number) => boolean)[] = [];
  for (let at = 0; at < list.length; at += 2) {
    const compare = comparisons[String(list[at])];
    const limit = list[at + 1];
    if (!compare || typeof limit !== 'number') throw invalid('"numeric" is not valid');
    tests.push((value) => compare(value, limit));
  }
  if (tests.length === 0) throw invalid('"numeric" must be an array');
  return (value) => typeof value === 'number' && tests.every((test) => test(value));
}

const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

/** `*` is any text; `\*` and `\\` are literal. */
function wildcardOf(written: unknown): ReturnType<typeof plainPattern> {
  if (typeof written !== 'string') throw invalid('"wildcard" must be a string');
  const pieces = written.match(/\\[\\*]|[^]/g) ?? [];
  return pieces.flatMap((piece) =>
    piece === '*' ? plainPattern('*') : [piece.length > 1 ? piece.slice(1) : piece],
  );
}

const lower = (text: string): string => text.toLowerCase();

const keyOf = (one: Json): string => Object.keys(one)[0] ?? '';

function memberOf(event: unknown, key: string): unknown {
  return isObject(event) && Object.hasOwn(event, key) ? event[key] : undefined;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(reason: string): ServiceError {
  return new ServiceError(
    'InvalidEventPatternException',
    `Event pattern is not valid. Reason: ${reason}.`,
  );
}

import { fillIn, matchesPattern, patternOf, type Pattern, type Variables } from './wildcard.ts';

/**
 * What a request says about itself: condition keys in any case, with their value; a list for a key
 * that can have several.
 */
export type PolicyContext = Readonly<Record<string, string | readonly string[]>>;

/** Conditions of a statement: operator → condition key → wanted values. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** Whether IAM has a condition operator of this name, with its prefix and suffix if any. */
export function isConditionOperator(name: string): boolean {
  const { test, base } = parseOperator(name);
  return test !== undefined || base === 'null';
}

/** The condition keys of a request as policy variables: those with one value (IAM guide). */
export function variablesOf(context: PolicyContext): Variables {
  const values = byKey(context);
  return (key) => {
    const value = values.get(key.toLowerCase());
    return typeof value === 'string' ? value : undefined;
  };
}

/**
 * Whether every condition holds (IAM guide, "condition operators" and "single-valued vs. multivalued
 * context keys"). `variables` fill in policy variables, which are text without them.
 */
export function conditionsHold(
  conditions: Conditions,
  context: PolicyContext,
  variables?: Variables,
): boolean {
  const values = byKey(context);
  return Object.entries(conditions).every(([operator, wanted]) =>
    Object.entries(wanted).every(([key, list]) =>
      holds(operator, list, values.get(key.toLowerCase()), variables),
    ),
  );
}

// --- internal ---

type Test = (actual: string, wanted: string, variables: Variables | undefined) => boolean;

function byKey(context: PolicyContext): Map<string, string | readonly string[]> {
  return new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
}

function holds(
  operator: string,
  wanted: readonly string[],
  actual: string | readonly string[] | undefined,
  variables: Variables | undefined,
): boolean {
  const { base, test, negated, quantifier, ifExists } = parseOperator(operator);
  const missing = actual === undefined || (typeof actual !== 'string' && actual.length === 0);
  if (base === 'null') return wanted.some((one) => one.toLowerCase() === String(missing));
  if (!test) return false;
  if (missing) {
    if (ifExists || quantifier === 'forallvalues') return true;
    return negated && quantifier === undefined;
  }
  const matches = (value: string): boolean =>
    wanted.some((one) => test(value, one, variables)) !== negated;
  const values = typeof actual === 'string' ? [actual] : actual;
  if (quantifier === 'forallvalues') return values.every(matches);
  if (quantifier === 'foranyvalue') return values.some(matches);
  // A key with several values needs a set operator.
  return typeof actual === 'string' && matches(actual);
}

function parseOperator(name: string): {
  base: string;
  test: Test | undefined;
  negated: boolean;
  quantifier: 'foranyvalue' | 'forallvalues' | undefined;
  ifExists: boolean;
} {
  const match = /^(?:(foranyvalue|forallvalues):)?([a-z]+?)(ifexists)?$/.exec(name.toLowerCase());
  const base = match?.[2] ?? '';
  const negated = negations.get(base);
  return {
    base,
    test: tests.get(negated ?? base),
    negated: negated !== undefined,
    quantifier: match?.[1] as 'foranyvalue' | 'forallvalues' | undefined,
    ifExists: match?.[3] !== undefined,
  };
}

/** Both sides have the six parts of an ARN, and each part matches by itself. */
function arnMatches(actual: string, wanted: string, variables: Variables | undefined): boolean {
  const pattern = patternOf(wanted, variables);
  if (!pattern) return false;
  const parts = cutArn(actual.split('')).map((part) => part.join(''));
  return cutArn(pattern).every((part, index) => matchesPattern(part, parts[index] ?? ''));
}

/** Cuts at the first five colons. */
function cutArn<T extends Pattern[number]>(units: readonly T[]): T[][] {
  const parts: T[][] = [[]];
  for (const unit of units) {
    if (unit === ':' && parts.length < 6) parts.push([]);
    else parts.at(-1)?.push(unit);
  }
  while (parts.length < 6) parts.push([]);
  return parts;
}

/** Whether an address is the wanted one, or in the wanted range. */
function inRange(actual: string, wanted: string): boolean {
  const [first = '', length] = wanted.split('/');
  const [address, range] = [bitsOf(actual), bitsOf(first)];
  if (!address || address.length !== range?.length) return false;
  const bits = length === undefined ? address.length : Number(length);
  return address.slice(0, bits) === range.slice(0, bits);
}

/** An IP address as 32 or 128 binary digits. */
function bitsOf(address: string): string | undefined {
  const binary = (parts: string[], base: number, width: number): string =>
    parts.map((part) => parseInt(part, base).toString(2).padStart(width, '0')).join('');
  if (/^(\d{1,3}\.){3}\d{1,3}$/.test(address)) return binary(address.split('.'), 10, 8);
  const [head = '', tail, more] = address.split('::');
  const groups = (text = ''): string[] => (text === '' ? [] : text.split(':'));
  const zeros = 8 - groups(head).length - groups(tail).length;
  if (more !== undefined || (tail === undefined ? zeros !== 0 : zeros < 1)) return undefined;
  const all = [...groups(head), ...Array<string>(zeros).fill('0'), ...groups(tail)];
  return all.every((group) => /^[0-9a-f]{1,4}$/i.test(group)) ? binary(all, 16, 16) : undefined;
}

function ordered(prefix: string, read: (text: string) => number): [string, Test][] {
  const compare = (test: (a: number, b: number) => boolean): Test => {
    return (actual, wanted) => test(read(actual), read(wanted));
  };
  return [
    [`${prefix}equals`, compare((a, b) => a === b)],
    [`${prefix}lessthan`, compare((a, b) => a < b)],
    [`${prefix}lessthanequals`, compare((a, b) => a <= b)],
    [`${prefix}greaterthan`, compare((a, b) => a > b)],
    [`${prefix}greaterthanequals`, compare((a, b) => a >= b)],
  ];
}

const equalsInAnyCase: Test = (actual, wanted, variables) =>
  actual.toLowerCase() === fillIn(wanted, variables)?.toLowerCase();

const tests = new Map<string, Test>([
  ['stringequals', (actual, wanted, variables) => actual === fillIn(wanted, variables)],
  ['stringequalsignorecase', equalsInAnyCase],
  [
    'stringlike',
    (actual, wanted, variables) => {
      const pattern = patternOf(wanted, variables);
      return pattern !== undefined && matchesPattern(pattern, actual);
    },
  ],
  ['arnequals', arnMatches],
  ['arnlike', arnMatches],
  ['binaryequals', (actual, wanted) => actual === wanted],
  ['bool', equalsInAnyCase],
  ['ipaddress', inRange],
  ...ordered('numeric', (text) => (text.trim() === '' ? NaN : Number(text))),
  ...ordered('date', (text) => (/^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text))),
]);

/** Operators that hold where another one does not. */
const negations: ReadonlyMap<string, string> = new Map([
  ['stringnotequals', 'stringequals'],
  ['stringnotequalsignorecase', 'stringequalsignorecase'],
  ['stringnotlike', 'stringlike'],
  ['arnnotequals', 'arnequals'],
  ['arnnotlike', 'arnlike'],
  ['notipaddress', 'ipaddress'],
  ['numericnotequals', 'numericequals'],
  ['datenotequals', 'dateequals'],
]);

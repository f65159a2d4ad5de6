import { matchesWildcard } from './wildcard.ts';

/** What a request says about itself: condition keys in any case, with one value or several. */
export type PolicyContext = Readonly<Record<string, string | readonly string[]>>;

/** Conditions of a statement: operator → condition key → wanted values. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** Whether IAM has a condition operator of this name, with its prefix and suffix if any. */
export function isConditionOperator(name: string): boolean {
  const { base } = parseOperator(name);
  return base === 'null' || base === 'ipaddress' || tests.has(base);
}

/**
 * Whether every condition holds. Operators that are not evaluated here (`IpAddress`) count as not
 * met. Policy variables (`${aws:…}`) are read as plain text.
 */
export function conditionsHold(conditions: Conditions, context: PolicyContext): boolean {
  const values = new Map(
    Object.entries(context).map(([key, value]) => [
      key.toLowerCase(),
      typeof value === 'string' ? [value] : value,
    ]),
  );
  return Object.entries(conditions).every(([operator, wanted]) =>
    Object.entries(wanted).every(([key, list]) =>
      holds(operator, list, values.get(key.toLowerCase())),
    ),
  );
}

// --- internal ---

type Test = (actual: string, wanted: string) => boolean;

function holds(
  operator: string,
  wanted: readonly string[],
  actual: readonly string[] | undefined,
): boolean {
  const { base, negated, quantifier, ifExists } = parseOperator(operator);
  if (base === 'null') return wanted.includes(String(actual === undefined));
  if (actual === undefined) {
    if (ifExists || quantifier === 'forallvalues') return true;
    return negated && quantifier === undefined;
  }
  const test = tests.get(base);
  if (!test) return false;
  const matches = (value: string): boolean => wanted.some((one) => test(value, one)) !== negated;
  if (quantifier === 'forallvalues') return actual.every(matches);
  if (quantifier === 'foranyvalue' || !negated) return actual.some(matches);
  return actual.every(matches);
}

function parseOperator(name: string): {
  base: string;
  negated: boolean;
  quantifier: 'foranyvalue' | 'forallvalues' | undefined;
  ifExists: boolean;
} {
  const match = /^(?:(foranyvalue|forallvalues):)?([a-z]+?)(ifexists)?$/.exec(name.toLowerCase());
  const written = match?.[2] ?? '';
  const base = written.replace('not', '');
  return {
    base,
    negated: base !== written,
    quantifier: match?.[1] as 'foranyvalue' | 'forallvalues' | undefined,
    ifExists: match?.[3] !== undefined,
  };
}

/** Both sides have the six parts of an ARN, and each part matches by itself. */
function arnMatches(actual: string, wanted: string): boolean {
  const [parts, patterns] = [actual, wanted].map((arn) => {
    const cut = arn.split(':');
    return [...cut.slice(0, 5), cut.slice(5).join(':')];
  }) as [string[], string[]];
  return patterns.every((pattern, index) => matchesWildcard(pattern, parts[index] ?? ''));
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

const equalsInAnyCase: Test = (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase();

const tests = new Map<string, Test>([
  ['stringequals', (actual, wanted) => actual === wanted],
  ['stringequalsignorecase', equalsInAnyCase],
  ['stringlike', (actual, wanted) => matchesWildcard(wanted, actual)],
  ['arnequals', arnMatches],
  ['arnlike', arnMatches],
  ['binaryequals', (actual, wanted) => actual === wanted],
  ['bool', equalsInAnyCase],
  ...ordered('numeric', Number),
  ...ordered('date', (text) => (/^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text))),
]);

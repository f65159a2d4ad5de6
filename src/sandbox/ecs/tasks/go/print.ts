import type { GoValue } from './unmarshal.ts';

/** Prints a value as `fmt.Sprintf("%v", value)` does (Go, fmt and internal/fmtsort). */
export function printValue(value: GoValue): string {
  let printed = '';
  // What is left of the containers that are open: Go's recursion would be too deep here.
  const open: Iterator<[before: string, member: GoValue], undefined>[] = [];
  const begin = (one: GoValue): void => {
    if (typeof one !== 'object' || one === null) {
      printed += typeof one === 'number' ? printFloat(one) : one === null ? '<nil>' : String(one);
      return;
    }
    printed += Array.isArray(one) ? '[' : 'map[';
    open.push(Array.isArray(one) ? elements(one) : entries(one));
  };
  begin(value);
  for (let container = open.at(-1); container; container = open.at(-1)) {
    const next = container.next();
    if (next.value === undefined) {
      printed += ']';
      open.pop();
      continue;
    }
    const [before, member] = next.value;
    printed += before;
    begin(member);
  }
  return printed;
}

// --- internal ---

function* elements(list: readonly GoValue[]): Generator<[string, GoValue], undefined> {
  for (const [index, one] of list.entries()) yield [index === 0 ? '' : ' ', one];
}

function* entries(map: ReadonlyMap<string, GoValue>): Generator<[string, GoValue], undefined> {
  let space = '';
  for (const [key, one] of [...map].sort(([a], [b]) => compareCodePoints(a, b))) {
    yield [`${space}${key}:`, one];
    space = ' ';
  }
}

/** Orders by code points, which is the order of UTF-8 bytes. */
function compareCodePoints(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  const at = left.findIndex((character, index) => character !== right[index]);
  if (at === -1) return left.length - right.length;
  return (left[at]?.codePointAt(0) ?? 0) - (right[at]?.codePointAt(0) ?? -1);
}

/** A float64 in format `g` with as few digits as identify it (strconv, `formatDigits`). */
function printFloat(value: number): string {
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const [, whole = '', fraction = '', exponent = ''] =
    /^(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(Math.abs(value).toExponential()) ?? [];
  const digits = whole + fraction;
  const power = Number(exponent);
  if (power < -4 || power >= 6) {
    const size = String(Math.abs(power)).padStart(2, '0');
    return `${sign}${whole}${fraction && `.${fraction}`}e${power < 0 ? '-' : '+'}${size}`;
  }
  if (power < 0) return `${sign}0.${'0'.repeat(-power - 1)}${digits}`;
  const padded = digits.padEnd(power + 1, '0');
  const after = padded.slice(power + 1);
  return `${sign}${padded.slice(0, power + 1)}${after && `.${after}`}`;
}

/**
 * A range of IPv4 addresses: its first address as a number, and the length of its prefix in bits.
 */
export interface Range {
  first: number;
  bits: number;
}

/** Parses `10.0.0.0/16`; undefined if it is not such a range. */
export function parseRange(text: string): Range | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (!match) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, bits = 0] = match.slice(1).map(Number);
  if ([a, b, c, d].some((part) => part > 255) || bits > 32) return undefined;
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  return { first: address - (address % sizeOf(bits)), bits };
}

/** Whether a range contains an address, given as a number. */
export function holds({ first, bits }: Range, address: number): boolean {
  return address >= first && address < first + sizeOf(bits);
}

/** Whether a range is within another. */
export function lies(inner: Range, outer: Range): boolean {
  return inner.bits >= outer.bits && holds(outer, inner.first);
}

/** The number of addresses in a range with this prefix length. */
export function sizeOf(bits: number): number {
  return 2 ** (32 - bits);
}

/** An address in dotted notation. */
export function addressText(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

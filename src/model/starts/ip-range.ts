/**
 * A range of IPv4 addresses: its first address as a number, and the length of its prefix in bits.
 */
export interface IpRange {
  first: number;
  bits: number;
}

/** Parses `10.0.0.0/16`; undefined for anything else, including IPv6. */
export function parseIpRange(text: string): IpRange | undefined {
  const [, address = '', length = ''] = /^([\d.]+)\/(\d{1,2})$/.exec(text) ?? [];
  const parts = address.split('.').map(Number);
  const bits = Number(length);
  if (parts.length !== 4 || !parts.every((part) => part <= 255) || bits > 32) return undefined;
  const number = parts.reduce((sum, part) => sum * 256 + part, 0);
  return { first: number - (number % 2 ** (32 - bits)), bits };
}

/** Whether a range is entirely within another. */
export function covers(outer: IpRange, inner: IpRange): boolean {
  return outer.bits <= inner.bits && overlap(outer, inner);
}

/** Whether two ranges overlap. */
export function overlap(one: IpRange, other: IpRange): boolean {
  const size = 2 ** (32 - Math.min(one.bits, other.bits));
  return Math.floor(one.first / size) === Math.floor(other.first / size);
}

/** Whether all addresses of a range are private (RFC 1918, RFC 6598). */
export function isPrivate(range: IpRange): boolean {
  return privateRanges.some((outer) => covers(outer, range));
}

// --- internal ---

const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'].flatMap(
  (text) => parseIpRange(text) ?? [],
);

import { nul, type Line } from './line.ts';

/** A record of CSV (RFC 4180), every field in quotes. */
export function csvLine(name: string, value: string): Line {
  if (value.includes('\0')) return nul;
  return { text: `${quoted(name)},${quoted(value)}` };
}

/** A line of tab-separated values, which have no quotes. */
export function tsvLine(name: string, value: string): Line {
  if (value.includes('\0')) return nul;
  if (/[\t\r\n]/.test(`${name}${value}`)) return { refused: 'it has a tab or several lines' };
  return { text: `${name}\t${value}` };
}

// --- internal ---

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

import type { Line } from './line.ts';

/** A line of Java properties, in ASCII (`java.util.Properties.store`). */
export function propertiesLine(name: string, value: string): Line {
  return {
    text: `${escaped(name).replace(/[ =:#!]/g, '\\$&')}=${escaped(value).replace(/^ /, '\\ ')}`,
  };
}

// --- internal ---

function escaped(text: string): string {
  return text.replace(/[^ -[\]-~]/g, (one) => {
    if (one === '\\') return '\\\\';
    return named[one] ?? `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

const named: Partial<Record<string, string>> = {
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\f': '\\f',
};

import { commandLine } from '../shell.ts';
import { isPinned, type Reference } from '../secrets/reference.ts';
import { shortReference } from './declared.ts';

/** A secret without a value in one environment. */
export interface Unfilled {
  variable: string;
  reference: Reference;
}

/**
 * The commands that store values for these, one for each variable where its references differ in one
 * part only: `ecs-secrets put '/shop/{staging,prod}/db'`. None for a version of a secret, and for an
 * ARN of a secret, which AWS chooses.
 */
export function fillingCommands(unfilled: readonly Unfilled[]): string[] {
  const byVariable = new Map<string, Set<string>>();
  for (const { variable, reference } of unfilled.filter(({ reference: one }) => isSettable(one))) {
    const written = byVariable.get(variable) ?? new Set();
    byVariable.set(variable, written.add(shortReference(reference)));
  }
  const arguments_ = [...byVariable.values()].flatMap((written) => {
    const braced = inBraces([...written]);
    return braced === undefined ? [...written] : [braced];
  });
  return [...new Set(arguments_)].map((one) => commandLine(['ecs-secrets', 'put', one]));
}

// --- internal ---

function isSettable(reference: Reference): boolean {
  if (reference.store === 'parameter-store') return true;
  return reference.scope === undefined && !isPinned(reference) && !reference.versionStage;
}

/** The texts as one with `{a,b}`; undefined if more than one of their parts differs. */
function inBraces(texts: readonly string[]): string | undefined {
  const [first = [], ...others] = texts.map((text) => text.split(/(?<=[/:])|(?=[/:])/));
  if (others.length === 0) return first.join('');
  const differs = first.map((part, at) => others.some((other) => other[at] !== part));
  const [at, ...more] = differs.flatMap((one, index) => (one ? [index] : []));
  const isOne = at !== undefined && more.length === 0;
  if (!isOne || others.some((other) => other.length !== first.length)) return undefined;
  const parts = [first, ...others].map((one) => one[at] ?? '');
  return [...first.slice(0, at), `{${parts.join(',')}}`, ...first.slice(at + 1)].join('');
}

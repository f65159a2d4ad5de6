import { normalForm } from './task-definition-equal.ts';
import type { TaskDefinition } from './task-definition.ts';

/**
 * What differs between two task definitions, a line each: `+ PLACE: NEW`, `- PLACE: OLD`,
 * `~ PLACE: OLD -> NEW`. Containers, variables and other named entries are matched by name.
 * Values that may be secret (variables, commands, labels, options) are never shown.
 */
export function diffTaskDefinitions(
  before: TaskDefinition | undefined,
  after: TaskDefinition,
): string[] {
  const a = new Map(before ? leaves(normalForm(before), '') : []);
  const b = new Map(leaves(normalForm(after), ''));
  const places = [...new Set([...a.keys(), ...b.keys()])].sort();
  return places.flatMap((place) => {
    const [old, now] = [a.get(place), b.get(place)];
    if (old === now) return [];
    if (old === undefined) return [`+ ${place}${shown(place, now, ': ')}`];
    if (now === undefined) return [`- ${place}${shown(place, old, ': ')}`];
    const values = isOpen(place) ? `: ${old} -> ${now}` : ' (value not shown)';
    return [`~ ${place}${values}`];
  });
}

// --- internal ---

/** Members whose values say nothing secret. */
const open =
  /(^|\.)(image|cpu|memory|memoryReservation|family|networkMode|executionRoleArn|taskRoleArn|valueFrom|essential|logDriver|requiresCompatibilities|operatingSystemFamily|cpuArchitecture|containerPort|hostPort|protocol|credentialsParameter)(\[|$)/;

/** Labels and options have any names, those of open members too. */
const named = /\.(?:dockerLabels|options|environment|command|entryPoint)(?:\.|\[|$)/;

function isOpen(place: string): boolean {
  return open.test(place) && !named.test(place);
}

function shown(place: string, value: string | undefined, before: string): string {
  return isOpen(place) ? `${before}${value ?? ''}` : '';
}

/** Every text, number and truth value with its place. */
function leaves(value: unknown, place: string): [string, string][] {
  if (Array.isArray(value)) {
    return value.flatMap((entry: unknown, index) =>
      leaves(entry, `${place}[${nameOf(entry, index)}]`),
    );
  }
  if (typeof value !== 'object' || value === null) return [[place, String(value)]];
  return Object.entries(value).flatMap(([key, member]: [string, unknown]) => {
    // The name is in the place already.
    if (key === 'name' && place.endsWith(']')) return [];
    return leaves(member, place === '' ? key : `${place}.${key}`);
  });
}

function nameOf(entry: unknown, index: number): string {
  const { name, key } = (entry ?? {}) as { name?: unknown; key?: unknown };
  const own = typeof name === 'string' ? name : key;
  return typeof own === 'string' ? own : String(index);
}

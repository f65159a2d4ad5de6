import {
  definitionTexts,
  placeOf,
  serviceConnectTexts,
  type DefinitionText,
  type TextKind,
} from './definition-texts.ts';
import { commonWords } from '../secrets/secret-names.ts';
import { isAtLeast, suspect } from '../secrets/plaintext-secrets.ts';
import type { Suspicion } from '../secrets/secret-shapes.ts';
import type { TaskDefinition } from './task-definition.ts';

/** A text of a task definition that looks like a secret. Holds nothing of its value. */
export interface PlaintextFinding extends Suspicion {
  /** Empty for Service Connect. */
  container: string;
  placeKind: TextKind;
  /** Where it stands, e.g. `containerDefinitions[1].environment[0].value`. */
  place: string;
  /** The same as a path. */
  path: readonly (string | number)[];
  /** Variable, label, option; of a flag its common words. Empty for what has none in a command. */
  name: string;
  /** Of the value, in characters. */
  length: number;
}

/** Everything in a task definition that looks like a secret, in order. */
export function plaintextIn(definition: TaskDefinition): PlaintextFinding[] {
  return suspicious(definitionTexts(definition));
}

/** The same in the log options of Service Connect, which stand on a service. */
export function plaintextOfServiceConnect(
  options: Readonly<Record<string, string>>,
): PlaintextFinding[] {
  return suspicious(serviceConnectTexts(options));
}

/**
 * What a finding is known by from run to run, for a baseline: where it stands, never what. `origin` is
 * the family or the file. Revisions share it, and so does a value that changes.
 */
export function fingerprintOf(
  origin: string,
  { container, placeKind, name, kind }: PlaintextFinding,
): string {
  return [origin, container, placeKind, name === '' ? `(${kind})` : name].join(':');
}

// --- internal ---

function suspicious(texts: readonly DefinitionText[]): PlaintextFinding[] {
  const places = new Map<string, PlaintextFinding[]>();
  for (const text of texts) {
    const suspicion = suspect(text.name, text.value);
    if (!suspicion) continue;
    const place = placeOf(text.path);
    places.set(place, [...(places.get(place) ?? []), findingOf(text, place, suspicion)]);
  }
  return [...places.values()].flatMap(distinct);
}

function findingOf(
  { container, kind: placeKind, path, name: written, value }: DefinitionText,
  place: string,
  suspicion: Suspicion,
): PlaintextFinding {
  const name = /command$|entryPoint/.test(placeKind) ? commonWords(written) : written;
  return { container, placeKind, place, path, name, length: value.length, ...suspicion };
}

/** One finding for each name and place; a whole command only if none of its names is a finding. */
function distinct(found: readonly PlaintextFinding[]): PlaintextFinding[] {
  const byName = new Map<string, PlaintextFinding>();
  for (const one of found) {
    const other = byName.get(one.name);
    if (!other || !isAtLeast(other.confidence, one.confidence)) byName.set(one.name, one);
  }
  const whole = byName.get('');
  const isTold =
    byName.size > 1 &&
    whole !== undefined &&
    (/ by name$|^connection string/.test(whole.kind) ||
      [...byName.values()].some((one) => one !== whole && one.kind === whole.kind));
  if (isTold) byName.delete('');
  return [...byName.values()];
}

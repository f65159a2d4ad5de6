import { definitionTexts, placeOf } from './definition-texts.ts';
import { plaintextIn } from './plaintext-findings.ts';
import { isAtLeast } from '../secrets/plaintext-secrets.ts';
import type { TaskDefinition } from './task-definition.ts';

/** What is printed instead of a plain value that looks like a secret. */
const hiddenPlaintext = '(hidden: looks like a secret)';

/**
 * A copy of a task definition to be printed: every text that is warned of as a secret (confidence
 * medium or high) is hidden, and so is every other text that has the same in it. `hidden` is how many.
 */
export function hidePlaintext(definition: TaskDefinition): {
  shown: TaskDefinition;
  hidden: number;
} {
  const found = plaintextIn(definition).filter(({ confidence }) => isAtLeast(confidence, 'medium'));
  const warned = new Set(found.map(({ place }) => place));
  const texts = definitionTexts(definition).map((text) => ({ ...text, place: placeOf(text.path) }));
  const secrets = texts
    .filter(({ place, value }) => warned.has(place) && value.length >= 8)
    .map(({ value }) => value);
  const hidden = new Map(
    texts
      .filter(({ place, value }) => warned.has(place) || secrets.some((one) => value.includes(one)))
      .map(({ place, path }) => [place, path]),
  );
  const shown = structuredClone(definition);
  for (const path of hidden.values()) setAt(shown, path);
  return { shown, hidden: hidden.size };
}

/** Where a task definition has what was printed in place of a value, e.g. `containerDefinitions[0].command[1]`. */
export function hiddenPlaces(definition: TaskDefinition): string[] {
  const places = definitionTexts(definition)
    .filter(({ value }) => value === hiddenPlaintext)
    .map(({ path }) => placeOf(path));
  return [...new Set(places)];
}

// --- internal ---

function setAt(document: unknown, path: readonly (string | number)[]): void {
  let parent = document as Record<string | number, unknown>;
  for (const part of path.slice(0, -1)) parent = parent[part] as typeof parent;
  parent[path.at(-1) ?? ''] = hiddenPlaintext;
}

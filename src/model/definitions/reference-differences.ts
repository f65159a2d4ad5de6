import { secretUses, type SecretUse } from './secret-uses.ts';
import type { TaskDefinition } from './task-definition.ts';

/** A place of a task definition that refers to a secret. */
export type ReferencePlace = Pick<SecretUse, 'container' | 'kind' | 'name' | 'valueFrom'>;

/** How two revisions differ in their references and images. */
export interface ReferenceDifferences {
  added: ReferencePlace[];
  removed: ReferencePlace[];
  /** The same place refers to something else; `before` is the earlier `valueFrom`. */
  changed: (ReferencePlace & { before: string })[];
  /** Containers whose image changed. */
  images: { container: string; before: string; image: string }[];
}

/** What changed from one revision to the next in its references to secrets and its images. */
export function referenceDifferences(
  before: TaskDefinition,
  after: TaskDefinition,
): ReferenceDifferences {
  const old = secretUses(before).map(placeOf);
  const now = secretUses(after).map(placeOf);
  const gone = without(old, now);
  const fresh = without(now, old);
  const changed: ReferenceDifferences['changed'] = [];
  const added = fresh.filter((place) => {
    const at = gone.findIndex((one) => keyOf(one) === keyOf(place));
    const [earlier] = at < 0 ? [] : gone.splice(at, 1);
    if (!earlier) return true;
    changed.push({ ...place, before: earlier.valueFrom });
    return false;
  });
  const images = new Map(before.containerDefinitions.map(({ name, image }) => [name, image]));
  return {
    added,
    removed: gone,
    changed,
    images: after.containerDefinitions.flatMap(({ name: container, image = '' }) => {
      const earlier = images.get(container);
      return earlier === undefined || earlier === image
        ? []
        : [{ container, before: earlier, image }];
    }),
  };
}

// --- internal ---

function placeOf({ container, kind, name, valueFrom }: SecretUse): ReferencePlace {
  return { container, kind, name, valueFrom };
}

function keyOf({ container, kind, name }: ReferencePlace): string {
  return JSON.stringify([container, kind, name]);
}

/** Those of the places that the others do not have. */
function without(places: readonly ReferencePlace[], others: readonly ReferencePlace[]) {
  const known = new Set(others.map((one) => JSON.stringify(one)));
  return places.filter((one) => !known.has(JSON.stringify(one)));
}

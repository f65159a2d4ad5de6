import { formatReference, type Reference } from './reference.ts';

/**
 * What a secret lacks that a reference reads, by its staging labels: `value`, or the label in the
 * reference. Undefined if nothing is missing, and for a version named by its ID alone, which may have
 * no label.
 */
export function missingVersion(
  reference: Reference,
  stages: Readonly<Record<string, readonly string[]>>,
): string | undefined {
  if (reference.store === 'parameter-store') return undefined;
  const { versionId, versionStage, versionStage: stage = 'AWSCURRENT' } = reference;
  if (versionId) {
    const labels = stages[versionId];
    return versionStage && labels?.includes(versionStage) === false ? versionStage : undefined;
  }
  const has = (label: string): boolean =>
    Object.values(stages).some((labels) => labels.includes(label));
  if (has(stage)) return undefined;
  return has('AWSCURRENT') ? stage : 'value';
}

/**
 * The message for a reference that a task cannot read because of `missingVersion`; undefined if
 * none.
 */
export function missingVersionWarning(
  reference: Reference,
  stages: Readonly<Record<string, readonly string[]>>,
): string | undefined {
  const missing = missingVersion(reference, stages);
  if (missing === undefined || reference.store === 'parameter-store') return undefined;
  const written = formatReference({ ...reference, versionStage: '', versionId: '' });
  return missing === 'value'
    ? `${written} has no value yet, so no task can start; ecs-secrets put ${written} stores one`
    : `${written} has no version ${reference.versionId ? `${reference.versionId} ` : ''}at the stage ${missing}, so no task can start`;
}

import type { Scope } from '../../secrets/partition.ts';
import { formatReference, type Reference, type SecretReference } from '../../secrets/reference.ts';
import { commandLine } from '../../shell.ts';
import { useWords, type SecretUse } from '../../definitions/secret-uses.ts';
import type { Step, UseFact, ValueFact } from './facts.ts';

/** A use for people: `web DATABASE_PASSWORD`. */
export function subjectOf({ use }: UseFact): string {
  return useWords(use).join(' ');
}

/** The step that changes the reference of a use; none if `register` has no option for it. */
export function referTo({ container, kind, name }: SecretUse, ref: string): Step[] {
  if (kind !== 'secrets' && kind !== 'secretOptions') return [];
  const option = kind === 'secrets' ? '--secret' : '--secret-option';
  return [{ register: [option, `${container}:${name}=${ref}`] }];
}

/** A command of this tool about one secret, in its region. */
export function aboutSecret(command: string, reference: Reference, here: Scope): string {
  const named = byName(reference, reference.store === 'parameter-store' || command === 'put');
  const region = reference.scope?.region ?? here.region;
  return commandLine([
    'ecs-secrets',
    command,
    formatReference(named),
    ...(region === here.region ? [] : ['--region', region]),
  ]);
}

/** Whether it belongs to another account or partition, where nothing can be stored from here. */
export function isForeign({ scope }: Reference, here: Scope): boolean {
  return (
    scope !== undefined && (scope.account !== here.account || scope.partition !== here.partition)
  );
}

/**
 * A reference that finds a recreated secret: by its name, because the 6 characters at the end of
 * its ARN change; in another region by its partial ARN, because there is no shorter form.
 */
export function madeAnew(reference: Reference, here: Scope): string {
  const named = byName(reference, true);
  const { scope } = reference;
  return formatReference(scope && scope.region !== here.region ? { ...named, scope } : named);
}

/** The part of a reference after the secret's name. */
interface Suffix {
  jsonKey?: string | undefined;
  stage?: string | undefined;
  versionId?: string | undefined;
}

/** The reference with a different suffix after the secret's name. */
export function withSuffix(
  reference: SecretReference,
  { jsonKey, stage, versionId }: Suffix,
): string {
  const { name, scope } = reference;
  return formatReference({
    store: 'secrets-manager',
    name,
    ...(scope && { scope }),
    ...(jsonKey && { jsonKey }),
    ...(stage && { versionStage: stage }),
    ...(versionId && { versionId }),
  });
}

/**
 * The suffix of a reference without its known errors. Every fix with a new reference uses it, so
 * that several findings of one use result in the same edit.
 */
export function soundSuffix({ secret }: UseFact, reference: SecretReference): Suffix {
  const { jsonKey, versionStage, versionId } = reference;
  if (secret.state !== 'found') return { jsonKey, stage: versionStage, versionId };
  const { stages, unlabelled, value } = secret;
  const isThere = (id: string): boolean => !stages || id in stages || unlabelled.includes(id);
  const labels = new Set(
    versionId && isThere(versionId) ? stages?.[versionId] : Object.values(stages ?? {}).flat(),
  );
  return {
    jsonKey: soundKey(jsonKey, value),
    ...(versionStage && (!stages || labels.has(versionStage)) && { stage: versionStage }),
    ...(versionId && isThere(versionId) && { versionId }),
  };
}

// --- internal ---

/** The reference without its ARN; `withKey` keeps the JSON key. */
function byName(reference: Reference, withKey: boolean): Reference {
  const { store, name } = reference;
  if (store === 'parameter-store') return { store, name };
  const base = reference.scope ? name.replace(/-[A-Za-z0-9]{6}$/, '') : name;
  const { jsonKey } = reference;
  return { store, name: base, ...(withKey && jsonKey && { jsonKey }) };
}

/** The key of the value that differs only in case, if there is no exact match. */
function soundKey(jsonKey: string | undefined, value: ValueFact): string | undefined {
  if (jsonKey === undefined || value.state === 'text') return undefined;
  if (value.state !== 'object') return jsonKey;
  const names = value.keys.map(({ name }) => name);
  if (names.includes(jsonKey)) return jsonKey;
  return names.find((name) => name.toLowerCase() === jsonKey.toLowerCase()) ?? jsonKey;
}

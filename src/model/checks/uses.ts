import type { Scope } from '../partition.ts';
import { formatReference, type Reference, type SecretReference } from '../reference.ts';
import { commandLine } from '../shell.ts';
import type { SecretUse } from '../task-definition.ts';
import type { Step, UseFact } from './facts.ts';

/** A use for people: `web DATABASE_PASSWORD`. */
export function subjectOf({ use }: UseFact): string {
  return `${use.container} ${use.name || use.kind}`;
}

/** The step that makes a use refer to something else; none for what `register` has no option for. */
export function referTo({ container, kind, name }: SecretUse, ref: string): Step[] {
  if (kind === 'repositoryCredentials') return [];
  const option = kind === 'secrets' ? '--secret' : '--secret-option';
  return [{ register: [option, `${container}:${name}=${ref}`] }];
}

/** A command of this tool about one secret, in the region where it is. */
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

/**
 * What finds a secret again that has been made anew: by its name, as the six characters at the end of
 * its ARN are others then; by its partial ARN in another region, which has no shorter form.
 */
export function madeAnew(reference: Reference, here: Scope): string {
  const named = byName(reference, true);
  const { scope } = reference;
  return formatReference(scope && scope.region !== here.region ? { ...named, scope } : named);
}

/** The reference with other parts after the secret's name. */
export function withSuffix(
  reference: SecretReference,
  { jsonKey, stage }: { jsonKey?: string | undefined; stage?: string | undefined },
): string {
  const { name, scope } = reference;
  return formatReference({
    store: 'secrets-manager',
    name,
    ...(scope && { scope }),
    ...(jsonKey && { jsonKey }),
    ...(stage && { versionStage: stage }),
  });
}

// --- internal ---

/** Without its ARN; `withKey` keeps the JSON key. */
function byName(reference: Reference, withKey: boolean): Reference {
  const { store, name } = reference;
  if (store === 'parameter-store') return { store, name };
  const base = reference.scope ? name.replace(/-[A-Za-z0-9]{6}$/, '') : name;
  const { jsonKey } = reference;
  return { store, name: base, ...(withKey && jsonKey && { jsonKey }) };
}

import type { Aws } from '../../aws/index.ts';
import type { ParameterStore } from '../../aws/parameter-store.ts';
import type { SecretsManager } from '../../aws/secrets-manager.ts';
import { CliError } from '../../errors.ts';
import {
  formatReference,
  isProvidedByAws,
  lookupId,
  type ParameterReference,
  type Reference,
  type SecretReference,
} from '../../model/secrets/reference.ts';
import { missingVersion } from '../../model/secrets/secret-versions.ts';
import { ifAllowed } from '../if-allowed.ts';

/** The error for a secret that does not exist, with the region and account that were searched. */
export async function secretNotFound(aws: Aws, reference: Reference): Promise<CliError> {
  if (reference.store === 'parameter-store' && isProvidedByAws(reference)) {
    return notListed(reference);
  }
  const where = await placeOf(aws, reference);
  const store = reference.store === 'secrets-manager' ? 'sm:' : '/';
  return new CliError(
    'secret-not-found',
    `there is no secret ${formatReference(reference)}${where}`,
    { hint: `to list the secrets: ecs-secrets list ${store}` },
  );
}

/** The error for a parameter provided by AWS: DescribeParameters does not list these. */
export function notListed(reference: ParameterReference): CliError {
  return new CliError(
    'not-listed',
    `AWS does not list the parameters that it provides, such as ${formatReference(reference)}`,
    { hint: `ecs-secrets get ${formatReference(reference)} --reveal reads it` },
  );
}

/** The place where a secret was searched, as a suffix for errors: ` (account …, region …)`. */
export async function placeOf(aws: Aws, { scope }: Pick<Reference, 'scope'>): Promise<string> {
  // A caller without permission for STS still gets the error.
  return shownPlace(scope ?? (await aws.caller().catch(() => undefined)));
}

/** The same for a known place; empty for an unknown one. */
export function shownPlace(at: { account: string; region: string } | undefined): string {
  return at ? ` (account ${at.account}, region ${at.region})` : '';
}

/**
 * The error for a value that AWS did not find. AWS returns the same error for a secret that does
 * not exist, for one without a value, and for one without the version in the reference.
 */
export async function valueNotFound(
  aws: Aws,
  manager: SecretsManager,
  reference: SecretReference,
): Promise<CliError> {
  const found = await ifAllowed(manager.describe(lookupId(reference)));
  const written = formatReference({ ...reference, versionStage: '', versionId: '' });
  if (found === 'denied') {
    return new CliError('secret-not-found', `${written} does not exist, or has no value`, {
      hint: 'allow secretsmanager:DescribeSecret to see which',
    });
  }
  if (!found) return secretNotFound(aws, reference);
  const missing = missingVersion(reference, found.stages);
  return missing === 'value'
    ? new CliError('no-value', `the secret ${written} has no value`, {
        hint: `ecs-secrets put ${written} stores one`,
      })
    : new CliError(
        'version-not-found',
        `the secret ${written} has no version ${versionWords(reference)}`,
        { hint: `ecs-secrets history ${written} lists its versions` },
      );
}

/** The error for a version or label of a parameter that AWS did not find. */
export async function parameterVersionNotFound(
  aws: Aws,
  store: ParameterStore,
  reference: ParameterReference,
  version: string,
): Promise<CliError> {
  const written = formatReference(reference);
  const found = await ifAllowed(store.describe([reference.name]));
  if (found !== 'denied' && !found.has(reference.name)) return secretNotFound(aws, reference);
  return new CliError(
    'version-not-found',
    `the parameter ${written} has no version or label ${version}`,
    { hint: `ecs-secrets history ${written} lists its versions` },
  );
}

// --- internal ---

function versionWords({ versionId, versionStage }: SecretReference): string {
  if (versionId === undefined) return versionStage ?? 'AWSCURRENT';
  return versionStage === undefined ? versionId : `${versionId} at the stage ${versionStage}`;
}

import type { Aws } from '../../aws/index.ts';
import { CliError } from '../../errors.ts';
import {
  formatReference,
  isProvidedByAws,
  isPublicParameter,
  parameterArn,
  type Reference,
} from '../../model/secrets/reference.ts';
import { assignmentHint } from '../../model/secrets/shown-text.ts';
import { lookUpSecrets, type ResolvedSecret } from './look-up-secrets.ts';
import { shownPlace } from './missing-value.ts';
import { pendingDeletion } from './put-stored-secret.ts';
import { withRegions } from './secret-regions.ts';

export type { ResolvedSecret } from './look-up-secrets.ts';

/**
 * Reads the exact name, ARN and key of every reference from AWS, without reading a value. The
 * result is keyed by `formatReference`. Throws CliError `secret-not-found` with all that do not
 * exist; those in `instead` are named by its text (see `unshownReferences`).
 */
export async function resolveReferences(
  aws: Aws,
  references: readonly Reference[],
  instead: ReadonlyMap<string, string> = new Map(),
): Promise<Map<string, ResolvedSecret>> {
  const { found, missing } = await resolveExisting(aws, references);
  const unshown = missing.flatMap((one) => instead.get(formatReference(one)) ?? []);
  if (unshown.length > 0) {
    throw new CliError(
      'secret-not-found',
      unshown.map((place) => `${place}: there is no secret of that name`).join('\n'),
      { hint: assignmentHint(unshown[0] ?? '') },
    );
  }
  if (missing.length > 0) {
    throw await notFound(
      aws,
      missing,
      'a bare name means a parameter, sm:NAME a secret of Secrets Manager',
    );
  }
  return found;
}

/** The error for secrets that do not exist; `more` is appended to its hint. */
export async function notFound(
  aws: Aws,
  missing: readonly Reference[],
  more: string,
): Promise<CliError> {
  const { region, account } = await aws.caller();
  return new CliError(
    'secret-not-found',
    [...new Map(missing.map((one) => [formatReference(one), one.scope ?? { account, region }]))]
      .map(([key, at]) => `there is no secret ${key}${shownPlace(at)}`)
      .join('\n'),
    { hint: `ecs-secrets put creates it; ${more}` },
  );
}

/**
 * The same, but lists nonexistent secrets separately, and does not look up those that are `known`. A parameter that AWS provides counts as found.
 * Throws CliError for a secret whose lookup
 * failed, or which is scheduled for deletion.
 */
export async function resolveExisting(
  aws: Aws,
  references: readonly Reference[],
  known: ReadonlyMap<string, ResolvedSecret> = new Map(),
): Promise<{ found: Map<string, ResolvedSecret>; missing: Reference[] }> {
  const found = new Map<string, ResolvedSecret>();
  for (const key of references.map(formatReference)) {
    const secret = known.get(key);
    if (secret) found.set(key, secret);
  }
  for (const reference of references.filter(isProvidedByAws)) {
    found.set(formatReference(reference), await providedByAws(aws, reference));
  }
  const listed = references.filter(
    (one) => !isProvidedByAws(one) && !found.has(formatReference(one)),
  );
  for (const [key, lookup] of await lookUpSecrets(aws, listed)) {
    if (lookup.state === 'unseen') throw lookup.error;
    if (lookup.state === 'missing') continue;
    const { secret, description } = lookup;
    if (description?.deletedAt) throw pendingDeletion(key, description.deletedAt);
    found.set(key, secret);
  }
  return { found, missing: references.filter((one) => !found.has(formatReference(one))) };
}

/** Resolves one reference, with all regions that have the secret; see `resolveReferences`. */
export async function resolveReference(aws: Aws, reference: Reference): Promise<ResolvedSecret> {
  const [resolved] = (await resolveReferences(aws, [reference])).values();
  if (!resolved) throw new Error('resolveReferences answers for every reference or throws');
  return withRegions(aws, resolved);
}

// --- internal ---

/** Public parameters belong to no account (SSM guide, "Working with public parameters"). */
async function providedByAws(aws: Aws, reference: Reference): Promise<ResolvedSecret> {
  const { name, scope = await aws.caller() } = reference;
  const account = isPublicParameter(reference) ? '' : scope.account;
  const arn = parameterArn(name, { ...scope, account });
  return { store: 'parameter-store', name, arn, kmsKeyId: undefined };
}

import pMap from 'p-map';
import type { Aws } from '../../aws/index.ts';
import { CliError, isAwsError } from '../../errors.ts';
import type { KeyFact, SecretFact, UseFact, ValueFact } from '../../model/starts/checks/facts.ts';
import { isForeign, madeAnew } from '../../model/starts/checks/uses.ts';
import type { Scope } from '../../model/secrets/partition.ts';
import { parseArn } from '../../model/secrets/partition.ts';
import { InvalidInput } from '../../model/problems.ts';
import {
  formatReference,
  lookupId,
  parseReference,
  type Reference,
} from '../../model/secrets/reference.ts';
import { suggestReferences } from '../../model/definitions/suggest-reference.ts';
import { useReference, type SecretUse } from '../../model/definitions/secret-uses.ts';
import { lookUpSecrets, type Lookup, type ResolvedSecret } from '../secrets/look-up-secrets.ts';
import { expectedArn } from '../roles/role-grants.ts';
import { whyUnseen } from '../if-allowed.ts';
import { distinctBy } from '../../model/distinct-by.ts';

/** Facts about the references, in the order of the uses. Values are read only on request. */
export async function gatherSecretFacts(
  aws: Aws,
  uses: readonly SecretUse[],
  { readValues }: { readValues: boolean },
): Promise<UseFact[]> {
  const read = uses.map(readReference);
  const lookups = await lookUpSecrets(
    aws,
    distinctBy(
      read.flatMap(({ reference, meant }) => (reference ? [reference] : meant)),
      formatReference,
    ),
  );
  const here = await aws.caller();
  const alternatives = read.map(({ reference }) =>
    reference && lookups.get(formatReference(reference))?.state === 'missing'
      ? alternativeTo(reference, here)
      : undefined,
  );
  const others = await lookUpSecrets(
    aws,
    distinctBy(
      alternatives.flatMap((written) => (written ? [parseReference(written)] : [])),
      formatReference,
    ),
  );
  return pMap(
    read,
    async ({ use, reference, problems, meant }, index): Promise<UseFact> => {
      // Among the possible meanings of a malformed reference, prefer one that exists.
      const chosen =
        reference ??
        meant.find((one) => lookups.get(formatReference(one))?.state === 'found') ??
        meant[0];
      const lookup = chosen && lookups.get(formatReference(chosen));
      const alternative = alternatives[index];
      const other =
        alternative === undefined
          ? undefined
          : others.get(formatReference(parseReference(alternative)));
      const instead =
        alternative !== undefined && other?.state === 'found'
          ? { written: alternative, identity: other.secret, key: await keyOf(aws, other.secret) }
          : undefined;
      const secret: SecretFact =
        chosen && lookup && lookup.state !== 'missing'
          ? await factOf(aws, chosen, lookup, readValues)
          : { state: 'missing', arn: chosen && arnWhenMade(chosen, here), instead };
      const suggestion =
        reference === undefined && chosen ? shortly(chosen, secret, here) : undefined;
      return { use, reference, problems, suggestion, secret };
    },
    { concurrency: 10 },
  );
}

// --- internal ---

interface ReadUse {
  use: SecretUse;
  reference: Reference | undefined;
  problems: readonly string[];
  /** The possible meanings of a malformed reference. */
  meant: Reference[];
}

function readReference(use: SecretUse): ReadUse {
  try {
    return { use, reference: useReference(use), problems: [], meant: [] };
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    const meant = suggestReferences(use).map((written) => parseReference(written));
    return { use, reference: undefined, problems: error.problems, meant };
  }
}

/**
 * Another secret that may be meant: a recreated one, or one in Secrets Manager under a bare name.
 */
function alternativeTo(reference: Reference, here: Scope): string | undefined {
  if (isForeign(reference, here)) return undefined;
  if (reference.store === 'secrets-manager') {
    return reference.scope ? madeAnew(reference, here) : undefined;
  }
  return reference.scope ? undefined : `sm:${reference.name}`;
}

async function factOf(
  aws: Aws,
  reference: Reference,
  lookup: Lookup & { state: 'found' | 'unseen' },
  readValues: boolean,
): Promise<SecretFact> {
  if (lookup.state === 'unseen') return { state: 'unseen', why: whyUnseen(lookup.error) };
  const { secret, description, denied } = lookup;
  const [key, versions, value] = await Promise.all([
    keyOf(aws, secret),
    unlabelledVersions(aws, reference, description?.stages),
    readValues && !description?.deletedAt
      ? valueFact(aws, reference)
      : ({ state: 'not-read' } as const),
  ]);
  return {
    state: 'found',
    identity: { store: secret.store, name: secret.name, arn: secret.arn },
    key,
    descriptionUnseen: denied && whyUnseen(denied),
    expiresAt: lookup.expiresAt,
    deletedAt: description?.deletedAt,
    stages: description?.stages,
    ...versions,
    value,
  };
}

/** A recreated secret gets a new ARN suffix; secrets of other accounts cannot be created here. */
function arnWhenMade(reference: Reference, here: Scope): string | undefined {
  if (isForeign(reference, here)) return undefined;
  return expectedArn(parseReference(madeAnew(reference, here)), here);
}

/** A reference as written in commands: by name for a secret of this region and account. */
function shortly(reference: Reference, secret: SecretFact, here: Scope): string {
  const { scope } = reference;
  if (secret.state !== 'found' || !scope) return formatReference(reference);
  if (scope.region !== here.region || scope.account !== here.account) {
    return formatReference(reference);
  }
  const { scope: _scope, ...rest } = reference;
  return formatReference({ ...rest, name: secret.identity.name });
}

async function keyOf(aws: Aws, { arn, kmsKeyId: id }: ResolvedSecret): Promise<KeyFact> {
  const { region, account = '' } = parseArn(arn) ?? {};
  if (id === undefined && account !== (await aws.caller()).account) {
    return { state: 'unseen', id: '', why: `account ${account} does not disclose it` };
  }
  if (id === undefined || /(^|:)alias\/aws\//.test(id)) return { state: 'aws-managed' };
  try {
    const key = await (await aws.kms(region)).describeKey(id);
    return key.customerManaged
      ? { state: 'found', arn: key.arn, keyState: key.state ?? 'Enabled' }
      : { state: 'aws-managed' };
  } catch (error) {
    if (isAwsError(error, 'NotFoundException')) return { state: 'missing', id };
    if (error instanceof CliError) return { state: 'unseen', id, why: whyUnseen(error) };
    throw error;
  }
}

/** DescribeSecret omits versions without a label (API reference, VersionIdsToStages). */
async function unlabelledVersions(
  aws: Aws,
  reference: Reference,
  stages: Readonly<Record<string, unknown>> | undefined,
): Promise<{ unlabelled: string[]; versionsUnseen?: string }> {
  if (reference.store === 'parameter-store' || !stages) return { unlabelled: [] };
  const { versionId, scope } = reference;
  if (versionId === undefined || versionId in stages) return { unlabelled: [] };
  try {
    const manager = await aws.secretsManager(scope?.region);
    const versions = await manager.versions(lookupId(reference), { all: true });
    return { unlabelled: versions.map((version) => version.versionId) };
  } catch (error) {
    if (error instanceof CliError) return { unlabelled: [], versionsUnseen: whyUnseen(error) };
    throw error;
  }
}

async function valueFact(aws: Aws, reference: Reference): Promise<ValueFact> {
  if (reference.store === 'parameter-store') return { state: 'none' };
  const { versionStage: stage, versionId, scope } = reference;
  try {
    const manager = await aws.secretsManager(scope?.region);
    const read = await manager.read(lookupId(reference), { stage, versionId });
    if (!read) return { state: 'none' };
    const { value } = read;
    if (!value) return { state: 'binary' };
    const keys = value.jsonKeys();
    if (!keys) return { state: 'text' };
    const fault = value.injectedKey(reference.jsonKey ?? '');
    return {
      state: 'object',
      keys: keys.map((name) => {
        const text = value.jsonKey(name);
        return { name, isText: text !== undefined, isEmpty: text?.byteLength === 0 };
      }),
      ...((fault === 'too-deep' || fault === 'number-range') && { fault }),
    };
  } catch (error) {
    if (error instanceof CliError) return { state: 'unseen', why: whyUnseen(error) };
    throw error;
  }
}

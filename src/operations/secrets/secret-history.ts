import type { Aws } from '../../aws/index.ts';
import { lookupId, type Reference } from '../../model/secrets/reference.ts';
import { secretNotFound } from './missing-value.ts';
import { parameterStoreOf } from '../parameter-store-of.ts';

/** A retained version, without its value. */
export interface KeptVersion {
  version: number | string;
  /** Labels of a parameter version, staging labels of a secret version. */
  labels: readonly string[];
  changedAt: Date | undefined;
  /** Parameters only. */
  changedBy?: string | undefined;
  kmsKeyId: string | undefined;
  tier?: string | undefined;
}

/** The retained versions of a secret, newest first. Throws CliError `secret-not-found`. */
export async function secretHistory(
  aws: Aws,
  reference: Reference,
): Promise<{ name: string; versions: KeptVersion[] }> {
  const region = reference.scope?.region;
  if (reference.store === 'parameter-store') {
    const versions = await (await parameterStoreOf(aws, reference)).history(reference.name);
    if (!versions) throw await secretNotFound(aws, reference);
    return { name: reference.name, versions: versions.toReversed() };
  }
  const manager = await aws.secretsManager(region);
  const found = await manager.describe(lookupId(reference));
  if (!found) throw await secretNotFound(aws, reference);
  const versions = await manager.versions(found.arn, { all: true });
  return {
    name: found.name,
    versions: versions
      .sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime())
      .map(({ versionId, stages, createdAt, kmsKeyIds }) => ({
        version: versionId,
        labels: stages,
        changedAt: createdAt,
        kmsKeyId: kmsKeyIds[0],
      })),
  };
}

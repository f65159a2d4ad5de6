import type { Aws } from '../../aws/index.ts';
import type { SecretDescription } from '../../aws/secrets-manager.ts';
import { CliError } from '../../errors.ts';
import { parseArn } from '../../model/secrets/partition.ts';
import { regionsOf, type SecretIdentity } from '../../model/secrets/reference.ts';

/**
 * The same secret with all regions that have it. Only the primary secret lists its replicas, so it
 * is described if they are still unknown. If that fails, only the regions of the primary and of the
 * secret itself are known.
 */
export async function withRegions<Secret extends SecretIdentity>(
  aws: Aws,
  secret: Secret & { primaryRegion?: string | undefined },
): Promise<Secret> {
  const { arn, regions, primaryRegion } = secret;
  const own = parseArn(arn)?.region;
  if (primaryRegion === undefined || own === undefined || regions) return secret;
  const replicaRegions = await replicasOf(
    aws,
    arn.replace(`:${own}:`, `:${primaryRegion}:`),
    primaryRegion,
  );
  return { ...secret, regions: regionsIn({ arn, primaryRegion, replicaRegions }) };
}

/** The regions in a description: its own, that of the primary and those of its replicas. */
export function regionsIn({
  arn,
  primaryRegion,
  replicaRegions,
}: Pick<SecretDescription, 'arn' | 'primaryRegion' | 'replicaRegions'>): string[] {
  const all = [primaryRegion, parseArn(arn)?.region, ...(replicaRegions ?? [])];
  return [...new Set(all.filter((region) => region !== undefined))];
}

/**
 * The caller's region and, with `all`, every other region that has the secret, each with its AWS.
 */
export async function regionsToSearch(
  aws: Aws,
  secret: SecretIdentity | undefined,
  all: boolean,
): Promise<{ region: string; aws: Aws }[]> {
  const { region: here } = await aws.caller();
  const others = secret && all ? regionsNotSearched(secret, [here]) : [];
  return [
    { region: here, aws },
    ...others.map((region) => ({ region, aws: aws.inRegion(region) })),
  ];
}

/** The regions that have a secret but were not searched for its consumers. */
export function regionsNotSearched(secret: SecretIdentity, searched: readonly string[]): string[] {
  return regionsOf(secret).filter((region) => !searched.includes(region));
}

// --- internal ---

async function replicasOf(aws: Aws, arn: string, region: string): Promise<string[] | undefined> {
  try {
    const manager = await aws.secretsManager(region);
    return (await manager.describe(arn))?.replicaRegions;
  } catch (error) {
    if (error instanceof CliError) return undefined;
    throw error;
  }
}

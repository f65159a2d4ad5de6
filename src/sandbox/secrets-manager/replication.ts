import { flag, list, operation, optional, structure, text, type Field } from '../protocol/input.ts';
import { ServiceError, type Call, type Operation } from '../service.ts';
import { regionOf, replicaOf, replicationStatus } from './replicas.ts';
import { checkKey, getLive, getPrimary, secretsOf } from './store.ts';
import type { Secret, SecretsWorld } from './state.ts';

const secretId = text(1, 2048);
const region = text(1, 128, /^([a-z]+-)+\d+$/);

/** A region to replicate to, and the key in it. */
export interface ReplicaRegion {
  Region: string;
  KmsKeyId: string | undefined;
}

/** `AddReplicaRegions`. */
export const replicaRegions: Field<ReplicaRegion[]> = list(
  structure({ Region: region, KmsKeyId: optional(text(0, 2048)) }),
  1,
);

/** The operations that replicate secrets to other regions. */
export function replicationOperations(world: SecretsWorld): Record<string, Operation> {
  return {
    ReplicateSecretToRegions: operation(
      {
        SecretId: secretId,
        AddReplicaRegions: replicaRegions,
        ForceOverwriteReplicaSecret: optional(flag),
      },
      ({ SecretId, AddReplicaRegions: regions, ForceOverwriteReplicaSecret: force }, call) => {
        const secret = getPrimary(world, call, SecretId);
        checkRegions(call, regions);
        return {
          ARN: secret.arn,
          ReplicationStatus: replicate(world, call, secret, regions, force ?? false),
        };
      },
    ),

    RemoveRegionsFromReplication: operation(
      { SecretId: secretId, RemoveReplicaRegions: list(region, 1) },
      ({ SecretId, RemoveReplicaRegions: regions }, call) => {
        const secret = getPrimary(world, call, SecretId);
        const unknown = regions.filter((one) => !secret.replicas.has(one));
        if (unknown.length > 0) {
          throw invalidParameter(`The secret isn't replicated to [${unknown.join(', ')}].`);
        }
        for (const one of regions) {
          const store = world.region(one);
          if (store.get(secret.name)?.primary === secret) store.delete(secret.name);
          secret.replicas.delete(one);
        }
        return { ARN: secret.arn, ReplicationStatus: replicationStatus(world, secret) };
      },
    ),

    StopReplicationToReplica: operation({ SecretId: secretId }, ({ SecretId }, call) => {
      const secret = getLive(world, call, SecretId);
      if (secret.crossAccountPrimary !== undefined) {
        secret.crossAccountPrimary = undefined;
        return { ARN: secret.arn };
      }
      if (!secret.primary) throw invalidParameter('The secret is not a replica.');
      secret.primary.replicas.delete(call.region);
      secret.primary = undefined;
      // It belongs to the primary, as does a rotation in progress.
      secret.rotation = undefined;
      return { ARN: secret.arn };
    }),
  };
}

/** Rejects the secret's own region: InvalidParameterException. */
export function checkRegions(call: Call, regions: readonly ReplicaRegion[]): void {
  if (regions.some(({ Region }) => Region === call.region)) {
    throw invalidParameter('Invalid replica region.');
  }
}

/**
 * Replicates a secret and returns its `ReplicationStatus`. Failures appear later in the status of
 * the region, never in this response.
 */
export function replicate(
  world: SecretsWorld,
  call: Call,
  secret: Secret,
  regions: readonly ReplicaRegion[],
  force: boolean,
): object[] {
  const asked = new Map(regions.map((one) => [one.Region, one]));
  const begun = [...asked.values()].filter(({ Region }) => {
    const known = secret.replicas.get(Region);
    return !known || known.failure !== undefined;
  });
  for (const { Region, KmsKeyId } of begun) {
    const keyId = KmsKeyId === '' ? undefined : KmsKeyId;
    const there = { ...call, region: Region };
    const store = secretsOf(world, there);
    const failure = occupied(store.get(secret.name), force) ?? keyFailure(world, there, keyId);
    secret.replicas.set(Region, { keyId, failure });
    if (failure === undefined) {
      const created = new Date(world.environment.now());
      store.set(secret.name, replicaOf(secret, Region, keyId, created));
    }
  }
  return replicationStatus(
    world,
    secret,
    begun.map(({ Region }) => Region),
  );
}

// --- internal ---

/** Why a secret with that name is not replaced by a replica; undefined if it is. */
function occupied(existing: Secret | undefined, force: boolean): string | undefined {
  if (!existing) return undefined;
  if (force && !existing.primary && existing.replicas.size === 0) return undefined;
  return `Replication failed: Secret name ${existing.name} already exists in region ${regionOf(existing)}.`;
}

function keyFailure(
  world: SecretsWorld,
  call: Call,
  keyId: string | undefined,
): string | undefined {
  try {
    checkKey(world, call, keyId);
    return undefined;
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return `Replication failed: ${error.message}`;
  }
}

function invalidParameter(message: string): ServiceError {
  return new ServiceError('InvalidParameterException', message);
}

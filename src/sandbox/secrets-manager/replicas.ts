import { parseArn } from '../../model/secrets/partition.ts';
import type { Secret, SecretsWorld, SecretVersion } from './state.ts';

/** A replica of a secret, filled by `follow`. */
export function replicaOf(
  primary: Secret,
  region: string,
  keyId: string | undefined,
  created: Date,
): Secret {
  const replica: Secret = {
    ...primary,
    arn: primary.arn.replace(`:${regionOf(primary)}:`, `:${region}:`),
    keyId,
    versions: new Map(),
    created,
    accessed: undefined,
    primary,
    crossAccountReplicas: new Set(),
    replicas: new Map(),
  };
  follow(replica);
  return replica;
}

/** Updates a replica from its primary; its key and its last read date are its own. */
export function follow(replica: Secret): void {
  const { primary } = replica;
  if (!primary) return;
  replica.description = primary.description;
  replica.tags = primary.tags;
  replica.policy = primary.policy;
  replica.rotation = primary.rotation;
  replica.changed = primary.changed;
  const versions = [...primary.versions.values()].map((version): SecretVersion => {
    const { keyId, accessed } = replica.versions.get(version.id) ?? {
      keyId: replica.keyId,
      accessed: undefined,
    };
    return { ...version, stages: new Set(version.stages), keyId, accessed };
  });
  replica.versions = new Map(versions.map((version) => [version.id, version]));
}

/** The region of the primary of a replicated secret; undefined if not replicated. */
export function primaryRegionOf({ primary, ...secret }: Secret): string | undefined {
  if (primary) return regionOf(primary);
  return secret.replicas.size > 0 ? regionOf(secret) : undefined;
}

/**
 * The member `ReplicationStatus` of responses; `begun` are regions whose replication has just
 * begun.
 */
export function replicationStatus(
  world: SecretsWorld,
  secret: Secret,
  begun: readonly string[] = [],
): object[] {
  return [...secret.replicas].map(([region, { keyId, failure }]) => {
    const found = world.region(region).get(secret.name);
    const replica = found?.primary === secret ? found : undefined;
    const place = {
      Region: region,
      KmsKeyId: (replica ? replica.keyId : keyId) ?? 'alias/aws/secretsmanager',
    };
    if (begun.includes(region)) return { ...place, Status: 'InProgress' };
    return {
      ...place,
      Status: failure === undefined ? 'InSync' : 'Failed',
      StatusMessage: failure ?? 'Replication succeeded',
      LastAccessedDate: replica?.accessed,
    };
  });
}

/** The region of a secret. */
export function regionOf({ arn }: Pick<Secret, 'arn'>): string {
  return parseArn(arn)?.region ?? '';
}

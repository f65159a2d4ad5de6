import { parseArn } from '../../model/secrets/partition.ts';
import { oneOf, operation, optional, text } from '../protocol/input.ts';
import { ServiceError, type Call, type Operation } from '../service.ts';
import { getPrimary } from './store.ts';
import type { Secret, SecretsWorld } from './state.ts';

/** Members of CreateSecret that a cross-account replica may not have (botocore model). */
const notForReplicas = ['SecretString', 'SecretBinary', 'Description', 'AddReplicaRegions', 'Type'];

/**
 * The operations that link a secret to its replica in another account. That account is not there,
 * so the link is only kept, and a replica here never gets a value.
 */
export function crossAccountOperations(world: SecretsWorld): Record<string, Operation> {
  const secretId = text(1, 2048);
  const both = { SecretId: secretId, CrossAccountReplicaARN: text(20, 2048) };
  return {
    AssociateCrossAccountReplica: operation(
      {
        ...both,
        ReplicaRestriction: optional(oneOf(['SameOrganization', 'None'])),
        ReplicationRoleARN: optional(text(20, 2048)),
      },
      ({ SecretId, CrossAccountReplicaARN: replica }, call) => {
        const secret = getPrimary(world, call, SecretId);
        checkOther(world, call, replica);
        const [present] = secret.crossAccountReplicas;
        if (present !== undefined && present !== replica) {
          throw invalid('A primary secret can have at most one cross-account replica.');
        }
        secret.crossAccountReplicas = new Set([replica]);
        return { ARN: secret.arn, CrossAccountReplicaARN: replica, ReplicationStatus: 'InSync' };
      },
    ),

    DisassociateCrossAccountReplica: operation(
      both,
      ({ SecretId, CrossAccountReplicaARN: replica }, call) => {
        const secret = getPrimary(world, call, SecretId);
        if (!secret.crossAccountReplicas.delete(replica)) {
          throw invalid(`The secret has no cross-account replica ${replica}.`);
        }
        return { ARN: secret.arn, CrossAccountReplicaARN: replica };
      },
    ),
  };
}

/** Checks a CreateSecret for a cross-account replica; throws InvalidParameterException. */
export function checkReplicaRequest(
  world: SecretsWorld,
  call: Call,
  input: { CrossAccountPrimaryARN: string | undefined; KmsKeyId: string | undefined },
): void {
  const { CrossAccountPrimaryARN: primary, KmsKeyId } = input;
  if (primary === undefined) return;
  checkOther(world, call, primary);
  if (!KmsKeyId) throw invalid('A cross-account replica needs a customer managed KMS key.');
  const given = Object.entries(input).filter(([, value]) => value !== undefined);
  const [wrong] = given.map(([name]) => name).filter((name) => notForReplicas.includes(name));
  if (wrong !== undefined) throw invalid(`You can't include ${wrong} with CrossAccountPrimaryARN.`);
}

/** The members of DescribeSecret about other accounts. */
export function crossAccountView({ crossAccountPrimary, crossAccountReplicas }: Secret): object {
  return {
    CrossAccountPrimary: crossAccountPrimary && {
      PrimarySecretARN: crossAccountPrimary,
      ReplicationStatus: 'Pending',
    },
    CrossAccountReplicas:
      crossAccountReplicas.size === 0
        ? undefined
        : [...crossAccountReplicas].map((ReplicaSecretARN) => ({
            ReplicaSecretARN,
            ReplicationStatus: 'InSync',
          })),
  };
}

// --- internal ---

function checkOther({ environment }: SecretsWorld, call: Call, arn: string): void {
  const { service, account, region, partition } = parseArn(arn) ?? {};
  const isOther = service === 'secretsmanager' && account !== environment.account;
  if (isOther && region === call.region && partition === environment.partition) return;
  throw invalid(`${arn} is not a secret of another account in this Region.`);
}

function invalid(message: string): ServiceError {
  return new ServiceError('InvalidParameterException', message);
}

import { parsePolicy } from '../../model/roles/parse-policy.ts';
import { InvalidInput } from '../../model/problems.ts';
import { flag, integer, operation, optional, text } from '../protocol/input.ts';
import { ServiceError, type Call, type Operation } from '../service.ts';
import { refuseManaged } from './managed.ts';
import {
  find,
  get,
  getLive,
  getPrimary,
  nameIn,
  newArn,
  refuseReplica,
  secretsOf,
} from './store.ts';
import { relabel, staged } from './stages.ts';
import type { Secret, SecretsWorld, SecretVersion } from './state.ts';

const day = 86_400_000;
const mostStages = 20;

/** Deletion, staging labels and resource policies. */
export function lifecycleOperations(world: SecretsWorld): Record<string, Operation> {
  const { environment } = world;
  const secretId = text(1, 2048);
  const now = (): Date => new Date(environment.now());
  const named = ({ arn, name }: Secret): object => ({ ARN: arn, Name: name });

  /** The response of DeleteSecret without recovery for a secret that does not exist. */
  function goneAlready(call: Call, id: string): { arn: string; name: string } {
    const name = nameIn(id);
    if (!id.startsWith('arn:')) return { arn: newArn(environment, call.region, name), name };
    return { arn: id, name: name.replace(/-[A-Za-z0-9]{6}$/, '') };
  }

  return {
    DeleteSecret: operation(
      {
        SecretId: secretId,
        RecoveryWindowInDays: optional(integer()),
        ForceDeleteWithoutRecovery: optional(flag),
      },
      ({ SecretId, RecoveryWindowInDays: window, ForceDeleteWithoutRecovery: force }, call) => {
        if (force && window !== undefined) {
          throw invalidParameter(
            "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
          );
        }
        if (window !== undefined && (window < 7 || window > 30)) {
          throw invalidParameter(
            'The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).',
          );
        }
        if (force) {
          const secret = find(world, call, SecretId);
          if (secret) {
            checkDeletion(secret);
            secretsOf(world, call).delete(secret.name);
          }
          const { arn, name } = secret ?? goneAlready(call, SecretId);
          return { ARN: arn, Name: name, DeletionDate: now() };
        }
        const secret = getLive(world, call, SecretId);
        checkDeletion(secret);
        const due = new Date(environment.now() + (window ?? 30) * day);
        secret.deletion = { asked: now(), due };
        return { ...named(secret), DeletionDate: due };
      },
    ),

    RestoreSecret: operation({ SecretId: secretId }, ({ SecretId }, call) => {
      const secret = get(world, call, SecretId);
      refuseReplica(secret);
      secret.deletion = undefined;
      secret.changed = now();
      return named(secret);
    }),

    UpdateSecretVersionStage: operation(
      {
        SecretId: secretId,
        VersionStage: text(1, 256),
        RemoveFromVersionId: optional(text(32, 64)),
        MoveToVersionId: optional(text(32, 64)),
      },
      (input, call) => {
        const secret = getPrimary(world, call, input.SecretId);
        refuseManaged(secret);
        const { VersionStage: stage, RemoveFromVersionId: from, MoveToVersionId: to } = input;
        const holder = staged(secret, stage);
        const target = to === undefined ? undefined : versionOf(secret, to);
        if (from !== undefined && !versionOf(secret, from).stages.has(stage)) {
          throw invalidParameter(
            `The parameter RemoveFromVersionId is invalid. Staging label ${stage} is not currently attached to version ${from}.`,
          );
        }
        if (!target) {
          if (from === undefined) {
            throw invalidParameter('Either MoveToVersionId or RemoveFromVersionId is required.');
          }
          if (stage === 'AWSCURRENT') {
            throw invalidParameter(
              "You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed.",
            );
          }
          holder?.stages.delete(stage);
        } else {
          if (holder && holder !== target && from === undefined) {
            throw invalidParameter(
              `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version ${holder.id}, so you must explicitly reference that version in RemoveFromVersionId.`,
            );
          }
          const all = new Set([...secret.versions.values()].flatMap((one) => [...one.stages]));
          if (all.add(stage).size > mostStages) {
            throw new ServiceError(
              'LimitExceededException',
              `You can attach ${mostStages} staging labels to a secret at most.`,
            );
          }
          relabel(environment, secret, stage, target);
        }
        secret.changed = now();
        return named(secret);
      },
    ),

    PutResourcePolicy: operation(
      {
        SecretId: secretId,
        ResourcePolicy: text(1, 20_480),
        BlockPublicPolicy: optional(flag),
      },
      ({ SecretId, ResourcePolicy }, call) => {
        const secret = getPrimary(world, call, SecretId);
        try {
          const policy = parsePolicy(ResourcePolicy, 'resource');
          secret.policy = { text: ResourcePolicy, policy };
        } catch (error) {
          if (!(error instanceof InvalidInput)) throw error;
          throw new ServiceError('MalformedPolicyDocumentException', error.message);
        }
        return named(secret);
      },
    ),

    GetResourcePolicy: operation({ SecretId: secretId }, ({ SecretId }, call) => {
      const secret = getLive(world, call, SecretId);
      return { ...named(secret), ResourcePolicy: secret.policy?.text };
    }),

    DeleteResourcePolicy: operation({ SecretId: secretId }, ({ SecretId }, call) => {
      const secret = getPrimary(world, call, SecretId);
      secret.policy = undefined;
      return named(secret);
    }),
  };
}

// --- internal ---

function checkDeletion(secret: Secret): void {
  refuseReplica(secret);
  refuseManaged(secret);
  if (secret.crossAccountReplicas.size > 0) {
    throw invalidParameter(
      `You can't delete secret ${secret.arn} that is associated with a cross-account replica secret.`,
    );
  }
  if (secret.replicas.size > 0) {
    throw invalidParameter(
      `You can't delete secret ${secret.arn} that still has replica regions [${[...secret.replicas.keys()].join(', ')}].`,
    );
  }
}

function versionOf(secret: Secret, id: string): SecretVersion {
  const version = secret.versions.get(id);
  if (!version) {
    throw new ServiceError(
      'ResourceNotFoundException',
      `Secrets Manager can't find the specified secret version: ${id}.`,
    );
  }
  return version;
}

function invalidParameter(message: string): ServiceError {
  return new ServiceError('InvalidParameterException', message);
}

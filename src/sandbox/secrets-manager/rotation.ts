import { randomUUID } from 'node:crypto';
import { flag, integer, operation, optional, structure, text } from '../protocol/input.ts';
import { ServiceError, type Operation } from '../service.ts';
import { refuseManaged } from './managed.ts';
import { moveStage, staged } from './stages.ts';
import { getPrimary } from './store.ts';
import { makeRoom } from './write.ts';
import type { Rotation, Secret, SecretsWorld, SecretVersion } from './state.ts';

const secretId = text(1, 2048);
const rules = structure({
  AutomaticallyAfterDays: optional(integer(1, 1000)),
  Duration: optional(text(2, 3, /^[0-9]+h$/)),
  ScheduleExpression: optional(text(1, 256, /^[0-9A-Za-z()#?*\-/, ]+$/)),
});

/** RotateSecret and CancelRotateSecret. */
export function rotationOperations(world: SecretsWorld): Record<string, Operation> {
  const { environment, rotationMs } = world;

  /** Begins a rotation: the new version exists at once, its value follows later. */
  function begin(secret: Secret, rotation: Rotation, id: string): void {
    const now = environment.now();
    makeRoom(secret, now);
    const version: SecretVersion = {
      id,
      text: undefined,
      binary: undefined,
      stages: new Set(),
      created: new Date(now),
      accessed: undefined,
      keyId: secret.keyId,
    };
    secret.versions.set(id, version);
    moveStage(secret, 'AWSPENDING', version);
    rotation.running = { version, valueAt: now + rotationMs / 2, endsAt: now + rotationMs };
  }

  return {
    RotateSecret: operation(
      {
        SecretId: secretId,
        ClientRequestToken: optional(text(32, 64)),
        RotationLambdaARN: optional(text(0, 2048)),
        RotationRules: optional(rules),
        ExternalSecretRotationRoleArn: optional(text(20, 2048)),
        RotateImmediately: optional(flag),
      },
      (input, call) => {
        const secret = getPrimary(world, call, input.SecretId);
        const { ClientRequestToken: id = randomUUID(), RotationRules: given } = input;
        const answer = { ARN: secret.arn, Name: secret.name, VersionId: id };
        const lambdaArn = input.RotationLambdaARN ?? secret.rotation?.lambdaArn ?? '';
        const managed = secret.owningService !== undefined || secret.partner !== undefined;
        if (managed && lambdaArn !== '') {
          throw invalidRequest(
            'Rotation Lambda ARN is not supported for a service-managed secret.',
          );
        }
        if (!managed && lambdaArn === '') throw noFunction();
        if (given?.AutomaticallyAfterDays !== undefined && given.ScheduleExpression !== undefined) {
          throw new ServiceError(
            'InvalidParameterException',
            'You can set the rotation schedule with AutomaticallyAfterDays or ScheduleExpression, but not both.',
          );
        }
        if (secret.versions.has(id)) return answer;
        const pending = staged(secret, 'AWSPENDING');
        if (pending && !pending.stages.has('AWSCURRENT')) {
          throw invalidRequest(
            "A previous rotation isn't complete. That rotation will be reattempted.",
          );
        }
        const rotation: Rotation = {
          enabled: true,
          lambdaArn: managed ? undefined : lambdaArn,
          rules: given ?? secret.rotation?.rules,
          last: secret.rotation?.last,
          running: undefined,
        };
        if (input.RotateImmediately !== false) begin(secret, rotation, id);
        secret.rotation = rotation;
        secret.changed = new Date(environment.now());
        return answer;
      },
    ),

    CancelRotateSecret: operation({ SecretId: secretId }, ({ SecretId }, call) => {
      const secret = getPrimary(world, call, SecretId);
      refuseManaged(secret);
      if (!secret.rotation) throw noFunction();
      const id = secret.rotation.running?.version.id;
      secret.rotation.enabled = false;
      secret.rotation.running = undefined;
      secret.changed = new Date(environment.now());
      return { ARN: secret.arn, Name: secret.name, VersionId: id };
    }),
  };
}

/** The rotation members of DescribeSecret and ListSecrets. */
export function rotationView({ rotation, created }: Secret): object {
  if (!rotation) return {};
  const { enabled, last } = rotation;
  const { AutomaticallyAfterDays: days } = (rotation.rules ?? {}) as ReturnType<typeof rules>;
  const next = (last ?? created).getTime() + (days ?? 0) * 86_400_000;
  return {
    RotationEnabled: enabled,
    RotationLambdaARN: rotation.lambdaArn,
    RotationRules: rotation.rules,
    LastRotatedDate: enabled ? last : undefined,
    NextRotationDate: enabled && days !== undefined ? new Date(next) : undefined,
  };
}

// --- internal ---

function invalidRequest(message: string): ServiceError {
  return new ServiceError('InvalidRequestException', message);
}

function noFunction(): ServiceError {
  return invalidRequest('No Lambda rotation function ARN is associated with this secret.');
}

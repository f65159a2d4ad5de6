import type { Question } from '../access.ts';
import { requestKeys, requestTags, resourceTags, tagging, textOf } from '../condition-keys.ts';
import type { Key } from '../kms/keys.ts';
import { ServiceError, type Call } from '../service.ts';
import { find, newArn } from './store.ts';
import type { SecretsWorld } from './state.ts';

/**
 * The permissions that a role needs for a request (service authorization reference of Secrets
 * Manager).
 */
export function questionsOf(
  world: SecretsWorld,
  operation: string,
  input: Record<string, unknown>,
  call: Call,
): Question[] {
  if (operation === 'CreateSecret') return creation(world, input, call);
  const all = { resource: '*' };
  if (operation === 'BatchGetSecretValue' && input.Filters !== undefined) {
    return [all, { ...all, action: 'secretsmanager:ListSecrets' }];
  }
  if (typeof input.SecretId !== 'string') return [all];

  const own = attemptOn(world, call, input.SecretId);
  const context = {
    ...own.context,
    ...requestTags(input.Tags),
    ...membersKeys(world, call, input),
  };
  const questions: Question[] = [{ ...own, context }];
  if (operation === 'RotateSecret') {
    const secret = find(world, call, input.SecretId);
    const lambda = textOf(input.RotationLambdaARN) || secret?.rotation?.lambdaArn;
    if (lambda) questions.push({ action: 'lambda:InvokeFunction', resource: lambda });
  }
  return questions;
}

/**
 * The permissions that a role needs to use a secret. A request by name needs them for the full ARN.
 * Otherwise the ARN counts as written, so that one without its 6 characters does not match a policy
 * that has them.
 */
export function attemptOn(
  world: SecretsWorld,
  call: Call,
  secretId: string,
): Omit<Question, 'action'> {
  const secret = find(world, call, secretId);
  const resource = secretId.startsWith('arn:') ? secretId : (secret?.arn ?? secretId);
  return {
    resource,
    resourcePolicy: secret?.policy?.policy,
    context: {
      'secretsmanager:SecretId': resource,
      ...resourceTags(secret?.tags, 'secretsmanager:ResourceTag'),
      ...requestKeys({
        'secretsmanager:resource/AllowRotationLambdaArn': secret?.rotation?.lambdaArn,
      }),
    },
  };
}

/** A placeholder for a version ID: the key is only tested (KMS guide, "Secrets Manager"). */
export const keyTrial = 'RequestToValidateKeyAccess';

/**
 * Throws AccessDeniedException unless the caller may encrypt a version with a key and decrypt it.
 */
export function authorizeKey(
  world: SecretsWorld,
  call: Call,
  key: Key,
  arn: string,
  versionId: string,
): void {
  for (const action of ['kms:GenerateDataKey', 'kms:Decrypt']) {
    try {
      world.keys.authorize(call, key, {
        action,
        via: 'secretsmanager',
        encryptionContext: { SecretARN: arn, SecretVersionId: versionId },
      });
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      throw new ServiceError('AccessDeniedException', 'Access to KMS is not allowed');
    }
  }
}

// --- internal ---

function creation(world: SecretsWorld, input: Record<string, unknown>, call: Call): Question[] {
  const name = textOf(input.Name);
  const resource = newArn(world.environment, call.region, name);
  const context = {
    ...requestKeys({ 'secretsmanager:Name': input.Name }),
    ...requestTags(input.Tags),
    ...membersKeys(world, call, input),
  };
  return [{ resource, context }, ...tagging('secretsmanager:TagResource', resource, input.Tags)];
}

/** Keys for members that several operations have. */
function membersKeys(
  world: SecretsWorld,
  call: Call,
  input: Record<string, unknown>,
): ReturnType<typeof requestKeys> {
  const { KmsKeyId, RotationRules } = input;
  return requestKeys({
    ...Object.fromEntries(
      [
        'BlockPublicPolicy',
        'Description',
        'ForceDeleteWithoutRecovery',
        'KmsKeyId',
        'RecoveryWindowInDays',
        'RotateImmediately',
        'RotationLambdaARN',
        'VersionId',
        'VersionStage',
      ].map((member) => [`secretsmanager:${member}`, input[member]]),
    ),
    'secretsmanager:KmsKeyArn': world.keys.find(call.region, textOf(KmsKeyId))?.arn,
    'secretsmanager:ModifyRotationRules': RotationRules === undefined ? undefined : true,
  });
}

import type { Attempt } from '../access.ts';
import type { Call } from '../service.ts';
import { find, type SecretsWorld } from './store.ts';

/**
 * What a role must be allowed in order to use a secret: the secret by its full ARN when it is asked
 * for by name; otherwise by the ARN as it is written, so that one without its six characters does
 * not match a policy that has them.
 */
export function attemptOn(
  world: SecretsWorld,
  call: Call,
  secretId: string,
): Omit<Attempt, 'action'> {
  const secret = find(world, call, secretId);
  const resource = secretId.startsWith('arn:') ? secretId : (secret?.arn ?? secretId);
  return {
    resource,
    resourcePolicy: secret?.policy?.policy,
    context: {
      'secretsmanager:SecretId': resource,
      ...Object.fromEntries(
        [...(secret?.tags ?? [])].flatMap(([key, value]) => [
          [`aws:ResourceTag/${key}`, value],
          [`secretsmanager:ResourceTag/${key}`, value],
        ]),
      ),
    },
  };
}

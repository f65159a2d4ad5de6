import { list, operation, tag, text } from '../protocol/input.ts';
import { ServiceError, type Operation } from '../service.ts';
import { refuseManaged } from './managed.ts';
import { getPrimary } from './store.ts';
import type { SecretsWorld } from './state.ts';

const mostTags = 50;

/** Tags of secrets. */
export function tagOperations(world: SecretsWorld): Record<string, Operation> {
  const secretId = text(1, 2048);
  return {
    TagResource: operation({ SecretId: secretId, Tags: list(tag) }, ({ SecretId, Tags }, call) => {
      const secret = getPrimary(world, call, SecretId);
      refuseManaged(secret);
      secret.tags = withTags(secret.tags, Tags);
      secret.changed = new Date(world.environment.now());
    }),

    UntagResource: operation(
      { SecretId: secretId, TagKeys: list(text(1, 128)) },
      ({ SecretId, TagKeys }, call) => {
        const secret = getPrimary(world, call, SecretId);
        refuseManaged(secret);
        secret.tags = new Map([...secret.tags].filter(([key]) => !TagKeys.includes(key)));
        secret.changed = new Date(world.environment.now());
      },
    ),
  };
}

/** Tags after setting some; throws InvalidParameterException for reserved keys and over 50. */
export function withTags(
  tags: ReadonlyMap<string, string>,
  added: readonly { Key: string; Value: string }[],
): Map<string, string> {
  if (added.some(({ Key }) => /^aws:/i.test(Key))) {
    throw new ServiceError(
      'InvalidParameterException',
      'Tag keys that begin with "aws:" are reserved for AWS.',
    );
  }
  const all = new Map([...tags, ...added.map(({ Key, Value }) => [Key, Value] as const)]);
  if (all.size > mostTags) {
    throw new ServiceError(
      'InvalidParameterException',
      `A secret can have ${mostTags} tags at most.`,
    );
  }
  return all;
}

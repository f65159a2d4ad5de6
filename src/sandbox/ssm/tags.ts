import { list, operation, tag, text } from '../protocol/input.ts';
import { ServiceError, type Call, type Operation } from '../service.ts';
import { invalid } from './names.ts';
import type { Parameter, SsmWorld } from './store.ts';

const mostTags = 50;

/** Tags of parameters. */
export function tagOperations(world: SsmWorld): Record<string, Operation> {
  const named = { ResourceType: text(1), ResourceId: text(1) };

  function get(call: Call, type: string, id: string): Parameter {
    if (type !== 'Parameter') {
      throw new ServiceError(
        'InvalidResourceType',
        `${type} is not a resource type of the sandbox`,
      );
    }
    const name = id.lastIndexOf('/') === 0 ? id.slice(1) : id;
    const parameter = world.region(call.region).get(name);
    if (!parameter) {
      throw new ServiceError(
        'InvalidResourceId',
        'The resource ID is not valid. Verify that you entered the correct ID and try again.',
      );
    }
    return parameter;
  }

  return {
    AddTagsToResource: operation({ ...named, Tags: list(tag, 0, 1000) }, (input, call) => {
      const parameter = get(call, input.ResourceType, input.ResourceId);
      parameter.tags = withTags(parameter.tags, input.Tags);
      return {};
    }),

    RemoveTagsFromResource: operation({ ...named, TagKeys: list(text(1, 128)) }, (input, call) => {
      const parameter = get(call, input.ResourceType, input.ResourceId);
      parameter.tags = new Map([...parameter.tags].filter(([key]) => !input.TagKeys.includes(key)));
      return {};
    }),

    ListTagsForResource: operation(named, (input, call) => {
      const { tags } = get(call, input.ResourceType, input.ResourceId);
      return { TagList: [...tags].map(([Key, Value]) => ({ Key, Value })) };
    }),
  };
}

/**
 * Tags after setting some; throws TooManyTagsError over 50 and ValidationException for invalid
 * ones.
 */
export function withTags(
  tags: ReadonlyMap<string, string>,
  added: readonly { Key: string; Value: string }[],
): Map<string, string> {
  for (const { Key, Value } of added) {
    if (/^aws:/i.test(Key)) throw invalid(`Tag keys that begin with "aws:" are reserved for AWS.`);
    if (!/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(Key + Value)) {
      throw invalid(`The tag ${Key} has characters that AWS does not accept.`);
    }
  }
  const all = new Map([...tags, ...added.map(({ Key, Value }) => [Key, Value] as const)]);
  if (all.size > mostTags) {
    throw new ServiceError('TooManyTagsError', `A parameter can have ${mostTags} tags at most.`);
  }
  return all;
}

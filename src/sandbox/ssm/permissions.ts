import type { Question } from '../access.ts';
import { requestKeys, requestTags, resourceTags, tagging } from '../condition-keys.ts';
import type { Call } from '../service.ts';
import { resourcesOf, type SsmWorld } from './store.ts';

/**
 * The permissions that a role needs for a request (service authorization reference of Systems
 * Manager).
 */
export function questionsOf(
  world: SsmWorld,
  operation: string,
  input: Record<string, unknown>,
  call: Call,
): Question[] {
  const resources = resourcesOf(world, call, input);
  if (operation === 'DescribeParameters' || resources.length === 0) return [{ resource: '*' }];
  const { Overwrite = false, Recursive = false, Tags } = input;
  const own = resources.map(({ arn, parameter }) => ({
    resource: arn,
    context: {
      ...resourceTags(parameter?.tags, 'ssm:resourceTag'),
      ...requestTags(Tags),
      ...(operation === 'PutParameter' && requestKeys({ 'ssm:Overwrite': Overwrite })),
      ...(operation === 'GetParametersByPath' && requestKeys({ 'ssm:Recursive': Recursive })),
    },
  }));
  if (operation !== 'PutParameter') return own;
  return own.flatMap((one) => [one, ...tagging('ssm:AddTagsToResource', one.resource, Tags)]);
}

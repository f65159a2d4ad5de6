import type { Question } from '../access.ts';
import { membersOf, passRoles, requestTags, textOf } from '../condition-keys.ts';
import type { Call, Environment } from '../service.ts';
import { arnOf } from './store.ts';

/**
 * The permissions that a role needs for a request (service authorization reference of the
 * Scheduler).
 */
export function questionsOf(
  environment: Environment,
  operation: string,
  input: Record<string, unknown>,
  { region }: Call,
): Question[] {
  const name = textOf(input.Name);
  if (operation === 'CreateScheduleGroup') {
    const resource = arnOf(environment, region, `schedule-group/${name}`);
    return [{ resource, context: requestTags(input.Tags) }];
  }
  if (operation.startsWith('List')) return [{ resource: '*' }];
  const group = textOf(input.GroupName) || 'default';
  const { RoleArn } = membersOf(input.Target);
  return [
    { resource: arnOf(environment, region, `schedule/${group}/${name}`) },
    ...passRoles(environment, [RoleArn], 'scheduler.amazonaws.com'),
  ];
}

import type { Question } from '../access.ts';
import { listOf, membersOf, passRoles, requestTags, tagging, textOf } from '../condition-keys.ts';
import type { Call, Environment } from '../service.ts';
import { busName, ruleArn } from './store.ts';

/**
 * The permissions that a role needs for a request (service authorization reference of EventBridge).
 */
export function questionsOf(
  environment: Environment,
  operation: string,
  input: Record<string, unknown>,
  { region }: Call,
): Question[] {
  const { account, partition } = environment;
  if (operation === 'CreateEventBus') {
    const resource = `arn:${partition}:events:${region}:${account}:event-bus/${textOf(input.Name)}`;
    return [{ resource }];
  }
  if (operation === 'PutEvents') {
    return listOf(input.Entries).map((entry) => {
      const { EventBusName, Source, DetailType } = membersOf(entry);
      const bus = busName(textOf(EventBusName) || undefined);
      return {
        resource: `arn:${partition}:events:${region}:${account}:event-bus/${bus}`,
        context: { 'events:source': textOf(Source), 'events:detail-type': textOf(DetailType) },
      };
    });
  }
  const name = textOf(input.Rule ?? input.Name);
  if (operation.startsWith('ListRule') || name === '') return [{ resource: '*' }];

  const targets = operation === 'PutTargets' ? listOf(input.Targets).map(membersOf) : [];
  const own = {
    resource: ruleArn(environment, region, busName(textOf(input.EventBusName) || undefined), name),
    context: {
      'events:creatorAccount': account,
      ...requestTags(input.Tags),
      ...(targets.length > 0 && { 'events:TargetArn': targets.map(({ Arn }) => textOf(Arn)) }),
    },
  };
  const roles = [...(operation === 'PutRule' ? [input.RoleArn] : []), ...targets.map(roleOf)];
  return [
    own,
    ...tagging('events:TagResource', own.resource, input.Tags),
    ...passRoles(environment, roles, 'events.amazonaws.com'),
  ];
}

// --- internal ---

const roleOf = ({ RoleArn }: Record<string, unknown>): unknown => RoleArn;

import { list, operation, structure, text, type Field } from '../protocol/input.ts';
import { sortBy } from '../protocol/page.ts';
import { ServiceError, type Operation } from '../service.ts';
import { eventBus, paging, ruleName } from './rules.ts';
import { cut, getRule, invalid, type EventsWorld, type Target } from './store.ts';

const mostEntries = 10;
const mostTargets = 5;
const targetId = text(1, 64, /^[.\-_A-Za-z0-9]+$/);

/** The operations on the targets of rules. */
export function targetOperations(world: EventsWorld): Record<string, Operation> {
  return {
    PutTargets: operation(
      { Rule: ruleName, EventBusName: eventBus, Targets: list(target, 1, mostEntries) },
      ({ Rule, EventBusName, Targets }, { region }) => {
        const rule = getRule(world, region, EventBusName, Rule);
        for (const one of Targets) checkEcs(one);
        const targets = new Map([...rule.targets, ...Targets.map((one) => [one.Id, one] as const)]);
        if (targets.size > mostTargets) {
          throw new ServiceError(
            'LimitExceededException',
            'The requested resource exceeds the maximum number allowed.',
          );
        }
        rule.targets = targets;
        return { FailedEntryCount: 0, FailedEntries: [] };
      },
    ),

    RemoveTargets: operation(
      { Rule: ruleName, EventBusName: eventBus, Ids: list(targetId, 1, mostEntries) },
      ({ Rule, EventBusName, Ids }, { region }) => {
        const rule = getRule(world, region, EventBusName, Rule);
        const missing = Ids.filter((id) => !rule.targets.delete(id));
        return {
          FailedEntryCount: missing.length,
          FailedEntries: missing.map((TargetId) => ({
            TargetId,
            ErrorCode: 'ResourceNotFoundException',
            ErrorMessage: `Rule ${Rule} does not have the target ${TargetId}.`,
          })),
        };
      },
    ),

    ListTargetsByRule: operation(
      { Rule: ruleName, EventBusName: eventBus, ...paging },
      (input, { region }) => {
        const rule = getRule(world, region, input.EventBusName, input.Rule);
        const keyOf = ({ Id }: Target): string => Id;
        const { items, next } = cut(sortBy(rule.targets.values(), keyOf), keyOf, input);
        return { Targets: items, NextToken: next };
      },
    ),
  };
}

// --- internal ---

const required = structure({ Id: targetId, Arn: text(1, 1600) });

/** A target with all its other members. */
const target: Field<Target> = (value, at) => ({
  ...(structuredClone(value) as object),
  ...required(value, at),
});

/** A target that runs tasks names its cluster, and needs a role and a task definition. */
function checkEcs({ Arn, Id, RoleArn, EcsParameters }: Target): void {
  if (!/^arn:[^:]+:ecs:[^:]+:\d{12}:cluster\//.test(Arn)) return;
  if (typeof EcsParameters !== 'object' || EcsParameters === null) {
    throw invalid(`Parameter(s) EcsParameters must be specified for target: ${Id}.`);
  }
  if (!('TaskDefinitionArn' in EcsParameters)) {
    throw invalid(`Parameter(s) TaskDefinitionArn must be specified for target: ${Id}.`);
  }
  if (typeof RoleArn !== 'string') throw invalid(`RoleArn is required for target ${Arn}.`);
}

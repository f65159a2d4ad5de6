import { integer, list, oneOf, operation, optional, tag, text } from '../protocol/input.ts';
import { sortBy } from '../protocol/page.ts';
import { parsePattern } from './pattern.ts';
import type { Operation } from '../service.ts';
import {
  busName,
  cut,
  getRule,
  invalid,
  ruleArn,
  rulesOf,
  type EventsWorld,
  type Rule,
  type Target,
} from './store.ts';

/** Name of a rule. */
export const ruleName = text(1, 64, /^[.\-_A-Za-z0-9]+$/);
/** Name or ARN of an event bus. */
export const eventBus = optional(text(1, 1600, /^(arn:[^/]+:event-bus\/)?[/.\-_A-Za-z0-9]+$/));
/** Members that page a list. */
export const paging = { NextToken: optional(text(1, 2048)), Limit: optional(integer(1, 100)) };

/** The operations on rules. */
export function ruleOperations(world: EventsWorld): Record<string, Operation> {
  const { account } = world.environment;
  return {
    PutRule: operation(
      {
        Name: ruleName,
        ScheduleExpression: optional(text(0, 256)),
        EventPattern: optional(text(0, 4096)),
        State: optional(
          oneOf(['ENABLED', 'DISABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS']),
        ),
        Description: optional(text(0, 512)),
        RoleArn: optional(text(1, 1600)),
        Tags: optional(list(tag)),
        EventBusName: eventBus,
      },
      (input, { region }) => {
        const { Name: name, EventPattern: pattern, ScheduleExpression: schedule } = input;
        const bus = busName(input.EventBusName);
        const rules = rulesOf(world, region, bus);
        if (!pattern && !schedule) {
          throw invalid('Parameter(s) EventPattern or ScheduleExpression must be specified.');
        }
        if (schedule && bus !== 'default') {
          throw invalid('ScheduleExpression is supported only on the default event bus.');
        }
        if (schedule && !/^(cron|rate)\(.+\)$/.test(schedule)) {
          throw invalid('Parameter ScheduleExpression is not valid.');
        }
        if (pattern) parsePattern(pattern);
        const rule: Rule = {
          name,
          arn: ruleArn(world.environment, region, bus, name),
          bus,
          eventPattern: pattern,
          scheduleExpression: schedule,
          state: input.State ?? 'ENABLED',
          description: input.Description,
          roleArn: input.RoleArn,
          targets: rules.get(name)?.targets ?? new Map<string, Target>(),
        };
        rules.set(name, rule);
        return { RuleArn: rule.arn };
      },
    ),

    DeleteRule: operation(
      { Name: ruleName, EventBusName: eventBus },
      ({ Name, EventBusName }, { region }) => {
        const rules = rulesOf(world, region, EventBusName);
        if ((rules.get(Name)?.targets.size ?? 0) > 0) {
          throw invalid("Rule can't be deleted since it has targets.");
        }
        rules.delete(Name);
      },
    ),

    DescribeRule: operation(
      { Name: ruleName, EventBusName: eventBus },
      ({ Name, EventBusName }, { region }) => ({
        ...view(getRule(world, region, EventBusName, Name)),
        CreatedBy: account,
      }),
    ),

    ListRules: operation(
      { NamePrefix: optional(ruleName), EventBusName: eventBus, ...paging },
      (input, { region }) => {
        const rules = [...rulesOf(world, region, input.EventBusName).values()].filter(({ name }) =>
          name.startsWith(input.NamePrefix ?? ''),
        );
        const keyOf = ({ name }: Rule): string => name;
        const { items, next } = cut(sortBy(rules, keyOf), keyOf, input);
        return { Rules: items.map(view), NextToken: next };
      },
    ),

    ListRuleNamesByTarget: operation(
      { TargetArn: text(1, 1600), EventBusName: eventBus, ...paging },
      (input, { region }) => {
        const names = [...rulesOf(world, region, input.EventBusName).values()]
          .filter(({ targets }) => [...targets.values()].some(({ Arn }) => Arn === input.TargetArn))
          .map(({ name }) => name);
        const keyOf = (name: string): string => name;
        const { items, next } = cut(sortBy(names, keyOf), keyOf, input);
        return { RuleNames: items, NextToken: next };
      },
    ),
  };
}

// --- internal ---

function view(rule: Rule): object {
  return {
    Name: rule.name,
    Arn: rule.arn,
    EventPattern: rule.eventPattern,
    ScheduleExpression: rule.scheduleExpression,
    State: rule.state,
    Description: rule.description,
    RoleArn: rule.roleArn,
    EventBusName: rule.bus,
  };
}

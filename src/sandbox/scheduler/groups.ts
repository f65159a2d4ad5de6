import { operation, optional } from '../protocol/input.ts';
import { sortBy } from '../protocol/page.ts';
import type { Operation } from '../service.ts';
import { paging, scheduleName } from './members.ts';
import { conflict, cut, newGroup, type Group, type SchedulerWorld } from './store.ts';

/** The operations on groups of schedules. */
export function groupOperations(world: SchedulerWorld): Record<string, Operation> {
  return {
    CreateScheduleGroup: operation({ Name: scheduleName }, ({ Name }, { region }) => {
      const groups = world.region(region);
      if (groups.has(Name)) throw conflict(`Schedule group ${Name} already exists.`);
      const group = newGroup(world.environment, region, Name);
      groups.set(Name, group);
      return { ScheduleGroupArn: group.arn };
    }),

    ListScheduleGroups: operation(
      { NamePrefix: optional(scheduleName), ...paging },
      (input, { region }) => {
        const groups = [...world.region(region).values()].filter(({ name }) =>
          name.startsWith(input.NamePrefix ?? ''),
        );
        const keyOf = ({ name }: Group): string => name;
        const { items, next } = cut(sortBy(groups, keyOf), keyOf, input);
        return {
          ScheduleGroups: items.map((group) => ({
            Arn: group.arn,
            Name: group.name,
            State: 'ACTIVE',
            CreationDate: group.created,
            LastModificationDate: group.created,
          })),
          NextToken: next,
        };
      },
    ),
  };
}

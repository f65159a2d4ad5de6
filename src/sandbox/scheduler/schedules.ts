import {
  integer,
  oneOf,
  operation,
  optional,
  structure,
  text,
  type Field,
  type Input,
} from '../protocol/input.ts';
import { sortBy } from '../protocol/page.ts';
import { ServiceError, type Operation } from '../service.ts';
import { paging, scheduleName } from './members.ts';
import {
  arnOf,
  conflict,
  cut,
  getGroup,
  getSchedule,
  type Schedule,
  type SchedulerWorld,
  type ScheduleTarget,
} from './store.ts';

const state = oneOf(['ENABLED', 'DISABLED']);

const named = { Name: scheduleName, GroupName: optional(scheduleName) };

const required = structure({
  Arn: text(1, 1600),
  RoleArn: text(1, 1600, /^arn:aws(-[a-z]+)?:iam::\d{12}:role\/[\w+=,.@/-]+$/),
});

/** A target with all its other members. */
const target: Field<ScheduleTarget> = (value, at) => ({
  ...(structuredClone(value) as object),
  ...required(value, at),
});

const asGiven: Field<unknown> = (value) => value;

const settings = {
  ScheduleExpression: text(1, 256),
  ScheduleExpressionTimezone: optional(text(1, 50)),
  FlexibleTimeWindow: structure({
    Mode: oneOf(['OFF', 'FLEXIBLE']),
    MaximumWindowInMinutes: optional(integer(1, 1440)),
  }),
  State: optional(state),
  Target: target,
  Description: optional(text(0, 512)),
  StartDate: asGiven,
  EndDate: asGiven,
  KmsKeyArn: optional(text(1, 2048)),
  ActionAfterCompletion: optional(oneOf(['NONE', 'DELETE'])),
};
type Settings = Input<typeof settings>;

/** The operations on schedules. */
export function scheduleOperations(world: SchedulerWorld): Record<string, Operation> {
  const now = (): Date => new Date(world.environment.now());
  return {
    CreateSchedule: operation({ ...named, ...settings }, (input, { region }) => {
      const group = getGroup(world, region, input.GroupName);
      const { Name: name } = input;
      if (group.schedules.has(name)) throw conflict(`Schedule ${name} already exists.`);
      const arn = arnOf(world.environment, region, `schedule/${group.name}/${name}`);
      const created = now();
      group.schedules.set(name, {
        name,
        group: group.name,
        arn,
        created,
        changed: created,
        ...settingsOf(input),
      });
      return { ScheduleArn: arn };
    }),

    UpdateSchedule: operation({ ...named, ...settings }, (input, { region }) => {
      const schedule = getSchedule(world, region, input.GroupName, input.Name);
      Object.assign(schedule, settingsOf(input), { changed: now() });
      return { ScheduleArn: schedule.arn };
    }),

    GetSchedule: operation(named, ({ Name, GroupName }, { region }) => {
      const schedule = getSchedule(world, region, GroupName, Name);
      return { ...summary(schedule), ...schedule.settings, Target: schedule.target };
    }),

    DeleteSchedule: operation(named, ({ Name, GroupName }, { region }) => {
      const schedule = getSchedule(world, region, GroupName, Name);
      getGroup(world, region, schedule.group).schedules.delete(Name);
    }),

    ListSchedules: operation(
      {
        GroupName: optional(scheduleName),
        NamePrefix: optional(scheduleName),
        State: optional(state),
        ...paging,
      },
      (input, { region }) => {
        const groups =
          input.GroupName === undefined
            ? [...world.region(region).values()]
            : [getGroup(world, region, input.GroupName)];
        const schedules = groups
          .flatMap((group) => [...group.schedules.values()])
          .filter((one) => one.name.startsWith(input.NamePrefix ?? ''))
          .filter((one) => (input.State ?? one.state) === one.state);
        const keyOf = ({ arn }: Schedule): string => arn;
        const { items, next } = cut(sortBy(schedules, keyOf), keyOf, input);
        return { Schedules: items.map(summary), NextToken: next };
      },
    ),
  };
}

// --- internal ---

/** The settings of a create or update: absent members are reset to their defaults. */
function settingsOf(input: Settings): Pick<Schedule, 'state' | 'target' | 'settings'> {
  const { ScheduleExpression: expression, FlexibleTimeWindow: window } = input;
  if (!/^(at|cron|rate)\(.+\)$/.test(expression)) {
    throw invalid(`Invalid Schedule Expression ${expression}.`);
  }
  const hasLength = window.MaximumWindowInMinutes !== undefined;
  if ((window.Mode === 'FLEXIBLE') !== hasLength) {
    throw invalid(
      'MaximumWindowInMinutes must be set for the flexible time window mode FLEXIBLE, and for no other.',
    );
  }
  return {
    state: input.State ?? 'ENABLED',
    target: input.Target,
    settings: {
      ScheduleExpression: expression,
      ScheduleExpressionTimezone: input.ScheduleExpressionTimezone ?? 'UTC',
      FlexibleTimeWindow: window,
      Description: input.Description,
      StartDate: input.StartDate,
      EndDate: input.EndDate,
      KmsKeyArn: input.KmsKeyArn,
      ActionAfterCompletion: input.ActionAfterCompletion ?? 'NONE',
    },
  };
}

function summary(schedule: Schedule): object {
  return {
    Arn: schedule.arn,
    Name: schedule.name,
    GroupName: schedule.group,
    State: schedule.state,
    CreationDate: schedule.created,
    LastModificationDate: schedule.changed,
    Target: { Arn: schedule.target.Arn },
  };
}

function invalid(message: string): ServiceError {
  return new ServiceError('ValidationException', message);
}

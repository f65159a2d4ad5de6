import { byRegion } from '../by-region.ts';
import { page, type Page } from '../protocol/page.ts';
import { ServiceError, type Environment } from '../service.ts';

/** What a schedule runs: every member is stored unchanged. */
export interface ScheduleTarget extends Record<string, unknown> {
  Arn: string;
  RoleArn: string;
}

/** A schedule; `settings` are the members that an update replaces as a whole. */
export interface Schedule {
  name: string;
  group: string;
  arn: string;
  created: Date;
  changed: Date;
  state: string;
  target: ScheduleTarget;
  settings: Record<string, unknown>;
}

/** A group with its schedules by name. */
export interface Group {
  name: string;
  arn: string;
  created: Date;
  schedules: Map<string, Schedule>;
}

/** The parts shared by the operations of EventBridge Scheduler. */
export interface SchedulerWorld {
  environment: Environment;
  region: (name: string) => Map<string, Group>;
}

/** Creates a world without schedules: each region has the group `default`. */
export function createSchedulerWorld(environment: Environment): SchedulerWorld {
  return {
    environment,
    region: byRegion((region) => new Map([['default', newGroup(environment, region, 'default')]])),
  };
}

/** An empty group. */
export function newGroup(environment: Environment, region: string, name: string): Group {
  return {
    name,
    arn: arnOf(environment, region, `schedule-group/${name}`),
    created: new Date(environment.now()),
    schedules: new Map(),
  };
}

/** The ARN of a schedule or a group. */
export function arnOf(environment: Environment, region: string, resource: string): string {
  const { account, partition } = environment;
  return `arn:${partition}:scheduler:${region}:${account}:${resource}`;
}

/** A group, by default `default`; throws ResourceNotFoundException. */
export function getGroup(world: SchedulerWorld, region: string, name = 'default'): Group {
  const group = world.region(region).get(name);
  if (!group) throw notFound(`Schedule group ${name} does not exist.`);
  return group;
}

/** A schedule; throws ResourceNotFoundException. */
export function getSchedule(
  world: SchedulerWorld,
  region: string,
  group: string | undefined,
  name: string,
): Schedule {
  const schedule = getGroup(world, region, group).schedules.get(name);
  if (!schedule) throw notFound(`Schedule ${name} does not exist.`);
  return schedule;
}

/** A page of items sorted by key; throws ValidationException for an invalid token. */
export function cut<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  input: { NextToken?: string | undefined; MaxResults?: number | undefined },
): Page<T> {
  const found = page(items, keyOf, input.NextToken, input.MaxResults ?? 100);
  if (!found) throw new ServiceError('ValidationException', 'Invalid NextToken.');
  return found;
}

/** The error for a name that is in use. */
export const conflict = (message: string): ServiceError =>
  new ServiceError('ConflictException', message, 409);

// --- internal ---

const notFound = (message: string): ServiceError =>
  new ServiceError('ResourceNotFoundException', message, 404);

import { byRegion } from '../by-region.ts';
import { page, type Page } from '../protocol/page.ts';
import { ServiceError, type Environment } from '../service.ts';

/** A target as it was put: every member is stored unchanged. */
export interface Target extends Record<string, unknown> {
  Id: string;
  Arn: string;
}

/** A rule of EventBridge with its targets, sorted by ID. */
export interface Rule {
  name: string;
  arn: string;
  bus: string;
  eventPattern: string | undefined;
  scheduleExpression: string | undefined;
  state: string;
  description: string | undefined;
  roleArn: string | undefined;
  targets: Map<string, Target>;
}

/** The rules of a region by bus and name. */
export type Buses = Map<string, Map<string, Rule>>;

/** The parts shared by the operations of EventBridge. */
export interface EventsWorld {
  environment: Environment;
  region: (name: string) => Buses;
}

/** Creates empty buses: each region has the bus `default`. */
export function createEventsWorld(environment: Environment): EventsWorld {
  return {
    environment,
    region: byRegion((): Buses => new Map([['default', new Map<string, Rule>()]])),
  };
}

/** ARN of a rule; for the bus `default`, it does not contain the bus. */
export function ruleArn(
  { account, partition }: Environment,
  region: string,
  bus: string,
  name: string,
): string {
  const path = bus === 'default' ? name : `${bus}/${name}`;
  return `arn:${partition}:events:${region}:${account}:rule/${path}`;
}

/** Name of a bus given by name or ARN; by default `default`. */
export function busName(nameOrArn = 'default'): string {
  return nameOrArn.replace(/^arn:[^/]*:event-bus\//, '');
}

/** The rules of a bus; throws ResourceNotFoundException. */
export function rulesOf(
  world: EventsWorld,
  region: string,
  nameOrArn: string | undefined,
): Map<string, Rule> {
  const name = busName(nameOrArn);
  const rules = world.region(region).get(name);
  if (!rules) throw notFound(`Event bus ${name} does not exist.`);
  return rules;
}

/** A rule; throws ResourceNotFoundException. */
export function getRule(
  world: EventsWorld,
  region: string,
  bus: string | undefined,
  name: string,
): Rule {
  const rule = rulesOf(world, region, bus).get(name);
  if (!rule) throw notFound(`Rule ${name} does not exist on EventBus ${busName(bus)}.`);
  return rule;
}

/** A page of items sorted by key; throws ValidationException for an invalid token. */
export function cut<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  { NextToken, Limit = 100 }: { NextToken?: string | undefined; Limit?: number | undefined },
): Page<T> {
  const found = page(items, keyOf, NextToken, Limit);
  if (!found) throw invalid('The NextToken value is invalid.');
  return found;
}

/** The error for an invalid request. */
export const invalid = (message: string): ServiceError =>
  new ServiceError('ValidationException', message);

// --- internal ---

const notFound = (message: string): ServiceError =>
  new ServiceError('ResourceNotFoundException', message);

import { randomBytes, randomInt } from 'node:crypto';
import type { World } from './state.ts';

/** The id of a task: 32 hex digits. */
export const newTaskId = () => randomBytes(16).toString('hex');

/** The number of a deployment: 19 digits. */
export function newDeploymentNumber(): string {
  const digits = Array.from({ length: 18 }, () => String(randomInt(10))).join('');
  return `${String(randomInt(1, 10))}${digits}`;
}

/** The id of a service deployment: 21 characters. */
export const newRecordId = () =>
  randomBytes(32).toString('base64').replaceAll(/\W/g, '').slice(0, 21).padEnd(21, 'A');

/** The ARN of an ECS resource, e.g. of `cluster/web`. */
export function ecsArn(world: World, region: string, resource: string): string {
  const { partition, account } = world.environment;
  return `arn:${partition}:ecs:${region}:${account}:${resource}`;
}

/** The last segment of an ARN, or the name itself. */
export function lastSegment(nameOrArn: string): string {
  return nameOrArn.slice(nameOrArn.lastIndexOf('/') + 1);
}

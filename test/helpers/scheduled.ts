import { CreateClusterCommand } from '@aws-sdk/client-ecs';
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { expect } from 'vitest';
import type { Shop } from './scene.ts';

/** The rules and schedules of a sandbox, as the wire has them: no client leaves a member out. */
export interface ScheduledScene {
  /** Calls an operation of EventBridge. */
  events(operation: string, input: object): Promise<Record<string, unknown>>;
  /** A rule on the default bus with these targets, which run in the cluster `shop`. */
  rule(name: string, targets: readonly object[]): Promise<void>;
  /** A schedule in the group `default` with this target. */
  schedule(name: string, target: object, more?: object): Promise<void>;
  targets(rule: string): Promise<Record<string, unknown>[]>;
  getSchedule(name: string): Promise<Record<string, unknown>>;
  /** Changes a schedule, as someone else would. */
  update(name: string, body: object): Promise<void>;
  /** Removes a schedule. */
  remove(name: string): Promise<void>;
  /** Registers revisions 1 to `count` of a family. */
  revisions(family: string, count: number): Promise<void>;
  /** A role of EventBridge with these statements. */
  role(name: string, statements: readonly object[]): Promise<void>;
  /** Adds a policy document to a role. */
  allow(role: string, policy: string, name?: string): Promise<void>;
  /** The revisions that the targets of a rule run: `web:2`. */
  runs(rule: string): Promise<string[]>;
  /** The revision that a schedule runs. */
  scheduleRuns(name: string): Promise<string>;
}

/** ARN of the cluster `shop`, of a revision or family, and of a role, in the sandbox. */
export const clusterArn = 'arn:aws:ecs:us-east-1:123456789012:cluster/shop';
export const revisionArn = (name: string): string =>
  `arn:aws:ecs:us-east-1:123456789012:task-definition/${name}`;
export const roleArn = (name: string): string => `arn:aws:iam::123456789012:role/${name}`;

/** A target that runs a revision: `web:1`. */
export function running(revision: string, more: object = {}): object {
  return {
    ...{ Id: '1', Arn: clusterArn, RoleArn: roleArn('events') },
    EcsParameters: { TaskDefinitionArn: revisionArn(revision) },
    ...more,
  };
}

/** The cluster `shop`, and the role `events`, which may run and pass everything. */
export async function openScheduled(shop: Shop): Promise<ScheduledScene> {
  const { url } = shop.sandbox;
  const call = async (service: string, path: string, init: RequestInit) => {
    const authorization = `AWS4-HMAC-SHA256 Credential=test/20261129/us-east-1/${service}/aws4_request`;
    const headers = { ...(init.headers as Record<string, string>), authorization };
    const answer = await fetch(`${url}${path}`, { ...init, headers });
    const text = await answer.text();
    expect(answer.status, text).toBe(200);
    return (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
  };
  const events: ScheduledScene['events'] = (operation, input) =>
    call('events', '/', {
      method: 'POST',
      headers: {
        'x-amz-target': `AWSEvents.${operation}`,
        'content-type': 'application/x-amz-json-1.1',
      },
      body: JSON.stringify(input),
    });
  const scheduler = (method: string, name: string, body?: object) =>
    call('scheduler', `/schedules/${name}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
  const revisionOf = (target: unknown): string => {
    const { EcsParameters } = target as { EcsParameters: { TaskDefinitionArn: string } };
    return EcsParameters.TaskDefinitionArn.replace(/^.*\//, '');
  };
  const scene: ScheduledScene = {
    events,
    async revisions(family, count) {
      for (let number = 1; number <= count; number += 1) {
        const image = ['--image', `web=httpd:1.${number}`];
        const seen = await shop.run(['register', 'web.json', '--family', family, ...image]);
        expect(seen.code, seen.stderr).toBe(0);
      }
    },
    async role(RoleName, statements) {
      const document = (Statement: readonly object[]): string =>
        JSON.stringify({ Version: '2012-10-17', Statement });
      const Principal = { Service: ['events.amazonaws.com', 'scheduler.amazonaws.com'] };
      const trust = document([{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }]);
      await shop.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }));
      if (statements.length > 0) await scene.allow(RoleName, document(statements), 'run');
    },
    async allow(RoleName, PolicyDocument, PolicyName = 'more') {
      const own = { RoleName, PolicyName, PolicyDocument };
      await shop.iam.send(new PutRolePolicyCommand(own));
    },
    async rule(name, targets) {
      await events('PutRule', { Name: name, ScheduleExpression: 'rate(1 day)' });
      await events('PutTargets', { Rule: name, Targets: targets });
    },
    async schedule(name, target, more = {}) {
      await scheduler('POST', name, {
        ...{ ScheduleExpression: 'rate(1 hour)', FlexibleTimeWindow: { Mode: 'OFF' } },
        ...{ Target: target, ...more },
      });
    },
    async targets(rule) {
      const { Targets } = await events('ListTargetsByRule', { Rule: rule });
      return Targets as Record<string, unknown>[];
    },
    getSchedule: (name) => scheduler('GET', name),
    async update(name, body) {
      await scheduler('PUT', name, body);
    },
    async remove(name) {
      await scheduler('DELETE', name);
    },
    runs: async (rule) => (await scene.targets(rule)).map(revisionOf),
    scheduleRuns: async (name) => revisionOf((await scene.getSchedule(name)).Target),
  };
  await shop.ecs.send(new CreateClusterCommand({ clusterName: 'shop' }));
  await scene.role('events', [
    { Effect: 'Allow', Action: ['ecs:RunTask', 'iam:PassRole'], Resource: '*' },
  ]);
  return scene;
}

import { CreateClusterCommand } from '@aws-sdk/client-ecs';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  ListAttachedRolePoliciesCommand,
} from '@aws-sdk/client-iam';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openShop, type Shop } from '../../helpers/scene.ts';

// Managed policies that are named as ours, and are or are not.
let shop: Shop;
const account = 'arn:aws:iam::123456789012';
const policyArn = (part: number): string => `${account}:policy/r-ecs-secrets-${part}`;
const many = Array.from({ length: 200 }, (_, index) => `/shop/not-there-yet/${index}`);
const split = [
  ...['role', 'create', 'r', '--allow-missing', '--split'],
  ...many.flatMap((name) => ['--secret', name]),
];

beforeEach(async () => {
  shop = await openShop();
  await shop.run(['put', '/shop/db'], { stdin: 'x' });
});
afterEach(() => shop.sandbox.close());

const s3 = { Effect: 'Allow', Action: 's3:*', Resource: '*' };
const ours = {
  Effect: 'Allow',
  Action: 'ssm:GetParameters',
  Resource: 'arn:aws:ssm:us-east-1:123456789012:parameter/shop/db',
};

async function makePolicy(part: number, statement: object, Description?: string): Promise<void> {
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  const PolicyName = `r-ecs-secrets-${part}`;
  await shop.iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument, Description }));
}

async function makeRole(RoleName: string, ...policies: number[]): Promise<void> {
  const Principal = { Service: 'ecs-tasks.amazonaws.com' };
  const Statement = [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }];
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  await shop.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  for (const part of policies) {
    await shop.iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: policyArn(part) }));
  }
}

async function attached(RoleName: string): Promise<(string | undefined)[]> {
  const answer = await shop.iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
  return (answer.AttachedPolicies ?? []).map(({ PolicyArn }) => PolicyArn);
}

/** The document of a policy; undefined when there is none. */
async function document(part: number): Promise<string | undefined> {
  try {
    const PolicyArn = policyArn(part);
    const { Policy } = await shop.iam.send(new GetPolicyCommand({ PolicyArn }));
    const VersionId = Policy?.DefaultVersionId;
    const got = await shop.iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }));
    return decodeURIComponent(got.PolicyVersion?.Document ?? '');
  } catch {
    return undefined;
  }
}

describe.each<[string, object, string[]]>([
  ['grants something else', s3, []],
  ['is attached to another role too', ours, ['other']],
])('a policy with a name of ours that %s', (_what, statement, others) => {
  beforeEach(async () => {
    await makePolicy(1, statement);
    await makeRole('r', 1);
    for (const other of others) await makeRole(other, 1);
  });

  test('is left alone by role create, also with --exact', async () => {
    const before = await document(1);
    const exact = ['--exact', '--yes', '--force'];
    for (const argv of [split, ['role', 'create', 'r', '--secret', '/shop/db', ...exact]]) {
      const seen = await shop.run(argv);
      expect(seen, seen.stderr).toMatchObject({ code: 0 });
      expect(seen.stderr).toContain(`kept, not created by this command: ${policyArn(1)}`);
      expect(await document(1)).toBe(before);
      expect(await attached('r')).toContain(policyArn(1));
    }
    expect(await attached('r')).toEqual([policyArn(1)]);
    expect(await document(2)).toBeUndefined();
  });

  test('is detached by role delete, and stays', async () => {
    await shop.json(split);
    expect((await attached('r')).length).toBeGreaterThan(2);
    const deleted = await shop.json(['role', 'delete', 'r', '--yes']);
    expect(deleted.detached).toEqual([policyArn(1)]);
    expect(await document(1)).toBeDefined();
    expect(await document(2)).toBeUndefined();
    for (const other of others) expect(await attached(other)).toEqual([policyArn(1)]);
  });
});

test('a policy of ours is known by its description or its content', async () => {
  await makePolicy(1, s3, 'Part of an execution role of ECS tasks, kept by ecs-secrets');
  await makePolicy(2, ours);
  await makeRole('r', 1, 2);
  const { detached, managedPolicies } = await shop.json(['role', 'delete', 'r', '--dry-run']);
  expect([detached, managedPolicies]).toEqual([[], [policyArn(1), policyArn(2)]]);
});

test('parts whose first one was deleted by hand are still found', async () => {
  await makePolicy(3, ours);
  await makeRole('r', 3);
  const { managedPolicies } = await shop.json(['role', 'delete', 'r', '--dry-run']);
  expect(managedPolicies).toEqual([policyArn(3)]);
  await shop.json(split);
  expect((await attached('r')).sort()).toEqual(
    expect.arrayContaining([policyArn(1), policyArn(3), policyArn(4)]),
  );
});

describe('role delete', () => {
  const config = () => ({
    endpoint: shop.sandbox.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const target = {
    Arn: 'arn:aws:ecs:us-east-1:123456789012:cluster/shop',
    RoleArn: `${account}:role/events`,
    EcsParameters: { TaskDefinitionArn: 'arn:aws:ecs:us-east-1:123456789012:task-definition/web' },
  };
  beforeEach(async () => {
    await shop.json(['role', 'create', 'r', '--secret', '/shop/db']);
    const argv = ['register', 'web.json', '--secret', 'A=/shop/db', '--execution-role', 'r'];
    await shop.json(argv);
    await shop.ecs.send(new CreateClusterCommand({ clusterName: 'shop' }));
  });

  test('refuses while a rule or a schedule runs a task under the role', async () => {
    const events = new EventBridgeClient(config());
    await events.send(new PutRuleCommand({ Name: 'nightly', ScheduleExpression: 'rate(1 day)' }));
    await events.send(
      new PutTargetsCommand({ Rule: 'nightly', Targets: [{ Id: '1', ...target }] }),
    );
    await new SchedulerClient(config()).send(
      new CreateScheduleCommand({
        ...{ Name: 'hourly', ScheduleExpression: 'rate(1 hour)', Target: target },
        FlexibleTimeWindow: { Mode: 'OFF' },
      }),
    );
    const seen = await shop.run(['role', 'delete', 'r', '--yes']);
    expect(seen.code).toBe(1);
    expect(seen.stderr).toContain('is used by rule nightly, schedule default/hourly');
    const exact = ['role', 'create', 'r', '--secret', '/other', '--allow-missing', '--exact'];
    const refused = await shop.run([...exact, '--yes']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/rule nightly \(web\) needs ssm:GetParameters on/);
    expect(await shop.run(['role', 'delete', 'r', '--yes', '--force'])).toMatchObject({ code: 0 });
    await expect(shop.iam.send(new GetRoleCommand({ RoleName: 'r' }))).rejects.toThrow();
  });

  test('says what it may not look at', async () => {
    const denied = { code: 'AccessDeniedException', times: 1 };
    shop.sandbox.inject({ service: 'scheduler', operation: 'ListSchedules', ...denied });
    const seen = await shop.run(['role', 'delete', 'r', '--yes']);
    expect(seen.code).toBe(0);
    expect(seen.stderr).toMatch(/warning: not checked.*: EventBridge schedules/);
  });
});

import { DescribeLogGroupsCommand, CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import {
  EventBridgeClient,
  ListRulesCommand,
  ListTargetsByRuleCommand,
} from '@aws-sdk/client-eventbridge';
import { GetRolePolicyCommand, IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import {
  DescribeStateMachineCommand,
  ListStateMachinesCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { expect, inject, test } from 'vitest';
import { run as runHere, type Setting } from '../../helpers/run.ts';
import { unique } from '../../conformance/backends.ts';

const moto = inject('moto');
const client = {
  ...{ endpoint: moto ?? '', region: 'eu-north-1' },
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
};
const machines = new SFNClient(client);
const events = new EventBridgeClient(client);
const iam = new IAMClient(client);
const logs = new CloudWatchLogsClient(client);

// Another program's CloudFormation takes the template, and makes its resources.
test.skipIf(moto === undefined)('moto deploys, updates and removes the stack', async () => {
  const name = unique('redeploy');
  const run = (argv: readonly string[], setting: Setting = {}) =>
    runHere(['auto-redeploy', ...argv, '--name', name], {
      longestPause: 1,
      ...setting,
      env: { AWS_ENDPOINT_URL: moto, AWS_REGION: 'eu-north-1' },
    });
  const deploy = (...argv: string[]) => run(['deploy', '--prefix', '/shop', '--json', ...argv]);

  expect((await deploy('--dry-run')).code).toBe(0);
  expect(await run(['status'])).toMatchObject({ code: 1 });
  const first = await deploy('--yes');
  expect(first.code, first.stderr).toBe(0);
  expect(JSON.parse(first.stdout)).toMatchObject({ action: 'created' });
  // moto has no outputs for a stack of a change set.
  expect(await resourcesOf(name)).toEqual(expected(name, ['parameters']));
  const { stateMachines = [] } = await machines.send(new ListStateMachinesCommand({}));
  const arn = stateMachines.find((one) => one.name === name)?.stateMachineArn;
  const made = await machines.send(new DescribeStateMachineCommand({ stateMachineArn: arn }));
  expect(made.roleArn).toBe(`arn:aws:iam::123456789012:role/${name}-machine-eu-north-1`);
  expect(JSON.parse(made.definition ?? '')).toMatchObject({ StartAt: 'Read the input' });
  const target = { Rule: `${name}-parameters` };
  const { Targets } = await events.send(new ListTargetsByRuleCommand(target));
  expect(Targets).toMatchObject([
    { Arn: arn, RoleArn: `arn:aws:iam::123456789012:role/${name}-rules-eu-north-1` },
  ]);
  const role = { RoleName: `${name}-rules-eu-north-1`, PolicyName: 'auto-redeploy' };
  const { PolicyDocument = '' } = await iam.send(new GetRolePolicyCommand(role));
  expect(decodeURIComponent(PolicyDocument)).toContain(arn);

  expect(JSON.parse((await deploy('--yes')).stdout)).toMatchObject({ action: 'unchanged' });
  const status = await run(['status', '--json']);
  expect(status.code, status.stderr).toBe(0);
  expect(JSON.parse(status.stdout)).toMatchObject({
    stack: { name, status: 'CREATE_COMPLETE' },
    options: { prefixes: ['/shop'] },
    executions: [],
    drift: { template: [] },
  });

  const update = await deploy('--window', '5m', '--reconcile', '1h', '--yes');
  expect(update.code, update.stderr).toBe(0);
  expect(JSON.parse(update.stdout)).toMatchObject({ action: 'updated' });
  expect(JSON.parse((await run(['status', '--json'])).stdout)).toMatchObject({
    options: { windowSeconds: 300 },
  });
  const updated = expected(name, ['parameters', 'reconcile']);
  expect(await resourcesOf(name)).toEqual(updated);
  const dry = JSON.parse((await run(['remove', '--dry-run', '--json'])).stdout) as object;
  expect(dry).toMatchObject({ action: 'deleted', dryRun: true });
  expect(await resourcesOf(name)).toEqual(updated);
  expect(await run(['remove', '--yes'])).toMatchObject({ code: 0 });
  expect(await resourcesOf(name)).toEqual([]);
  expect(JSON.parse((await run(['remove', '--yes', '--json'])).stdout)).toEqual({
    stack: name,
    action: 'unchanged',
    dryRun: false,
    resources: [],
  });
});

/** The resources of a stack with these rules. */
function expected(name: string, rules: string[]): string[] {
  return [
    `machine ${name}`,
    ...rules.map((rule) => `rule ${name}-${rule}`),
    ...['machine', 'rules'].map((role) => `role ${name}-${role}-eu-north-1`),
    `topic ${name}-reports`,
    `log group /aws/vendedlogs/states/${name}`,
  ].sort();
}

/** The resources of this name in moto. */
async function resourcesOf(name: string): Promise<string[]> {
  const [{ stateMachines = [] }, { Rules = [] }, { Roles = [] }, { logGroups = [] }, topics] =
    await Promise.all([
      machines.send(new ListStateMachinesCommand({})),
      events.send(new ListRulesCommand({})),
      iam.send(new ListRolesCommand({})),
      logs.send(new DescribeLogGroupsCommand({})),
      topicNames(),
    ]);
  return [
    ...stateMachines.map((one) => `machine ${one.name ?? ''}`),
    ...Rules.map((one) => `rule ${one.Name ?? ''}`),
    ...Roles.map((one) => `role ${one.RoleName ?? ''}`),
    ...topics.map((one) => `topic ${one}`),
    ...logGroups.map((one) => `log group ${one.logGroupName ?? ''}`),
  ]
    .filter((one) => one.includes(name))
    .sort();
}

/** The SDK's client of SNS is not installed. */
async function topicNames(): Promise<string[]> {
  const scope = 'test/20260101/eu-north-1/sns/aws4_request';
  const answer = await fetch(moto ?? '', {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=x`,
    },
    body: 'Action=ListTopics&Version=2010-03-31',
  });
  const found = (await answer.text()).matchAll(/<TopicArn>[^<]*:([^<:]+)</g);
  return [...found].map(([, name = '']) => name);
}

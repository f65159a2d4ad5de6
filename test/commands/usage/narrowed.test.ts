import { CreateClusterCommand } from '@aws-sdk/client-ecs';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openShop, type Shop } from '../../helpers/scene.ts';

// A search that --cluster and --service narrow: /shop/db is used by shop/web and nobody else.
let shop: Shop;
const here = 'arn:aws:ecs:us-east-1:123456789012';
const clusterArn = `${here}:cluster/shop`;
const serviceArn = `${here}:service/shop/web`;
beforeEach(async () => {
  shop = await openShop();
  await shop.run(['put', '/shop/db'], { stdin: 'one' });
  await shop.run(['role', 'create', 'r', '--secret', '/shop/db']);
  await shop.run(['register', 'web.json', '--secret', 'DB=/shop/db', '--execution-role', 'r']);
  await shop.service({ cluster: 'shop', name: 'web', taskDefinition: 'web' });
  await shop.ecs.send(new CreateClusterCommand({ clusterName: 'other' }));
});
afterEach(() => shop.sandbox.close());

/** The names of the calls that a command made. */
async function callsOf(argv: readonly string[]): Promise<string[]> {
  const calls = async () => {
    const answer = await fetch(`${shop.sandbox.url}/_sandbox/calls`);
    return ((await answer.json()) as { operation: string }[]).map(({ operation }) => operation);
  };
  const before = (await calls()).length;
  await shop.run(argv, { stdin: 'two' });
  return (await calls()).slice(before);
}

const count = (calls: readonly string[], name: string): number =>
  calls.filter((one) => one === name).length;

describe('what is given by name and by ARN is one thing', () => {
  const both = {
    clusters: ['--cluster', 'shop', '--cluster', clusterArn, '--cluster', 'shop'],
    services: ['--service', 'shop/web', '--service', serviceArn, '--service', 'shop/web'],
  };

  test.each(Object.entries(both))('of %s: found once', async (_, narrowed) => {
    const used = await shop.json(['where-used', '/shop/db', ...narrowed]);
    expect(used.services).toMatchObject([{ cluster: clusterArn, service: 'web' }]);
    const { services } = await shop.json(['stale', '/shop/db', ...narrowed]);
    expect(services).toMatchObject([{ cluster: clusterArn, tasks: [{ holding: 'current' }] }]);
    expect(count(await callsOf(['stale', ...narrowed]), 'DescribeServices')).toBe(1);
  });

  test.each(Object.entries(both))('of %s: deployed once', async (_, narrowed) => {
    const calls = await callsOf(['rotate', '/shop/db', '--redeploy', ...narrowed]);
    expect(count(calls, 'UpdateService')).toBe(1);
    const again = await callsOf(['redeploy', '/shop/db', ...narrowed]);
    expect(count(again, 'UpdateService')).toBe(1);
    expect(await shop.injected('shop', 'web', 'DB')).toEqual(['two']);
  });

  test('each alone finds the same', async () => {
    for (const narrowed of [
      ['--cluster', 'shop'],
      ['--cluster', clusterArn],
      ['--service', 'shop/web'],
      ['--service', serviceArn],
    ]) {
      const used = await shop.json(['where-used', '/shop/db', ...narrowed]);
      expect(used.services).toMatchObject([{ cluster: clusterArn, service: 'web' }]);
    }
  });
});

describe('what cannot be meant is refused', () => {
  test.each([
    ['--service', 'web', '"web" is not CLUSTER/SERVICE'],
    ['--service', `${here}:service/web`, 'an ARN without a cluster'],
    ['--service', clusterArn, 'is not the ARN of a service'],
  ])('%s %s', async (option, value, message) => {
    const seen = await shop.run(['where-used', '/shop/db', option, value]);
    expect(seen.code).toBe(2);
    expect(seen.stderr).toContain(message);
  });

  test.each([
    ['--cluster', 'none', 'there is no cluster none'],
    ['--cluster', `${here}:cluster/none`, `there is no cluster ${here}:cluster/none`],
    ['--service', 'none/web', 'there is no cluster none'],
    ['--service', 'shop/none', `there is no service ${here}:service/shop/none`],
    ['--service', `${here}:service/shop/none`, `there is no service ${here}:service/shop/none`],
  ])('%s %s', async (option, value, message) => {
    const seen = await shop.run(['where-used', '/shop/db', option, value]);
    expect(seen.code).toBe(1);
    expect(seen.stderr).toContain(`error: ${message}\n`);
  });

  test.each([
    ['--cluster', clusterArn.replace('us-east-1', 'eu-west-1')],
    ['--service', serviceArn.replace('us-east-1', 'eu-west-1')],
    ['--cluster', clusterArn.replace('123456789012', '210987654321')],
  ])('%s %s, of another region or account', async (option, value) => {
    const seen = await shop.run(['where-used', '/shop/db', option, value]);
    expect(seen).toMatchObject({ code: 1, stdout: '' });
    expect(seen.stderr).toMatch(
      /error: the cluster arn:\S+ is not in us-east-1 of account 123456789012\nhint: .*--region/,
    );
  });
});

test('rules of a cluster in which nothing runs are found', async () => {
  const events = new EventBridgeClient({
    endpoint: shop.sandbox.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  await events.send(new PutRuleCommand({ Name: 'nightly', ScheduleExpression: 'rate(1 day)' }));
  const target = {
    ...{ Id: '1', Arn: `${here}:cluster/other`, RoleArn: 'arn:aws:iam::123456789012:role/events' },
    EcsParameters: { TaskDefinitionArn: `${here}:task-definition/web` },
  };
  await events.send(new PutTargetsCommand({ Rule: 'nightly', Targets: [target] }));
  const seen = await shop.run(['where-used', '/shop/db', '--cluster', 'other']);
  expect(seen).toMatchObject({ code: 0, stdout: 'KIND\tNAME\tUSES\nrule\tnightly\tweb:DB\n' });
});

describe('a narrowed search says so', () => {
  const env = { ECS_SECRETS_CLUSTER: 'other' };
  const fromEnv = '(--cluster comes from ECS_SECRETS_CLUSTER)';
  const notSearched = `other clusters were not searched ${fromEnv}`;
  const region = { regions: ['us-east-1'], otherRegions: [] };
  const other = { clusters: [`${here}:cluster/other`], narrowed: true };

  test.each([
    [
      'by the environment',
      [],
      { env },
      `nothing in cluster other refers to /shop/db; ${notSearched}`,
    ],
    [
      'by --cluster',
      ['--cluster', 'other', '--cluster', `${here}:cluster/other`],
      {},
      'nothing in cluster other refers to /shop/db; other clusters were not searched',
    ],
    [
      'by --cluster, which wins over the environment',
      ['--cluster', 'shop', '--cluster', 'other'],
      { env },
      'KIND\tNAME\tUSES\nservice\tshop/web\tweb:DB',
    ],
    [
      'by --service, which leaves the environment aside',
      ['--service', 'shop/web'],
      { env },
      'KIND\tNAME\tUSES\nservice\tshop/web\tweb:DB',
    ],
    ['not at all', [], {}, 'KIND\tNAME\tUSES\nservice\tshop/web\tweb:DB'],
  ])('where-used, %s', async (_, narrowed, setting, text) => {
    const seen = await shop.run(['where-used', '/shop/db', ...narrowed], setting);
    expect(seen).toEqual({ code: 0, stdout: `${text}\n`, stderr: '' });
  });

  test.each([
    ['by the environment', [], { env }, { ...other, narrowedBy: ['ECS_SECRETS_CLUSTER'] }],
    ['by --cluster', ['--cluster', 'other'], {}, { ...other, narrowedBy: ['--cluster'] }],
    [
      'by --service',
      ['--service', 'shop/web'],
      { env },
      { clusters: [clusterArn], narrowed: true, narrowedBy: ['--service'] },
    ],
    [
      'not at all',
      [],
      {},
      { clusters: [`${here}:cluster/other`, clusterArn], narrowed: false, narrowedBy: [] },
    ],
  ])('where-used and stale in JSON, %s', async (_, narrowed, setting, searched) => {
    const used = await shop.json(['where-used', '/shop/db', ...narrowed], setting);
    expect(used.searched).toEqual({ ...region, ...searched });
    const checked = await shop.json(['stale', ...narrowed], setting);
    expect(checked.searched).toEqual({ ...region, ...searched });
  });

  test('stale, when there is nothing to judge', async () => {
    const named = await shop.run(['stale', '/shop/db'], { env });
    expect(named.stdout).toBe(
      `no running task in cluster other refers to /shop/db; ${notSearched}\n`,
    );
    const all = await shop.run(['stale'], { env });
    expect(all.stdout).toBe(
      `no running task in cluster other refers to a secret; ${notSearched}\n`,
    );
    await shop.run(['put', '/unused'], { stdin: 'x' });
    const none = await shop.run(['stale', '/unused']);
    expect(none.stdout).toBe('no running task refers to /unused\n');
    const service = await shop.run(['stale', '/unused', '--service', serviceArn]);
    expect(service.stdout).toBe(
      'no running task of service shop/web refers to /unused; other services were not searched\n',
    );
  });

  test('in a note, when the environment narrowed a search that found something', async () => {
    const note = `note: only cluster shop was searched ${fromEnv}\n`;
    const setting = { env: { ECS_SECRETS_CLUSTER: 'shop' } };
    expect(await shop.run(['where-used', '/shop/db'], setting)).toMatchObject({ stderr: note });
    expect(await shop.run(['stale', '/shop/db'], setting)).toMatchObject({ stderr: note });
    const typed = await shop.run(['stale', '--cluster', 'shop'], setting);
    expect(typed.stderr).toBe('');
  });
});

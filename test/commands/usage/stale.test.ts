import { DescribeServicesCommand } from '@aws-sdk/client-ecs';
import {
  DeleteSecretCommand,
  DescribeSecretCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  TagResourceCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openShop, type Shop } from '../../helpers/scene.ts';
import { asDeployer } from '../../helpers/start-scene.ts';
import { createDeployer } from '../../sandbox/clients.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await openShop();
  await shop.run(['put', 'sm:db'], { stdin: 'one' });
  await shop.run(['role', 'create', 'r', '--secret', 'sm:db']);
  await shop.run(['register', 'web.json', '--secret', 'DB=sm:db', '--execution-role', 'r']);
});
afterEach(() => shop.sandbox.close());

const startWeb = () => shop.service({ cluster: 'shop', name: 'web', taskDefinition: 'web' });

interface StaleData {
  holding: string;
  services: {
    cluster: string;
    service?: string;
    holding: string;
    tasks: { secrets: { reference: string; holding: string; why?: string }[] }[];
  }[];
}

async function stale(...argv: string[]) {
  const seen = await shop.run(['stale', ...argv, '--json']);
  const data = JSON.parse(seen.stdout) as StaleData;
  return { ...seen, data, whys: data.services.map(({ tasks }) => tasks[0]?.secrets[0]?.why) };
}

/** The id of the version that has a label. */
async function versionOf(stage: string): Promise<string> {
  const answer = await shop.secrets.send(new DescribeSecretCommand({ SecretId: 'db' }));
  const stages = Object.entries(answer.VersionIdsToStages ?? {});
  return stages.find(([, labels]) => labels.includes(stage))?.[0] ?? '';
}

async function putVersion(value: string, stages?: string[], token?: string): Promise<string> {
  const { VersionId = '' } = await shop.secrets.send(
    new PutSecretValueCommand({
      ...{ SecretId: 'db', SecretString: value },
      ...{ VersionStages: stages, ClientRequestToken: token },
    }),
  );
  return VersionId;
}

const move = (to: string, from: string) =>
  shop.secrets.send(
    new UpdateSecretVersionStageCommand({
      ...{ SecretId: 'db', VersionStage: 'AWSCURRENT' },
      ...{ MoveToVersionId: to, RemoveFromVersionId: from },
    }),
  );

const held = () => shop.injected('shop', 'web', 'DB');
const changed = 'the secret changed after the task was created: the task may hold an older value';

describe('a task that may hold another value than the current one is never called current', () => {
  test('when AWSCURRENT moved back, and forward again after the task started', async () => {
    const first = await versionOf('AWSCURRENT');
    const second = await putVersion('two');
    await move(first, second);
    await startWeb();
    expect(await held()).toEqual(['one']);
    await move(second, first);
    const seen = await stale('sm:db');
    expect(seen).toMatchObject({ code: 3, data: { holding: 'unknown' }, whys: [changed] });
    const text = await shop.run(['stale', 'sm:db']);
    expect(text.stdout).toMatch(
      /^NAME\tHOLDING\tTASKS\tWHY\nshop\/web\tunknown\t1 unknown\tarn:\S+: the secret changed after/,
    );
  });

  test('when it started while a rotation function was at work', async () => {
    const first = await versionOf('AWSCURRENT');
    const RotationLambdaARN = 'arn:aws:lambda:us-east-1:123456789012:function:fail-played-by-hand';
    const { VersionId: pending = '' } = await shop.secrets.send(
      new RotateSecretCommand({
        ...{ SecretId: 'db', RotationLambdaARN },
        RotationRules: { AutomaticallyAfterDays: 30 },
      }),
    );
    await startWeb();
    expect(await held()).toEqual(['one']);
    await putVersion('two', ['AWSPENDING'], pending);
    await move(pending, first);
    expect(await stale()).toMatchObject({ code: 3, data: { holding: 'unknown' }, whys: [changed] });
  });

  test('when it started between the two calls of a compare-and-set', async () => {
    const first = await versionOf('AWSCURRENT');
    const staged = await putVersion('two', ['ecs-secrets-staged']);
    await startWeb();
    expect(await held()).toEqual(['one']);
    await move(staged, first);
    expect(await stale()).toMatchObject({ code: 3, data: { holding: 'unknown' }, whys: [changed] });
  });
});

describe('a task that holds the current value is current', () => {
  test.each([
    ['rotate --redeploy', [['rotate', 'sm:db', '--redeploy']]],
    [
      'put and redeploy --stale',
      [
        ['put', 'sm:db', '--tag', 'team=shop'],
        ['redeploy', '--stale'],
      ],
    ],
  ])('after %s', async (_, commands) => {
    await startWeb();
    for (const argv of commands) {
      const seen = await shop.run(argv, { stdin: 'two' });
      expect(seen.code, seen.stderr).toBe(0);
    }
    expect(await held()).toEqual(['two']);
    expect(await stale()).toMatchObject({ code: 0, data: { holding: 'current' } });
  });

  test('while its version is the only one, whatever else of the secret changes', async () => {
    await startWeb();
    await shop.secrets.send(
      new TagResourceCommand({ SecretId: 'db', Tags: [{ Key: 'team', Value: 'shop' }] }),
    );
    expect(await stale()).toMatchObject({ code: 0, data: { holding: 'current' } });
  });

  test('but a change of tags makes it unknown once there were several versions', async () => {
    await putVersion('two');
    await startWeb();
    await shop.secrets.send(
      new TagResourceCommand({ SecretId: 'db', Tags: [{ Key: 'team', Value: 'shop' }] }),
    );
    expect(await stale()).toMatchObject({ code: 3, data: { holding: 'unknown' }, whys: [changed] });
  });
});

describe('redeploy --stale', () => {
  const deployments = async (): Promise<number> => {
    const described = new DescribeServicesCommand({ cluster: 'shop', services: ['web'] });
    const { services } = await shop.ecs.send(described);
    const started = services?.[0]?.events?.filter(({ message }) =>
      message?.includes('has started'),
    );
    return started?.length ?? 0;
  };
  const denyDescription = () =>
    createDeployer(shop, [
      { Effect: 'Allow', Action: '*', Resource: '*' },
      { Effect: 'Deny', Action: 'secretsmanager:DescribeSecret', Resource: '*' },
    ]);

  test('does not redeploy, at each run, for a secret that may not be described', async () => {
    await startWeb();
    const before = await deployments();
    await denyDescription();
    const seen = await asDeployer(shop, () => shop.run(['redeploy', '--stale']));
    expect(seen.code, seen.stderr).toBe(0);
    expect(seen.stderr).toMatch(
      /^warning: not checked: arn:\S+: access denied: secretsmanager:DescribeSecret .*; not redeployed for it: shop\/web$/m,
    );
    expect(seen.stderr).toContain('0 services to redeploy');
    expect(await deployments()).toBe(before);
  });

  test('nor for a secret that no longer exists', async () => {
    await startWeb();
    const before = await deployments();
    await shop.secrets.send(
      new DeleteSecretCommand({ SecretId: 'db', ForceDeleteWithoutRecovery: true }),
    );
    const seen = await shop.run(['redeploy', '--stale']);
    expect(seen.code, seen.stderr).toBe(0);
    expect(seen.stderr).toMatch(
      /^warning: not checked: arn:\S+: there is no such secret; not redeployed for it: shop\/web$/m,
    );
    expect(await deployments()).toBe(before);
  });

  test('redeploys for another secret of the same task', async () => {
    await shop.run(['put', '/p'], { stdin: 'one' });
    await shop.run(['role', 'create', 'r', '--secret', '/p']);
    const secrets = ['--secret', 'DB=sm:db', '--secret', 'P=/p'];
    await shop.run(['register', 'web.json', ...secrets, '--execution-role', 'r']);
    await startWeb();
    await shop.run(['put', '/p'], { stdin: 'two' });
    await denyDescription();
    const seen = await asDeployer(shop, () => shop.run(['redeploy', '--stale']));
    expect(seen.code, seen.stderr).toBe(0);
    expect(seen.stderr).not.toContain('not redeployed');
    expect(await shop.injected('shop', 'web', 'P')).toEqual(['two']);
  });
});

test('a secret that may not be described is unknown, and the others are judged', async () => {
  await shop.run(['put', '/p'], { stdin: 'one' });
  await shop.run(['role', 'create', 'r', '--secret', 'sm:db', '--secret', '/p']);
  const secrets = ['--secret', 'DB=sm:db', '--secret', 'P=/p'];
  await shop.run(['register', 'web.json', ...secrets, '--execution-role', 'r']);
  await startWeb();
  await shop.run(['put', '/p'], { stdin: 'two' });
  await createDeployer(shop, [
    { Effect: 'Allow', Action: '*', Resource: '*' },
    { Effect: 'Deny', Action: 'secretsmanager:DescribeSecret', Resource: '*' },
  ]);
  const seen = await asDeployer(shop, () => stale());
  expect(seen).toMatchObject({ code: 3, data: { holding: 'stale' } });
  const [db, p] = seen.data.services[0]?.tasks[0]?.secrets ?? [];
  expect(p).toMatchObject({ holding: 'stale' });
  expect(db?.holding).toBe('unknown');
  expect(db?.why).toMatch(/^access denied: secretsmanager:DescribeSecret on arn:/);
  expect(seen.stderr).toMatch(/^warning: not checked: arn:\S+: access denied: secretsmanager:Desc/);
  expect(seen.stderr).toContain('a policy denies secretsmanager:DescribeSecret explicitly');
  const named = await asDeployer(shop, () => shop.run(['stale', 'sm:db']));
  expect(named).toMatchObject({ code: 1, stdout: '' });
});

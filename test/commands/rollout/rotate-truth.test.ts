import {
  CreateServiceCommand,
  DeleteServiceCommand,
  DescribeServicesCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import {
  PutSecretValueCommand,
  RotateSecretCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { goBetween } from '../../helpers/go-between.ts';
import { openRotationScene, type RotationScene } from '../../helpers/rotation-scene.ts';

let scene: RotationScene;
beforeEach(async () => {
  scene = await openRotationScene();
});
afterEach(() => scene.shop.sandbox.close());

const held = (service: string) => scene.shop.injected('shop', service, 'DB');

async function running(service: string): Promise<number> {
  const { services } = await scene.shop.ecs.send(
    new DescribeServicesCommand({ cluster: 'shop', services: [service] }),
  );
  return services?.[0]?.runningCount ?? 0;
}

/** Waits until a task of a service has failed to start. */
async function failing(service: string): Promise<void> {
  for (;;) {
    const { services } = await scene.shop.ecs.send(
      new DescribeServicesCommand({ cluster: 'shop', services: [service] }),
    );
    if ((services?.[0]?.deployments?.[0]?.failedTasks ?? 0) > 0) return;
  }
}

async function slow(): Promise<void> {
  await scene.shop.sandbox.close();
  scene = await openRotationScene({
    ecs: { tickMs: 5, taskStartMs: 400, taskStopMs: 10, settleMs: 10 },
  });
}

describe('what happens to a service meanwhile', () => {
  test('deleted: it speaks neither for nor against the value', async () => {
    await slow();
    await scene.service('web');
    await scene.service('leaving');
    const rotating = scene.rotate([], 'good-2');
    await scene.called('UpdateService');
    await scene.shop.ecs.send(
      new DeleteServiceCommand({ cluster: 'shop', service: 'leaving', force: true }),
    );
    const seen = await rotating;
    expect(seen.code).toBe(0);
    const states = seen.data.deployments.map(({ service, state }) => `${service} ${state}`);
    expect(states.sort()).toEqual(['leaving service-deleted', 'web completed']);
    expect(await held('web')).toEqual(['good-2']);
  });

  test('created between the search and the write: it is redeployed as well', async () => {
    await scene.service('web');
    await using between = await goBetween(scene.shop.sandbox.url, [
      // The task starts with the old value just before the new one is stored.
      { operation: 'PutParameter', before: () => scene.service('newcomer') },
    ]);
    const env = { ECS_SECRETS_ENDPOINT_URL: between.url };
    const seen = await scene.rotate([], 'good-2', { env });
    expect(seen.code).toBe(0);
    expect(seen.data.deployments.map(({ service }) => service).sort()).toEqual(['newcomer', 'web']);
    expect(await held('newcomer')).toEqual(['good-2']);
  });

  test('scaled out while a bad value was current: it is redeployed with the old one', async () => {
    await scene.service('canary', { picky: true });
    await scene.service('web');
    const rotating = scene.rotate(['--first', 'shop/canary'], 'bad');
    await scene.called('UpdateService');
    await scene.shop.ecs.send(
      new UpdateServiceCommand({ cluster: 'shop', service: 'web', desiredCount: 2 }),
    );
    while ((await running('web')) < 2) await new Promise(setImmediate);
    const seen = await rotating;
    expect(seen.code).toBe(4);
    expect(seen.stderr).toContain('Old value restored, and every task holds it');
    expect(await held('web')).toEqual(['good-1', 'good-1']);
  });

  test('deployed to under two names of its cluster: once', async () => {
    await scene.service('web');
    const arn = 'arn:aws:ecs:us-east-1:123456789012:cluster/shop';
    const seen = await scene.rotate(['--cluster', 'shop', '--cluster', arn], 'good-2');
    expect(seen.code).toBe(0);
    expect(seen.data.deployments).toHaveLength(1);
  });
});

describe('what someone else stores meanwhile', () => {
  test('is left alone, and a failure still exits with 4', async () => {
    await scene.service('web', { picky: true });
    const rotating = scene.rotate([], 'bad');
    await scene.called('UpdateService');
    await scene.overwrite('good-theirs');
    // Our deployment reads theirs now, so only its first tasks may have failed.
    const seen = await rotating;
    expect(await scene.parameter()).toBe('good-theirs');
    expect(seen.code).toBe(seen.stderr.includes('deployment failed') ? 4 : 1);
    expect(seen.stderr).toContain('someone else stored version 3');
  });

  test('an answer of DescribeParameters that lags is not theirs', async () => {
    await scene.service('web', { picky: true });
    scene.shop.sandbox.inject({ service: 'ssm', operation: 'DescribeParameters', lagMs: 300 });
    const seen = await scene.rotate([], 'bad');
    expect(seen.code).toBe(4);
    expect(seen.stderr).not.toContain('someone else');
    expect(await scene.parameter()).toBe('good-1');
  });

  test('under another key of the secret outlives the rollback', async () => {
    await scene.service('web', { secret: 'sm:shop/api:key', picky: true });
    const argv = ['rotate', 'sm:shop/api:key', '--redeploy'];
    const rotating = scene.shop.run(argv, { stdin: 'bad' });
    await scene.called('UpdateService');
    await scene.shop.run(['put', 'sm:shop/api:other'], { stdin: 'theirs' });
    const seen = await rotating;
    expect(seen.code).toBe(4);
    const value = await scene.shop.run(['get', 'sm:shop/api', '--reveal']);
    expect(JSON.parse(value.stdout)).toEqual({ key: 'good-1', other: 'theirs' });
  });
});

describe('the start of a deployment', () => {
  test('whose answer is lost at every try counts as started, and is rolled back', async () => {
    await scene.service('web', { picky: true });
    scene.shop.sandbox.inject({
      ...{ service: 'ecs', operation: 'UpdateService', lost: true, times: 5 },
    });
    const seen = await scene.rotate([], 'bad');
    expect(seen.code).toBe(4);
    expect(seen.stderr).toContain('Old value restored, and every task holds it');
    expect(await held('web')).toEqual(['good-1']);
  });

  test('of a native strategy needs no ListServiceDeployments', async () => {
    const deploymentConfiguration = { strategy: 'BLUE_GREEN' as const, bakeTimeInMinutes: 0 };
    await scene.service('green', { deploymentConfiguration });
    scene.shop.sandbox.inject({
      ...{ service: 'ecs', operation: 'ListServiceDeployments', code: 'AccessDeniedException' },
    });
    expect((await scene.rotate([], 'good-2')).code).toBe(0);
    expect(await held('green')).toEqual(['good-2']);
  });
});

describe('a deployment that waits for approval', () => {
  const paused = {
    ...{ strategy: 'BLUE_GREEN' as const, bakeTimeInMinutes: 0 },
    lifecycleHooks: [
      {
        targetType: 'PAUSE' as const,
        lifecycleStages: ['POST_TEST_TRAFFIC_SHIFT' as const],
        timeoutConfiguration: { timeoutInMinutes: 60, action: 'ROLLBACK' as const },
      },
    ],
  };

  test('is named with its hook, and followed by redeploy --stale instead of superseded', async () => {
    await scene.service('green', {
      deploymentConfiguration: { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 0 },
    });
    const named = { cluster: 'shop', service: 'green' };
    await scene.shop.ecs.send(
      new UpdateServiceCommand({ ...named, deploymentConfiguration: paused }),
    );
    const seen = await scene.rotate(['--timeout', '1s'], 'good-2');
    expect(seen.code).toBe(5);
    expect(seen.stderr).toMatch(
      /waits at POST_TEST_TRAFFIC_SHIFT for approval \(hook \S+\) until 20\S+, then ECS does ROLLBACK/,
    );
    expect(seen.stderr).toMatch(
      /note: shop\/green waits for approval: aws ecs continue-service-deployment --service-deployment-arn arn:\S+ --hook-id \S+ --action CONTINUE/,
    );
    const primary = async () => {
      const { services } = await scene.shop.ecs.send(
        new DescribeServicesCommand({ cluster: 'shop', services: ['green'] }),
      );
      return services?.[0]?.deployments?.find(({ status }) => status === 'PRIMARY')?.id;
    };
    const before = await primary();
    const resumed = await scene.shop.run(['redeploy', '/shop/db', '--stale', '--timeout', '1s']);
    expect(resumed.code).toBe(5);
    expect(await primary()).toBe(before);
  });
});

describe('a rotation function', () => {
  test('is not rolled back behind its back, unless asked for', async () => {
    await scene.shop.run(['put', 'sm:shop/api', '--force', '--replace-json'], {
      stdin: '{"password":"good-1"}',
    });
    await scene.service('web', { secret: 'sm:shop/api:password', picky: true });
    await scene.shop.secrets.send(
      new RotateSecretCommand({
        SecretId: 'shop/api',
        RotationLambdaARN: 'arn:aws:lambda:us-east-1:123456789012:function:rotate',
        RotationRules: { AutomaticallyAfterDays: 30 },
        RotateImmediately: false,
      }),
    );
    // Its value begins with something else than "good".
    const argv = ['rotate', 'sm:shop/api', '--invoke', '--redeploy'];
    const seen = await scene.shop.run(argv);
    expect(seen.code).toBe(4);
    expect(seen.stdout).not.toContain('holds the old value again');
    expect(seen.stderr).toContain('the rotation function has changed the credential itself');
    const asked = await scene.shop.run([...argv, '--rollback', '--force']);
    expect(asked.stdout).toContain('holds the old value again');
  });

  test('and a rotation under way are warned of before a value is stored', async () => {
    await scene.service('web', { secret: 'sm:shop/api:key' });
    const { VersionId } = await scene.shop.secrets.send(
      new PutSecretValueCommand({
        ...{ SecretId: 'shop/api', SecretString: '{}', VersionStages: ['AWSPENDING'] },
      }),
    );
    const seen = await scene.shop.run(['rotate', 'sm:shop/api:key'], { stdin: 'good-2' });
    expect(seen.stderr).toContain('warning: a rotation of sm:shop/api is in progress or stuck');
    await scene.shop.secrets.send(
      new UpdateSecretVersionStageCommand({
        ...{ SecretId: 'shop/api', VersionStage: 'AWSPENDING', RemoveFromVersionId: VersionId },
      }),
    );
  });
});

describe('what can fail without a write', () => {
  test.each([
    ['a service that does not use it', ['--service', 'shop/other'], 'shop/other does not refer to'],
    ['an EXTERNAL service by name', ['--service', 'shop/ext'], 'shop/ext does not refer to'],
    ['CODE_DEPLOY by name', ['--service', 'shop/blue'], 'shop/blue: its deployment controller is'],
    ['no deployment group', ['--codedeploy'], 'CodeDeploy has no deployment group for shop/blue'],
    ['a service with nothing running', [], 'shop/broken: none of its 1 tasks is running'],
  ])('%s', async (_what, argv, message) => {
    await scene.service('web');
    await scene.shop.run(['put', '/shop/x'], { stdin: 'x' });
    await scene.shop.run(['role', 'create', 'r', '--secret', '/shop/x']);
    await scene.service('other', { secret: '/shop/x' });
    await scene.service('ext', { deploymentController: { type: 'EXTERNAL' } });
    await scene.service('blue', { deploymentController: { type: 'CODE_DEPLOY' } });
    await scene.shop.run(['put', '/shop/db'], { stdin: 'crash' });
    await scene.shop.ecs.send(
      new CreateServiceCommand({
        ...{ cluster: 'shop', serviceName: 'broken', desiredCount: argv.length === 0 ? 1 : 0 },
        ...{ taskDefinition: 'web--shop-db', launchType: 'FARGATE' },
      }),
    );
    scene.shop.sandbox.inject({
      ...{ service: 'ssm', operation: 'GetParameters', origin: 'sandbox' },
      ...{ code: 'AccessDeniedException', message: 'no' },
    });
    if (argv.length === 0) await failing('broken');
    const seen = await scene.rotate(argv, 'good-2');
    expect(seen.stderr).toContain(message);
    expect(seen.code).toBe(1);
    expect(await scene.parameter()).toBe('crash');
  });

  test('a narrowed run says what it leaves out, and where the filter comes from', async () => {
    for (const name of ['web', 'api', 'worker']) await scene.service(name);
    const seen = await scene.rotate(['--service', 'shop/web'], 'good-2');
    expect(seen.code).toBe(0);
    expect(seen.stderr).toContain(
      '1 of 3 selected (--service); 2 keep the old value: shop/api, shop/worker',
    );
    expect(seen.data.notSelected).toMatchObject([{ service: 'api' }, { service: 'worker' }]);
    const env = { ECS_SECRETS_CLUSTER: 'shop2' };
    await scene.service('far', { cluster: 'shop2' });
    const filtered = await scene.rotate([], 'good-3', { env: { ...env } });
    expect(filtered.stderr).toContain('1 of 4 selected (ECS_SECRETS_CLUSTER)');
  });

  test('an old value that could not be put back is said before', async () => {
    await scene.service('web');
    scene.shop.sandbox.inject({
      ...{ service: 'ssm', operation: 'GetParameter', origin: 'http' },
      ...{ code: 'AccessDeniedException', message: 'no GetParameter' },
    });
    const seen = await scene.rotate([], 'good-2');
    const warning = seen.stderr.indexOf('so it cannot be put back if a deployment fails');
    expect(warning).toBeGreaterThan(-1);
    expect(warning).toBeLessThan(seen.stderr.indexOf('stored version'));
  });

  test('only skipped consumers exit with 3 and are listed', async () => {
    await scene.service('web', { desiredCount: 0 });
    await scene.service('blue', { deploymentController: { type: 'CODE_DEPLOY' } });
    const seen = await scene.rotate([], 'good-2');
    expect(seen.code).toBe(3);
    expect(seen.stderr).toContain('error: 1 service still holds the old value:\nerror: shop/blue:');
  });
});

describe('what was named and cannot be deployed', () => {
  test.each([
    ['register', ['register', 'web.json', '--family', 'web--shop-db', '--image', 'httpd:3']],
    ['redeploy', ['redeploy']],
  ])('is an error of %s before anything is done', async (_name, argv) => {
    await scene.service('web');
    await scene.service('ext', { deploymentController: { type: 'EXTERNAL' } });
    const before = (await scene.calls()).filter((one) => one === 'RegisterTaskDefinition').length;
    const seen = await scene.shop.run([...argv, '--service', 'shop/ext', '--service', 'shop/web']);
    expect(seen.code).toBe(1);
    expect(seen.stderr).toContain('error: shop/ext');
    const calls = await scene.calls();
    expect(calls).not.toContain('UpdateService');
    expect(calls.filter((one) => one === 'RegisterTaskDefinition')).toHaveLength(before);
  });
});

import {
  CodeDeployClient,
  CreateApplicationCommand,
  CreateDeploymentGroupCommand,
} from '@aws-sdk/client-codedeploy';
import {
  DeregisterTaskDefinitionCommand,
  DescribeTasksCommand,
  RunTaskCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { GetSecretValueCommand, RotateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { holdCall } from '../../helpers/hold-call.ts';
import type { Seen } from '../../helpers/run.ts';
import { openShop, webDefinition, type Shop } from '../../helpers/scene.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await openShop();
  await shop.run(['put', '/shop/db'], { stdin: 'good-1' });
  await shop.run(['put', 'sm:shop/api:key'], { stdin: 'good-1' });
  await shop.run(['role', 'create', 'r', '--secret', '/shop/db', '--secret', 'sm:shop/api']);
});
afterEach(() => shop.sandbox.close());

/** Task definition of a container that crashes unless its password begins with "good". */
const picky = JSON.stringify({
  ...(JSON.parse(webDefinition) as Record<string, unknown>),
  containerDefinitions: [
    {
      name: 'web',
      image: 'httpd@sha256:0',
      dockerLabels: { 'ecs-secrets.sandbox/exit-unless': 'DB~^good' },
    },
  ],
});

async function service(
  name: string,
  more: { secret?: string; file?: string; desiredCount?: number } = {},
) {
  const { secret = '/shop/db', file = 'picky.json', desiredCount = 2 } = more;
  const argv = ['register', file, '--family', name, '--secret', `DB=${secret}`];
  await shop.run([...argv, '--execution-role', 'r'], { files: { 'picky.json': picky } });
  await shop.service({
    cluster: 'shop',
    name,
    taskDefinition: name,
    desiredCount,
    deploymentConfiguration: {},
  });
}

async function parameter(): Promise<string | undefined> {
  const command = new GetParameterCommand({ Name: '/shop/db', WithDecryption: true });
  return (await shop.ssm.send(command)).Parameter?.Value;
}

const rotate = (argv: readonly string[], stdin: string) =>
  shop.run(['rotate', '/shop/db', '--redeploy', ...argv], { stdin });

async function stale(...argv: string[]) {
  const seen = await shop.bin(['stale', ...argv, '--json']);
  return {
    ...seen,
    data: JSON.parse(seen.stdout) as {
      holding: string;
      services: { service?: string; holding: string }[];
    },
  };
}

describe('a good value', () => {
  test('reaches every task; stale says so before, in between and after', async () => {
    await service('web');
    await service('api');
    expect((await stale('/shop/db')).code).toBe(0);
    await shop.run(['rotate', '/shop/db'], { stdin: 'good-2' });
    const between = await stale('/shop/db');
    expect(between.code).toBe(3);
    expect(between.data.services).toMatchObject([{ holding: 'stale' }, { holding: 'stale' }]);
    expect(between.stderr).toContain('hint: ecs-secrets redeploy /shop/db --stale replaces them');
    expect((await shop.bin(['redeploy', '/shop/db', '--stale'])).code).toBe(0);
    expect((await stale('/shop/db')).code).toBe(0);
    expect(await shop.injected('shop', 'web', 'DB')).toEqual(['good-2', 'good-2']);
    expect(await shop.injected('shop', 'api', 'DB')).toEqual(['good-2', 'good-2']);
  });

  test('equal to the current one is not rotated', async () => {
    await service('web');
    const seen = await rotate([], 'good-1');
    expect(seen.code).toBe(1);
    expect(seen.stderr).toContain('equals the current one');
  });

  test('under a JSON key that does not exist is refused', async () => {
    const seen = await shop.run(['rotate', 'sm:shop/api:kee', '--redeploy'], { stdin: 'good-2' });
    expect(seen.code).toBe(1);
    expect(seen.stderr).toContain('sm:shop/api has no key "kee"; did you mean key?');
  });

  test('is shown by --dry-run who would get it, and not read', async () => {
    await service('web');
    const seen = await shop.run(['rotate', '/shop/db', '--redeploy', '--dry-run']);
    expect(seen).toMatchObject({ code: 0, stdout: 'these services use it:\n  shop/web  web:DB\n' });
    expect(await parameter()).toBe('good-1');
  });
});

describe('a native strategy', () => {
  const blueGreen = { strategy: 'BLUE_GREEN' as const, bakeTimeInMinutes: 1 };

  test('is followed through its service deployment to the end', async () => {
    await service('web', { file: 'web.json' });
    const input = { cluster: 'shop', name: 'green', taskDefinition: 'web', desiredCount: 2 };
    await shop.service({ ...input, deploymentConfiguration: blueGreen });
    const seen = await rotate([], 'good-2');
    expect(seen.code).toBe(0);
    expect(seen.stderr).toMatch(/shop\/green: in-progress.*BAKE_TIME/);
    expect(await shop.injected('shop', 'green', 'DB')).toEqual(['good-2', 'good-2']);
  });

  test('that waits for a person is told as such', async () => {
    await service('web', { file: 'web.json', desiredCount: 0 });
    const input = { cluster: 'shop', name: 'green', taskDefinition: 'web', desiredCount: 1 };
    await shop.service({ ...input, deploymentConfiguration: blueGreen });
    const hook = {
      targetType: 'PAUSE' as const,
      lifecycleStages: ['POST_TEST_TRAFFIC_SHIFT' as const],
    };
    await shop.ecs.send(
      new UpdateServiceCommand({
        ...{ cluster: 'shop', service: 'green' },
        deploymentConfiguration: { ...blueGreen, lifecycleHooks: [hook] },
      }),
    );
    const seen = await rotate(['--timeout', '1s', '--service', 'shop/green'], 'good-2');
    expect(seen.code).toBe(5);
    expect(seen.stderr).toContain('waits at POST_TEST_TRAFFIC_SHIFT for approval');
  });
});

describe('--invoke', () => {
  const lambda = 'arn:aws:lambda:us-east-1:123456789012:function:';
  async function configured(name: string): Promise<void> {
    await shop.secrets.send(
      new RotateSecretCommand({
        SecretId: 'shop/api',
        RotationLambdaARN: lambda + name,
        RotationRules: { AutomaticallyAfterDays: 30 },
        RotateImmediately: false,
      }),
    );
  }

  test('has the rotation function make the value, and redeploys', async () => {
    await shop.run(['put', 'sm:shop/api', '--force'], { stdin: '{"password":"first"}' });
    await service('web', { secret: 'sm:shop/api:password', file: 'web.json' });
    await configured('rotate');
    const seen = await shop.run(['rotate', 'sm:shop/api', '--invoke', '--redeploy']);
    expect(seen.code).toBe(0);
    const { SecretString = '' } = await shop.secrets.send(
      new GetSecretValueCommand({ SecretId: 'shop/api', VersionStage: 'AWSCURRENT' }),
    );
    const { password } = JSON.parse(SecretString) as { password: string };
    expect(password).not.toBe('first');
    expect(await shop.injected('shop', 'web', 'DB')).toEqual([password, password]);
    expect(seen.stdout + seen.stderr).not.toContain(password);
  });

  test('tells when the function does not finish, and when there is none', async () => {
    const none = await shop.run(['rotate', 'sm:shop/api', '--invoke']);
    expect(none.code).toBe(1);
    expect(none.stderr).toMatch(/error: .*rotation/i);
    await configured('always-fail');
    const late = await shop.run(['rotate', 'sm:shop/api', '--invoke', '--timeout', '0.3s']);
    expect(late.code).toBe(5);
    expect(late.stderr).toContain('error: timed out: shop/api has no new value yet');
  });

  test('is refused for a parameter, and together with a value', async () => {
    const parameter = await shop.run(['rotate', '/shop/db', '--invoke']);
    expect(parameter).toMatchObject({ code: 2 });
    expect(parameter.stderr).toContain('--invoke is for Secrets Manager');
    const both = ['rotate', 'sm:shop/api', '--invoke', '--generate'];
    expect((await shop.run(both)).stderr).toContain('--invoke and a value cannot be combined');
  });
});

describe('a bad value', () => {
  test('is put back, and every service runs with the old one again', async () => {
    await service('web');
    const seen = await rotate([], 'bad');
    expect(seen.code).toBe(4);
    expect(seen.stderr).toMatch(/a task stopped: Essential container in task exited/);
    expect(seen.stderr).toContain('Old value restored, and every task holds it');
    expect(seen.stdout).toContain('; version 3 holds the old value again');
    expect(await parameter()).toBe('good-1');
    expect(await shop.injected('shop', 'web', 'DB')).toEqual(['good-1', 'good-1']);
    expect((await stale('/shop/db')).code).toBe(0);
  });

  test('that cannot be put back is told, with what became of the services', async () => {
    await service('web');
    const rotating = shop.run(['rotate', '/shop/db', '--redeploy'], { stdin: 'bad' });
    while ((await parameter()) === 'good-1') await new Promise((resolve) => setTimeout(resolve, 5));
    const fault = { service: 'ssm', operation: 'DescribeParameters', times: 10 };
    shop.sandbox.inject({ ...fault, code: 'ExpiredTokenException' });
    const seen = await rotating;
    expect(seen.code).toBe(4);
    expect(seen.stdout).toMatch(/shop\/web .* failed/);
    expect(seen.stdout).toContain(
      'the old value was not restored: the AWS credentials have expired',
    );
    expect(await parameter()).toBe('bad');
  });

  test('for one of five services is put back for all', async () => {
    for (const name of ['a', 'b', 'c', 'd'])
      await service(name, { file: 'web.json', desiredCount: 1 });
    await service('picky', { desiredCount: 1 });
    const seen = await rotate([], 'bad');
    expect(seen.code).toBe(4);
    expect(await parameter()).toBe('good-1');
    for (const name of ['a', 'b', 'c', 'd', 'picky']) {
      expect(await shop.injected('shop', name, 'DB')).toEqual(['good-1']);
    }
  });

  test('of Secrets Manager is put back by moving AWSCURRENT', async () => {
    await service('web', { secret: 'sm:shop/api:key' });
    const before = await shop.secrets.send(new GetSecretValueCommand({ SecretId: 'shop/api' }));
    const seen = await shop.run(['rotate', 'sm:shop/api:key', '--redeploy'], { stdin: 'bad' });
    expect(seen.code).toBe(4);
    const after = await shop.secrets.send(new GetSecretValueCommand({ SecretId: 'shop/api' }));
    expect(after).toMatchObject({ VersionId: before.VersionId, SecretString: '{"key":"good-1"}' });
    expect(await shop.injected('shop', 'web', 'DB')).toEqual(['good-1', 'good-1']);
  });

  test('stays with --no-rollback, and one that fails may be tolerated', async () => {
    await service('web');
    await service('plain', { file: 'web.json' });
    const tolerated = await rotate(['--max-failures', '1'], 'bad-1');
    expect(tolerated.code).toBe(4);
    expect(await parameter()).toBe('bad-1');
    expect(await shop.injected('shop', 'plain', 'DB')).toEqual(['bad-1', 'bad-1']);
    const stays = await rotate(['--no-rollback', '--force'], 'bad-2');
    expect(stays.code).toBe(4);
    expect(stays.stderr).toContain('hint: the new value is stored; fix the cause');
    expect(await parameter()).toBe('bad-2');
  });

  test('does not reach the others when the first one fails', async () => {
    await service('canary');
    await service('web', { file: 'web.json' });
    const seen = await shop.run(
      ['rotate', '/shop/db', '--redeploy', '--first', 'shop/canary', '--json'],
      { stdin: 'bad' },
    );
    expect(seen.code).toBe(4);
    expect(JSON.parse(seen.stdout)).toMatchObject({ deployments: [{ service: 'canary' }] });
    expect(await shop.injected('shop', 'web', 'DB')).toEqual(['good-1', 'good-1']);
  });
});

describe('the preflight', () => {
  test('refuses a service that is deploying, before anything is stored', async () => {
    await service('web');
    // Its tasks crash, so that the deployment does not end.
    await shop.run(['put', '/shop/db'], { stdin: 'bad' });
    await shop.ecs.send(
      new UpdateServiceCommand({ cluster: 'shop', service: 'web', forceNewDeployment: true }),
    );
    const seen = await shop.run(['rotate', '/shop/db', '--redeploy'], { stdin: 'good-2' });
    expect(seen.code).toBe(1);
    expect(seen.stderr).toMatch(/error: shop\/web: a deployment is in progress \(ecs-svc\/\d+\)/);
    expect(await parameter()).toBe('bad');
  });

  test('refuses a service whose revision is INACTIVE', async () => {
    await service('web');
    await shop.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: 'web:1' }));
    const seen = await rotate([], 'good-2');
    expect(seen.code).toBe(1);
    expect(seen.stderr).toContain('its task definition web:1 is INACTIVE');
    expect(await parameter()).toBe('good-1');
  });

  test('names pinned references and tasks of no service, which keep the old value', async () => {
    await service('pinned', {
      secret: 'sm:shop/api:key:AWSPREVIOUS',
      file: 'web.json',
      desiredCount: 0,
    });
    await service('web', { secret: 'sm:shop/api:key' });
    const { tasks = [] } = await shop.ecs.send(
      new RunTaskCommand({ cluster: 'shop', taskDefinition: 'web' }),
    );
    const started = { cluster: 'shop', tasks: [tasks[0]!.taskArn!] };
    await vi.waitFor(async () => {
      const found = await shop.ecs.send(new DescribeTasksCommand(started));
      expect(found.tasks?.[0]?.lastStatus).toBe('RUNNING');
    }, 5_000);
    const seen = await shop.run(['rotate', 'sm:shop/api:key', '--redeploy'], { stdin: 'good-2' });
    expect(seen.code).toBe(0);
    expect(seen.stderr).toContain(
      'warning: shop/pinned was not redeployed: its reference is pinned',
    );
    expect(seen.stderr).toMatch(/warning: task \w+ belongs to no service and keeps the old value/);
  });

  test('lets a service at desired count 0 and a daemon through', async () => {
    await service('idle', { file: 'web.json', desiredCount: 0 });
    await shop.service({
      ...{ cluster: 'shop', name: 'daemon', taskDefinition: 'idle', desiredCount: undefined },
      ...{ schedulingStrategy: 'DAEMON', launchType: 'EC2', deploymentConfiguration: {} },
    });
    const seen = await rotate([], 'good-2');
    expect(seen.code).toBe(0);
    expect(seen.stdout).toMatch(/^2 services redeployed in \d+ s\n/);
    expect(seen.stderr).toContain('shop/idle: completed, ');
    expect(seen.stderr).toContain('shop/daemon: completed, ');
    expect(await shop.injected('shop', 'daemon', 'DB')).toEqual(['good-2']);
  });
});

describe('an interrupt', () => {
  test('while deployments are started names those that were not', async () => {
    for (const name of ['a', 'b', 'c']) await service(name, { file: 'web.json', desiredCount: 1 });
    const interrupts = new AbortController();
    const argv = ['rotate', '/shop/db', '--redeploy', '--max-parallel', '1'];
    await using held = await holdCall(shop.sandbox.url, 'UpdateService');
    const env = { ECS_SECRETS_ENDPOINT_URL: held.url };
    const rotating = shop.run(argv, { stdin: 'good-2', env, interrupted: interrupts.signal });
    await held.arrived;
    interrupts.abort();
    held.release();
    const seen = await rotating;
    expect(seen.code).toBe(130);
    expect(seen.stderr).toMatch(/not started: .*shop\/b, shop\/c/);
    expect(seen.stderr).toContain('to continue: ecs-secrets redeploy ssm:/shop/db --stale');
    expect((await shop.bin(['redeploy', '/shop/db', '--stale'])).code).toBe(0);
    for (const name of ['a', 'b', 'c']) {
      expect(await shop.injected('shop', name, 'DB')).toEqual(['good-2']);
    }
  });
});

describe('two rotations at once', () => {
  /** A rotation of which one call waits for `meanwhile`. */
  async function rotateAround(
    operation: string,
    argv: string[],
    stdin: string,
    meanwhile: () => Promise<Seen>,
  ): Promise<Seen> {
    await using held = await holdCall(shop.sandbox.url, operation);
    const env = { ECS_SECRETS_ENDPOINT_URL: held.url };
    const rotating = shop.run(['rotate', ...argv], { stdin, env });
    await held.arrived;
    const { code, stderr } = await meanwhile();
    expect(code, stderr).toBe(0);
    held.release();
    return await rotating;
  }

  test('of a secret: the first one stores its value, the other says that it did not', async () => {
    await shop.run(['put', 'sm:whole'], { stdin: 'x' });
    const seen = await rotateAround('PutSecretValue', ['sm:whole'], 'late', () =>
      shop.run(['rotate', 'sm:whole'], { stdin: 'first' }),
    );
    expect(seen.code).toBe(1);
    expect(seen.stderr).toContain('someone else stored a value of sm:whole');
    const { SecretString } = await shop.secrets.send(
      new GetSecretValueCommand({ SecretId: 'whole' }),
    );
    expect(SecretString).toBe('first');
  });

  test('of a parameter: the end is one value in every task, and nobody rolls back the other', async () => {
    await service('web');
    const argv = ['/shop/db', '--redeploy'];
    const seen = await rotateAround('UpdateService', argv, 'bad', () => rotate([], 'good-3'));
    expect(seen.code).toBe(1);
    expect(seen.stderr).toContain(
      'error: someone else stored version 3 while the services were redeployed for version 2',
    );
    const { Parameter } = await shop.ssm.send(
      new GetParameterCommand({ Name: '/shop/db', WithDecryption: true }),
    );
    // Two writes after the first, and none that puts a value back.
    expect(Parameter).toMatchObject({ Version: 3, Value: 'good-3' });
    expect(await shop.injected('shop', 'web', 'DB')).toEqual(['good-3', 'good-3']);
  });
});

describe('a service under CODE_DEPLOY', () => {
  test('is deployed through CodeDeploy with --codedeploy, and named without', async () => {
    await service('web', { file: 'web.json', desiredCount: 0 });
    await shop.service({
      ...{ cluster: 'shop', name: 'blue', taskDefinition: 'web', desiredCount: 1 },
      deploymentController: { type: 'CODE_DEPLOY' },
      loadBalancers: [{ targetGroupArn: 'arn:tg', containerName: 'web', containerPort: 80 }],
    });
    const codeDeploy = new CodeDeployClient({
      endpoint: shop.sandbox.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    await codeDeploy.send(
      new CreateApplicationCommand({ applicationName: 'shop', computePlatform: 'ECS' }),
    );
    await codeDeploy.send(
      new CreateDeploymentGroupCommand({
        applicationName: 'shop',
        deploymentGroupName: 'blue',
        serviceRoleArn: 'arn:aws:iam::123456789012:role/codedeploy',
        ecsServices: [{ clusterName: 'shop', serviceName: 'blue' }],
      }),
    );
    const without = await rotate([], 'good-2');
    expect(without.code).toBe(3);
    expect(without.stderr).toMatch(/error: shop\/blue: .*--codedeploy/);
    const seen = await shop.bin(['redeploy', '/shop/db', '--codedeploy']);
    expect(seen.code).toBe(0);
    expect(seen.stdout).toMatch(/^2 services redeployed in \d+ s\n/);
    expect(seen.stderr).toMatch(/^shop\/blue: started deployment d-\S+$/m);
    expect(seen.stderr).toMatch(/^shop\/blue: completed, /m);
    expect(await shop.injected('shop', 'blue', 'DB')).toEqual(['good-2']);
  });

  test('without a deployment group is refused before anything is deployed', async () => {
    await service('web', { file: 'web.json', desiredCount: 0 });
    await shop.service({
      ...{ cluster: 'shop', name: 'blue', taskDefinition: 'web', desiredCount: 1 },
      deploymentController: { type: 'CODE_DEPLOY' },
    });
    const seen = await shop.bin(['redeploy', '/shop/db', '--codedeploy']);
    expect(seen.code).toBe(1);
    expect(seen.stderr).toContain('CodeDeploy has no deployment group for shop/blue');
  });
});

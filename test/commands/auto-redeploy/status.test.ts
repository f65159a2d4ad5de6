import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Setting } from '../../helpers/run.ts';
import { openRotationScene, type RotationScene } from '../../helpers/rotation-scene.ts';
import { startStackServer, type StackServer } from '../../helpers/stack-server.ts';

const name = 'ecs-secrets-auto-redeploy';
const service = (one: string) => `arn:aws:ecs:us-east-1:123456789012:service/shop/${one}`;
const parameter = 'arn:aws:ssm:us-east-1:123456789012:parameter/shop/db';
let scene: RotationScene;
let server: StackServer;
beforeAll(async () => {
  scene = await openRotationScene();
  await scene.service('web', { desiredCount: 0 });
});
afterAll(() => scene.shop.sandbox.close());
beforeEach(async () => {
  server = await startStackServer(scene.shop.sandbox.url);
});
afterEach(() => server[Symbol.asyncDispose]());

const run = (argv: readonly string[], setting: Setting = {}) =>
  scene.shop.run(['auto-redeploy', ...argv], {
    longestPause: 1,
    ...setting,
    env: { ...server.env, ...setting.env },
  });
const deploy = (...argv: string[]) => run(['deploy', '--yes', ...argv]);
const none = { secrets: [], redeployed: [], skipped: [], failed: [], rolledBack: false };

describe('status', () => {
  test('prints the stack, its options and what the last executions did', async () => {
    await deploy('--prefix', '/shop', '--reconcile', '1h', '--cluster', 'shop');
    server.executions.push(
      { name: 'old', status: 'FAILED', input: '{}', error: 'Ecs.X', cause: 'it is\nlong' },
      {
        name: 'last',
        status: 'SUCCEEDED',
        input: '{}',
        output: JSON.stringify({
          ...none,
          secrets: [parameter],
          redeployed: [{ service: service('web'), deployment: 'ecs-svc/1' }],
          skipped: [{ service: service('api'), reason: 'newer' }],
        }),
      },
      { name: 'now', status: 'RUNNING', input: '{}' },
    );
    const seen = await run(['status']);
    expect(seen).toMatchObject({ code: 0, stderr: '' });
    expect(seen.stdout).toBe(
      [
        `${name}: CREATE_COMPLETE since 2026-11-29 12:00 UTC`,
        '  watches /shop/*',
        '  redeploys the services in shop that use a changed secret, 1 min 0 s after the change',
        '  looks for missed changes every 60 min 0 s',
        'STARTED\tSTATUS\tSECRET\tREDEPLOYED\tSKIPPED\tFAILED\tNOTE',
        '2026-11-29 12:00\tRUNNING\t\t\t\t\t',
        '2026-11-29 12:00\tSUCCEEDED\t/shop/db\t1\t1\t0\t',
        '2026-11-29 12:00\tFAILED\t\t\t\t\tEcs.X: it is',
        '',
      ].join('\n'),
    );
    const json = JSON.parse((await run(['status', '--json'])).stdout) as object;
    expect(json).toMatchObject({
      stack: { name, status: 'CREATE_COMPLETE' },
      options: { prefixes: ['/shop'], windowSeconds: 60, reconcileSeconds: 3600 },
      executions: [
        { redeployed: [] },
        { secrets: [parameter], redeployed: [{ service: service('web') }] },
        { error: 'Ecs.X: it is' },
      ],
      drift: { template: [], missingServices: [], extraServices: [], unchecked: [] },
    });
  });

  test.each([
    [
      'an execution that failed',
      { status: 'FAILED', error: 'States.Timeout' },
      'the last execution ended with FAILED',
    ],
    [
      'a service that failed',
      {
        status: 'SUCCEEDED',
        output: JSON.stringify({ ...none, failed: [{ service: service('web'), reason: 'x' }] }),
      },
      'the last execution did not redeploy shop/web',
    ],
  ])('exits with 3 after %s', async (_what, execution, message) => {
    await deploy();
    server.executions.push({ name: 'last', input: '{}', ...execution });
    const seen = await run(['status']);
    expect(seen.code).toBe(3);
    expect(seen.stderr).toContain(`error: ${message}\nhint: `);
  });

  test('exits with 3 when the template is not the one of this release', async () => {
    await deploy();
    const [stack] = server.stacks;
    const template = JSON.parse(stack!.template) as { Resources: Record<string, object> };
    template.Resources.Extra = { Type: 'AWS::SNS::Topic' };
    stack!.template = JSON.stringify(template);
    const seen = await run(['status']);
    expect(seen.code).toBe(3);
    expect(seen.stdout).toContain('differs from what this release deploys: Resources.Extra');
    expect(seen.stderr).toBe(
      `error: the stack ${name} is not up to date\n` +
        'hint: ecs-secrets auto-redeploy deploy with the same options updates it\n',
    );
  });

  test('exits with 3 when the list of services is not current', async () => {
    expect(await deploy('--services-from', 'where-used', '--prefix', '/shop')).toMatchObject({
      code: 0,
    });
    const clean = await run(['status', '--json']);
    expect(clean.code).toBe(0);
    expect(JSON.parse(clean.stdout)).toMatchObject({ options: { services: 1 } });
    await scene.service('another', { desiredCount: 0 });
    // A secret outside of the prefix does not count.
    await scene.service('other', { secret: 'sm:shop/api:key', desiredCount: 0 });
    const seen = await run(['status']);
    expect(seen.code).toBe(3);
    expect(seen.stdout).toContain('not in the list of services: shop/another');
    expect(seen.stdout).not.toContain('shop/other');
    const [stack] = server.stacks;
    stack!.template = stack!.template.replaceAll('"web"', '"gone"');
    expect((await run(['status', '--json'])).stdout).toContain(`"${service('gone')}"`);
  });

  test('says that there is no stack', async () => {
    expect(await run(['status'])).toEqual({
      code: 1,
      stdout: '',
      stderr:
        `error: there is no stack ${name}\n` +
        'hint: ecs-secrets auto-redeploy deploy creates it; --name NAME selects another one\n',
    });
  });

  test('exits with 3 when the creation of the stack failed', async () => {
    server.failures = { StateMachine: 'no' };
    await deploy();
    const seen = await run(['status']);
    expect(seen.code).toBe(3);
    expect(seen.stderr).toContain(`the stack ${name} has failed (ROLLBACK_COMPLETE)`);
  });
});

describe('test', () => {
  test('prints what a change of the secret would redeploy and skip', async () => {
    await deploy();
    server.report = (input) => {
      const { secret } = JSON.parse(input) as { secret: { arn: string } };
      return {
        ...none,
        secrets: [secret.arn],
        dryRun: true,
        redeployed: [{ service: service('web') }],
        skipped: [{ service: service('api'), reason: 'the controller is EXTERNAL' }],
      };
    };
    const seen = await run(['test', '/shop/db']);
    expect(seen).toEqual({
      code: 0,
      stdout:
        'ACTION\tSERVICE\tREASON\nredeploy\tshop/web\t\nskip\tshop/api\tthe controller is EXTERNAL\n',
      stderr: '',
    });
    expect(server.executions.map(({ input }) => JSON.parse(input) as object)).toEqual([
      { dryRun: true, secret: { store: 'parameter-store', name: '/shop/db', arn: parameter } },
    ]);
    const json = JSON.parse((await run(['test', 'ssm:/shop/db', '--json'])).stdout) as object;
    expect(json).toMatchObject({
      secret: parameter,
      watched: true,
      services: [
        { service: service('web'), action: 'redeploy' },
        { service: service('api'), action: 'skip', reason: 'the controller is EXTERNAL' },
      ],
    });
  });

  test('warns that the rules do not match the secret', async () => {
    await deploy('--prefix', 'sm:shop', '--secret', '/other/db');
    const seen = await run(['test', '/shop/db']);
    expect(seen).toMatchObject({ code: 0, stdout: 'no service uses /shop/db\n' });
    expect(seen.stderr).toContain(
      `warning: the rules of the stack ${name} do not match changes of /shop/db`,
    );
    expect((await run(['test', 'sm:shop/api'])).stderr).toBe('');
  });

  test('fails with the error of the execution', async () => {
    await deploy();
    server.report = () => ({ error: 'Ecs.AccessDeniedException', cause: 'not authorized' });
    const seen = await run(['test', '/shop/db']);
    expect(seen.code).toBe(1);
    expect(seen.stderr).toContain(
      'error: the execution of the state machine ended with FAILED: Ecs.AccessDeniedException: not authorized\n',
    );
  });
});

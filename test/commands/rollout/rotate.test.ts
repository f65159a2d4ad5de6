import { DeleteServiceCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { DeleteRolePolicyCommand } from '@aws-sdk/client-iam';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startFailures } from '../../../src/model/failures/start-failures.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await openShop();
  await scene();
});
afterEach(() => shop.sandbox.close());

/** Two services, one of which refers to the secret. */
async function scene(): Promise<void> {
  await shop.run(['put', '/shop/db'], { stdin: 'old' });
  await shop.run(['put', '/shop/other'], { stdin: 'x' });
  const secrets = ['--secret', '/shop/db', '--secret', '/shop/other'];
  await shop.run(['role', 'create', 'r', ...secrets]);
  const role = ['--execution-role', 'r'];
  await shop.run(['register', 'web.json', '--secret', 'DB=/shop/db', ...role]);
  const other = ['--secret', 'DB=/shop/other', '--family', 'other', ...role];
  await shop.run(['register', 'web.json', ...other]);
  await shop.service({ cluster: 'shop', name: 'web', taskDefinition: 'web', desiredCount: 2 });
  await shop.service({ cluster: 'shop', name: 'other', taskDefinition: 'other' });
}

async function value(): Promise<string | undefined> {
  const command = new GetParameterCommand({ Name: '/shop/db', WithDecryption: true });
  return (await shop.ssm.send(command)).Parameter?.Value;
}

/** Waits until a rotation has forced a deployment. */
async function started(): Promise<void> {
  for (;;) {
    const answer = await fetch(`${shop.sandbox.url}/_sandbox/calls`);
    const calls = (await answer.json()) as { operation: string }[];
    if (calls.some(({ operation }) => operation === 'UpdateService')) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

interface Deployment {
  superseded: boolean;
  service: string;
  deploymentId: string;
  state: string;
  stopReasons: string[];
  failures: string[];
}

async function rotate(argv: readonly string[], stdin = 'new') {
  const seen = await shop.run(['rotate', '/shop/db', ...argv, '--json'], { stdin });
  const document = seen.stdout === '' ? {} : (JSON.parse(seen.stdout) as Record<string, unknown>);
  return { ...seen, ...document, deployments: (document.deployments ?? []) as Deployment[] };
}

describe('rotate', () => {
  test('without --redeploy stores the value and lists who holds the old one', async () => {
    const seen = await shop.run(['rotate', '/shop/db'], { stdin: 'new' });
    expect(seen.code).toBe(0);
    expect(seen.stdout).toBe(
      [
        'parameter /shop/db updated (version 2, was 1)',
        'these services hold the old value until they are redeployed (--redeploy):',
        '  shop/web  web:DB',
        '',
      ].join('\n'),
    );
    expect(await value()).toBe('new');
    expect(await shop.injected('shop', 'web', 'DB')).toEqual(['old', 'old']);
  });

  test('--redeploy replaces the tasks of every service that refers to it, and of no other', async () => {
    const before = await shop.injected('shop', 'web', 'DB');
    const seen = await rotate(['--redeploy']);
    expect(seen.code).toBe(0);
    expect(seen.deployments).toHaveLength(1);
    expect(seen.deployments[0]).toMatchObject({ service: 'web', state: 'completed' });
    expect(before).toEqual(['old', 'old']);
    expect(await shop.injected('shop', 'web', 'DB')).toEqual(['new', 'new']);
  });

  test('tells each event in a line where there is no terminal', async () => {
    const { stderr } = await rotate(['--redeploy']);
    const lines = stderr.trim().split('\n');
    expect(lines[0]).toBe('/shop/db is used by 1 service');
    // httpd:2.4 is a tag that somebody chose: nothing is said of it.
    expect(lines[1]).toBe('stored version 2');
    expect(lines[2]).toMatch(/^shop\/web: started deployment ecs-svc\/\d+$/);
    expect(lines.at(-1)).toBe('shop/web: completed, 2/2 new · 0 old');
  });

  test('shows live lines on a terminal, and is silent with --quiet', async () => {
    const live = await shop.run(['rotate', '/shop/db', '--redeploy', '--generate'], {
      terminal: { answer: undefined },
    });
    expect(live.stderr).toMatch(/\[live\] shop\/web {2}completed {2}2\/2 new · 0 old {2}\d+ s\n/);
    expect(live.stdout).toMatch(/^shop\/web redeployed in \d+ s\nparameter \/shop\/db updated/);
    const quiet = await shop.run(['rotate', '/shop/db', '--redeploy', '--generate', '--quiet'], {});
    expect(quiet).toMatchObject({ code: 0, stderr: '' });
  });

  test('exits with 4 and the reason when the role may no longer read the secret', async () => {
    await shop.iam.send(new DeleteRolePolicyCommand({ RoleName: 'r', PolicyName: 'ecs-secrets' }));
    const seen = await rotate(['--redeploy']);
    expect(seen.code).toBe(4);
    expect(seen.deployments[0]?.state).toBe('failed');
    expect(seen.deployments[0]?.stopReasons.join()).toMatch(
      /ResourceInitializationError.*is not authorized to perform: ssm:GetParameters on resource: arn:aws:ssm:us-east-1:123456789012:parameter\/shop\/db/,
    );
    expect(seen.stderr).toContain('a task stopped: ResourceInitializationError');
    const row = startFailures.find(({ id }) => id === 'parameter-denied');
    expect(seen.stderr).toContain(`\nnote: ${row?.title ?? ''}: ${row?.cause ?? ''}\n`);
    expect(seen.stderr).toContain(
      'error: deployment failed: shop/web. Old value restored, and every task holds it; the redeployment failed too: shop/web',
    );
    expect(seen.stderr).toMatch(/\nhint: .*to see why: ecs-secrets diagnose shop\/web/);
    expect(seen.deployments[0]?.failures).toEqual(['parameter-denied']);
    expect(await value()).toBe('old');
    expect(await shop.injected('shop', 'web', 'DB')).toEqual(['old', 'old']);
  });

  test('reports a circuit-breaker rollback as a failure, not as a stable service', async () => {
    await shop.ecs.send(
      new UpdateServiceCommand({
        cluster: 'shop',
        service: 'web',
        deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
      }),
    );
    await shop.iam.send(new DeleteRolePolicyCommand({ RoleName: 'r', PolicyName: 'ecs-secrets' }));
    const seen = await rotate(['--redeploy']);
    expect(seen.code).toBe(4);
    expect(seen.deployments[0]?.state).toBe('failed');
  });

  test('follows the deployment that superseded its own to the end', async () => {
    await shop.sandbox.close();
    shop = await openShop({ ecs: { tickMs: 5, taskStartMs: 400, taskStopMs: 10, settleMs: 10 } });
    await scene();
    const rotating = rotate(['--redeploy']);
    await started();
    await shop.ecs.send(
      new UpdateServiceCommand({ cluster: 'shop', service: 'web', forceNewDeployment: true }),
    );
    const seen = await rotating;
    expect(seen.code).toBe(0);
    expect(seen.stderr).toMatch(/shop\/web: in-progress.*deployment ecs-svc\/\d+ took its place/);
    expect(seen.deployments).toMatchObject([{ state: 'completed', superseded: true }]);
    expect(await shop.injected('shop', 'web', 'DB')).toEqual(['new', 'new']);
  });

  test('exits with 5 when time is up', async () => {
    await shop.sandbox.close();
    shop = await openShop({ ecs: { tickMs: 5, taskStartMs: 300, taskStopMs: 10, settleMs: 300 } });
    await scene();
    const seen = await rotate(['--redeploy', '--timeout', '0.2s']);
    expect(seen.code).toBe(5);
    expect(seen.deployments[0]?.state).toBe('timed-out');
    expect(seen.stderr).toContain('error: timed out; these deployments continue in ECS: shop/web');
  });

  test('adds a table to the summary of a GitHub Actions step', async () => {
    const files: Record<string, string> = {};
    await shop.run(['rotate', '/shop/db', '--redeploy'], {
      stdin: 'new',
      env: { GITHUB_STEP_SUMMARY: 'summary.md' },
      files,
    });
    expect(files['summary.md']).toMatch(
      /^### ecs-secrets rotate ssm:\/shop\/db\n\n\| service \| deployment \| time \| reason \|\n\|---\|---\|---\|---\|\n\| shop\/web \| completed \| \d s \| {2}\|\n$/,
    );
  });

  test('with --no-wait starts the deployments and leaves them', async () => {
    const seen = await rotate(['--redeploy', '--no-wait']);
    expect(seen.code).toBe(0);
    expect(seen.deployments[0]).toMatchObject({ service: 'web', state: 'in-progress' });
    expect(seen.deployments[0]?.deploymentId).toMatch(/^ecs-svc\/\d+$/);
  });

  test('interrupted while it follows, tells what is done and exits with 130', async () => {
    await shop.sandbox.close();
    shop = await openShop({ ecs: { tickMs: 5, taskStartMs: 300, taskStopMs: 10, settleMs: 300 } });
    await scene();
    const interrupts = new AbortController();
    const argv = ['rotate', '/shop/db', '--redeploy'];
    const rotating = shop.run(argv, { stdin: 'new', interrupted: interrupts.signal });
    await started();
    interrupts.abort();
    const seen = await rotating;
    expect(seen.code).toBe(130);
    expect(seen.stdout).toMatch(
      /^0 of 1 service redeployed; 1 interrupted\n {2}shop\/web {2}ecs-svc\/\d+ {2}interrupted[\s\S]*version 2, was 1/,
    );
    expect(seen.stderr).toContain(
      'error: interrupted; these deployments continue in ECS: shop/web',
    );
  });

  test('interrupted before the write, stores nothing', async () => {
    const interrupted = AbortSignal.abort();
    const seen = await shop.run(['rotate', '/shop/db'], { stdin: 'new', interrupted });
    expect(seen).toMatchObject({ code: 130, stdout: '' });
    expect(await value()).toBe('old');
  });

  test('names the services that a forced deployment does not reach', async () => {
    await shop.service({
      cluster: 'shop',
      name: 'blue',
      taskDefinition: 'web',
      deploymentController: { type: 'CODE_DEPLOY' },
    });
    const seen = await rotate(['--redeploy']);
    expect(seen.code).toBe(3);
    expect(seen).toMatchObject({ skipped: [{ service: 'blue' }] });
    expect(seen.stderr).toContain('error: 1 service still holds the old value:');
    expect(seen.stderr).toMatch(/error: shop\/blue: .*CodeDeploy/);
  });

  test('leaves alone a service of no task definition, and one that is being deleted', async () => {
    await shop.service({
      cluster: 'shop',
      name: 'external',
      deploymentController: { type: 'EXTERNAL' },
    });
    await shop.service({ cluster: 'shop', name: 'leaving', taskDefinition: 'web' });
    await shop.ecs.send(
      new DeleteServiceCommand({ cluster: 'shop', service: 'leaving', force: true }),
    );
    const seen = await rotate(['--redeploy']);
    expect(seen.code).toBe(0);
    expect(seen.deployments).toMatchObject([{ service: 'web', state: 'completed' }]);
  });

  test('follows the services of one cluster though another cannot be described', async () => {
    await shop.service({ cluster: 'two', name: 'web', taskDefinition: 'web' });
    const rotating = rotate(['--redeploy']);
    await started();
    shop.sandbox.inject({
      ...{ service: 'ecs', operation: 'DescribeServices', code: 'AccessDeniedException' },
      times: 1,
    });
    const seen = await rotating;
    expect(seen.deployments.map(({ state }) => state).sort()).toEqual([
      'completed',
      'not-followed',
    ]);
    expect(seen.code).toBe(1);
    expect(seen.stderr).toContain('these deployments continue in ECS but could not be followed');
  });

  test('redeploys only what --service and --cluster name', async () => {
    await shop.service({ cluster: 'shop2', name: 'web', taskDefinition: 'web' });
    const named = await rotate(['--redeploy', '--no-wait', '--service', 'shop2/web']);
    expect(named.deployments).toHaveLength(1);
    const inCluster = await rotate(
      ['--redeploy', '--no-wait', '--force', '--cluster', 'shop'],
      'newer',
    );
    expect(inCluster.deployments).toHaveLength(1);
    const all = await rotate(['--redeploy', '--no-wait', '--force'], 'newest');
    expect(all.deployments).toHaveLength(2);
  });

  test('finds a secret of Secrets Manager through a key, and not through another store', async () => {
    await shop.run(['put', 'sm:shop/api:key'], { stdin: 'one' });
    const argv = ['register', 'web.json', '--family', 'api', '--execution-role', 'r'];
    await shop.run([...argv, '--secret', 'KEY=sm:shop/api:key']);
    await shop.run(['role', 'create', 'r', '--task-definition', 'api']);
    await shop.service({ cluster: 'shop', name: 'api', taskDefinition: 'api' });
    const seen = await shop.json(['rotate', 'sm:shop/api:key', '--redeploy'], { stdin: 'two' });
    expect(seen.deployments).toMatchObject([{ service: 'api', state: 'completed' }]);
    expect(await shop.injected('shop', 'api', 'KEY')).toEqual(['two']);
  });

  test('goes on through faults that pass while it follows', async () => {
    const fault = { service: 'ecs', operation: 'DescribeServices', status: 500, times: 12 };
    const rotating = shop.run(['rotate', '/shop/db', '--redeploy', '--debug'], { stdin: 'new' });
    // Only what comes after the deployment is started shall fail.
    while ((await value()) === 'old') await new Promise((resolve) => setTimeout(resolve, 5));
    shop.sandbox.inject({ ...fault, code: 'ServerException' });
    const seen = await rotating;
    expect(seen.stderr).toMatch(/DescribeServices ServerException/);
    expect(seen.code).toBe(0);
    expect(await shop.injected('shop', 'web', 'DB')).toEqual(['new', 'new']);
  });

  test.each([
    [
      'a secret that does not exist',
      ['rotate', '/shop/none'],
      1,
      'there is no secret ssm:/shop/none',
    ],
    [
      'a service that does not exist',
      ['rotate', '/shop/db', '--service', 'shop/none'],
      1,
      'there is no service',
    ],
    [
      'a service without cluster',
      ['rotate', '/shop/db', '--service', 'web'],
      2,
      'is not CLUSTER/SERVICE',
    ],
    ['a bad timeout', ['rotate', '/shop/db', '--timeout', 'soon'], 2, '"soon" is not a duration'],
    ['no parallelism', ['rotate', '/shop/db', '--max-parallel', '0'], 2, '--max-parallel'],
  ])('refuses %s before anything is written', async (_what, argv, code, message) => {
    const seen = await shop.run(argv, { stdin: 'new' });
    expect(seen.stderr).toContain(message);
    expect(seen.code).toBe(code);
    expect(await value()).toBe('old');
  });
});

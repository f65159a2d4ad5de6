import { expect, test } from 'vitest';
import { holdCall } from '../../helpers/hold-call.ts';
import { openRotationScene, type RotationScene } from '../../helpers/rotation-scene.ts';

// Calls of a rotation that are never answered, at the write and while deployments are followed.

const forever = { late: true as const, delayMs: 600_000 };

async function open(): Promise<RotationScene> {
  const scene = await openRotationScene({ ecs: { taskStartMs: 60_000, tickMs: 5 } });
  await scene.service('web', { desiredCount: 0 });
  await scene.service('api', { desiredCount: 0 });
  return scene;
}

/** From the first deployment on, ECS does not describe services any more. */
async function silenceFollowing({ shop }: RotationScene): Promise<void> {
  await shop.sandbox.inject({ service: 'ecs', operation: 'UpdateService', late: true, delayMs: 0 })
    .first;
  shop.sandbox.inject({ service: 'ecs', operation: 'DescribeServices', ...forever });
}

test('--timeout ends a look that has no answer', async () => {
  const scene = await open();
  void silenceFollowing(scene);
  const seen = await scene.rotate(['--timeout', '100ms', '--no-rollback'], 'good-2');
  expect(seen.code, seen.stderr).toBe(5);
  expect(seen.data.deployments.map(({ state }) => state)).toEqual(['timed-out', 'timed-out']);
  expect(await scene.parameter()).toBe('good-2');
  await scene.shop.sandbox.close();
});

test('a look that is over its limit leaves the deployment as it is', async () => {
  const scene = await open();
  void silenceFollowing(scene);
  const argv = ['--timeout', '2500ms', '--request-timeout', '2s', '--no-rollback'];
  const seen = await scene.rotate(argv, 'good-2');
  expect(seen.code, seen.stderr).toBe(5);
  expect(seen.data.deployments.map(({ state }) => state)).toEqual(['timed-out', 'timed-out']);
  await scene.shop.sandbox.close();
});

test('an interrupt ends a look that has no answer, and says what is done', async () => {
  const scene = await open();
  const interrupts = new AbortController();
  void silenceFollowing(scene).then(() => {
    interrupts.abort();
  });
  const seen = await scene.rotate([], 'good-2', { interrupted: interrupts.signal });
  expect(seen.code, seen.stderr).toBe(130);
  expect(seen.stderr).toContain('the new value is stored');
  expect(await scene.parameter()).toBe('good-2');
  await scene.shop.sandbox.close();
});

test.each(['/shop/db', 'sm:shop/api', 'sm:shop/api:key'])(
  'an interrupt ends the write of %s that has no answer, and says that it may be stored',
  async (ref) => {
    const scene = await open();
    const isParameter = ref.startsWith('/');
    const operation = isParameter ? 'PutParameter' : 'PutSecretValue';
    await using held = await holdCall(scene.shop.sandbox.url, operation);
    const interrupts = new AbortController();
    void held.arrived.then(() => {
      interrupts.abort();
    });
    const seen = await scene.shop.run(['rotate', ref, '--redeploy', '--json', '--replace-json'], {
      stdin: 'good-2',
      interrupted: interrupts.signal,
      env: { ECS_SECRETS_ENDPOINT_URL: held.url },
    });
    expect(seen.code, seen.stderr).toBe(130);
    expect(seen.stderr).toMatch(/may (be|have been) (stored|carried out)/);
    await scene.shop.sandbox.close();
  },
);

test('a write that has no answer in time is looked up', async () => {
  const scene = await open();
  scene.shop.sandbox.inject({ service: 'ssm', operation: 'PutParameter', times: 1, ...forever });
  const seen = await scene.rotate(['--no-wait', '--request-timeout', '2s'], 'good-2');
  expect(seen.code, seen.stderr).toBe(0);
  expect(await scene.parameter()).toBe('good-2');
  await scene.shop.sandbox.close();
});

import { afterEach, describe, expect, test } from 'vitest';
import { openRotationScene, type RotationScene } from '../../helpers/rotation-scene.ts';

let scene: RotationScene;
afterEach(() => scene.shop.sandbox.close());

const names = (count: number): string[] => Array.from({ length: count }, (_, n) => `s${n}`);

async function services(count: number, more?: Parameters<RotationScene['service']>[1]) {
  for (const name of names(count)) await scene.service(name, more);
}

/** The value in each task of these services. */
async function held(count: number): Promise<(string | undefined)[]> {
  const all = names(count).map((name) => scene.shop.injected('shop', name, 'DB'));
  return (await Promise.all(all)).flat();
}

/** The most deployments that were under way at one moment, by the lines of the log. */
function mostAtOnce(stderr: string): number {
  const rolling = new Set<string>();
  let most = 0;
  for (const line of stderr.split('\n')) {
    const [, name = '', what = ''] = /^(shop\/\S+): (started|completed|failed)/.exec(line) ?? [];
    if (what === 'started') rolling.add(name);
    else rolling.delete(name);
    most = Math.max(most, rolling.size);
  }
  return most;
}

describe('a mass start that is throttled', () => {
  const throttled = {
    ...{ service: 'ssm', operation: 'GetParameters', origin: 'sandbox' as const },
    ...{ code: 'ThrottlingException', message: 'Rate exceeded' },
  };

  test('is waited out where ECS keeps trying', async () => {
    scene = await openRotationScene();
    await services(4);
    scene.shop.sandbox.inject({ ...throttled, times: 30 });
    const seen = await scene.rotate([], 'good-2');
    expect(seen.stderr).toMatch(/s\d: in-progress.*[3-9] failed/);
    expect(seen.code).toBe(0);
    expect(await held(4)).toEqual(Array(4).fill('good-2'));
  });

  test('is started again where the circuit breaker gave up', async () => {
    scene = await openRotationScene();
    await services(3, {
      deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
    });
    scene.shop.sandbox.inject({ ...throttled, times: 10 });
    const seen = await scene.rotate([], 'good-2');
    expect(seen.stderr).toMatch(/s\d: deploying again after a temporary failure: .*Throttling/);
    expect(seen.code).toBe(0);
    expect(await scene.parameter()).toBe('good-2');
    expect(await held(3)).toEqual(Array(3).fill('good-2'));
  });

  test('fails in the end when it does not pass', async () => {
    scene = await openRotationScene();
    await services(1, {
      deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: false } },
    });
    scene.shop.sandbox.inject(throttled);
    const seen = await scene.rotate([], 'good-2');
    expect(seen.code).toBe(4);
    expect(seen.stderr.match(/deploying again/g)).toHaveLength(4);
    // The new tasks never started, and the old ones never stopped.
    expect(seen.stderr).toContain(
      'Old value restored, and every task holds it; the redeployment failed too: shop/s0',
    );
    expect(await held(1)).toEqual(['good-1']);
  });
});

describe('--max-parallel', () => {
  test('is how many services roll at any moment', async () => {
    scene = await openRotationScene();
    await services(7);
    const seen = await scene.rotate(['--max-parallel', '2'], 'good-2');
    expect(seen.code).toBe(0);
    expect(mostAtOnce(seen.stderr)).toBe(2);
    expect(await held(7)).toEqual(Array(7).fill('good-2'));
  });

  test('is all that a bad value reaches', async () => {
    scene = await openRotationScene();
    await services(9, { picky: true });
    const seen = await scene.rotate(['--max-parallel', '3'], 'bad');
    expect(seen.code).toBe(4);
    expect(seen.data.deployments.length).toBeLessThanOrEqual(3);
    expect(seen.data.notStarted.length).toBeGreaterThanOrEqual(6);
    expect(seen.stderr).toContain('Old value restored, and every task holds it');
    expect(await held(9)).toEqual(Array(9).fill('good-1'));
  });

  test('and as many as may fail, with --max-failures', async () => {
    scene = await openRotationScene();
    await services(9, { picky: true });
    const seen = await scene.rotate(['--max-parallel', '2', '--max-failures', '2'], 'bad');
    expect(seen.code).toBe(4);
    expect(seen.data.deployments.length).toBeLessThanOrEqual(2 + 2);
    expect(await held(9)).toEqual(Array(9).fill('good-1'));
  });

  test('starts no more after a failure with --no-rollback, and follows the rest to its end', async () => {
    scene = await openRotationScene();
    await scene.service('s0', { picky: true });
    await scene.service('s1');
    await scene.service('s2');
    const seen = await scene.rotate(['--max-parallel', '1', '--no-rollback'], 'bad');
    expect(seen.code).toBe(4);
    expect(seen.stderr).toContain(
      'error: deployment failed: shop/s0; not started: shop/s1, shop/s2',
    );
    expect(seen.data.notStarted).toMatchObject([{ service: 's1' }, { service: 's2' }]);
    expect(await scene.parameter()).toBe('bad');
  });

  test('of redeploy does not stop at a failure, unless --max-failures says so', async () => {
    scene = await openRotationScene();
    await scene.service('s0', { picky: true });
    await scene.service('s1');
    await scene.overwrite('bad');
    const argv = ['redeploy', '/shop/db', '--max-parallel', '1', '--json'];
    const gated = await scene.shop.run([...argv, '--max-failures', '0']);
    expect(gated.code).toBe(4);
    expect(JSON.parse(gated.stdout)).toMatchObject({ notStarted: [{ service: 's1' }] });
    const all = await scene.shop.run(argv);
    expect(all.code).toBe(4);
    expect(JSON.parse(all.stdout)).toMatchObject({ notStarted: [] });
    // A task of s0 may be seen while it crashes.
    expect(await scene.shop.injected('shop', 's0', 'DB')).toContain('good-1');
    expect(await scene.shop.injected('shop', 's1', 'DB')).toEqual(['bad']);
  });
});

describe('--first', () => {
  test('keeps the others from starting when its service times out', async () => {
    scene = await openRotationScene({
      ecs: { tickMs: 5, taskStartMs: 600, taskStopMs: 10, settleMs: 10 },
    });
    await services(2);
    const seen = await scene.rotate(['--first', 'shop/s0', '--timeout', '0.1s'], 'good-2');
    expect(seen.code).toBe(5);
    expect(seen.data.deployments).toMatchObject([{ service: 's0', state: 'timed-out' }]);
    expect(seen.data.notStarted).toMatchObject([{ service: 's1' }]);
    expect(seen.stderr).toContain('not started: shop/s1');
  });

  test('keeps the others from starting with --no-wait', async () => {
    scene = await openRotationScene();
    await services(2);
    const seen = await scene.rotate(['--first', 'shop/s0', '--no-wait'], 'good-2');
    expect(seen.code).toBe(3);
    expect(seen.data.notStarted).toMatchObject([{ service: 's1' }]);
    expect(seen.stderr).toContain('shop/s1: its deployment was not started');
  });

  test('lets the others start when it is completed', async () => {
    scene = await openRotationScene();
    await services(3);
    const seen = await scene.rotate(['--first', 'shop/s2'], 'good-2');
    expect(seen.code).toBe(0);
    expect(seen.stderr.indexOf('shop/s2: completed')).toBeLessThan(
      seen.stderr.indexOf('shop/s0: started'),
    );
    expect(await held(3)).toEqual(Array(3).fill('good-2'));
  });
});

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openRotationScene, type RotationScene } from '../../helpers/rotation-scene.ts';
import { isWhole } from '../../helpers/whole.ts';

const bin = fileURLToPath(new URL('../../../bin/ecs-secrets.js', import.meta.url));
const services = ['web', 'api', 'worker'];
const argv = ['rotate', '/shop/db', '--redeploy', '--max-parallel', '2'];

async function open(): Promise<RotationScene> {
  const scene = await openRotationScene({
    ecs: { tickMs: 5, taskStartMs: 30, taskStopMs: 10, settleMs: 30 },
  });
  for (const name of services) await scene.service(name);
  return scene;
}

/** Lets the k-th call be carried out, and keeps back its answer. */
function keepBack(scene: RotationScene, k: number, delayMs: number) {
  return scene.shop.sandbox.inject({
    ...{ service: '*', origin: 'http' as const, skip: k, times: 1 },
    ...{ late: true, delayMs },
  });
}

/** What the rotation left behind is brought to the current value by `redeploy --stale`. */
async function expectResumable(scene: RotationScene, where: string): Promise<string> {
  const { shop } = scene;
  shop.sandbox.heal();
  const resumed = await shop.run(['redeploy', '/shop/db', '--stale']);
  expect(resumed.code, `${where}\n${resumed.stderr}`).toBe(0);
  const current = await scene.parameter();
  for (const name of services) {
    expect(new Set(await shop.injected('shop', name, 'DB')), where).toEqual(new Set([current]));
  }
  return current ?? '';
}

test('killed at any call, redeploy --stale brings every task to the current value', async () => {
  const scene = await open();
  const { url, environment } = { ...scene.shop.sandbox };
  const env = { ...process.env, CI: '', ...environment, AWS_ENDPOINT_URL: url };
  const endings = new Set<string>();
  let k = 0;
  for (let isOver = false; !isOver; k += isWhole ? 1 : 2) {
    const met = keepBack(scene, k, 60_000);
    const child = spawn(process.execPath, [bin, ...argv], {
      env,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(`good-${k + 2}`);
    void met.first.then(() => child.kill('SIGKILL'));
    const signal = await new Promise((resolve) =>
      child.on('close', (_code, by) => {
        resolve(by);
      }),
    );
    isOver = signal === null;
    const current = await expectResumable(scene, `killed at call ${k}`);
    endings.add(isOver ? 'finished' : current === `good-${k + 2}` ? 'after' : 'before');
  }
  // The calls are worth something only if they lie before and after the write.
  expect([...endings]).toEqual(['before', 'after', 'finished']);
  expect(k).toBeGreaterThan(20);
  await scene.shop.sandbox.close();
}, 240_000);

test('interrupted at any call, it says what is done and ends, and redeploy --stale continues', async () => {
  const scene = await open();
  let k = 0;
  for (let isOver = false; !isOver; k += isWhole ? 1 : 2) {
    const met = keepBack(scene, k, 100);
    const interrupts = new AbortController();
    void met.first.then(() => {
      interrupts.abort();
    });
    const value = `good-${k + 2}`;
    const seen = await scene.shop.run(argv, { stdin: value, interrupted: interrupts.signal });
    isOver = met.met === 0;
    const where = `interrupted at call ${k}: ${seen.stderr}`;
    expect(seen.code, where).toBe(isOver ? 0 : seen.code === 0 ? 0 : 130);
    const stored = (await scene.parameter()) === value;
    if (seen.code === 130 && stored) {
      expect(seen.stderr, where).toMatch(/the new value is stored|may (have been made|be stored)/);
    }
    await expectResumable(scene, where);
  }
  expect(k).toBeGreaterThan(20);
  await scene.shop.sandbox.close();
}, 240_000);

import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, expect, test } from 'vitest';
import { openRotationScene, type RotationScene } from '../../helpers/rotation-scene.ts';
import { isWhole } from '../../helpers/whole.ts';

// Every single call of a rotation (by default every third), one at a time, loses its answer, fails without being carried out,
// or is answered late: afterwards the report has to equal what the tasks hold.

const services = ['web', 'api', 'green'];
const blueGreen = { strategy: 'BLUE_GREEN' as const, bakeTimeInMinutes: 0 };

const faults = {
  lost: { lost: true as const },
  failed: { code: 'InternalServerError', message: 'on purpose', status: 500 },
  late: { late: true as const, delayMs: 150 },
};

let swept = 0;
afterAll(() => {
  process.stdout.write(`rotation sweep: ${swept} calls, one at a time\n`);
});

interface Kind {
  /** What is rotated, and what the services refer to. */
  ref: string;
  used: string;
  value: (text: string) => string;
  /** What a task has in DB when this is stored. */
  current: (scene: RotationScene) => Promise<string | undefined>;
  picky: boolean;
}

const kinds: Record<'parameter' | 'secret' | 'key', Omit<Kind, 'picky'>> = {
  parameter: {
    ref: '/shop/db',
    used: '/shop/db',
    value: (text) => text,
    current: (scene) => scene.parameter(),
  },
  secret: {
    ref: 'sm:shop/api',
    used: 'sm:shop/api',
    value: (text) => `{"key":"${text}"}`,
    current: async ({ shop }) =>
      (await shop.secrets.send(new GetSecretValueCommand({ SecretId: 'shop/api' }))).SecretString,
  },
  key: {
    ref: 'sm:shop/api:key',
    used: 'sm:shop/api:key',
    value: (text) => text,
    current: async ({ shop }) => {
      const secret = new GetSecretValueCommand({ SecretId: 'shop/api' });
      const { SecretString = '{}' } = await shop.secrets.send(secret);
      return (JSON.parse(SecretString) as { key?: string }).key;
    },
  },
};

async function open({ used, picky }: Kind): Promise<RotationScene> {
  const scene = await openRotationScene();
  for (const name of services) {
    await scene.service(name, {
      secret: used,
      picky: picky && name === 'api',
      deploymentConfiguration: name === 'green' ? blueGreen : {},
    });
  }
  return scene;
}

async function held({ shop }: RotationScene): Promise<(string | undefined)[]> {
  const all = services.map((name) => shop.injected('shop', name, 'DB'));
  return (await Promise.all(all)).flat();
}

/** One rotation in which the k-th call goes wrong; false when there are fewer calls. */
async function rotateOnce(
  scene: RotationScene,
  kind: Kind,
  { value, k, fault }: { value: string; k: number; fault: keyof typeof faults },
): Promise<boolean> {
  const before = await kind.current(scene);
  const injected = scene.shop.sandbox.inject({
    ...{ service: '*', origin: 'http' as const, skip: k, times: 1 },
    ...faults[fault],
  });
  const argv = ['rotate', kind.ref, '--redeploy', '--json', '--max-parallel', '2'];
  const seen = await scene.shop.run(argv, { stdin: kind.value(value) });
  const { met } = injected;
  scene.shop.sandbox.heal();
  const where = `call ${k} ${fault}, exit ${seen.code}: ${seen.stderr}`;

  expect([0, 1, 3, 4, 5], where).toContain(seen.code);
  expect(seen.stderr, where).not.toContain('defect of ecs-secrets');
  const after = await kind.current(scene);
  const tasks = await held(scene);
  if (seen.code === 0) {
    expect(after, where).toBe(kind.value(value));
    expect(new Set(tasks), where).toEqual(new Set([kind.value(value)]));
  } else if (seen.stderr.includes('every task holds it')) {
    expect(after, where).toBe(before);
    expect(new Set(tasks), where).toEqual(new Set([before]));
  } else if (seen.stdout === '') {
    // It ended before or at the write: what it may have stored it has to say.
    if (after !== before) expect(seen.stderr, where).toMatch(/may (be|have been) stored/);
    expect(new Set(tasks), where).toEqual(new Set([before]));
  } else {
    // Whatever is reported as completed holds the current value.
    const { deployments } = JSON.parse(seen.stdout) as {
      deployments: { service: string; state: string }[];
    };
    for (const { service, state } of deployments.filter((one) => one.state === 'completed')) {
      const own = await scene.shop.injected('shop', service, 'DB');
      expect(new Set(own), `${service} ${state}; ${where}`).toEqual(new Set([after]));
    }
  }
  if (seen.code !== 0) {
    const resumed = await scene.shop.run(['redeploy', kind.ref, '--stale', '--max-parallel', '3']);
    expect(resumed.code, `${where}\n${resumed.stderr}`).toBe(0);
    expect(new Set(await held(scene)), where).toEqual(new Set([after]));
  }
  return met > 0;
}

test.concurrent.each([
  ['parameter', 'good', 'lost'],
  ['parameter', 'good', 'late'],
  ['parameter', 'good', 'failed'],
  ['parameter', 'bad', 'lost'],
  ['secret', 'good', 'lost'],
  ['key', 'good', 'lost'],
  ['key', 'bad', 'lost'],
] as const)(
  'a %s with a %s value, and each call in turn is %s',
  async (name, goodness, fault) => {
    const kind = { ...kinds[name], picky: name !== 'secret' };
    const scene = await open(kind);
    let k = 0;
    while (await rotateOnce(scene, kind, { value: `${goodness}-${k + 2}`, k, fault })) {
      k += isWhole ? 1 : 3;
      swept += 1;
    }
    // Fewer calls than a rotation of three services makes would be a sweep of something else.
    expect(k).toBeGreaterThan(20);
    await scene.shop.sandbox.close();
  },
  240_000,
);

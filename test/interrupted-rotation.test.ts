import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { expect, test } from 'vitest';
import { runBin } from './helpers/run.ts';
import { openShop, type Shop } from './helpers/scene.ts';

const bin = fileURLToPath(new URL('../bin/ecs-secrets.js', import.meta.url));
const names = ['web', 'api', 'worker'];

async function openScene(): Promise<Shop> {
  const shop = await openShop({
    ecs: { tickMs: 10, taskStartMs: 150, taskStopMs: 50, settleMs: 100 },
  });
  await shop.run(['put', '/shop/db'], { stdin: 'old' });
  await shop.run(['role', 'create', 'r', '--secret', '/shop/db']);
  const register = ['register', 'web.json', '--secret', 'DB=/shop/db', '--execution-role', 'r'];
  await shop.run(register);
  await Promise.all(
    names.map((name) =>
      shop.service({ cluster: 'shop', name, taskDefinition: 'web', desiredCount: 2 }),
    ),
  );
  return shop;
}

/** Runs a rotation in the built program and sends it a signal after some milliseconds. */
function rotateAndKill(env: Record<string, string>, signal: NodeJS.Signals, after: number) {
  return new Promise<{ code: number | null; stderr: string }>((resolve) => {
    const argv = [bin, 'rotate', '/shop/db', '--redeploy', '--max-parallel', '1'];
    const child = spawn(process.execPath, argv, { env: { ...process.env, CI: '', ...env } });
    let stderr = '';
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
    child.stdin.on('error', () => undefined);
    child.stdin.end('new');
    const timer = setTimeout(() => child.kill(signal), after);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, stderr });
    });
  });
}

/** Moments from before the first call to after the end of the rotation, in milliseconds. */
const moments = Array.from({ length: 10 }, (_, index) => 120 + index * 190 + Math.random() * 100);

test.each(['SIGINT', 'SIGKILL'] as const)(
  'killed by %s at any moment, redeploy --stale brings every task to the current value',
  async (signal) => {
    const endings: string[] = [];
    for (let start = 0; start < moments.length; start += 5) {
      await Promise.all(
        moments.slice(start, start + 5).map(async (after) => {
          const shop = await openScene();
          const env = shop.sandbox.environment;
          const killed = await rotateAndKill(env, signal, after);
          const where = `killed after ${Math.round(after)} ms: ${killed.stderr}`;
          const resumed = await runBin(['redeploy', '/shop/db', '--stale'], { env });
          expect(resumed.code, `${where}\n${resumed.stderr}`).toBe(0);
          const { Parameter } = await shop.ssm.send(
            new GetParameterCommand({ Name: '/shop/db', WithDecryption: true }),
          );
          const current = Parameter?.Value ?? '';
          expect(['old', 'new'], where).toContain(current);
          for (const name of names) {
            expect(await shop.injected('shop', name, 'DB'), where).toEqual([current, current]);
          }
          // The earliest may come before the program has begun, the latest when it is on its way
          // out and no longer listens: nothing is said then, or everything is done.
          if (signal === 'SIGINT' && killed.code === null) {
            const done = names.every((name) => killed.stderr.includes(`shop/${name}: completed`));
            expect(killed.stderr === '' || done, where).toBe(true);
          } else if (signal === 'SIGINT') {
            expect([0, 130], where).toContain(killed.code);
          }
          endings.push(`${current} ${killed.code === 0 ? 'finished' : 'killed'}`);
          await shop.sandbox.close();
        }),
      );
    }
    // The moments are worth something only if they met the rotation before and after its write.
    expect(endings).toContain('new killed');
  },
  120_000,
);

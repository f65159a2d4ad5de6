import { spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { describedBelow, valuesBelow } from '../../helpers/parameters.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';

// A limit, a service in trouble, and a run that is killed in the middle, through the built program.
let shop: Shop;
afterEach(() => shop.sandbox.close());

const values = (path: string) => valuesBelow(shop.ssm, path);
const described = (path: string) => describedBelow(shop.ssm, path);

describe('500 entries, through a limit of 40 a second', () => {
  const entries = Object.fromEntries(
    Array.from({ length: 500 }, (_, index) => [`KEY_${index}`, `value ${index}`]),
  );
  const expected = Object.fromEntries(
    Object.entries(entries).map(([key, value]) => [`/bulk/${key}`, value]),
  );

  async function openTroubled(): Promise<void> {
    const rate = { service: 'ssm', operations: ['PutParameter'], perSecond: 40 };
    shop = await openShop({ throttle: [rate] });
    const call = { service: 'ssm', operation: 'PutParameter' };
    shop.sandbox.inject({ ...call, code: 'ThrottlingException', share: 0.1 });
    shop.sandbox.inject({ ...call, code: 'InternalServerError', status: 500, share: 0.05 });
  }

  /** Runs the built program; `isTime` says when to kill it. */
  async function runBin(file: string, isTime?: () => Promise<boolean>): Promise<number | null> {
    const bin = fileURLToPath(new URL('../../../bin/ecs-secrets.js', import.meta.url));
    const child = spawn(process.execPath, [bin, 'import', file, '--prefix', '/bulk', '--quiet'], {
      env: { ...process.env, ...shop.sandbox.environment },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
    if (isTime) {
      await vi.waitUntil(isTime, { timeout: 50_000, interval: 100 });
      child.kill('SIGKILL');
    }
    return closed;
  }

  test('stores every parameter once', async () => {
    await openTroubled();
    const folder = await mkdtemp(join(tmpdir(), 'ecs-secrets-'));
    const file = join(folder, 'all.json');
    await writeFile(file, JSON.stringify(entries));
    expect(await runBin(file)).toBe(0);
    expect(await values('/bulk')).toEqual(expected);
    expect((await described('/bulk')).every(({ Version }) => Version === 1)).toBe(true);
  });

  test('goes on after it was killed, and writes nothing twice', async () => {
    await openTroubled();
    const folder = await mkdtemp(join(tmpdir(), 'ecs-secrets-'));
    const file = join(folder, 'all.json');
    await writeFile(file, JSON.stringify(entries));
    const stored = async () => Object.keys(await values('/bulk')).length;
    expect(await runBin(file, async () => (await stored()) >= 100)).toBe(null);
    expect(await stored()).toBeLessThan(500);
    expect(await runBin(file)).toBe(0);
    expect(await values('/bulk')).toEqual(expected);
    expect((await described('/bulk')).every(({ Version }) => Version === 1)).toBe(true);
  });
});

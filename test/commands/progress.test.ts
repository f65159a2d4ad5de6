import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { createReporter, type Reporter } from '../../src/cli.ts';
import { progressOf, withProgress } from '../../src/commands/progress.ts';
import type { Progress } from '../../src/operations/progress.ts';
import type { World } from '../../src/world.ts';
import { openShop } from '../helpers/scene.ts';
import { onTerminal } from '../helpers/terminal.ts';

/** A world with a clock that is set by hand, and all that is shown in it: a drawing is the lines of one moment. */
function stage({ isTTY = false, columns = 80, quiet = false } = {}) {
  const shown: string[] = [];
  const interrupt = new AbortController();
  const clock = { time: 0 };
  let drawing: (() => readonly string[]) | undefined;
  const same = (text: string): string => text;
  const style = { bold: same, dim: same, red: same, green: same, yellow: same, cyan: same };
  const world = {
    env: {},
    clock: { now: () => clock.time },
    interrupted: interrupt.signal,
    stderr: {
      isTTY,
      style,
      size: () => ({ columns, rows: 24 }),
      write: (text: string) => shown.push(text),
      showLive: (draw: () => readonly string[]) => (drawing = draw),
      clearLive: () => (drawing = undefined),
    },
  } as unknown as World;
  const report: Reporter = createReporter(world, { quiet });
  return {
    context: { world, report },
    shown,
    interrupt: () => {
      interrupt.abort();
    },
    /** Seconds since the beginning. */
    at: (seconds: number) => (clock.time = seconds * 1_000),
    drawing: () => drawing?.(),
  };
}

/** Items that are stored one each quarter of a second, and what is shown of it. */
const stored = (seconds: number): Progress => ({
  step: 'storing secrets',
  done: seconds * 4,
  total: 100,
});

describe('off a terminal', () => {
  test('a line comes every ten seconds, with count, rate and time left', () => {
    const { context, shown, at } = stage();
    const onProgress = progressOf(context);
    for (let second = 0; second <= 25; second += 1) {
      at(second);
      onProgress(stored(second));
    }
    expect(shown).toEqual([
      'storing secrets 40/100, 4.0 per second, 15 s left\n',
      'storing secrets 80/100, 4.0 per second, 5 s left\n',
    ]);
  });

  test('a rate is that of its own step', () => {
    const { context, shown, at } = stage();
    const onProgress = progressOf(context);
    onProgress({ step: 'comparing secrets', done: 10, total: 100 });
    at(8);
    onProgress({ step: 'comparing secrets', done: 100, total: 100 });
    onProgress({ step: 'storing secrets', done: 1, total: 400 });
    at(10);
    onProgress({ step: 'storing secrets', done: 41, total: 400 });
    expect(shown).toEqual(['storing secrets 41/400, 20 per second, 18 s left\n']);
  });

  test('what cannot be counted has how long it takes', () => {
    const { context, shown, at } = stage();
    const onProgress = progressOf(context);
    onProgress({ step: 'waiting for IAM' });
    at(12);
    onProgress({ step: 'waiting for IAM' });
    at(30);
    onProgress({ step: 'describing services', done: 20, total: undefined });
    expect(shown).toEqual(['waiting for IAM, 12 s so far\n', 'describing services 20\n']);
  });

  test('--quiet shows none', () => {
    const { context, shown, at } = stage({ quiet: true });
    const onProgress = progressOf(context);
    at(60);
    onProgress(stored(1));
    expect(shown).toEqual([]);
  });
});

describe('on a terminal', () => {
  test.each([20, 80, 120])('one line is drawn, shorter than %i columns', (columns) => {
    const { context, shown, at, drawing } = stage({ isTTY: true, columns });
    const onProgress = progressOf(context);
    onProgress({ ...stored(0), step: `storing ${'x'.repeat(columns)}` });
    at(10);
    onProgress({ ...stored(10), step: `storing ${'x'.repeat(columns)}` });
    expect(drawing()).toHaveLength(1);
    expect(drawing()?.[0]?.length).toBeLessThan(columns);
    expect(shown).toEqual([]);
  });

  test('the clock runs on between two calls', () => {
    const { context, at, drawing } = stage({ isTTY: true });
    progressOf(context)({ step: 'waiting for IAM' });
    expect(drawing()).toEqual(['waiting for IAM']);
    at(3);
    expect(drawing()).toEqual(['waiting for IAM, 3 s so far']);
  });

  test('nothing is drawn after the end, a failure or an interrupt', async () => {
    const { context, drawing, interrupt } = stage({ isTTY: true });
    let late: ((progress: Progress) => void) | undefined;
    const work = withProgress(context, (onProgress) => {
      late = onProgress;
      onProgress(stored(1));
      expect(drawing()).toHaveLength(1);
      return Promise.reject(new Error('it failed'));
    });
    await expect(work).rejects.toThrow('it failed');
    late?.(stored(2));
    expect(drawing()).toBeUndefined();
    const onProgress = progressOf(context);
    interrupt();
    onProgress(stored(3));
    expect(drawing()).toBeUndefined();
  });
});

test.skipIf(!inject('python'))(
  'Ctrl-C ends the line of an import, and what is said then begins a line',
  async () => {
    const shop = await openShop({
      throttle: [{ service: 'ssm', operations: ['PutParameter'], perSecond: 20 }],
    });
    try {
      const folder = await mkdtemp(join(tmpdir(), 'ecs-secrets-'));
      const file = join(folder, 'all.json');
      const secrets = Array.from({ length: 200 }, (_, index) => [`KEY_${index}`, 'value']);
      await writeFile(file, JSON.stringify(Object.fromEntries(secrets)));
      const { screen, code } = await onTerminal(
        ['import', file, '--prefix', '/bulk'],
        [{ expect: 'storing secrets 5/200' }, { signal: 2 }],
        shop.sandbox.environment,
      );
      expect(code).toBe(130);
      // The line is erased before the error takes its place.
      const end = screen.slice(screen.lastIndexOf('storing secrets'));
      expect(end).toMatch(/\[1A\S\[2K\S\[G[^\n]*error:\S* interrupted; \d+ of 200 are stored/);
    } finally {
      await shop.sandbox.close();
    }
  },
);

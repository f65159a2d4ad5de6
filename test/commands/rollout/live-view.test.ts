import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { liveLines } from '../../../src/commands/rollout/live-lines.ts';
import type { FollowedDeployment } from '../../../src/operations/rollout/redeploy-outcome.ts';
import { onTerminal } from '../../helpers/terminal.ts';
import type { Seen } from '../../helpers/run.ts';
import { openRotationScene, type RotationScene } from '../../helpers/rotation-scene.ts';

// Twelve services with long names, of which every second one does not start with a bad value.

const names = Array.from(
  { length: 12 },
  (_, index) =>
    `checkout-payment-authorization-worker-${index % 2 ? 'picky' : 'plain'}-blue-${index}`,
);

let scene: RotationScene;
beforeAll(async () => {
  scene = await openRotationScene();
  await Promise.all(
    names.map((name, index) =>
      scene.service(name, { cluster: 'production-eu-west-1', picky: index % 2 === 1 }),
    ),
  );
});
afterAll(() => scene.shop.sandbox.close());

/** Leaves the services that do not start as they are: only their new tasks fail. */
const rotation = ['rotate', '/shop/db', '--redeploy', '--no-rollback', '--max-failures', '11'];

test('after a rollback the conclusion says which version holds the old value', async () => {
  const seen = await scene.shop.run(['rotate', '/shop/db', '--redeploy'], { stdin: 'bad-1' });
  expect(seen.stdout).toMatch(
    /^rolled back: [1-6] of 12 services failed; version \d+ holds the old value again\n/,
  );
  expect(seen.stdout).not.toContain('plain');
  expect(seen.stdout).not.toContain('updated');
});

describe.each([
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
])('on a terminal of $columns × $rows', (size) => {
  let seen: Seen;
  beforeAll(async () => {
    const answer = `bad-${size.columns}`;
    seen = await scene.shop.run([...rotation, '--force'], { terminal: { answer }, size });
  });

  test('no line is longer, and there are no more than it has', () => {
    for (const drawing of drawings(seen)) {
      expect(drawing.length).toBeLessThanOrEqual(size.rows - 2);
      for (const line of drawing) expect(line.length).toBeLessThan(size.columns);
    }
    const events = seen.stderr.split('\n').filter((line) => line.includes('a task stopped'));
    expect(events).toHaveLength(6);
    for (const line of [...events, ...seen.stdout.split('\n')]) {
      expect(line.length).toBeLessThanOrEqual(size.columns);
    }
  });

  test('those in trouble come first; what is completed is a count; the cluster is named once', () => {
    const all = drawings(seen);
    const states = (drawing: string[]): string[] =>
      drawing.slice(0, -1).map((line) => / {2}(fail\w+|in-progress) +\S/.exec(line)?.[1] ?? line);
    for (const drawing of all) {
      const order = states(drawing).map((state) =>
        ['failed', 'failing', 'in-progress'].indexOf(state),
      );
      expect(order).toEqual(order.toSorted((a, b) => a - b));
      expect(order).not.toContain(-1);
      expect(drawing.at(-1)).toMatch(/^cluster production-eu-west-1: \d+\/12 completed/);
      expect(drawing.slice(0, -1).join()).not.toContain('production-eu-west-1');
    }
    const last = all.at(-1) ?? [];
    expect(last.at(-1)).toContain('6/12 completed, 6 failed');
    expect(last.slice(0, -1).every((line) => line.includes('picky'))).toBe(true);
  });

  test('the conclusion comes first, then only what failed', () => {
    const [first, ...rest] = seen.stdout.trimEnd().split('\n');
    expect(first).toBe('6 of 12 services redeployed; 6 failed');
    const text = rest.join('').replace(/\s+/g, '');
    for (const name of names) expect(text.includes(`/${name}ecs-svc`)).toBe(name.includes('picky'));
    expect(seen.code).toBe(4);
  });
});

test.skipIf(!inject('python'))(
  'the terminal itself gets no longer line, and keeps the result alone',
  async () => {
    const env = { ...scene.shop.sandbox.environment, VALUE: 'bad-2' };
    const argv = [...rotation, '--force', '--from-env', 'VALUE'];
    const { screen, code } = await onTerminal(argv, [], env);
    expect(code).toBe(4);
    // eslint-disable-next-line no-control-regex
    const lines = screen.replace(/\u001b\[[?\d;]*[A-Za-z]/g, '').split(/[\r\n]+/);
    const sentences = /^(error|hint|note|warning): /;
    for (const line of lines)
      if (!sentences.test(line)) expect(line.length).toBeLessThanOrEqual(80);
    expect(lines).toContain('6 of 12 services redeployed; 6 failed');
    expect(lines.some((line) => line.startsWith('cluster production-eu-west-1: 6/12'))).toBe(true);
  },
);

describe('lines that have little room', () => {
  const same = (text: string): string => text;
  const style = { bold: same, dim: same, red: same, green: same, yellow: same, cyan: same };
  const deployments = names.map((name, index) => ({
    service: { cluster: 'arn:aws:ecs:eu-west-1:1:cluster/shop', name },
    state: index === 3 ? 'failed' : 'in-progress',
    stopReasons: index === 5 ? ['it crashed'] : [],
    startedAt: 1_000,
    elapsed: 2_000,
  })) as unknown as FollowedDeployment[];
  const drawn = (columns: number, rows: number, now = 3_000): string[] =>
    liveLines({ deployments, waiting: [], now }, { columns, rows }, style);

  test('leave out the least urgent, and say how many', () => {
    const lines = drawn(80, 8);
    expect(lines).toHaveLength(6);
    expect(lines[0]).toMatch(/picky-blue-3 {2}failed/);
    expect(lines[1]).toMatch(/picky-blue-5 {2}failing/);
    expect(lines[5]).toBe('cluster shop: 0/12 completed, 1 failed, 7 not shown');
  });

  test('shorten names in the middle', () => {
    const [line = ''] = drawn(60, 24);
    expect(line).toMatch(/^checkout-\w*…[\w-]*blue-3 {2}failed {7}no new task yet {2}2 s$/);
  });

  test('let the clock of what is under way run between two looks, and no other', () => {
    const lines = drawn(80, 24, 65_000);
    expect(lines[0]).toMatch(/ {2}2 s$/);
    expect(lines[1]).toMatch(/ {2}1 min 4 s$/);
  });
});

/** What was drawn, in its lines. */
function drawings({ stderr }: Seen): string[][] {
  const all = [...stderr.matchAll(/^\[live\] (.*)$/gm)].map(([, lines = '']) => lines.split(' | '));
  const own = all.filter((lines) => lines.at(-1)?.includes('completed'));
  expect(own.length).toBeGreaterThan(1);
  return own;
}

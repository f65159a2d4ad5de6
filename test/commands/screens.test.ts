import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { definition } from '../helpers/start-scene.ts';
import { definitionOf, openLongNames, type LongNames } from '../helpers/long-names.ts';
import type { Setting } from '../helpers/run.ts';

// What is on the screen of a company with long names: 12 services of one cluster, which share a role.
let scene: LongNames;
const files: Record<string, string> = {
  'all.json': JSON.stringify(
    Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`key-${index}`, `value ${index}`]),
    ),
  ),
  'one.json': '{"kept":"x"}',
};
beforeAll(async () => {
  scene = await openLongNames();
  for (const family of scene.families) files[`ecs/${family}.json`] = definitionOf(family);
  await scene.shop.run(['put', scene.parameter], { stdin: 'two' });
  await scene.shop.run(['put', `sm:${scene.secret}:api-key`, '--tag', 'team=x'], { stdin: 'two' });
  const { arn } = await scene.shop.json(['get', `sm:${scene.secret}`]);
  files['broken.json'] = JSON.stringify(
    definition({
      ...Object.fromEntries(
        scene.families.map((family) => [family.toUpperCase(), `${scene.parameter}/${family}`]),
      ),
      API_KEY: `${String(arn)}:api-kee::`,
    }),
  );
});
afterAll(() => scene.shop.sandbox.close());

describe.each([80, 120])('on a terminal of %i columns', (columns) => {
  const setting = (): Setting => ({
    ...{ files, terminal: { answer: undefined }, size: { columns, rows: 24 } },
  });
  const both = (): string[] => [scene.parameter, `sm:${scene.secret}`];

  /** Sentences of stderr are one line each, as in a log; the terminal breaks them. */
  const sentence = /^(error|hint|note|warning): /;
  /** What is copied in one piece: the commands that fix what was found, and the ARN of a role. */
  const onePiece = /^ +((Fix|Then): |ecs-secrets |aws )|^role arn:\S+$/;

  /** The lines of a command besides those. */
  async function linesOf(argv: readonly string[]): Promise<string[]> {
    const seen = await scene.shop.run(argv, setting());
    const lines = [...seen.stdout.trimEnd().split('\n'), ...seen.stderr.trimEnd().split('\n')];
    return lines.filter((line) => !sentence.test(line) && !onePiece.test(line));
  }

  test.each<[string, () => string[][]]>([
    [
      'verify',
      () => [
        ['verify', 'broken.json', '--read-values'],
        ['verify', 'broken.json', '--read-values', '--all'],
        ['verify', ...scene.families.slice(0, 3).map((one) => `${scene.cluster}/${one}`)],
      ],
    ],
    ['diagnose', () => [['diagnose', `${scene.cluster}/${scene.families[0] ?? ''}`]]],
    ['where-used', () => both().map((ref) => ['where-used', ref])],
    ['stale', () => [['stale'], ...both().map((ref) => ['stale', ref])]],
    ['list', () => [['list'], ['list', 'sm:']]],
    ['history', () => both().map((ref) => ['history', ref])],
    ['diff', () => [['diff', '/production', 'sm:production']]],
    [
      'role check',
      () => [
        [
          ...['role', 'check', scene.role],
          ...scene.families.flatMap((family) => ['--task-definition', family]),
        ],
        ['role', 'check', scene.role, '--secret', `${scene.parameter}/none`, '--allow-missing'],
      ],
    ],
    ['role show', () => [['role', 'show', scene.role]]],
    ['audit', () => [['audit'], ['audit', '--cluster', scene.cluster], ['audit', 'ecs/*.json']]],
  ])('%s prints no longer line', async (_, all) => {
    for (const argv of all()) {
      const lines = await linesOf(argv);
      expect(lines.join('').length, argv.join(' ')).toBeGreaterThan(20);
      for (const line of lines) {
        const drawn = line.replace(/^\[live\] /, '');
        expect(drawn.length, `${argv.join(' ')}\n${drawn}`).toBeLessThanOrEqual(columns);
      }
    }
  });
});

describe('every command that may take a while', () => {
  /** Looks at the clock are seconds apart. */
  const slow = (): Setting => {
    let time = Date.parse('2026-01-01T00:00:00Z');
    return { files, longestPause: 5, now: () => (time += 6_000) };
  };
  const counted = (step: string): RegExp =>
    new RegExp(`^${step} \\d+/\\d+, [\\d.]+ per second(, [\\dmins ]+ left)?$`, 'm');

  const rows: [string, () => string[], RegExp[]][] = [
    [
      'where-used',
      () => ['where-used', scene.parameter],
      [counted('describing services'), counted('reading task definitions')],
    ],
    ['stale', () => ['stale', scene.parameter], [counted('reading task definitions')]],
    [
      'delete',
      () => ['delete', scene.parameter, '--dry-run'],
      [counted('reading task definitions')],
    ],
    [
      'audit --cluster',
      () => ['audit', '--cluster', scene.cluster],
      [counted('auditing task definitions')],
    ],
    ['audit of files', () => ['audit', 'ecs/*.json'], [counted('auditing files')]],
    ['import', () => ['import', 'all.json', '--prefix', '/many'], [counted('storing secrets')]],
    [
      'import --prune',
      () => ['import', 'one.json', '--prefix', '/many', '--prune', '--yes'],
      [counted('reading task definitions'), counted('deleting secrets')],
    ],
    [
      'role create',
      () => ['role', 'create', scene.role, '--secret', '/new', '--allow-missing'],
      [/^waiting for IAM to show what was written, \d+ s so far$/m],
    ],
    [
      'redeploy',
      () => ['redeploy', scene.parameter, '--stale', '--no-wait'],
      [counted('reading task definitions')],
    ],
  ];

  test.each(rows)('%s says how far it is', async (_, argv, lines) => {
    const seen = await scene.shop.run(argv(), slow());
    expect(seen.stderr).not.toContain('[live]');
    for (const line of lines) expect(seen.stderr).toMatch(line);
    const quiet = await scene.shop.run([...argv(), '--quiet'], slow());
    for (const line of lines) expect(quiet.stderr).not.toMatch(line);
  });
});

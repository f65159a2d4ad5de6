import { afterAll, beforeAll, expect, test } from 'vitest';
import { table } from '../../src/commands/table.ts';
import { startSandbox, type RunningSandbox } from '../../src/sandbox/index.ts';
import { run, type Seen, type Setting } from '../helpers/run.ts';

let sandbox: RunningSandbox;
const names = Array.from(
  { length: 5 },
  (_, index) => `/production/checkout/payment-authorization/database/main-${index}/password`,
);

const list = (argv: readonly string[], setting: Setting = {}): Promise<Seen> =>
  run(['list', '/production', '--endpoint-url', sandbox.url, ...argv], setting);
const terminal = (columns: number): Setting => ({
  terminal: { answer: undefined },
  size: { columns, rows: 24 },
});

beforeAll(async () => {
  sandbox = await startSandbox();
  const given = ['--generate', '--description', 'x', '--endpoint-url', sandbox.url];
  for (const name of names) await run(['put', name, ...given]);
  await run(['put', names[0] ?? '', '--endpoint-url', sandbox.url], { stdin: 'new' });
});
afterAll(() => sandbox.close());

test.each([80, 120])('fits %i columns: what every row has is said once above', async (columns) => {
  const seen = await list([], terminal(columns));
  const lines = seen.stdout.trimEnd().split('\n');
  const start = lines.findIndex((line) => line.startsWith('NAME'));
  const above = lines.slice(0, start).join('');
  expect(above).toMatch(/^in every row: .*BY sandbox, KEY alias\/aws\/ssm, TIER +Standard$/);
  const [heads, ...rows] = lines.slice(start);
  expect(heads).toMatch(/^NAME +VERSION/);
  expect(heads).not.toContain('TIER');
  expect(rows).toHaveLength(names.length);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
});

test('shortens the widest column in the middle', async () => {
  const { stdout } = await list([], terminal(60));
  expect(stdout).toMatch(/^\/production\/\S*…\S*main-3\/password {2}1/m);
});

test('--wide shows every column in full', async () => {
  const { stdout } = await list(['--wide'], terminal(60));
  expect(stdout).toMatch(
    /^NAME +TYPE +VERSION +CHANGED +BY +KEY +TIER +DATA TYPE +EXPIRES +ROTATES NEXT +TAGS$/m,
  );
  for (const name of names) expect(stdout).toMatch(new RegExp(`^${name} +\\d`, 'm'));
});

test('piped, every column is there in full, with a tab in between', async () => {
  const [heads, ...rows] = (await list([])).stdout.trimEnd().split('\n');
  expect(heads).toBe(
    'NAME\tTYPE\tVERSION\tCHANGED\tBY\tKEY\tTIER\tDATA TYPE\tEXPIRES\tROTATES NEXT\tTAGS',
  );
  expect(rows.map((row) => row.split('\t')[0])).toEqual(names);
});

test('a table without a column that differs, or with one row, keeps its columns', () => {
  const output = { isTTY: true, size: () => ({ columns: 20, rows: 24 }) };
  expect(table(['A', 'B'], [['x', '']], { output })).toBe('A\nx');
  const twice = [
    ['x', 'y'],
    ['x', 'y'],
  ];
  expect(table(['A', 'B'], twice, { output })).toBe('A  B\nx  y\nx  y');
  const long = table(['A', 'B', 'C'], [['a'.repeat(99), 'b'.repeat(99), 'c'.repeat(99)]], {
    output,
  });
  for (const line of long.split('\n')) expect(line.length).toBeLessThanOrEqual(20);
});

import { expect, test } from 'vitest';
import { startSandbox } from '../src/sandbox/index.ts';
import { run } from './helpers/run.ts';

// Each of these took minutes; what is slow again runs into the time limit of tests.

function taskDefinition(name: string, value: string): string {
  const container = { name: 'c', image: 'i', memory: 128, environment: [{ name, value }] };
  return JSON.stringify({ family: 'f', containerDefinitions: [container] });
}

const size = 250_000;
const repeated = (unit: string): string => unit.repeat(size / unit.length);

test.each([
  ['a name of pairs', taskDefinition(repeated('a=a='), 's3cr3t-Pass-9x')],
  ['a name of words', taskDefinition(repeated('key_'), 's3cr3t-Pass-9x')],
  ['a name of capitals', taskDefinition(repeated('A'), 's3cr3t-Pass-9x')],
  ['a value of pairs', taskDefinition('OPTIONS', repeated('A-'))],
  ['a value of schemes', taskDefinition('OPTIONS', repeated('A://A'))],
])('audit reads %s in linear time', async (_what, stdin) => {
  const seen = await run(['audit', '-'], { stdin });
  expect(seen).toMatchObject({ code: 0 });
});

test.each([
  ['blank lines', `A=x${'\n'.repeat(size)}B=y`],
  ['blank lines in front', `${'\r\n'.repeat(size)}A=x\nB=y`],
])('import reads %s in linear time', async (_what, stdin) => {
  const sandbox = await startSandbox();
  const argv = ['import', '-', '--prefix', '/a', '--dry-run', '--endpoint-url', sandbox.url];
  const seen = await run(argv, { stdin });
  await sandbox.close();
  expect(seen).toMatchObject({ code: 0, stderr: '' });
  expect(seen.stdout).toContain('/a/B');
});

const many = Array.from({ length: 20_000 }, (_, index) => index);

test.each([
  ['many keys', `${many.map((one) => `N${one}: x`).join('\n')}\nN7: y`, 'the key appears twice'],
  ['aliases', `A: &a x\n${many.map((one) => `N${one}: *a`).join('\n')}\nZ: [a]`, 'Z is a list'],
])('import reads %s of YAML in linear time', async (_what, stdin, problem) => {
  const seen = await run(['import', '-', '--prefix', '/a', '--format', 'yaml'], { stdin });
  expect(seen).toMatchObject({ code: 2, stdout: '' });
  expect(seen.stderr).toContain(problem);
});

test('a file that is larger than any that is meant is refused', async () => {
  const seen = await run(['import', '-', '--prefix', '/a'], { stdin: 'x'.repeat(11 * 2 ** 20) });
  expect(seen).toMatchObject({ code: 2, stdout: '' });
  expect(seen.stderr).toBe('error: standard input is larger than 10 MiB\n');
});

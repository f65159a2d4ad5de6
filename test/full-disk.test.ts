import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRotationScene, type RotationScene } from './helpers/rotation-scene.ts';
import { runProgram } from './helpers/run.ts';

const bin = fileURLToPath(new URL('../bin/ecs-secrets.js', import.meta.url));
let scene: RotationScene;
beforeAll(async () => {
  scene = await openRotationScene();
  await scene.service('web');
});
afterAll(() => scene.shop.sandbox.close());

/** Runs a line of bash in which `$ecs` is the built program. */
const bash = (line: string) =>
  runProgram('bash', ['-c', `ecs='${process.execPath} ${bin}'; ${line}`], {
    env: scene.shop.sandbox.environment,
  });

const full = 'no space left on the device';

test.each([
  ['the result', '$ecs list --quiet >/dev/full'],
  ['the result as JSON', '$ecs list --quiet --json >/dev/full'],
  ['the help', '$ecs --help >/dev/full'],
  ['a value', '$ecs get /shop/db --reveal >/dev/full'],
])('%s that cannot be written is one line of error', async (_what, line) => {
  expect(await bash(line)).toEqual({
    code: 1,
    stdout: '',
    stderr: `error: cannot write to standard output: ${full}\n`,
  });
});

test('a result that is cut off is an error too', async () => {
  const seen = await bash(
    'file=$(mktemp); (ulimit -f 1; $ecs import --help >$file); code=$?; rm $file; exit $code',
  );
  expect(seen).toMatchObject({
    code: 1,
    stderr: 'error: cannot write to standard output: the file is too large\n',
  });
});

test('an exit code that says more stays', async () => {
  const seen = await bash('$ecs get /shop/none 2>/dev/full');
  expect(seen).toEqual({ code: 1, stdout: '', stderr: '' });
  const wrong = await bash('$ecs get 2>/dev/full');
  expect(wrong).toEqual({ code: 2, stdout: '', stderr: '' });
});

test('a write to AWS is finished although stderr takes nothing', async () => {
  const seen = await bash('printf new | $ecs put /shop/other --debug 2>/dev/full');
  expect(seen).toEqual({
    code: 1,
    stdout: 'parameter /shop/other created (version 1)\n',
    stderr: '',
  });
});

test('a rotation is finished although the disk is full', async () => {
  const seen = await bash(
    'printf good-full | $ecs rotate /shop/db --redeploy --debug >/dev/full 2>&1',
  );
  expect(seen).toEqual({ code: 1, stdout: '', stderr: '' });
  expect(await scene.parameter()).toBe('good-full');
  expect(await scene.shop.injected('shop', 'web', 'DB')).toEqual(['good-full']);
});

/** Runs the program on a terminal that goes away at its first word. */
const withoutTerminal = `
import os, pty, signal, sys
signal.signal(signal.SIGHUP, signal.SIG_IGN)
outer, inner = pty.openpty()
child = os.fork()
if child == 0:
    os.close(outer)
    os.dup2(inner, 1)
    os.dup2(inner, 2)
    os.execvp(sys.argv[1], sys.argv[1:])
os.close(inner)
os.read(outer, 1)
os.close(outer)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
`;

test.skipIf(!hasPython())('a rotation is finished although its terminal is gone', async () => {
  const argv = ['rotate', '/shop/db', '--redeploy', '--debug'];
  const python = ['-c', withoutTerminal, process.execPath, bin, ...argv];
  const env = scene.shop.sandbox.environment;
  const seen = await runProgram('python3', python, { stdin: 'good-gone', env });
  expect(seen).toEqual({ code: 1, stdout: '', stderr: '' });
  expect(await scene.parameter()).toBe('good-gone');
  expect(await scene.shop.injected('shop', 'web', 'DB')).toEqual(['good-gone']);
});

function hasPython(): boolean {
  try {
    execFileSync('python3', ['-c', 'import pty, os; os.waitstatus_to_exitcode']);
    return true;
  } catch {
    return false;
  }
}

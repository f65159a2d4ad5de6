import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { lstat, readdir, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runProgram } from './helpers/run.ts';

// `audit FILE --write-baseline OUT` writes a file without a call to AWS.
const bin = fileURLToPath(new URL('../bin/ecs-secrets.js', import.meta.url));
const definition =
  '{"family":"web","containerDefinitions":[{"name":"web","image":"web","memory":64}]}';
const baseline = '{\n  "version": 1,\n  "fingerprints": []\n}\n';
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ecs-secrets-output-'));
  writeFileSync(join(folder, 'web.json'), definition);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Runs a line of bash in the folder; `$audit OUT` writes the baseline. */
function bash(line: string) {
  const audit = `audit='${process.execPath} ${bin} audit web.json --write-baseline'`;
  return runProgram('bash', ['-c', `cd '${folder}'; umask 022; ${audit}; ${line}`]);
}

const at = (name: string): string => join(folder, name);
const modeOf = async (name: string) => (await stat(at(name))).mode & 0o777;

test('a new file is its owner’s alone, and nothing else is left in the folder', async () => {
  expect(await bash('$audit out')).toMatchObject({ code: 0 });
  expect(await readFile(at('out'), 'utf8')).toBe(baseline);
  expect(await modeOf('out')).toBe(0o600);
  expect(await readdir(folder)).toEqual(['out', 'web.json']);
});

test.each([0o600, 0o664])('a file keeps its mode: %i', async (mode) => {
  writeFileSync(at('out'), 'old');
  chmodSync(at('out'), mode);
  expect(await bash('$audit out')).toMatchObject({ code: 0 });
  expect(await readFile(at('out'), 'utf8')).toBe(baseline);
  expect(await modeOf('out')).toBe(mode);
});

test.each([
  ['that is there', 'old'],
  ['that is not there yet', undefined],
])('a symbolic link stays, and its target %s is written', async (_what, old) => {
  execFileSync('mkdir', ['-p', at('there/below'), at('links')]);
  if (old !== undefined) writeFileSync(at('there/target'), old);
  // ".." counts from where the folder really is.
  symlinkSync('../there/below', at('links/folder'));
  symlinkSync('../target', at('there/below/link'));
  expect(await bash('$audit links/folder/link')).toMatchObject({ code: 0 });
  expect(await readFile(at('there/target'), 'utf8')).toBe(baseline);
  expect((await lstat(at('there/below/link'))).isSymbolicLink()).toBe(true);
});

test('a FIFO is written to, and stays one', async () => {
  const seen = await bash('mkfifo pipe; timeout 30 cat pipe & $audit pipe 2>&1; wait');
  expect(seen).toMatchObject({ code: 0 });
  expect(seen.stdout).toContain(baseline);
  expect((await stat(at('pipe'))).isFIFO()).toBe(true);
});

test('a device is written to, and stays one', async () => {
  const seen = await bash('mknod null c 1 3 || exit 99; $audit null');
  // Only root makes devices.
  if (seen.code === 99) return;
  expect(seen).toMatchObject({ code: 0 });
  expect((await stat(at('null'))).isCharacterDevice()).toBe(true);
  expect(await readdir(folder)).toEqual(['null', 'web.json']);
});

test.each([
  ['the shell’s >(…)', '$audit >(cat >&2)', 'stderr'],
  // Through a link: root would replace the file in /dev, should this ever break.
  ['/dev/stderr', 'ln -s /dev/stderr out; $audit out', 'stderr'],
  ['/dev/stdout of a pipe', 'ln -s /dev/stdout out; $audit out | cat', 'stdout'],
] as const)('%s is written to', async (_what, line, stream) => {
  const seen = await bash(line);
  expect(seen).toMatchObject({ code: 0 });
  expect(seen[stream]).toContain(baseline);
});

test.each([
  ['/dev/stdout', 'ln -s /dev/stdout out; $audit out >all'],
  ['/dev/fd/N', '$audit /dev/fd/3 3>>all >&3'],
])('what is written to %s of a file stands there with the result', async (_what, line) => {
  expect(await bash(line)).toMatchObject({ code: 0 });
  const text = await readFile(at('all'), 'utf8');
  expect(text).toBe(`${baseline}no secret in plain text found in 1 file\n`);
});

test('a file that cannot be written whole leaves the old one, and nothing else', async () => {
  writeFileSync(at('out'), 'old');
  const seen = await bash('ulimit -f 0; $audit out');
  expect(seen).toMatchObject({ code: 1 });
  expect(seen.stderr).toContain('error: cannot write out: the file is too large\n');
  expect(await readFile(at('out'), 'utf8')).toBe('old');
  expect(await readdir(folder)).toEqual(['out', 'web.json']);
});

test('a link that waits under the name of a temporary file is not followed', async () => {
  writeFileSync(at('victim'), 'old');
  const seen = await bash('ln -s victim out.$$.tmp; exec $audit out');
  expect(seen).toMatchObject({ code: 0 });
  expect(await readFile(at('victim'), 'utf8')).toBe('old');
});

test.each([
  ['not/there', 'no such directory'],
  ['there/', 'it is a directory'],
  ['new/', 'it is a directory'],
  ['', 'no such directory'],
  ['web.json/x', 'a part of the path is not a directory'],
  ['loop', 'too many symbolic links'],
  ['x'.repeat(300), 'the name is too long'],
  ['/proc/x', 'no such directory'],
])('what cannot be written is told before anything is looked at: %j', async (name, why) => {
  const seen = await bash(
    `mkdir there; ln -s loop loop; ${audit404()} --write-baseline='${name}'; exit $?`,
  );
  expect(seen).toMatchObject({ code: 1, stdout: '' });
  expect(seen.stderr).toContain(`error: cannot write ${name.length > 250 ? '…' : name}`);
  expect(seen.stderr).toContain(`: ${why}\n`);
});

/** An audit that fails, unless something else fails first. */
function audit404(): string {
  return `${process.execPath} ${bin} audit not-there.json`;
}

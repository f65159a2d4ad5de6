import { copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import picomatch from 'picomatch';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSandbox } from '../src/sandbox/index.ts';
import { runProgram } from './helpers/run.ts';

// No Docker is needed: the files that the image would have are copied as its Dockerfile says, and its entry point is
// run over them.
const root = fileURLToPath(new URL('..', import.meta.url));

interface Instruction {
  name: string;
  words: string[];
}

let image: string;
let instructions: Instruction[];

/** The instructions of the last stage. */
async function lastStage(): Promise<Instruction[]> {
  const text = await readFile(`${root}Dockerfile`, 'utf8');
  const all = text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [name = '', ...words] = line.split(' ');
      return { name, words };
    });
  return all.slice(all.findLastIndex(({ name }) => name === 'FROM'));
}

function wordsOf(wanted: string): string[] {
  return instructions.filter(({ name }) => name === wanted).flatMap(({ words }) => words);
}

beforeAll(async () => {
  instructions = await lastStage();
  image = await mkdtemp(join(tmpdir(), 'ecs-secrets-'));
  for (const { name, words } of instructions) {
    if (name !== 'COPY') continue;
    // The stage before it builds what npm run build has built here.
    const paths = words.filter((word) => !word.startsWith('--from'));
    const target = join(image, paths.at(-1)!);
    for (const path of paths.slice(0, -1)) {
      const source = join(root, path.replace('/build/', ''));
      if ((await stat(source)).isDirectory()) {
        await cp(source, target, { recursive: true });
      } else {
        await mkdir(target, { recursive: true });
        await copyFile(source, join(target, basename(path)));
      }
    }
  }
});
afterAll(async () => {
  await rm(image, { recursive: true, force: true });
});

/** Runs the image with some arguments, and nothing but the variables of `docker run --env`. */
function dockerRun(argv: readonly string[], stdin = '', env: Record<string, string> = {}) {
  const [node = '', program = '', ...more] = JSON.parse(
    wordsOf('ENTRYPOINT').join(' '),
  ) as string[];
  expect(basename(node)).toBe('node');
  return runProgram(process.execPath, [join(image, program), ...more, ...argv], { stdin, env });
}

test('the entry point of the image runs the program', async () => {
  const { version } = JSON.parse(await readFile(`${root}package.json`, 'utf8')) as {
    version: string;
  };
  expect(await dockerRun(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  expect(await dockerRun(['--licenses'])).toMatchObject({ code: 0, stderr: '' });
  const sandbox = await startSandbox();
  const seen = await dockerRun(['put', '/shop/a'], 'x', sandbox.environment);
  await sandbox.close();
  expect(seen).toEqual({ code: 0, stdout: 'parameter /shop/a created (version 1)\n', stderr: '' });
});

test('the image runs as a user other than root, on the Node.js of the stage that builds', async () => {
  expect(wordsOf('USER').map(Number)).toEqual([65_532]);
  const text = await readFile(`${root}Dockerfile`, 'utf8');
  const versions = [...text.matchAll(/^FROM .*node(?:js|:)(\d+)/gm)].map(([, version]) => version);
  expect(versions).toHaveLength(2);
  expect(new Set(versions).size).toBe(1);
});

test('.dockerignore lets through what is copied', async () => {
  const [dockerfile, ignored] = await Promise.all(
    ['Dockerfile', '.dockerignore'].map((name) => readFile(`${root}${name}`, 'utf8')),
  );
  const kept = ignored!.split('\n').filter((line) => line.startsWith('!'));
  const isKept = picomatch(kept.map((line) => line.slice(1)));
  const copied = [...dockerfile!.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(
    ([, paths = '']) => paths.split(' ').map((path) => path.replace('./', '')),
  );
  expect(copied).toEqual(expect.arrayContaining(['bin', 'scripts', 'src', 'LICENSE']));
  expect(copied.filter((path) => !isKept(path))).toEqual([]);
});

test('the stage that builds has the files outside src that the sources import as texts', async () => {
  const dockerfile = await readFile(`${root}Dockerfile`, 'utf8');
  const sources = await readdir(`${root}src`, { recursive: true });
  const texts = await Promise.all(
    sources
      .filter((name) => name.endsWith('.ts'))
      .map(async (name) => ({ name, text: await readFile(`${root}src/${name}`, 'utf8') })),
  );
  const imported = texts.flatMap(({ name, text }) =>
    [...text.matchAll(/ from '(.*)\?raw'/g)].map(([, path = '']) =>
      join('src', dirname(name), path),
    ),
  );
  const outside = imported.filter((path) => !path.startsWith('src'));
  expect(outside.filter((path) => !dockerfile.includes(`COPY ${path} ./`))).toEqual([]);
});

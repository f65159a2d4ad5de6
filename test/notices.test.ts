import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { expect, test } from 'vitest';
import packageJson from '../package.json' with { type: 'json' };
import { isBinary, runBin } from './helpers/run.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The names of the packages that a bundle of the program takes code from. */
async function bundled(): Promise<string[]> {
  const bundle = await rolldown({
    cwd: root,
    input: 'src/main.ts',
    platform: 'node',
    // Pages of ours, as texts.
    external: /\?raw$/,
    resolve: { mainFields: ['module', 'main'] },
  });
  const { output } = await bundle.generate({ format: 'esm', codeSplitting: true });
  await bundle.close();
  const modules = output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
  const names = modules.flatMap(
    (id) =>
      /.*node_modules[/\\]((?:@[^/\\]+[/\\])?[^/\\]+)/.exec(id)?.[1]?.replace('\\', '/') ?? [],
  );
  return [...new Set(names)].sort();
}

test('every bundled package stands in THIRD-PARTY-NOTICES, with its licence', async () => {
  const [names, notices] = await Promise.all([
    bundled(),
    readFile(`${root}THIRD-PARTY-NOTICES`, 'utf8'),
  ]);
  const sections = notices.split(`\n${'-'.repeat(80)}\n\n`).slice(1);
  const named = sections.flatMap((section) => {
    const [head = '', text = ''] = section.split('\n\n');
    return head.split('\n').map((line) => [line.replace(/ .*/, ''), text] as const);
  });
  expect(names.length).toBeGreaterThan(20);
  const known = new Map(named);
  expect(names.filter((name) => !known.has(name))).toEqual([]);
  const unlicensed = named.filter(([, text]) => !/licen[cs]e|permission|copyright/i.test(text));
  expect(unlicensed).toEqual([]);
});

test('--licenses prints the notices; a binary adds those of Node.js', async () => {
  const notices = await readFile(`${root}THIRD-PARTY-NOTICES`, 'utf8');
  const { stdout, ...seen } = await runBin(['--licenses']);
  expect(seen).toEqual({ code: 0, stderr: '' });
  expect(stdout.slice(0, notices.length)).toBe(notices);
  const more = stdout.slice(notices.length);
  if (isBinary) expect(more).toContain('Node.js is licensed for use as follows:');
  else expect(more).toBe('');
});

test('the notices are published with the program', () => {
  expect(packageJson.files).toContain('THIRD-PARTY-NOTICES');
});

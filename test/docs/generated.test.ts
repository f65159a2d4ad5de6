import { spawnSync } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import * as schemaLibrary from 'ts-json-schema-generator';
import { expect, test } from 'vitest';
import { commandPages } from '../../scripts/docs/command-pages.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { schemaMaker } from '../../scripts/docs/schemas.ts';
import { documentSchemas, manPages, readmeWith } from '../../scripts/docs/write.ts';
import { exitCodesOf } from '../../src/manual/facts.ts';
import { exitCodes } from '../../src/errors.ts';
import { root } from './pages.ts';

const stale = 'run npm run docs';

const hasGroff = spawnSync('groff', ['--version']).status === 0;
if (!hasGroff) console.warn('groff is not on PATH, so the man pages are not linted');

test('docs/commands is what npm run docs writes', async () => {
  const pages = await commandPages();
  expect(await readdir(`${root}docs/commands`), stale).toEqual([...pages.keys()].sort());
  for (const [name, text] of pages) {
    const written = await readFile(`${root}docs/commands/${name}`, 'utf8');
    expect(written === text, `docs/commands/${name}: ${stale}`).toBe(true);
  }
});

test('man is what npm run docs writes, and all of it is installed', async () => {
  const pages = await manPages();
  expect(await readdir(`${root}man`), stale).toEqual([...pages.keys()].sort());
  for (const [name, text] of pages) {
    const written = await readFile(`${root}man/${name}`, 'utf8');
    expect(written === text, `man/${name}: ${stale}`).toBe(true);
  }
  const { man, files } = packageJson;
  expect(man).toEqual([...pages.keys()].sort().map((name) => `./man/${name}`));
  expect(files).toContain('man');
});

test.runIf(hasGroff)('groff has nothing to say of the man pages', async () => {
  const pages = (await readdir(`${root}man`)).map((name) => `${root}man/${name}`);
  for (const page of pages) {
    const { status, stderr } = spawnSync('groff', ['-man', '-ww', '-z', '-Tutf8', page]);
    expect({ page, status, said: stderr.toString() }).toEqual({ page, status: 0, said: '' });
  }
});

test('docs/schemas is what npm run docs writes', async () => {
  const schemaOf = schemaMaker(schemaLibrary, root);
  const schemas = await documentSchemas(schemaOf);
  expect(await readdir(`${root}docs/schemas`), stale).toEqual([...schemas.keys()].sort());
  for (const [name, text] of schemas) {
    const written = await readFile(`${root}docs/schemas/${name}`, 'utf8');
    expect(written === text, `docs/schemas/${name}: ${stale}`).toBe(true);
  }
  expect(() => schemaOf('role invent')).toThrow(
    /there is no type RoleInventDocument.*src\/commands\/SUBJECT\/documents\.ts/s,
  );
});

test('docs/json.md links to every schema', async () => {
  const json = await readFile(`${root}docs/json.md`, 'utf8');
  for (const name of await readdir(`${root}docs/schemas`)) {
    expect(json).toContain(`(schemas/${name})`);
  }
});

test("the README's table of commands is what npm run docs writes", async () => {
  const readme = await readFile(`${root}README.md`, 'utf8');
  expect(readme === (await readmeWith(readme)), stale).toBe(true);
});

test('the page of a command has its examples, options, exit codes and permissions', async () => {
  const pages = await commandPages();
  for (const [name, text] of pages) {
    if (name === 'README.md') continue;
    for (const part of ['## Examples', '## Exit codes', '## Permissions', '## More']) {
      expect(text, name).toMatch(new RegExp(`^${part}\n\n\\S`, 'm'));
    }
  }
});

test('every exit code stands on some page and in the README', async () => {
  const readme = await readFile(`${root}README.md`, 'utf8');
  const named = new Set(exitCodesOf('rotate').map(([code]) => code));
  for (const code of Object.values(exitCodes)) {
    expect(named).toContain(code);
    expect(readme).toMatch(new RegExp(`^\\| ${code} \\|`, 'm'));
  }
});

test('docs/json.md has a section for every document', async () => {
  const json = await readFile(`${root}docs/json.md`, 'utf8');
  const sections = [...json.matchAll(/^## (.*)$/gm)].map(([, name]) => name);
  const linked = [...(await commandPages()).values()].flatMap(
    (text) => /json\.md#([\w-]+)/.exec(text)?.[1] ?? [],
  );
  expect(sections.map((name) => name?.replaceAll(' ', '-')).sort()).toEqual(
    [...new Set(linked)].sort(),
  );
});

test('the picture is small, and shows a rotation and one that is rolled back', async () => {
  const file = `${root}docs/rotate.svg`;
  expect((await stat(file)).size).toBeLessThan(60_000);
  const picture = await readFile(file, 'utf8');
  expect(picture).toContain('--generate 40 --redeploy');
  expect(picture).toContain('Old value restored');
  expect(picture).toContain('prefers-color-scheme:dark');
});

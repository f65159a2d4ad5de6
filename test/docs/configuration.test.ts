import { readFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { projectMembers } from '../../src/model/project/project.ts';
import { root } from './pages.ts';

test('docs/configuration.md has every member', async () => {
  const page = await readFile(`${root}docs/configuration.md`, 'utf8');
  const table = page.split('\n').filter((line) => line.startsWith('| `'));
  const names = table.flatMap((line) =>
    [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name),
  );
  expect(names.sort()).toEqual(['$schema', ...projectMembers().map(({ name }) => name)].sort());
});

test('the schema for editors takes the examples of all members, and nothing unknown', async () => {
  const schema = JSON.parse(await readFile(`${root}docs/schemas/config.json`, 'utf8')) as Record<
    string,
    unknown
  >;
  const validate = new Ajv2020({ strict: false }).compile(schema);
  const all = Object.fromEntries(projectMembers().map(({ name, example }) => [name, example]));
  expect(validate(all), JSON.stringify(validate.errors)).toBe(true);
  expect(validate({ ...all, profile: 'admin' })).toBe(false);
  expect(validate({ ...all, maxParallel: 0 })).toBe(false);
});

// Writes all that is generated: docs/commands, docs/schemas, man, and the table of commands in the README.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type * as Library from 'ts-json-schema-generator';
import { projectJsonSchema } from '../../src/model/project/project.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { allPages } from '../../src/manual/page.ts';
import { commandPages, commandTable } from './command-pages.ts';
import { manPage } from './roff.ts';
import { declaredCommands } from '../../src/manual/declarations.ts';
import { withoutDocument } from '../../src/manual/facts.ts';
import { schemaFile, schemaMaker } from './schemas.ts';

/** The README with the table of commands between its marks. Throws where it has no marks. */
export async function readmeWith(readme: string): Promise<string> {
  const between = /(<!-- commands -->)[\s\S]*?(<!-- \/commands -->)/;
  if (!between.test(readme)) throw new Error('README.md has no <!-- commands -->');
  const table = await commandTable();
  return readme.replace(
    between,
    (_, start: string, end: string) => `${start}\n\n${table}\n\n${end}`,
  );
}

/** The man pages: file name below man/, and text. */
export async function manPages(): Promise<Map<string, string>> {
  const pages = await allPages();
  return new Map(
    pages.map((page) => [
      `${page.command.replaceAll(' ', '-')}.1`,
      manPage(page, packageJson.version),
    ]),
  );
}

/** Writes the pages and the README's table below the root of the repository. */
export async function writePages(root: string): Promise<void> {
  await writeFolder(join(root, 'docs', 'commands'), await commandPages());
  await writeFolder(join(root, 'man'), await manPages());
  const readme = join(root, 'README.md');
  await writeFile(readme, await readmeWith(await readFile(readme, 'utf8')));
}

/** Every schema: its file name under docs/schemas, and its text; see `schemaMaker`. */
export async function documentSchemas(
  schemaOf: (name: string) => string,
): Promise<Map<string, string>> {
  const commands = await declaredCommands();
  const printing = commands.map(({ name }) => name).filter((name) => !withoutDocument.has(name));
  return new Map([
    ['config.json', `${JSON.stringify(projectJsonSchema(), null, 2)}\n`],
    ...[...printing, 'error'].map((name) => [schemaFile(name), schemaOf(name)] as const),
  ]);
}

/** Writes the schemas below the root of the repository. */
export async function writeSchemas(library: typeof Library, root: string): Promise<void> {
  await writeFolder(
    join(root, 'docs', 'schemas'),
    await documentSchemas(schemaMaker(library, root)),
  );
}

// --- internal ---

/** Makes a folder hold exactly these files, by name. */
async function writeFolder(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) if (!files.has(name)) await rm(join(folder, name));
  for (const [name, text] of files) await writeFile(join(folder, name), text);
}

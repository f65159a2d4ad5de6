// Writes all that is generated: docs/commands, and the table of commands in the README.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commandPages, commandTable } from './command-pages.ts';

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

/** Writes the pages and the README's table below the root of the repository. */
export async function writePages(root: string): Promise<void> {
  const folder = join(root, 'docs', 'commands');
  const pages = await commandPages();
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) if (!pages.has(name)) await rm(join(folder, name));
  for (const [name, text] of pages) await writeFile(join(folder, name), text);
  const readme = join(root, 'README.md');
  await writeFile(readme, await readmeWith(await readFile(readme, 'utf8')));
}

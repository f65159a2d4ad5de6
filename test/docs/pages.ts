import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** The root of the repository, with a slash at its end. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** The pages for users, by their path from the root. */
export async function userPages(): Promise<Map<string, string>> {
  const below = await readdir(`${root}docs`, { recursive: true });
  const paths = ['README.md', 'bench/README.md', ...below.map((name) => `docs/${name}`)];
  return read(paths.filter((path) => path.endsWith('.md')));
}

/** These files, by their path from the root. */
export async function read(paths: readonly string[]): Promise<Map<string, string>> {
  const texts = await Promise.all(paths.map((path) => readFile(`${root}${path}`, 'utf8')));
  return new Map(paths.map((path, index) => [path.replaceAll('\\', '/'), texts[index] ?? '']));
}

/** The fenced blocks of a page in one of these languages, dedented. */
export function fences(page: string, ...languages: string[]): string[] {
  const blocks = page.matchAll(/^( *)```(\w+)\n([\s\S]*?)^\1```$/gm);
  return [...blocks]
    .filter(([, , language = '']) => languages.includes(language))
    .map(([, indent = '', , text = '']) => text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''));
}

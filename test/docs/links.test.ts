import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { read, root, userPages } from './pages.ts';

/** Whether the published package has a file: npm takes what `files` names, or what lies below it. */
function isPublished(path: string): boolean {
  const always = ['README.md', 'LICENSE', 'package.json'];
  return [...always, ...packageJson.files].some(
    (file) => path === file || path.startsWith(`${file}/`),
  );
}

/** The anchors that GitHub makes of the headings of a page. */
function anchorsOf(page: string): Set<string> {
  const headings = page.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/^#+ (.*)$/gm);
  return new Set(
    [...headings].map(([, text = '']) =>
      text
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** The targets of the links of a page, those of code aside. */
function linksOf(page: string): string[] {
  const text = page.replaceAll(/^ *```[\s\S]*?^ *```$/gm, '').replaceAll(/`[^`\n]*`/g, 'code');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}

test('every link of the pages for users leads to a file and a heading of the package', async () => {
  const pages = await userPages();
  const others = await read(['CHANGELOG.md', 'CONTRIBUTING.md', 'src/sandbox/README.md']);
  const wrong = [...pages].flatMap(([path, text]) =>
    linksOf(text).flatMap((link) => {
      if (link.startsWith('https://')) return [];
      const [file = '', anchor] = link.split('#');
      const target =
        file === '' ? path : normalize(join(dirname(path), file)).replaceAll('\\', '/');
      if (!isPublished(target) || !existsSync(`${root}${target}`)) {
        return [`${path}: ${link} is not in the package`];
      }
      const page = pages.get(target) ?? others.get(target) ?? '';
      const isThere = anchor === undefined || anchorsOf(page).has(anchor);
      return isThere ? [] : [`${path}: ${link} has no such heading`];
    }),
  );
  expect(wrong).toEqual([]);
  expect(linksOf(pages.get('README.md')!).length).toBeGreaterThan(30);
});

test('every page is reached from the README', async () => {
  const pages = await userPages();
  const reached = new Set<string>();
  const queue = ['README.md'];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    const text = pages.get(path);
    if (text === undefined || reached.has(path)) continue;
    reached.add(path);
    const folder = dirname(path);
    queue.push(...linksOf(text).map((link) => normalize(join(folder, link.split('#')[0] ?? ''))));
  }
  expect([...reached].sort()).toEqual([...pages.keys()].sort());
});

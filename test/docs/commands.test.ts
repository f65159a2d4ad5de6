import { beforeAll, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { refusal } from './accepted.ts';
import { fences, userPages } from './pages.ts';

let pages: Map<string, string>;
beforeAll(async () => {
  pages = await userPages();
});

/** The words of each call of ecs-secrets in a script, as a shell would split them. */
function calls(script: string): string[][] {
  return script
    .replaceAll('\\\n', ' ')
    .split('\n')
    .flatMap((line) => /(?:^|[|$] |run: )ecs-secrets (.*)$/.exec(line)?.[1] ?? [])
    .map((line) =>
      [...line.replace(/ +#.*$| [>|] .*$/, '').matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(
        ([word]) => word.replaceAll(/['"]/g, ''),
      ),
    );
}

test('every command line of the pages is accepted by the parser', async () => {
  const wrong: string[] = [];
  let count = 0;
  for (const [path, text] of pages) {
    const lines = fences(text, 'sh', 'console', 'yaml')
      .filter((block) => !/^ecs-secrets .*(\[options\]|<\w+>)/.test(block))
      .flatMap(calls);
    const spans = [...text.matchAll(/`ecs-secrets ([^`]+)`/g)].map(([, words = '']) => words);
    const inline = spans.filter((words) => !/…|\||COMMAND/.test(words));
    for (const words of [...lines, ...inline.flatMap((one) => calls(`ecs-secrets ${one}`))]) {
      const message = await refusal(words, {
        // Its commands get from the file what they leave out.
        inProject: path === 'docs/configuration.md',
      });
      if (message !== undefined) wrong.push(`${path}: ecs-secrets ${words.join(' ')}: ${message}`);
      count += 1;
    }
  }
  expect(wrong).toEqual([]);
  expect(count).toBeGreaterThan(80);
});

test('every npm script that the pages name exists', () => {
  const named = [...pages.values()].flatMap((text) =>
    [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name),
  );
  expect(Object.keys(packageJson.scripts)).toEqual(expect.arrayContaining(named));
});

import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { textsIn } from './helpers/source-texts.ts';

// Every text of the sources that reads like a sentence, in one file, so that the wording can be reviewed in one
// sitting. `npx vitest run test/messages.test.ts -u` writes it again.

const files = (await readdir('src', { recursive: true })).filter((name) => name.endsWith('.ts'));

test('the texts of all messages are those of messages.txt', async () => {
  const chapters = await Promise.all(
    files.sort().map(async (file) => {
      const texts = textsIn(await readFile(`src/${file}`, 'utf8')).map(({ template }) => template);
      // Two words one after the other: names of actions, of members and of types are no sentences.
      const sentences = texts.filter((text) => /[a-z]{2,}[,;:]? +['"({]?[a-z…]/i.test(text));
      const lines = [...new Set(sentences)].map(
        (text) => `  ${text.trim().replaceAll('\n', '\n    ')}`,
      );
      return lines.length > 0 ? [file, ...lines, ''] : [];
    }),
  );
  await expect(chapters.flat().join('\n')).toMatchFileSnapshot('messages.txt');
});

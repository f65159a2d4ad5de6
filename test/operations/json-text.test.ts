import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unquotedMark } from '../../src/model/definitions/substitute.ts';
import { InvalidInput } from '../../src/model/problems.ts';
import { isJsonText, parseJson } from '../../src/operations/json-text.ts';

// Comments and trailing commas may stand anywhere in JSON, and never change what is read, nor where it stands.

/** Trivia of JSONC, with what must not be taken for its end or for JSON. */
const trivia = fc.constantFrom(
  ...['', ' ', '\n', '\r\n', '\t', '// "a": [1,\n', '/* } ] , " // */', '/**/', '// */ é𝒳\r\n'],
);
const value = fc.jsonValue({ maxDepth: 3 });

/** Writes a document with trivia from a list at every place where it may stand. */
function written(document: unknown, next: () => string, commas: () => boolean): string {
  const gap = next;
  const list = (parts: string[]): string =>
    parts.map((part) => `${gap()}${part}${gap()}`).join(',') +
    (parts.length > 0 && commas() ? `,${gap()}` : gap());
  if (Array.isArray(document)) {
    return `[${list(document.map((one) => written(one, next, commas)))}]`;
  }
  if (typeof document !== 'object' || document === null) return JSON.stringify(document);
  const members = Object.entries(document).map(
    ([key, one]) => `${JSON.stringify(key)}${gap()}:${gap()}${written(one, next, commas)}`,
  );
  return `{${list(members)}}`;
}

test('comments and trailing commas change nothing', async () => {
  await fc.assert(
    fc.asyncProperty(
      value,
      fc.array(trivia, { minLength: 1, maxLength: 20 }),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 7 }),
      async (inner, gaps, commas) => {
        const document = [{ inner, mark: 'MARK' }];
        let [gap, comma] = [0, 0];
        const text = written(
          document,
          () => gaps[gap++ % gaps.length] ?? '',
          () => commas[comma++ % commas.length] ?? false,
        );
        expect(isJsonText(text)).toBe(true);
        const read = await parseJson(text, 'x.json');
        expect(JSON.stringify(read.value)).toBe(JSON.stringify(document));
        const position = (await read.positions())([0, 'mark']);
        expect(text.slice(position)).toMatch(/^"MARK"/);
      },
    ),
    { numRuns: 300 },
  );
});

test.each([
  ['{"a": 1 // x', 1, 13, 'the text ends too early'],
  ['{"a": /* x\n}', 1, 7, 'the comment has no end'],
  ['{,}', 1, 2, 'this is not expected here'],
  ['{"a": 1,,}', 1, 9, 'this is not expected here'],
  ['[,1]', 1, 2, 'this is not expected here'],
  ['{\n  // x\n  "a" 1}', 3, 7, 'this is not expected here'],
  ["{'a': 1}", 1, 2, 'this is not expected here'],
  ['{"a": ${N}}', 1, 7, 'unquoted placeholder; pass --substitute to replace it'],
])('%j has a mistake', async (text, line, column, rule) => {
  const problem = `x.json is not valid JSON: line ${line}, column ${column}: ${rule}`;
  await expect(parseJson(text, 'x.json')).rejects.toThrow(new InvalidInput(problem));
});

test('a placeholder without quotes is read as a text, if asked for', async () => {
  const text = '{ /* ${A} */ "a": ${A}, "b": [${B:-1},], "c": "${C}", "d": 1 }';
  const { value: read, positions } = await parseJson(text, 'x.json', { placeholders: true });
  const { a, b, c } = read as { a: string; b: string[]; c: string };
  expect([a, ...b, c]).toEqual([`${unquotedMark}A`, `${unquotedMark}B:-1`, '${C}']);
  expect((await positions())(['d'])).toBe(text.indexOf('1 }'));
});

test('what begins with a bracket is JSON, comments aside', () => {
  for (const text of ['{', ' \n[', '// {\n{', '/* a */ // b\n\n ['])
    expect(isJsonText(text)).toBe(true);
  for (const text of ['a: {', '// [', '/* [', '"{"', '']) expect(isJsonText(text)).toBe(false);
});

import { describe, expect, it } from 'vitest';
import { substitute, unquotedMark } from '../../../src/model/definitions/substitute.ts';
import { Problems } from '../../../src/model/problems.ts';
import { problemsOf } from '../problems-of.ts';

const environment = {
  TAG: '1.2',
  EMPTY: '',
  A_1: '$& ${TAG}',
  DB_PASSWORD: 'MARK-7Hq2sW9xLp',
  // A secret only perhaps: random, with a name that says nothing.
  BUILD: 'x7Gq2LmZ9',
};

function substituted(document: unknown): { document: unknown; problems: readonly string[] } {
  const problems = new Problems();
  const result = substitute(document, environment, problems);
  return {
    document: result,
    problems: problemsOf(() => {
      problems.throwIfAny();
    }),
  };
}

describe('${NAME} in a text', () => {
  it.each([
    ['repo:${TAG}', 'repo:1.2'],
    ['${TAG}${TAG}-${TAG}', '1.21.2-1.2'],
    ['[${EMPTY}]', '[]'],
    ['${BUILD}', 'x7Gq2LmZ9'],
    ['$${TAG}', '${TAG}'],
    ['$$${TAG}', '$${TAG}'],
    ['$TAG ${} ${TA.G} ${TAG {TAG}', '$TAG ${} ${TA.G} ${TAG {TAG}'],
    // As in a shell: with a colon an empty value counts as none.
    ['${NONE:-a b}', 'a b'],
    ['${NONE-x}', 'x'],
    ['${EMPTY:-x}${EMPTY-y}', 'x'],
    ['${TAG:-x} ${TAG-x}', '1.2 1.2'],
    ['${TAG:?needed} ${EMPTY?needed}', '1.2 '],
    ['${TAG:+set}${EMPTY:+set}${EMPTY+empty}${NONE+set}', 'setempty'],
    ['$${TAG:-x}', '${TAG:-x}'],
  ])('%s becomes %s', (text, result) => {
    expect(substituted(text)).toEqual({ document: result, problems: [] });
  });

  it.each([
    ['${NONE:?give the tag}', '${NONE}: give the tag'],
    ['${EMPTY:?}', '${EMPTY}: the variable is not set or empty'],
    ['${NONE}', '${NONE}: the environment variable is not set'],
  ])('%s is a problem', (text, problem) => {
    expect(substituted(text).problems).toEqual([problem]);
  });

  it('that stood in JSON without quotes becomes what its value is in JSON', () => {
    const texts = ['A:-80', 'A:-true', 'A:-x y', 'TAG', 'A:-null'];
    const marked = texts.map((text) => `${unquotedMark}${text}`);
    expect(substituted(marked).document).toEqual([80, true, 'x y', 1.2, null]);
    expect(substitute(marked, undefined, new Problems())).toEqual(
      texts.map((text) => `\${${text}}`),
    );
  });

  it('is not looked for in what took its place', () => {
    expect(substituted('${A_1}').document).toBe('$& ${TAG}');
  });
});

describe('a document', () => {
  it('has the texts in its lists and objects replaced, and the rest as it was', () => {
    const written = { a: ['${TAG}', { b: 'v${TAG}' }], '${TAG}': null, n: 1, yes: true, none: [] };
    expect(substituted(written)).toEqual({
      document: { a: ['1.2', { b: 'v1.2' }], '${TAG}': null, n: 1, yes: true, none: [] },
      problems: [],
    });
    expect(written.a[0]).toBe('${TAG}');
  });

  it('may be a text, a number or nothing', () => {
    expect(['${TAG}', 7, null, undefined].map((one) => substituted(one).document)).toEqual([
      '1.2',
      7,
      null,
      undefined,
    ]);
  });

  it('is refused once for each name that is not set or whose value looks like a secret', () => {
    const found = substituted(['${A}', '${DB_PASSWORD}', { x: '${A}/${B}' }, '${DB_PASSWORD}']);
    expect(found.problems).toEqual([
      '${A}: the environment variable is not set',
      expect.stringMatching(
        /^\$\{DB_PASSWORD\}: its value looks like a secret \(.+\): store it and refer to it$/,
      ),
      '${B}: the environment variable is not set',
    ]);
    expect(JSON.stringify(found)).not.toContain('MARK');
    expect(found.document).toEqual(['', '', { x: '/' }, '']);
  });
});

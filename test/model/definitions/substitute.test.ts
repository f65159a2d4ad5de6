import { describe, expect, it } from 'vitest';
import { substitute } from '../../../src/model/definitions/substitute.ts';
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
    ['$TAG ${} ${TA-G} ${TAG {TAG}', '$TAG ${} ${TA-G} ${TAG {TAG}'],
  ])('%s becomes %s', (text, result) => {
    expect(substituted(text)).toEqual({ document: result, problems: [] });
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

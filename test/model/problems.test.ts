import { describe, expect, it } from 'vitest';
import { describeError, exitCodes } from '../../src/errors.ts';
import { InvalidInput, Problems } from '../../src/model/problems.ts';
import { problemsOf } from './problems-of.ts';

function refuse(problems: string | string[], hint?: string): () => never {
  return () => {
    throw new InvalidInput(problems, hint);
  };
}

describe('InvalidInput', () => {
  it('tells its problems one a line', () => {
    const error = new InvalidInput(['a is missing', 'b is too long'], 'look at the file');
    expect(error).toMatchObject({
      name: 'InvalidInput',
      message: 'a is missing\nb is too long',
      problems: ['a is missing', 'b is too long'],
      hint: 'look at the file',
    });
  });

  it('takes a single problem as it is', () => {
    expect(new InvalidInput('a is missing').problems).toEqual(['a is missing']);
  });

  it('is reported as invalid input, with exit code 2', () => {
    expect(describeError(new InvalidInput('a is missing', 'add it'))).toEqual({
      code: 'invalid-input',
      message: 'a is missing',
      hint: 'add it',
      exitCode: exitCodes.invalid,
    });
  });
});

describe('Problems', () => {
  it('collects over several checks, in order', () => {
    const problems = new Problems();
    problems.add('first');
    problems.attempt(refuse(['second', 'third']));
    problems.attempt(refuse('fourth'), 'secrets[1]');
    problems.add('fifth');
    expect(
      problemsOf(() => {
        problems.throwIfAny();
      }),
    ).toEqual(['first', 'second', 'third', 'secrets[1]: fourth', 'fifth']);
  });

  it('throws for a single problem', () => {
    const problems = new Problems();
    problems.add('only');
    expect(() => {
      problems.throwIfAny();
    }).toThrow('only');
  });

  it('lets valid input through', () => {
    const problems = new Problems();
    const answer = problems.attempt(() => 42, 'place');
    expect(answer).toBe(42);
    expect(() => {
      problems.throwIfAny('hint');
    }).not.toThrow();
  });

  it('answers undefined for a check that refused', () => {
    const answer = new Problems().attempt((): number => refuse('no')());
    expect(answer).toBeUndefined();
  });

  it('lets errors that are no InvalidInput through', () => {
    const defect = new TypeError('a defect of ours');
    const check = (): number => {
      throw defect;
    };
    expect(() => new Problems().attempt(check)).toThrow(defect);
  });

  it.each([
    ['its own hint', 'own', 'own'],
    ['the first hint of the checks', undefined, 'one'],
  ])('gives %s', (_, own, hint) => {
    const problems = new Problems();
    problems.attempt(refuse('a'));
    problems.attempt(refuse('b', 'one'));
    problems.attempt(refuse('c', 'two'));
    expect(() => {
      problems.throwIfAny(own);
    }).toThrow(expect.objectContaining({ hint }));
  });
});

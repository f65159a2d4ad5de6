import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  defaultLength,
  generateValue,
  parseAlphabet,
} from '../../../src/model/secrets/generate.ts';
import { problemsOf } from '../problems-of.ts';

describe('generateValue', () => {
  it('has the length asked for, of letters and digits only', () => {
    fc.assert(
      fc.property(fc.integer({ min: 16, max: 4096 }), (length) => {
        const text = generateValue(length, randomInt).reveal();
        expect(text).toHaveLength(length);
        expect(text).toMatch(/^[A-Za-z0-9]+$/);
      }),
    );
  });

  it('asks for one number below 62 a character', () => {
    const limits: number[] = [];
    generateValue(20, (limit) => {
      limits.push(limit);
      return 0;
    });
    expect(limits).toEqual(Array<number>(20).fill(62));
  });

  it('gives each number a character of its own, so that all are as likely', () => {
    let next = 0;
    const text = generateValue(62, () => next++).reveal();
    expect(new Set(text).size).toBe(62);
  });

  it('follows the numbers, in their order', () => {
    const numbers = Array.from({ length: 16 }, (_, index) => index);
    const from = (list: number[]): string => {
      const left = [...list];
      return generateValue(16, () => left.shift()!).reveal();
    };
    const text = from(numbers);
    const backwards = numbers.map((index) => text.charAt(15 - index)).join('');
    expect(from([...numbers].reverse())).toBe(backwards);
    expect(backwards).not.toBe(text);
  });

  it('has 32 characters by default', () => {
    expect(defaultLength).toBe(32);
    expect(problemsOf(() => generateValue(defaultLength, randomInt))).toEqual([]);
  });

  it.each([16, 4096])('takes the length %d', (length) => {
    expect(generateValue(length, randomInt).byteLength).toBe(length);
  });

  it.each([15, 4097, 0, -16, 20.5, Number.NaN, Number.POSITIVE_INFINITY])(
    'refuses the length %d',
    (length) => {
      expect(problemsOf(() => generateValue(length, randomInt))).toEqual([
        `a generated value has 16 to 4096 characters, not ${length}`,
      ]);
    },
  );
});

describe('an alphabet', () => {
  it('makes values of its characters only', () => {
    const text = generateValue(200, randomInt, parseAlphabet('hex')).reveal();
    expect(text).toMatch(/^[0-9a-f]{200}$/);
    expect(problemsOf(() => generateValue(79, randomInt, parseAlphabet('chars:ab')))).toHaveLength(
      1,
    );
    const bits = generateValue(80, randomInt, parseAlphabet('chars:ab')).reveal();
    expect(bits).toMatch(/^[ab]{80}$/);
  });

  it('of few characters needs more of them, for 80 bits', () => {
    const digits = parseAlphabet('digits');
    expect(problemsOf(() => generateValue(24, randomInt, digits))).toEqual([
      'a generated value has 25 to 4096 characters, not 24',
    ]);
    expect(generateValue(25, randomInt, digits).byteLength).toBe(25);
  });

  it.each(['none', 'chars:a', 'chars:aa', 'chars:é☃', 'toString'])('is not %s', (text) => {
    expect(problemsOf(() => parseAlphabet(text))).toHaveLength(1);
  });

  it('takes no character that a shell expands within double quotes', () => {
    expect(parseAlphabet('symbols')).not.toMatch(/["\\$`!' ]/);
  });
});

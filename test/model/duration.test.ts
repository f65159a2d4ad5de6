import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { formatDuration, parseDuration } from '../../src/model/duration.ts';
import { problemsOf } from './problems-of.ts';

describe('parseDuration', () => {
  it.each([
    ['90s', 90_000],
    ['15m', 900_000],
    ['2h', 7_200_000],
    ['1.5m', 90_000],
    ['0.5s', 500],
    ['0.001s', 1],
    ['1h30m', 5_400_000],
    ['1h0m5s', 3_605_000],
    ['2m30s', 150_000],
    ['1h5s', 3_605_000],
    ['90m', 5_400_000],
    ['300ms', 300],
    ['1s500ms', 1_500],
  ])('reads %s as %i ms', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each([
    '',
    '0',
    '0s',
    '-5m',
    '15 m',
    '15min',
    '1d',
    'm',
    '1e3',
    '.5s',
    '5.',
    '30m1h',
    '1h1h',
    '1h 30m',
    '1h30',
    '0h0m',
    'NaN',
    'Infinity',
  ])('refuses "%s"', (text) => {
    expect(problemsOf(() => parseDuration(text))).toEqual([
      `"${text}" is not a duration: write 90s, 15m or 1h30m`,
    ]);
  });
});

test.each([
  ['15', '"15" has no unit; write 15s or 15m'],
  ['0.5', '"0.5" has no unit; write 0.5s or 0.5m'],
])('a number alone (%s) may be seconds or minutes', (text, problem) => {
  expect(problemsOf(() => parseDuration(text))).toEqual([problem]);
});

describe('formatDuration', () => {
  it.each([
    [0, '0 s'],
    [499, '0 s'],
    [8_000, '8 s'],
    [59_499, '59 s'],
    [59_500, '1 min 0 s'],
    [125_000, '2 min 5 s'],
    [3_600_000, '60 min 0 s'],
  ])('shows %i ms as %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  it('is right to half a second', () => {
    fc.assert(
      fc.property(fc.nat(), (milliseconds) => {
        const [, minutes = '0', seconds] =
          /^(?:(\d+) min )?(\d\d?) s$/.exec(formatDuration(milliseconds)) ?? [];
        expect(Number(seconds)).toBeLessThan(60);
        const shown = (Number(minutes) * 60 + Number(seconds)) * 1_000;
        expect(Math.abs(shown - milliseconds)).toBeLessThanOrEqual(500);
      }),
    );
  });
});

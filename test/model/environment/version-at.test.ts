import { expect, test } from 'vitest';
import { parseAt, timeWords } from '../../../src/model/environment/version-at.ts';
import { InvalidInput } from '../../../src/model/problems.ts';

const now = Date.parse('2026-11-30T12:00:00Z');

test.each([
  ['2026-11-30T10:00:00Z', '2026-11-30 10:00:00 UTC'],
  ['2026-11-30T10:00:00.500Z', '2026-11-30 10:00:00 UTC'],
  ['2026-11-30T10:00', '2026-11-30 10:00:00 UTC'],
  ['2026-11-30 10:00', '2026-11-30 10:00:00 UTC'],
  ['2026-11-30 10:00:30 UTC', '2026-11-30 10:00:30 UTC'],
  ['2026-11-30T10:00+02:00', '2026-11-30 08:00:00 UTC'],
  ['2026-11-29', '2026-11-29 00:00:00 UTC'],
  ['2h', '2026-11-30 10:00:00 UTC'],
  ['1h30m', '2026-11-30 10:30:00 UTC'],
  ['2w', '2026-11-16 12:00:00 UTC'],
  ['3', '3'],
  ['release-1', 'release-1'],
  ['AWSPREVIOUS', 'AWSPREVIOUS'],
  ['0b6ab0a1-1111-4222-8333-444455556666', '0b6ab0a1-1111-4222-8333-444455556666'],
  ['1234567890abcdef1234567890abcdef', '1234567890abcdef1234567890abcdef'],
])('%s is %s', (text, words) => {
  const at = parseAt(text, now);
  expect(at.kind === 'time' ? timeWords(at.time) : at.version).toBe(words);
});

test.each([
  ['2027-01-01', 'is in the future'],
  ['2026-02-30', 'is not a time'],
  ['2026-13-01T00:00Z', 'is not a time'],
  ['2026-11-30T25:00Z', 'is not a time'],
  ['2x', 'is not a time, an age or a version'],
  ['2h3d', 'is not a time, an age or a version'],
  ['0s', 'is not an age'],
  ['', 'is not a time, an age or a version'],
  ['a b', 'is not a time, an age or a version'],
  ['DB_PASSWORD=MARK', '"DB_PASSWORD=…" is not a time, an age or a version'],
])('%s is refused: %s', (text, says) => {
  const parse = (): unknown => parseAt(text, now);
  expect(parse).toThrow(InvalidInput);
  expect(parse).toThrow(says);
});

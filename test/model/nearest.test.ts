import { expect, test } from 'vitest';
import { nearest } from '../../src/model/nearest.ts';

test.each([
  ['DB_USR', ['DB_HOST', 'DB_USER', 'DB_PORT'], 'DB_USER'],
  ['db_user', ['DB_HOST', 'DB_USER'], 'DB_USER'],
  ['user', ['password', 'host'], undefined],
  ['a', [], undefined],
  ['q', ['p', 'n'], undefined],
  ['P', ['p', 'n'], 'p'],
])('%s among %j means %s', (written, names, meant) => {
  expect(nearest(written, names)).toBe(meant);
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isVariableName, variableName } from '../../../src/model/secrets/variable-name.ts';

describe('variableName', () => {
  it.each([
    ['PASSWORD', 'PASSWORD'],
    ['password', 'password'],
    ['Db/Url', 'Db_Url'],
    ['db/password.old-1', 'db_password_old_1'],
    ['a//b', 'a__b'],
    ['-a', '_a'],
    ['_', '_'],
  ])('of %s is %s', (name, variable) => {
    expect(variableName(name)).toBe(variable);
  });

  it.each(['', '1a', '1/a', 'a+b', 'a=b', 'a@b', 'a!', 'a b', 'a:b', 'été', 'a\n', '\u{1f600}'])(
    'of %j is none',
    (name) => {
      expect(variableName(name)).toBeUndefined();
    },
  );

  it('is the name of a variable or none, and stays itself', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'Z', '_', '/', '-', '.', '0') }),
        (name) => {
          const variable = variableName(name);
          expect(variable === undefined).toBe(/^0|^$/.test(name));
          if (variable === undefined) return;
          expect(isVariableName(variable)).toBe(true);
          expect(variableName(variable)).toBe(variable);
          expect(variable).toHaveLength(name.length);
        },
      ),
    );
  });
});

describe('isVariableName', () => {
  it.each(['A', 'a', '_', '_1', 'A1_b'])('takes %s', (name) => {
    expect(isVariableName(name)).toBe(true);
  });

  it.each(['', '1', 'a-b', 'a.b', 'a b', ' a', 'a\n', '\na', 'a=', 'é', 'ａ', 'a\0'])(
    'does not take %j',
    (name) => {
      expect(isVariableName(name)).toBe(false);
    },
  );
});

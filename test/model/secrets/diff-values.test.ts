import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffValues } from '../../../src/model/secrets/diff-values.ts';
import { SecretValue } from '../../../src/model/secrets/secret-value.ts';

type Named = Record<string, string>;

function diff(before: Named, after: Named) {
  const named = (values: Named) =>
    Object.entries(values).map(([name, value]) => ({ name, value: new SecretValue(value) }));
  return diffValues(named(before), named(after));
}

describe('diffValues', () => {
  it('tells by name what differs, sorted', () => {
    expect(
      diff(
        { same: 'x', d: '1', b: '1', gone2: 'x', gone1: 'x' },
        { new2: 'x', new1: 'x', b: '2', d: '2', same: 'x' },
      ),
    ).toEqual({
      missing: ['gone1', 'gone2'],
      extra: ['new1', 'new2'],
      different: ['b', 'd'],
      equal: 1,
    });
  });

  it.each([
    ['case', 'x', 'X'],
    ['a newline at the end', 'x', 'x\n'],
    ['white space', 'x', ' x'],
    ['the form of a character', 'é', 'e\u0301'],
    ['digits', '1', '1.0'],
  ])('sees %s', (_, before, after) => {
    expect(diff({ a: before }, { a: after })).toMatchObject({ different: ['a'], equal: 0 });
  });

  it('tells names in another case apart', () => {
    expect(diff({ a: 'x' }, { A: 'x' })).toMatchObject({ missing: ['a'], extra: ['A'], equal: 0 });
  });

  it('of nothing and nothing is nothing', () => {
    expect(diff({}, {})).toEqual({ missing: [], extra: [], different: [], equal: 0 });
  });

  it('counts the last of two values of the same name', () => {
    const value = (text: string) => ({ name: 'a', value: new SecretValue(text) });
    expect(diffValues([value('1'), value('2')], [value('2')])).toMatchObject({ equal: 1 });
    expect(diffValues([value('2')], [value('2'), value('1')])).toMatchObject({ different: ['a'] });
  });

  it('has no value in it', () => {
    expect(JSON.stringify(diff({ a: 'MARK', b: 'MARK' }, { a: 'MARK2', c: 'MARK' }))).not.toContain(
      'MARK',
    );
  });

  const values = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('x', 'y'));

  it('names each once, and turned round it is its mirror', () => {
    fc.assert(
      fc.property(values, values, (before, after) => {
        const { missing, extra, different, equal } = diff(before, after);
        const names = new Set([...Object.keys(before), ...Object.keys(after)]);
        const told = [...missing, ...extra, ...different];
        expect(told.length + equal).toBe(names.size);
        expect(new Set(told).size).toBe(told.length);
        expect(diff(after, before)).toEqual({ missing: extra, extra: missing, different, equal });
        expect(diff(before, before)).toMatchObject({ missing: [], extra: [], different: [] });
      }),
    );
  });
});

import { describe, expect, it, test } from 'vitest';
import { conditionsHold, isConditionOperator } from '../../../src/model/roles/policy-conditions.ts';

const account = '123456789012';

describe('conditionsHold', () => {
  const arn = `arn:aws:ecs:us-east-1:${account}:task/c/1`;
  it.each<
    [string, Record<string, Record<string, string[]>>, Record<string, string | string[]>, boolean]
  >([
    ['any of the wanted values', { StringEquals: { k: ['a', 'b'] } }, { k: 'b' }, true],
    ['none of the refused values', { StringNotEquals: { k: ['a', 'b'] } }, { k: 'c' }, true],
    ['one of the refused values', { StringNotEquals: { k: ['a', 'b'] } }, { k: 'b' }, false],
    ['a refused value without the key', { StringNotEquals: { k: ['a'] } }, {}, true],
    ['IfExists without the key', { StringEqualsIfExists: { k: ['a'] } }, {}, true],
    ['IfExists with the key', { StringEqualsIfExists: { k: ['a'] } }, { k: 'b' }, false],
    ['StringLike', { StringLike: { k: ['a*'] } }, { k: 'abc' }, true],
    ['StringNotLike', { StringNotLike: { k: ['a*'] } }, { k: 'abc' }, false],
    ['StringEquals takes no wildcard', { StringEquals: { k: ['a*'] } }, { k: 'abc' }, false],
    ['StringEqualsIgnoreCase', { StringEqualsIgnoreCase: { k: ['ABC'] } }, { k: 'abc' }, true],
    ['ArnLike', { ArnLike: { k: [`arn:aws:ecs:*:${account}:*`] } }, { k: arn }, true],
    ['ArnLike part by part', { ArnLike: { k: ['arn:*:task/c/1'] } }, { k: arn }, false],
    ['ArnNotEquals', { ArnNotEquals: { k: [arn] } }, { k: arn }, false],
    ['Bool', { Bool: { k: ['true'] } }, { k: 'True' }, true],
    ['Null of a missing key', { Null: { k: ['true'] } }, {}, true],
    ['Null of a present key', { Null: { k: ['true'] } }, { k: 'a' }, false],
    ['ForAnyValue', { 'ForAnyValue:StringEquals': { k: ['a'] } }, { k: ['b', 'a'] }, true],
    ['ForAnyValue without the key', { 'ForAnyValue:StringEquals': { k: ['a'] } }, {}, false],
    ['ForAllValues', { 'ForAllValues:StringEquals': { k: ['a'] } }, { k: ['b', 'a'] }, false],
    ['ForAllValues without the key', { 'ForAllValues:StringEquals': { k: ['a'] } }, {}, true],
    ['numbers', { NumericLessThanEquals: { k: ['10'] } }, { k: '9' }, true],
    [
      'dates',
      { DateGreaterThan: { k: ['2020-01-01T00:00:00Z'] } },
      { k: '2021-01-01T00:00:00Z' },
      true,
    ],
    ['an address', { IpAddress: { k: ['1.2.3.4'] } }, { k: '1.2.3.4' }, true],
    ['a range', { IpAddress: { k: ['203.0.113.0/24'] } }, { k: '203.0.113.9' }, true],
    ['another range', { IpAddress: { k: ['203.0.113.0/25'] } }, { k: '203.0.113.129' }, false],
    ['every address', { IpAddress: { k: ['0.0.0.0/0'] } }, { k: '1.2.3.4' }, true],
    ['IPv6', { IpAddress: { k: ['2001:DB8::/32'] } }, { k: '2001:db8:1::7' }, true],
    ['IPv6 in full', { IpAddress: { k: ['::1'] } }, { k: '0:0:0:0:0:0:0:1' }, true],
    ['the other kind of address', { IpAddress: { k: ['::/0'] } }, { k: '1.2.3.4' }, false],
    ['what is no address', { IpAddress: { k: ['::/0'] } }, { k: '1::2::3' }, false],
    ['NotIpAddress', { NotIpAddress: { k: ['10.0.0.0/8'] } }, { k: '1.2.3.4' }, true],
    ['a list needs a set operator', { StringEquals: { k: ['a'] } }, { k: ['a'] }, false],
    ['so does a refused list', { StringNotEquals: { k: ['b'] } }, { k: ['a'] }, false],
    ['an empty list is missing', { Null: { k: ['true'] } }, { k: [] }, true],
    ['an empty text is not', { Null: { k: ['true'] } }, { k: '' }, false],
    ['an empty text is no number', { NumericEquals: { k: ['0'] } }, { k: '' }, false],
    ['NumericNotEquals', { NumericNotEquals: { k: ['1'] } }, { k: '2' }, true],
    ['seconds', { DateLessThan: { k: ['2020-01-01T00:00:00Z'] } }, { k: '1577836799' }, true],
    [
      'ForAllValues with a refused value',
      { 'ForAllValues:StringNotEquals': { k: ['a'] } },
      { k: ['b', 'a'] },
      false,
    ],
    [
      'every value in ForAllValues',
      { 'ForAllValues:StringEquals': { k: ['a', 'b'] } },
      { k: ['b', 'a'] },
      true,
    ],
    ['one value in ForAllValues', { 'ForAllValues:StringEquals': { k: ['a'] } }, { k: 'b' }, false],
    ['one value in ForAnyValue', { 'ForAnyValue:StringEquals': { k: ['a'] } }, { k: 'a' }, true],
    ['none in ForAnyValue', { 'ForAnyValue:StringEquals': { k: ['a'] } }, { k: ['b', 'c'] }, false],
    [
      'ForAnyValue with a value besides',
      { 'ForAnyValue:StringNotEquals': { k: ['a'] } },
      { k: ['a', 'b'] },
      true,
    ],
    [
      'ForAnyValue with the refused only',
      { 'ForAnyValue:StringNotEquals': { k: ['a'] } },
      { k: ['a'] },
      false,
    ],
    ['a refused set without the key', { 'ForAnyValue:StringNotEquals': { k: ['a'] } }, {}, false],
    [
      'all but a refused set without the key',
      { 'ForAllValues:StringNotEquals': { k: ['a'] } },
      {},
      true,
    ],
    [
      'IfExists of a set without the key',
      { 'ForAnyValue:StringEqualsIfExists': { k: ['a'] } },
      {},
      true,
    ],
    [
      'an empty set with IfExists',
      { 'ForAnyValue:StringEqualsIfExists': { k: ['a'] } },
      { k: [] },
      true,
    ],
    [
      'an empty set for ForAllValues',
      { 'ForAllValues:StringEquals': { k: ['a'] } },
      { k: [] },
      true,
    ],
    ['Null with both answers', { Null: { k: ['true', 'false'] } }, { k: 'a' }, true],
    ['Null in capitals', { Null: { k: ['True'] } }, {}, true],
    ['Null of a list', { Null: { k: ['false'] } }, { k: ['a'] }, true],
    ['a key in another case', { StringEquals: { 'AWS:k': ['a'] } }, { 'aws:K': 'a' }, true],
    ['an operator in another case', { stringEQUALS: { k: ['a'] } }, { k: 'a' }, true],
    ['an unknown operator', { StringSounds: { k: ['a'] } }, { k: 'a' }, false],
    ['an unknown operator without the key', { StringSoundsIfExists: { k: ['a'] } }, {}, false],
    [
      'all keys of an operator',
      { StringEquals: { k: ['a'], l: ['b'] } },
      { k: 'a', l: 'c' },
      false,
    ],
    ['nothing', {}, {}, true],
    [
      'all operators',
      { StringEquals: { k: ['a'] }, Bool: { l: ['true'] } },
      { k: 'a', l: 'false' },
      false,
    ],
  ])('%s', (_, conditions, context, expected) => {
    expect(conditionsHold(conditions, context)).toBe(expected);
  });
});

/** What each operator makes of one wanted value: the values that satisfy it, and some that do not. */
test.each<[string, string, string[], string[]]>([
  ['StringEquals', 'aB', ['aB'], ['ab', 'a', 'aBc']],
  ['StringNotEquals', 'aB', ['ab', 'a'], ['aB']],
  ['StringEqualsIgnoreCase', 'aB', ['Ab', 'aB'], ['a', 'abc']],
  ['StringNotEqualsIgnoreCase', 'aB', ['a', 'abc'], ['Ab', 'aB']],
  ['StringLike', 'a?c*', ['abc', 'abcd'], ['ac', 'xabc']],
  ['StringNotLike', 'a?c*', ['ac', 'xabc'], ['abc', 'abcd']],
  ['BinaryEquals', 'YQ==', ['YQ=='], ['yq==', 'YQ']],
  ['Bool', 'false', ['false', 'False'], ['true', '']],
  ['NumericEquals', '10', ['10', '10.0'], ['9', '11', 'x']],
  ['NumericNotEquals', '10', ['9', '11'], ['10']],
  ['NumericLessThan', '10', ['9', '-1', '9.9'], ['10', '11', '']],
  ['NumericLessThanEquals', '10', ['9', '10'], ['11', ' ']],
  ['NumericGreaterThan', '10', ['11', '100'], ['10', '9']],
  ['NumericGreaterThanEquals', '10', ['10', '11'], ['9', 'x']],
  ['DateEquals', '2020-01-01', ['2020-01-01T00:00:00Z', '1577836800'], ['1577836801', 'x']],
  ['DateNotEquals', '2020-01-01', ['2020-01-02', '1577836801'], ['1577836800']],
  ['DateLessThan', '2020-01-01', ['2019-12-31', '1577836799'], ['2020-01-01', '1577836801']],
  ['DateLessThanEquals', '2020-01-01', ['2019-12-31', '2020-01-01'], ['2020-01-02']],
  ['DateGreaterThan', '1577836800', ['2020-01-02', '1577836801'], ['2020-01-01', '2019-12-31']],
  ['DateGreaterThanEquals', '1577836800', ['2020-01-02', '2020-01-01'], ['2019-12-31']],
  ['IpAddress', '10.1.0.0/16', ['10.1.255.255'], ['10.2.0.0', '110.1.0.0', '::1']],
  ['NotIpAddress', '10.1.0.0/16', ['10.2.0.0'], ['10.1.255.255']],
])('%s %s', (operator, wanted, matching, others) => {
  const holds = (value: string) => conditionsHold({ [operator]: { k: [wanted] } }, { k: value });
  expect(matching.filter((value) => !holds(value))).toEqual([]);
  expect(others.filter(holds)).toEqual([]);
});

describe('ARNs', () => {
  const sns = `arn:aws:sns:us-east-1:${account}:alerts`;
  test.each<[string, string, string, boolean]>([
    ['the same', sns, sns, true],
    ['a part that is open', `arn:aws:sns:*:${account}:alerts`, sns, true],
    ['a wildcard does not reach over a colon', 'arn:aws:sns:*:alerts', sns, false],
    ['but in the sixth part', 'arn:aws:ecs:*:*:t*1', 'arn:aws:ecs:us-east-1:1:task:c:1', true],
    [
      'colons of the sixth part',
      'arn:aws:ecs:*:*:task:c',
      'arn:aws:ecs:us-east-1:1:task:c:1',
      false,
    ],
    ['fewer parts', 'arn:aws:sns', sns, false],
    ['fewer parts that end in a star', 'arn:aws:sns*', sns, false],
    ['fewer parts of the actual one', 'arn:aws:sns:*:*:*', 'arn:aws:sns', true],
    ['case', sns.toUpperCase(), sns, false],
  ])('%s', (_what, wanted, actual, expected) => {
    for (const operator of ['ArnLike', 'ArnEquals']) {
      expect(conditionsHold({ [operator]: { k: [wanted] } }, { k: actual }), operator).toBe(
        expected,
      );
    }
    for (const operator of ['ArnNotLike', 'ArnNotEquals']) {
      expect(conditionsHold({ [operator]: { k: [wanted] } }, { k: actual }), operator).toBe(
        !expected,
      );
    }
  });
});

describe('addresses', () => {
  const isIn = (wanted: string, actual: string): boolean =>
    conditionsHold({ IpAddress: { k: [wanted] } }, { k: actual });

  test.each([
    ['10.0.0.0/8', '10.255.255.255'],
    ['192.0.2.7/32', '192.0.2.7'],
    ['192.0.2.6/31', '192.0.2.7'],
    ['::/0', '2001:db8::1'],
    ['::', '0:0:0:0:0:0:0:0'],
    ['2001:db8:0:0:0:0:0:0/32', '2001:db8::'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
    ['2001:db8::ff00:0/112', '2001:db8::ff00:abcd'],
    ['fe80::/10', 'FEBF::1'],
  ])('%s has %s', (wanted, actual) => {
    expect(isIn(wanted, actual)).toBe(true);
  });

  test.each([
    ['192.0.2.7', '192.0.2.6'],
    ['192.0.2.7/32', '192.0.2.6'],
    ['2001:db8::ff00:0/112', '2001:db8::ff01:0'],
    ['fe80::/10', 'fec0::1'],
    ['0.0.0.0/0', '::1'],
  ])('%s has not %s', (wanted, actual) => {
    expect(isIn(wanted, actual)).toBe(false);
  });

  test.each([
    '1.2.3.4.5',
    'x1.2.3.4',
    '1.2.3',
    '1.2.3.4444',
    '1:2:3',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '1::2::3',
    '12345::1',
    '1::g',
    'xyz1::1',
    '1xyz::1',
    '1:::2',
    'text',
    '',
  ])('%j is none', (text) => {
    expect(isIn(text, text)).toBe(false);
    expect(isIn('::/0', text)).toBe(false);
    expect(isIn('0.0.0.0/0', text)).toBe(false);
  });
});

describe('the name of an operator', () => {
  test.each([
    ...['StringEquals', 'stringequals', 'NotIpAddress', 'Null', 'BoolIfExists', 'BinaryEquals'],
    ...['ForAnyValue:StringNotLikeIfExists', 'FORALLVALUES:ArnLike', 'DateNotEquals'],
  ])('may be %s', (name) => {
    expect(isConditionOperator(name)).toBe(true);
  });

  test.each([
    ...['StringSounds', 'NotBool', '', 'IfExists', 'ForAnyValue:', 'ForSomeValue:StringEquals'],
    ...['x:ForAnyValue:StringEquals', 'StringEquals:', 'StringEquals IfExists', 'String1Equals'],
    ...['ForAnyValue:ForAllValues:StringEquals', 'StringEqualsIfExistsIfExists'],
  ])('is never %j', (name) => {
    expect(isConditionOperator(name)).toBe(false);
  });
});

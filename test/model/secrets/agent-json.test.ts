import { expect, test } from 'vitest';
import { injectedText, type KeyFault } from '../../../src/model/secrets/agent-json.ts';

// What Go 1.25 makes of these with json.Unmarshal into a map and %v.
test.each([
  ['"text"', 'text'],
  ['0', '0'],
  ['-0', '-0'],
  ['123456', '123456'],
  ['1000000', '1e+06'],
  ['1234567', '1.234567e+06'],
  ['123456.789', '123456.789'],
  ['0.0001', '0.0001'],
  ['0.00001', '1e-05'],
  ['1e21', '1e+21'],
  ['1e-400', '0'],
  ['123456789012345678901234', '1.2345678901234569e+23'],
  ['1.7976931348623158e308', '1.7976931348623157e+308'],
  ['true', 'true'],
  ['null', '<nil>'],
  ['[]', '[]'],
  ['{}', 'map[]'],
  ['[[],{"a":[]}]', '[[] map[a:[]]]'],
  ['{"b":null,"a":[1,"x",true]}', 'map[a:[1 x true] b:<nil>]'],
  ['{"a b":1,"a!":2,"a":3}', 'map[a:3 a b:1 a!:2]'],
  ['{"\\ue000":1,"\\ud83d\\ude00":2,"é":3,"10":4,"9":5}', 'map[10:4 9:5 é:3 \ue000:1 😀:2]'],
  ['"\\ud800\\ud83d\\ude00\\udc00"', '\ufffd😀\ufffd'],
  ['"\\\\ud800"', '\\ud800'],
  ['{"\\ud800":1,"\\udc00":2}', 'map[\ufffd:2]'],
  ['{"__proto__":1}', 'map[__proto__:1]'],
])('prints %s as %s', (json, printed) => {
  expect(injectedText(`{"key":${json}}`, 'key')).toEqual({ text: printed });
});

const nested = (levels: number) => `${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}`;

test.each<[string, string, KeyFault]>([
  ['another key', '{"a":1}', 'no-key'],
  ['a key of Object', '{"toString":1}', 'no-key'],
  ['null', 'null', 'no-key'],
  ['text', 'hunter2', 'not-json'],
  ['nothing', '', 'not-json'],
  ['an open object', '{"a":', 'not-json'],
  ['a byte order mark', '\ufeff{"key":1}', 'not-json'],
  ['a list', '[1e400]', 'not-object'],
  ['a number', '1e400', 'not-object'],
  ['true', 'true', 'not-object'],
  ['a number that is too large', '{"key":1,"b":[{"c":-1e999}]}', 'number-range'],
  ['one that a later key replaces', '{"a":1e400,"a":1,"key":1}', 'number-range'],
  ['10,001 levels', `{"key":1,"b":${nested(10_001)}}`, 'too-deep'],
])('finds no key in %s', (_, secret, fault) => {
  expect(injectedText(secret, 'key')).toEqual({ fault });
});

test('takes no number for one inside a text, and no bracket for a level', () => {
  const text = `1e400 \\" ${'['.repeat(20_000)}`;
  expect(injectedText(`{"key":"${text}"}`, 'key')).toEqual({ text: text.replace('\\', '') });
});

test('prints 10,000 levels', () => {
  expect(injectedText(`{"key":${nested(10_000)}}`, 'key')).toEqual({ text: nested(10_000) });
});

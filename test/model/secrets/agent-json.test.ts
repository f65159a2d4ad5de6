import { expect, test } from 'vitest';
import { JsonKeyError, jsonValue } from '../../../src/model/secrets/agent-json.ts';

// What Go 1.x prints for these with json.Unmarshal into a map and %v.
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
  ['123456789012345678901234', '1.2345678901234569e+23'],
  ['true', 'true'],
  ['null', '<nil>'],
  ['{"b":null,"a":[1,"x",true]}', 'map[a:[1 x true] b:<nil>]'],
])('prints %s as %s', (json, printed) => {
  expect(jsonValue(`{"key":${json}}`, 'key')).toBe(printed);
});

test.each([
  ['{"a":1}', 'retrieved secret from Secrets Manager did not contain json key key'],
  ['null', 'retrieved secret from Secrets Manager did not contain json key key'],
  ['hunter2', "invalid character 'h' looking for beginning of value"],
  ['12ab', "invalid character 'a' after top-level value"],
  ['', 'unexpected end of JSON input'],
  ['{"a":', 'unexpected end of JSON input'],
  ['[1]', 'json: cannot unmarshal array into Go value of type map[string]interface {}'],
  ['true', 'json: cannot unmarshal bool into Go value of type map[string]interface {}'],
])('finds no key in %s', (secret, message) => {
  expect(() => jsonValue(secret, 'key')).toThrow(new JsonKeyError(message));
});

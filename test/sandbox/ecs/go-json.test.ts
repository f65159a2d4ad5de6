import fc from 'fast-check';
import { expect, test } from 'vitest';
import { injectedText } from '../../../src/model/secrets/agent-json.ts';
import { credentialsFault, valueOfKey } from '../../../src/sandbox/ecs/tasks/go/secret-value.ts';

const missing = 'retrieved secret from Secrets Manager did not contain json key key';
const end = 'unexpected end of JSON input';
const looking = 'looking for beginning of value';

// What Go 1.25 says, run over these texts.
test.each([
  ['{"a":1}', missing],
  ['null', missing],
  ['', end],
  ['  ', end],
  ['{"key":"a', end],
  ['{"key" ', end],
  ['hunter2', `invalid character 'h' ${looking}`],
  ['Ärger', `invalid character 'Ã' ${looking}`],
  ['\ufeff{}', `invalid character 'ï' ${looking}`],
  ["'x'", `invalid character '\\'' ${looking}`],
  ['\u0000', `invalid character '\\x00' ${looking}`],
  ['\u007f', `invalid character '\\x7f' ${looking}`],
  ['\v', `invalid character '\\v' ${looking}`],
  ['12ab', "invalid character 'a' after top-level value"],
  ['{"key":1}}', "invalid character '}' after top-level value"],
  ['{"key":1,}', "invalid character '}' looking for beginning of object key string"],
  ['{"key":[1,]}', `invalid character ']' ${looking}`],
  ['{"key"=1}', "invalid character '=' after object key"],
  ['{"key":1;', "invalid character ';' after object key:value pair"],
  ['{"key":[1 2]}', "invalid character '2' after array element"],
  ['{"key":01}', "invalid character '1' after object key:value pair"],
  ['{"key":-}', "invalid character '}' in numeric literal"],
  ['{"key":-', "invalid character ' ' in numeric literal"],
  ['{"key":1.', "invalid character ' ' after decimal point in numeric literal"],
  ['{"key":1.x', "invalid character 'x' after decimal point in numeric literal"],
  ['{"key":1e+', "invalid character ' ' in exponent of numeric literal"],
  ['tru', "invalid character ' ' in literal true (expecting 'e')"],
  ['falsy', "invalid character 'y' in literal false (expecting 'e')"],
  ['nil', "invalid character 'i' in literal null (expecting 'u')"],
  ['"\n"', "invalid character '\\n' in string literal"],
  ['"\\x"', "invalid character 'x' in string escape code"],
  ['"\\', "invalid character ' ' in string escape code"],
  ['"\\u00g0"', "invalid character 'g' in \\u hexadecimal character escape"],
  ['['.repeat(10_001), "invalid character '[' exceeded max depth"],
  ['{"a":'.repeat(10_001), "invalid character '{' exceeded max depth"],
  ['[1]', 'json: cannot unmarshal array into Go value of type map[string]interface {}'],
  ['1e400', 'json: cannot unmarshal number into Go value of type map[string]interface {}'],
  ['"{}"', 'json: cannot unmarshal string into Go value of type map[string]interface {}'],
  ['true', 'json: cannot unmarshal bool into Go value of type map[string]interface {}'],
  ['{"a":[1E999,-1e400]}', 'json: cannot unmarshal number 1E999 into Go value of type float64'],
])('says of %j what Go says', (secret, message) => {
  expect(() => valueOfKey(secret, 'key')).toThrow(new Error(message));
});

const schema = 'authorization data: unable to unmarshal secret value, invalid schema';
test.each([
  ['{"username":"u","password":"p"}', undefined],
  ['{"USERNAME":"u","Pa\u017f\u017fword":"p","n":1e400}', undefined],
  [
    '{"username":"u","password":"p","Password":null}',
    'password: AuthorizationData is malformed, empty field',
  ],
  ['null', 'username: AuthorizationData is malformed, empty field'],
  ['', 'authorization data: empty secrets value'],
  ['[]', schema],
  ['{"username":1,"password":"p"}', schema],
  [`{"username":"u","password":"p","a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, schema],
])('judges the credentials %j as the agent does', (secret, fault) => {
  expect(credentialsFault(secret)).toBe(fault);
});

test('and the product agree about the value of every document', () => {
  const string = fc
    .array(
      fc.constantFrom(
        'a',
        'k',
        'é',
        '😀',
        '\ue000',
        '\\ud800',
        '\\udc00',
        '\\ud83d\\ude00',
        '\\u0041',
        '\\"',
        '\\\\',
        '\\n',
        '1e400',
        '[',
        ' ',
      ),
    )
    .map((parts) => `"${parts.join('')}"`);
  const number = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
    fc.constantFrom('-0', '1e5', '1E6', '12345678', '0.00001', '5e-324', '1e400', '-1e999', '1.50'),
  );
  const { value } = fc.letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      string,
      number,
      fc.constantFrom('true', 'false', 'null'),
      fc.array(tie('value'), { maxLength: 4 }).map((list) => `[${list.join(', ')}]`),
      fc
        .array(fc.tuple(fc.oneof(string, fc.constantFrom('"k"', '"10"', '"9"')), tie('value')), {
          maxLength: 4,
        })
        .map((members) => `{${members.map(([key, one]) => `${key} :${one}`).join(',')}}`),
    ),
  }));
  const document = fc.oneof(
    value.map((one) => `{"k":${one}}`),
    fc.tuple(value, value).map(([one, other]) => `{"k":${one},"x":${other}}`),
    value,
  );
  // A document as it is, cut off, or with something in it that does not belong there.
  const text = fc
    .tuple(
      document,
      fc.nat(),
      fc.constantFrom('', '', '', '}', ',', '"', '\\', '\ud800', '1', ' '),
      fc.boolean(),
    )
    .map(([whole, at, odd, cut]) => {
      if (odd === '') return whole;
      const place = at % (whole.length + 1);
      return whole.slice(0, place) + odd + (cut ? '' : whole.slice(place));
    });
  fc.assert(
    fc.property(text, (secret) => {
      const injected = injectedText(secret, 'k');
      if ('text' in injected) expect(valueOfKey(secret, 'k')).toBe(injected.text);
      else expect(() => valueOfKey(secret, 'k')).toThrow();
    }),
    { numRuns: 1000 },
  );
});

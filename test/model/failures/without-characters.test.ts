import { describe, expect, it } from 'vitest';
import { classifyFailure } from '../../../src/model/failures/classify-failure.ts';
import { unwrap } from '../../../src/model/failures/unwrap.ts';
import { withoutCharacters } from '../../../src/model/failures/without-characters.ts';
import { agentReasons, jsonErrors } from './agent-reasons.labels.ts';
import { labelledReasons } from './stop-reasons.labels.ts';

/** As Go quotes bytes (strconv.Quote), and as they come through JSON, HTML and word processors. */
const quoted = [
  "'h'",
  "'Ã'",
  "'7'",
  "' '",
  "'\\''",
  "'\"'",
  "'\\\\'",
  "'\\n'",
  "'\\x00'",
  "'\\u00a0'",
  "'\\\\n'",
  "'\\\"'",
  '‘h’',
  '&#39;h&#39;',
  '`h`',
];

const contexts = [
  'looking for beginning of value',
  'looking for beginning of object key string',
  'after object key',
  'after object key:value pair',
  'after array element',
  'after decimal point in numeric literal',
  'after top-level value',
  'in exponent of numeric literal',
  'in numeric literal',
  'in string literal',
  'in string escape code',
  'in \\u hexadecimal character escape',
  'in string (expecting non-control character)',
  'exceeded max depth',
];

describe('a reason without characters', () => {
  it.each(contexts)('of a character %s', (context) => {
    for (const character of quoted) {
      const reason = `(service web) unable to retrieve secret from asm: invalid character ${character} ${context}`;
      expect(withoutCharacters(reason)).toBe(
        `(service web) unable to retrieve secret from asm: invalid character '…' ${context}`,
      );
    }
  });

  const others: [string, string, string][] = [
    [
      'how the value begins',
      "invalid character 'e' in literal true (expecting 'r'). Next",
      "invalid character '…' in literal …. Next",
    ],
    [
      'how the value begins, without what was expected',
      "invalid character 'x' in literal null; next",
      "invalid character '…' in literal …; next",
    ],
    [
      'a number',
      'json: cannot unmarshal number 1e400 into Go value of type float64',
      'json: cannot unmarshal number … into Go value of type float64',
    ],
    [
      'a number in a member',
      'json: cannot unmarshal number -300 into Go struct field .A of type int8',
      'json: cannot unmarshal number … into Go struct field .A of type int8',
    ],
    [
      'a number, in the words of newer releases of Go',
      'json: cannot unmarshal JSON number 1e400 into Go float64',
      'json: cannot unmarshal JSON number … into Go float64',
    ],
    [
      'a credential spec',
      'error unmarshalling credentialspec domainless {"CmsPlugins": ["a"], "Password" : "hunter2" : json: cannot unmarshal number 7 into Go value of type string',
      'error unmarshalling credentialspec domainless … : json: cannot unmarshal number … into Go value of type string',
    ],
    [
      'a credential spec that was cut off',
      'Error unmarshalling credentialspec domain-joined {"CmsPlugins": ["a"], "Password" : "hunt',
      'Error unmarshalling credentialspec domain-joined …',
    ],
    [
      'a text',
      'cannot unmarshal string "hunter2 into" into Go value of type json.Number: invalid syntax',
      'cannot unmarshal string … into Go value of type json.Number: invalid syntax',
    ],
    [
      'the text of a number',
      'json: invalid number literal, trying to unmarshal "\\"hunter2\\"" into Number',
      'json: invalid number literal, trying to unmarshal … into Number',
    ],
    [
      'what strconv parses',
      'strconv.ParseFloat: parsing "1e400": value out of range',
      'strconv.ParseFloat: parsing …: value out of range',
    ],
    [
      'an escape sequence',
      'invalid escape sequence `\\z` in string',
      'invalid escape sequence … in string',
    ],
    [
      'a text that was cut off in a character',
      "from asm: invalid character 'h",
      "from asm: invalid character '…'",
    ],
    [
      'a text that was cut off in a literal',
      "invalid character 'x' in literal nu",
      "invalid character '…' in literal …",
    ],
    [
      'a text that was cut off in a number',
      'cannot unmarshal number 12',
      'cannot unmarshal number …',
    ],
    [
      'both of two',
      "invalid character 'h' looking for beginning of value;invalid character 'u' after top-level value",
      "invalid character '…' looking for beginning of value;invalid character '…' after top-level value",
    ],
  ];
  it.each(others)('has not %s', (_what, reason, masked) => {
    expect(withoutCharacters(reason)).toBe(masked);
  });

  it.each([
    'json: cannot unmarshal number into Go value of type float64',
    'json: cannot unmarshal array into Go value of type map[string]interface {}',
    'Family contains invalid characters. Use others.',
    'unexpected end of JSON input',
  ])('is the same where it has none: %s', (reason) => {
    expect(withoutCharacters(reason)).toBe(reason);
  });

  it('is so however it was wrapped', () => {
    const wrong: string[] = [];
    for (const reason of jsonErrors) {
      const masked = withoutCharacters(reason).replace(/\s/g, '');
      for (let width = 3; width < 70; width += 1) {
        const lines = reason.match(new RegExp(`.{1,${width}}`, 'g')) ?? [];
        for (const text of [unwrap(lines).text, lines.join(' '), lines.join('\n')]) {
          if (withoutCharacters(text).replace(/\s/g, '') !== masked) wrong.push(text);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it('means what it meant before', () => {
    for (const { text } of [...labelledReasons, ...agentReasons]) {
      const ids = (reason: string): string[] => classifyFailure(reason).map(({ id }) => id);
      expect([text, ids(withoutCharacters(text))]).toEqual([text, ids(text)]);
    }
  });
});

import { describe, expect, test } from 'vitest';
import { createKnownValues } from '../../../src/aws/calls/known-values.ts';

const value = 'Zq7"Xw\\K9v\nR2tB!';

function redact(text: string, known: string[] = [value], plain: string[] = []): string | undefined {
  const values = createKnownValues();
  for (const one of known) values.add(one);
  for (const one of plain) values.addPlain(one);
  return values.redact(text);
}

const encoded: [string, (text: string) => string][] = [
  ['JSON', (text) => JSON.stringify(text)],
  ['JSON in JSON', (text) => JSON.stringify(JSON.stringify({ value: text }))],
  ['escapes of JSON', (text) => text.replace(/./gs, (one) => `\\u${hex(one, 4)}`)],
  ['HTML', (text) => text.replaceAll('"', '&quot;').replaceAll('B', '&#66;')],
  ['HTML by numbers', (text) => text.replace(/./gs, (one) => `&#x${hex(one, 2)};`)],
  ['a URL', (text) => `?value=${encodeURIComponent(text)}&x`],
  ['a form', (text) => new URLSearchParams({ value: text }).toString()],
  ['base64', (text) => Buffer.from(text).toString('base64')],
  ['base64 from the second byte', (text) => Buffer.from(`x${text}`).toString('base64').slice(1)],
  ['base64 for URLs in JSON', (text) => Buffer.from(JSON.stringify(text)).toString('base64url')],
  ['base64 of a form', (text) => Buffer.from(encodeURIComponent(text)).toString('base64')],
  ['hex', (text) => Buffer.from(text).toString('hex')],
  ['hex in capitals', (text) => `0X${Buffer.from(text).toString('hex').toUpperCase()}`],
  ['capitals', (text) => text.toUpperCase()],
  ['small letters', (text) => text.toLowerCase()],
  ['a text that is cut', (text) => `${text.slice(2, 11)}…`],
];

describe.each(encoded)('%s', (_name, encode) => {
  test.each([value, `Zq7Xw-K9vR2tB!`, 'pässwörd-密码', '100%41&b=c+d'])('of %j is found', (one) => {
    const text = `request refused: ${encode(one)}.`;
    const shown = redact(text, [one]);
    // What is in the text as it is, is masked.
    expect(shown).toBe(text.includes(one) ? text.replace(one, '[secret value]') : undefined);
    expect(redact(text, ['something else'])).toBe(text);
  });
});

test('a value as it is, is masked, a longer one first', () => {
  expect(redact(`Value '${value}' at 'value'`)).toBe("Value '[secret value]' at 'value'");
  expect(redact('is hunter2 hunter', ['hunter', 'hunter2'])).toBe(
    'is [secret value] [secret value]',
  );
});

test('each string and number in JSON is a value, what a member is called is not', () => {
  const json = JSON.stringify({
    password: 'hunter2x',
    more: [{ pin: 839201 }],
    in: '{"a":"deep7"}',
  });
  expect(redact("Value 'hunter2x' is bad", [json])).toBe("Value '[secret value]' is bad");
  expect(redact('839201 is bad', [json])).toBe('[secret value] is bad');
  expect(redact('not deep7', [json])).toBe('not [secret value]');
  expect(redact('no such key: password', [json])).toBe('no such key: password');
});

describe('a value of less than 4 characters', () => {
  test('is found where it stands apart', () => {
    for (const text of [
      "Value 'q7' at 'x'",
      'q7 is bad',
      '{"Value":"q7"}',
      'v=Q7&x',
      'eyJ2YWx1ZSI6InE3In0=',
    ]) {
      expect(redact(text, ['q7']), text).toBeUndefined();
    }
  });

  test('leaves other messages alone', () => {
    const text =
      'User: arn:aws:iam::123456789012:user/ci is not authorized to perform: ssm:PutParameter on arn:aws:ssm:us-east-1:123456789012:parameter/shop/a-1';
    for (const short of ['1', 'a', 'ssm', '12', 'ci', 'us']) {
      expect(redact(text, [short]), short).toBe(text);
    }
  });
});

test('words of configuration are masked in no message of AWS', () => {
  const text =
    'User: arn:aws:iam::123456789012:user/ci is not authorized to perform: ecs:RegisterTaskDefinition on arn:aws:ecs:us-east-1:123456789012:task-definition/shop-prod';
  const plain = [
    'prod',
    'shop',
    'us-east-1',
    'true',
    '8080',
    'arn:aws:sqs:us-east-1:123456789012:jobs',
  ];
  expect(
    redact(text, [], [...plain, 'https://sqs.us-east-1.amazonaws.com/123456789012/jobs']),
  ).toBe(text);
  expect(redact('{"value":"prod"}', [], plain)).toBeUndefined();
  expect(redact('{"value":"S3cret-enough"}', [], ['S3cret-enough'])).toBe(
    '{"value":"[secret value]"}',
  );
});

test('parts that values share with AWS are told', () => {
  const url = 'postgres://shop:hunter2x@db.abc.us-east-1.rds.amazonaws.com:5432/shop';
  const text =
    'no arn:aws:ssm:us-east-1:123456789012:parameter/a in us-east-1, see https://x.amazonaws.com';
  expect(redact(text, [url])).toBe(text);
  expect(redact('//shop:hunter2x@', [url])).toBeUndefined();
});

function hex(one: string, digits: number): string {
  return one.charCodeAt(0).toString(16).padStart(digits, '0');
}

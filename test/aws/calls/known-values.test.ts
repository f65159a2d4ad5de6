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

describe('where a value of less than 4 characters stands apart', () => {
  test.each([
    'q7',
    'is q7',
    'q7, then',
    'a "q7"',
    '(q7)',
    'user=q7',
    // An address or a path, of which it is only a part; then by itself.
    'x/q7 q7',
  ])('%s', (text) => {
    expect(redact(text, ['q7'])).toBeUndefined();
  });

  test.each(['q7x', 'xq7', 'x/q7', 'x.q7', 'x-q7', 'q7/x', 'q7-x', 'q7:x', 'q7_', '_q7'])(
    'not in %s',
    (text) => {
      expect(redact(text, ['q7'])).toBe(text);
    },
  );
});

test('a value of 4 to 7 characters is masked anywhere, and found encoded by itself', () => {
  expect(redact('xab1%y', ['ab1%'])).toBe('x[secret value]y');
  expect(redact('ab1c9z7', ['ab1c9z7'])).toBe('[secret value]');
  expect(redact('xAB1CDy', ['ab1cd'])).toBeUndefined();
  for (const form of ['YWIxY2Q', 'YWIxY2Q=', '6162316364']) {
    expect(redact(`is ${form}`, ['ab1cd']), form).toBeUndefined();
  }
  expect(redact('is 616a', ['aj'])).toBe('is 616a');
  expect(redact('is 616A6B', ['ajk'])).toBeUndefined();
  expect(redact('is 616a6b', ['ajk'])).toBeUndefined();
});

test('a longer value is found by 8 of its characters in a row, not by 7', () => {
  const long = 'Kd82mQz-41xW';
  expect(redact('at Kd82mQz-', [long])).toBeUndefined();
  expect(redact('at kD82Mqz-', [long])).toBeUndefined();
  expect(redact('at Qz-41xW', [long])).toBe('at Qz-41xW');
  expect(redact('at mQz-41xW', [long])).toBeUndefined();
  expect(redact('at 82mQz-4 1xW', [long])).toBe('at 82mQz-4 1xW');
  expect(redact('at 8Kd8mQz', ['8Kd8mQz1'])).toBe('at 8Kd8mQz');
});

test('nothing is no value', () => {
  expect(redact('a text', [''], [''])).toBe('a text');
  expect(redact('', ['a value'])).toBe('');
  expect(redact('a "" text', ['{"a":""}'])).toBe('a "" text');
});

describe('a word in a JSON value', () => {
  const inJson = (word: string) => [JSON.stringify({ member: word })];

  test.each([
    ['"admin"', 'admin'],
    ["'admin'", 'admin'],
    ['`admin`', 'admin'],
    ['user=admin&x', 'admin'],
    ['user=admin', 'admin'],
    ['<b>admin</b>', 'admin'],
    ['{ user: admin }', 'admin'],
    ['{user:admin}', 'admin'],
    ['user: admin, other', 'admin'],
    ['user: admin; other', 'admin'],
    ['[user: admin]', 'admin'],
    ['"Admin"', 'admin'],
    ['"my-app"', 'my-app'],
    ['"my_app"', 'my_app'],
  ])('is found in %s', (text, word) => {
    expect(redact(text, inJson(word))).toBeUndefined();
  });

  test.each([
    ['the admin may', 'admin'],
    ['"admins"', 'admin'],
    ['"admin user"x', 'dmin'],
    ['my-app is', 'my-app'],
    ['my_app is', 'my_app'],
  ])('is not in %s', (text, word) => {
    expect(redact(text, inJson(word))).toBe(text);
  });

  test.each([
    ['at admin-7', 'admin-7'],
    ['at longword', 'longword'],
    ['at 1234', '1234'],
    ['at a--b', 'a--b'],
    ['at -abcd', '-abcd'],
    ['at abcd-', 'abcd-'],
  ])('that is none is masked anywhere: %s', (text, word) => {
    expect(redact(text, inJson(word))).toBe('at [secret value]');
  });

  test('is masked with other words around it, if it is the whole value', () => {
    expect(redact('at admin now', ['admin'])).toBe('at [secret value] now');
  });
});

describe('JSON', () => {
  test.each([
    ['a list', '["hunter2x"]'],
    ['a text', '"hunter2x"'],
    ['with space before it', ' \n{"a":"hunter2x"}'],
    ['in JSON in JSON', JSON.stringify({ a: JSON.stringify({ b: JSON.stringify(['hunter2x']) }) })],
  ])('%s has its strings told', (_, json) => {
    expect(redact('is hunter2x', [json])).toBe('is [secret value]');
  });

  test('has its numbers told as they are written, from 4 digits on', () => {
    const json = '{"a":12345678901234567890,"b":3.140,"c":123,"d":"in 77777 \\" 88888 text"}';
    expect(redact('is 12345678901234567890', [json])).toBe('is [secret value]');
    expect(redact('is 3.140', [json])).toBe('is [secret value]');
    expect(redact('is 123 or 77777 or 88888', [json])).toBe('is 123 or 77777 or 88888');
  });

  test('that is none is one value', () => {
    expect(redact('is hunter2x', ['{"a":"hunter2x'])).toBeUndefined();
    expect(redact('is hunter', ['{"a":"hunter'])).toBe('is hunter');
    expect(redact('is abcd', ['x {"a":"abcd"}'])).toBe('is abcd');
  });
});

test('a plain value counts as a secret where it is one too', () => {
  const text = 'at shopping now';
  for (const order of ['secret first', 'plain first', 'plain after a look']) {
    const values = createKnownValues();
    if (order !== 'secret first') values.addPlain('shop');
    if (order === 'plain after a look') values.redact(text);
    values.add('shop');
    if (order !== 'plain first') values.addPlain('shop');
    expect(values.redact(text), order).toBe('at [secret value]ping now');
    values.addPlain('shop');
    expect(values.redact(text), order).toBe('at [secret value]ping now');
  }
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

describe('what many values share with AWS', () => {
  test.each([
    [
      'an ARN',
      'arn:aws:secretsmanager:eu-west-1:210987654321:secret:q7Zk',
      'no arn:aws:secretsmanager:eu-west-1:210987654321:secret:db',
    ],
    [
      'an ARN of another partition',
      'arn:aws-us-gov:sqs:us-gov-west-1:210987654321:q7Zk',
      'no arn:aws-us-gov:sqs:us-gov-west-1:210987654321:jobs',
    ],
    [
      'an ARN without a region',
      'arn:aws:iam::210987654321:q7Zk',
      'no arn:aws:iam::210987654321:role/a',
    ],
    ['a region of two words', 'db.us-gov-west-1.q7Zk', 'not in us-gov-west-1'],
    [
      'a host',
      'https://queue.eu-west-1.amazonaws.com/q7Zk',
      'no answer of queue.eu-west-1.amazonaws.com',
    ],
  ])('is told: %s', (_what, known, text) => {
    expect(redact(text, [known])).toBe(text);
    expect(redact(`${text}: ${known}`, [known])).toBe(`${text}: [secret value]`);
  });

  test('does not join what is before it and after it', () => {
    expect(redact('Kd82https://mQz-', ['Kd82mQz-41xW'])).toBe('Kd82https://mQz-');
    expect(redact('Kd82S3cret1mQz-', ['Kd82mQz-41xW', 'S3cret1'])).toBe('Kd82[secret value]mQz-');
  });
});

test('a value that is a part of another one too is masked anywhere', () => {
  expect(redact('at admin now', ['admin', '{"user":"admin"}'])).toBe('at [secret value] now');
  expect(redact('at admin now', ['{"user":"admin"}', 'admin'])).toBe('at [secret value] now');
});

test('a long text in a JSON value is found by 8 of its characters', () => {
  expect(redact('is unter2xy', ['{"password":"hunter2xyzQ9"}'])).toBeUndefined();
});

test('a value that is a number is found by 8 of its digits', () => {
  expect(redact('is 83920177', ['839201774412'])).toBeUndefined();
});

test('digits in a JSON value are told in quotes only, up to 3 of them', () => {
  for (const digits of ['7', '78', '789']) {
    expect(redact(`at ${digits} now`, [JSON.stringify({ a: digits })]), digits).toBe(
      `at ${digits} now`,
    );
    expect(redact(`"${digits}"`, [JSON.stringify({ a: digits })]), digits).toBeUndefined();
  }
});

test('JSON is looked into four levels deep', () => {
  const nested = (levels: number): string =>
    Array.from({ length: levels }).reduce<string>((inner) => JSON.stringify({ a: inner }), 'deep7');
  expect(redact('is deep7', [nested(4)])).toBe('is [secret value]');
  expect(redact('is deep7', [nested(5)])).toBe('is deep7');
});

test('a plain value that everybody may see is shown, any other of 3 characters is not', () => {
  expect(redact('port 8080 is taken', [], ['8080'])).toBe('port 8080 is taken');
  expect(redact('is q7z', [], ['q7z'])).toBeUndefined();
  expect(redact('is q7', [], ['q7'])).toBe('is q7');
  expect(redact('is fine', [], [''])).toBe('is fine');
});

test('a short value is found in one form of the text only', () => {
  expect(redact('is a&amp;b1', ['a&b1'])).toBeUndefined();
});

test.each([
  ['at xq7 b', 'q7'],
  ['user:xadmin, b', '{"user":"admin"}'],
])('a value at the end of a longer word is none: %s', (text, known) => {
  expect(redact(text, [known])).toBe(text);
});

function hex(one: string, digits: number): string {
  return one.charCodeAt(0).toString(16).padStart(digits, '0');
}

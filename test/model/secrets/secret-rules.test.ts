import { describe, expect, it } from 'vitest';
import {
  checkValue,
  missingTags,
  parseTags,
  parseTier,
  sameKey,
  tooLarge,
  type Tier,
} from '../../../src/model/secrets/secret-rules.ts';
import { SecretValue } from '../../../src/model/secrets/secret-value.ts';
import type { Store } from '../../../src/model/secrets/reference.ts';
import { problemsOf } from '../problems-of.ts';

function refused(text: string, store: Store, tier?: Tier): readonly string[] {
  return problemsOf(() => {
    checkValue(new SecretValue(text), store, tier);
  });
}

/** A text of so many bytes, of characters of three bytes as far as they go. */
function bytes(count: number): string {
  return '€'.repeat(Math.floor(count / 3)) + 'x'.repeat(count % 3);
}

describe('the size of a value', () => {
  it.each([
    ['Standard', 4096],
    ['Advanced', 8192],
    ['Intelligent-Tiering', 8192],
    [undefined, 8192],
  ] as const)('tier %s takes %d bytes and not one more', (tier, limit) => {
    expect(refused(bytes(limit), 'parameter-store', tier)).toEqual([]);
    expect(refused('x'.repeat(limit), 'parameter-store', tier)).toEqual([]);
    expect(refused(bytes(limit + 1), 'parameter-store', tier)).toEqual([tooLarge(limit + 1)]);
    expect(refused('x'.repeat(limit + 1), 'parameter-store', tier)).toEqual([tooLarge(limit + 1)]);
  });

  it('Secrets Manager takes 65536 bytes and not one more', () => {
    expect(refused(bytes(65_536), 'secrets-manager')).toEqual([]);
    expect(refused(bytes(65_537), 'secrets-manager')).toEqual([
      'the value has 65537 bytes; Secrets Manager accepts at most 65536',
    ]);
  });

  it.each(['parameter-store', 'secrets-manager'] as const)(
    'an empty one is refused by %s',
    (store) => {
      expect(refused('', store)).toEqual([
        'the value is empty; neither store accepts an empty value',
      ]);
      expect(refused('x', store)).toEqual([]);
    },
  );

  it.each([
    [
      4097,
      'the value has 4097 bytes; a standard parameter holds 4096, an advanced one 8192 (ecs-secrets put REF --tier advanced)',
    ],
    [
      8193,
      'the value has 8193 bytes; Parameter Store accepts at most 8192 (advanced tier): store it in Secrets Manager (sm:NAME), which holds 65536',
    ],
  ] as const)('of %d bytes says what takes it', (size, sentence) => {
    expect(tooLarge(size)).toBe(sentence);
  });
});

describe('a value that no container can be given', () => {
  const nul =
    'the value has a NUL character, which no environment variable of a container can hold';
  const half = 'the value has half of a Unicode surrogate pair';

  it.each([
    ['a\0b', [nul]],
    ['a\ud83d', [half]],
    ['\ude00a', [half]],
    ['\0\ud83d', [half, nul]],
    ['a😀b\n\t', []],
  ])('%j is refused by both stores', (text, problems) => {
    expect(refused(text, 'parameter-store')).toEqual(problems);
    expect(refused(text, 'secrets-manager')).toEqual(problems);
  });
});

describe('"{{ }}" in a value', () => {
  const refusal =
    'the value contains "{{ }}", which Parameter Store rejects; Secrets Manager (sm:NAME) accepts it';

  it.each(['{{x}}', 'a {{ssm:b}} c', '{{}}', '{{\n}}', '{a {b{{c}}', '}\n{{{}}'])(
    '%j is refused by Parameter Store only',
    (text) => {
      expect(refused(text, 'parameter-store')).toEqual([refusal]);
      expect(refused(text, 'secrets-manager')).toEqual([]);
    },
  );

  it.each(['{{', '}}', '}}{{', '{"a":{"b":1}}', '{ {x} }'])('%j is taken', (text) => {
    expect(refused(text, 'parameter-store')).toEqual([]);
  });

  it('is reported together with the size', () => {
    expect(refused(`{{${'x'.repeat(8192)}}}`, 'parameter-store')).toEqual([
      tooLarge(8196),
      refusal,
    ]);
  });
});

describe('tags', () => {
  it.each([
    [['a=1'], [{ key: 'a', value: '1' }]],
    [['a='], [{ key: 'a', value: '' }]],
    [['a=b=c'], [{ key: 'a', value: 'b=c' }]],
    [['team=größe 1/2 @home'], [{ key: 'team', value: 'größe 1/2 @home' }]],
    [
      ['awsome=1', 'my:aws:x=2'],
      [
        { key: 'awsome', value: '1' },
        { key: 'my:aws:x', value: '2' },
      ],
    ],
    [
      ['b=1', 'a=1'],
      [
        { key: 'b', value: '1' },
        { key: 'a', value: '1' },
      ],
    ],
    [[], []],
    [[`${'k'.repeat(128)}=${'v'.repeat(256)}`], [{ key: 'k'.repeat(128), value: 'v'.repeat(256) }]],
  ])('%j are taken', (written, tags) => {
    expect(parseTags(written)).toEqual(tags);
  });

  it.each([
    ['a', 'tag "a" is not KEY=VALUE'],
    ['=1', 'tag "=…" is not KEY=VALUE'],
    ['', 'tag "" is not KEY=VALUE'],
    ['aws:x=1', 'tag "aws:x" begins with "aws:", which AWS reserves'],
    ['AWS:x=1', 'tag "AWS:x" begins with "aws:", which AWS reserves'],
    ['a?=1', 'tag "a?" has characters that AWS does not accept in tags'],
    ['a=1*', 'tag "a" has characters that AWS does not accept in tags'],
    [
      `${'k'.repeat(129)}=1`,
      `tag "${'k'.repeat(129)}" is too long; a key may have 128 characters, a value 256`,
    ],
    [`a=${'v'.repeat(257)}`, 'tag "a" is too long; a key may have 128 characters, a value 256'],
    ['?a=1', 'tag "?a" has characters that AWS does not accept in tags'],
    ['a=*1', 'tag "a" has characters that AWS does not accept in tags'],
    ['k'.repeat(129), `tag "${'k'.repeat(129)}" is not KEY=VALUE`],
  ])('%s is refused', (written, problem) => {
    expect(problemsOf(() => parseTags([written]))).toEqual([problem]);
  });

  it('are refused with all their problems at once', () => {
    expect(problemsOf(() => parseTags(['a', 'aws:x=1', 'b=1', 'b=2', 'c=?']))).toEqual([
      'tag "a" is not KEY=VALUE',
      'tag "aws:x" begins with "aws:", which AWS reserves',
      'tag "b" is given twice',
      'tag "c" has characters that AWS does not accept in tags',
    ]);
  });

  it('are 50 at most', () => {
    const tags = (count: number): string[] => Array.from({ length: count }, (_, i) => `k${i}=v`);
    expect(parseTags(tags(50))).toHaveLength(50);
    expect(problemsOf(() => parseTags(tags(51)))).toEqual([
      '51 tags are given; AWS accepts at most 50',
    ]);
  });
});

describe('a tier', () => {
  it.each([
    ['standard', 'Standard'],
    ['ADVANCED', 'Advanced'],
    ['Intelligent-Tiering', 'Intelligent-Tiering'],
    ['intelligent-tiering', 'Intelligent-Tiering'],
  ])('may be written %s', (written, tier) => {
    expect(parseTier(written)).toBe(tier);
  });

  it.each(['', 'premium', 'intelligent', ' standard'])('is not "%s"', (written) => {
    expect(problemsOf(() => parseTier(written))).toEqual([
      `unknown tier "${written}"; tiers are standard, advanced and intelligent-tiering`,
    ]);
  });
});

describe('the tags that are missing', () => {
  const stored = [
    { key: 'a', value: '1' },
    { key: 'b', value: '2' },
  ];

  it.each([
    ['none', stored, []],
    ['one that is new', [{ key: 'c', value: '1' }], [{ key: 'c', value: '1' }]],
    ['one with another value', [{ key: 'a', value: '2' }], [{ key: 'a', value: '2' }]],
    [
      'those of several',
      [...stored, { key: 'c', value: '3' }, { key: 'A', value: '1' }],
      [
        { key: 'c', value: '3' },
        { key: 'A', value: '1' },
      ],
    ],
  ])('are %s', (_, wanted, missing) => {
    expect(missingTags(stored, wanted)).toEqual(missing);
  });
});

describe('a KMS key', () => {
  const id = '12345678-1234-1234-1234-123456789012';
  const keyArn = `arn:aws:kms:us-east-1:123456789012:key/${id}`;
  const aliasArn = 'arn:aws:kms:us-east-1:123456789012:alias/shop';

  it.each([
    [undefined, undefined, true],
    [id, id, true],
    [id, keyArn, true],
    ['alias/shop', aliasArn, true],
    [undefined, id, false],
    [keyArn, undefined, false],
    [id, aliasArn, false],
    [id.slice(1), keyArn, false],
    ['alias/hop', aliasArn, false],
  ])('%s is %s: %s', (a, b, same) => {
    expect(sameKey(a, b)).toBe(same);
    expect(sameKey(b, a)).toBe(same);
  });
});

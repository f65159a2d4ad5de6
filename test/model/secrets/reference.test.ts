import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Scope } from '../../../src/model/secrets/partition.ts';
import {
  checkWritable,
  formatReference,
  formatValueFrom,
  isPinned,
  lookupId,
  parameterArn,
  parseReference,
  parseValueFrom,
  refersTo,
  regionsOf,
  type Reference,
  type SecretIdentity,
} from '../../../src/model/secrets/reference.ts';
import { problemsOf } from '../problems-of.ts';

const account = '123456789012';
const here: Scope = { partition: 'aws', region: 'us-east-1', account };
const ssmArn = `arn:aws:ssm:us-east-1:${account}:parameter`;
const smArn = `arn:aws:secretsmanager:us-east-1:${account}:secret`;
const uuid = '01234567-89ab-cdef-0123-456789abcdef';

const parameter = (name: string, more: object = {}): object => ({
  store: 'parameter-store',
  name,
  ...more,
});
const secret = (name: string, more: object = {}): object => ({
  store: 'secrets-manager',
  name,
  ...more,
});

const partitions = [
  ['aws', 'us-east-1'],
  ['aws-cn', 'cn-north-1'],
  ['aws-us-gov', 'us-gov-west-1'],
  ['aws-iso', 'us-iso-east-1'],
  ['aws-iso-b', 'us-isob-east-1'],
  ['aws-iso-e', 'eu-isoe-west-1'],
  ['aws-iso-f', 'us-isof-south-1'],
  ['aws-eusc', 'eusc-de-east-1'],
] as const;

describe('parseReference', () => {
  it.each([
    ['db-password', parameter('db-password')],
    ['/shop/prod/db-password', parameter('/shop/prod/db-password')],
    ['ssm:db-password', parameter('db-password')],
    ['ssm:/shop/prod/db_password.1', parameter('/shop/prod/db_password.1')],
    ['/single', parameter('single')],
    ['ssm:/single', parameter('single')],
    [`/${Array(15).fill('l').join('/')}`, parameter(`/${Array(15).fill('l').join('/')}`)],
    ['a'.repeat(966), parameter('a'.repeat(966))],
    ['sm:shop/prod/db', secret('shop/prod/db')],
    ['sm:a_b+c=d.e@f!g-h', secret('a_b+c=d.e@f!g-h')],
    ['sm:db:user', secret('db', { jsonKey: 'user' })],
    ['sm:db:user:', secret('db', { jsonKey: 'user' })],
    ['sm:db:user::', secret('db', { jsonKey: 'user' })],
    ['sm:db::AWSPREVIOUS', secret('db', { versionStage: 'AWSPREVIOUS' })],
    ['sm:db:user:AWSPREVIOUS:', secret('db', { jsonKey: 'user', versionStage: 'AWSPREVIOUS' })],
    [`sm:db:::${uuid}`, secret('db', { versionId: uuid })],
    [`sm:db:user::${uuid}`, secret('db', { jsonKey: 'user', versionId: uuid })],
    ...[32, 64].map((length): [string, object] => [
      `sm:db:::${'v'.repeat(length)}`,
      secret('db', { versionId: 'v'.repeat(length) }),
    ]),
    ['sm:db:::', secret('db')],
    ['sm:db:a key, with "marks"', secret('db', { jsonKey: 'a key, with "marks"' })],
    [`sm:${'n'.repeat(512)}`, secret('n'.repeat(512))],
    [`${ssmArn}/foo`, parameter('foo', { scope: here })],
    [`${ssmArn}/shop/db`, parameter('/shop/db', { scope: here })],
    [`${smArn}:db-AbCdEf`, secret('db-AbCdEf', { scope: here })],
    [`${smArn}:db`, secret('db', { scope: here })],
    [`${smArn}:db-AbCdEf:user::`, secret('db-AbCdEf', { scope: here, jsonKey: 'user' })],
    [
      `${smArn}:db-AbCdEf::AWSPREVIOUS:`,
      secret('db-AbCdEf', { scope: here, versionStage: 'AWSPREVIOUS' }),
    ],
    [`${smArn}:db-AbCdEf:::${uuid}`, secret('db-AbCdEf', { scope: here, versionId: uuid })],
    [`${smArn}:db-AbCdEf:::`, secret('db-AbCdEf', { scope: here })],
  ])('reads %s', (text, reference) => {
    expect(parseReference(text)).toEqual(reference);
  });

  it.each(partitions)('reads ARNs of partition %s', (partition, region) => {
    const scope = { partition, region, account };
    expect(parseReference(`arn:${partition}:ssm:${region}:${account}:parameter/a/b`)).toEqual(
      parameter('/a/b', { scope }),
    );
    expect(
      parseReference(`arn:${partition}:secretsmanager:${region}:${account}:secret:a-AbCdEf:k::`),
    ).toEqual(secret('a-AbCdEf', { scope, jsonKey: 'k' }));
  });

  describe('with --store secrets-manager', () => {
    it.each([
      ['db', secret('db')],
      ['db:user', secret('db', { jsonKey: 'user' })],
      ['/shop/db', secret('/shop/db')],
      ['ssm:db', parameter('db')],
      ['sm:db', secret('db')],
      [`${ssmArn}/db`, parameter('db', { scope: here })],
    ])('reads %s', (text, reference) => {
      expect(parseReference(text, 'secrets-manager')).toEqual(reference);
    });
  });

  const ssmCharacters = 'has characters that Parameter Store does not accept:';
  const takes = '(allowed: A-Z a-z 0-9 _ . - and /)';
  const levels = (count: number): string => `/${Array(count).fill('l').join('/')}`;

  it.each([
    ['', ['a parameter name is empty']],
    ['ssm:', ['a parameter name is empty']],
    ['db password', [`parameter name "db password" ${ssmCharacters} " " ${takes}`]],
    ['db:3', [`parameter name "db:3" ${ssmCharacters} ":" ${takes}`]],
    ['a b€', [`parameter name "a b€" ${ssmCharacters} " " "€" ${takes}`]],
    // What has the signs of a password, or stands behind "=", may be a value: it is not quoted.
    ['a@b', ['the parameter name has characters that Parameter Store does not accept ' + takes]],
    ['A=b c', ['parameter name "A=…" has a "=", which Parameter Store does not accept']],
    ['/a=b', ['parameter name "/a=…" has a "=", which Parameter Store does not accept']],
    ['a/b', ['parameter name "a/b" has several levels, so it must start with "/"']],
    ['/a/', ['parameter name "/a/" must not end with "/"']],
    ['/', ['parameter name "/" must not end with "/"']],
    ['/a//b', ['parameter name "/a//b" has an empty level ("//")']],
    ['//a', ['parameter name "//a" has an empty level ("//")']],
    [
      levels(16),
      [`parameter name "${levels(16)}" has 16 levels; Parameter Store accepts at most 15`],
    ],
    [
      'a'.repeat(967),
      [
        `parameter name "${'a'.repeat(967)}" has 967 characters; Parameter Store accepts at most 966`,
      ],
    ],
    [
      'shop//db pass/',
      [
        `parameter name "shop//db pass/" ${ssmCharacters} " " ${takes}`,
        'parameter name "shop//db pass/" has several levels, so it must start with "/"',
        'parameter name "shop//db pass/" must not end with "/"',
        'parameter name "shop//db pass/" has an empty level ("//")',
      ],
    ],
  ])('refuses the parameter "%s" with every rule it breaks', (text, problems) => {
    expect(problemsOf(() => parseReference(text))).toEqual(problems);
  });

  const wrongPlace = '32 to 64 are allowed (is it a key or a stage in the wrong place?)';

  it.each([
    ['sm:', ['has no secret name']],
    ['sm::key', ['has no secret name']],
    [
      'sm:db name',
      [
        'has characters that Secrets Manager does not accept: " " (allowed: A-Z a-z 0-9 and /_+=.@!-)',
      ],
    ],
    [`sm:${'n'.repeat(513)}`, ['has a name of 513 characters; 512 is the maximum']],
    [`sm:db:::${'v'.repeat(31)}`, [`has a version id of 31 characters; ${wrongPlace}`]],
    ['sm:db:::short', [`has a version id of 5 characters; ${wrongPlace}`]],
    [`sm:db:::${'v'.repeat(65)}`, [`has a version id of 65 characters; ${wrongPlace}`]],
    ['sm:db:a:::', ['has 5 parts; NAME:KEY:STAGE:VERSION is the maximum']],
    [
      'sm:#:key:stage:id:more',
      [
        'has 5 parts; NAME:KEY:STAGE:VERSION is the maximum',
        'has characters that Secrets Manager does not accept: "#" (allowed: A-Z a-z 0-9 and /_+=.@!-)',
        `has a version id of 2 characters; ${wrongPlace}`,
      ],
    ],
  ])('refuses the secret "%s" with every rule it breaks', (text, rules) => {
    expect(problemsOf(() => parseReference(text))).toEqual(
      rules.map((rule) => `secret reference "${text}" ${rule}`),
    );
  });

  it.each([
    ['arn:aws', 'it is not arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE'],
    [
      `arn:aws:ssm:us-east-1:1234:parameter/a`,
      'it is not arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE',
    ],
    [`arn:aws:s3:us-east-1:${account}:a`, 'its service is "s3", not ssm or secretsmanager'],
    [`arn:aws:ssm::${account}:parameter/a`, 'its region is empty'],
    ['arn:aws:ssm:us-east-1::parameter/a', 'its account is not 12 digits'],
    ['arn:aws:secretsmanager:us-east-1:aws:secret:a', 'its account is not 12 digits'],
    [
      `arn:aws:ssm:us-east-1:${account}:document/a`,
      'what follows the account must be parameter/NAME',
    ],
    [`${ssmArn}//a/b`, '"parameter//" has one slash too many: the name follows without its own'],
    [`${ssmArn}/a:3`, 'ECS accepts no version or label of a parameter: it always reads the latest'],
    [
      `arn:aws:secretsmanager:us-east-1:${account}:a-AbCdEf`,
      'what follows the account must be secret:NAME-SUFFIX',
    ],
    ...[':user', ':user:', ':user:::'].map((suffix): [string, string] => [
      `${smArn}:db-AbCdEf${suffix}`,
      `it has ${suffix.split(':').length - 1} colon${suffix.split(':').length === 2 ? '' : 's'} after the secret's name; ECS accepts none or three (:KEY:STAGE:VERSION, any of them empty)`,
    ]),
  ])('refuses the ARN %s', (text, why) => {
    expect(problemsOf(() => parseReference(text))).toEqual([`malformed ARN "${text}": ${why}`]);
  });

  it('refuses names in ARNs by the rules of names', () => {
    expect(problemsOf(() => parseReference(`${ssmArn}/a b/`))).toEqual([
      `parameter name "/a b/" ${ssmCharacters} " " ${takes}`,
      'parameter name "/a b/" must not end with "/"',
    ]);
    expect(problemsOf(() => parseReference(`${smArn}:db-AbCdEf:::short`))).toEqual([
      `secret reference "${smArn}:db-AbCdEf:::short" has a version id of 5 characters; ${wrongPlace}`,
    ]);
  });

  it('shows how an ARN is written', () => {
    expect(() => parseReference('arn:aws:ssm')).toThrow(
      expect.objectContaining({
        hint: expect.stringContaining('secret:NAME-SUFFIX[:KEY:STAGE:VERSION]') as string,
      }),
    );
  });
});

describe('parseValueFrom, as ECS reads a task definition', () => {
  it.each([
    ['db', 'parameter-store', parameter('db')],
    ['/shop/db', 'parameter-store', parameter('/shop/db')],
    ['registry', 'secrets-manager', secret('registry')],
    ['ssm:db', 'secrets-manager', parameter('db')],
    ['sm:db:user', 'parameter-store', secret('db', { jsonKey: 'user' })],
    [
      `${smArn}:db-AbCdEf:user::`,
      'parameter-store',
      secret('db-AbCdEf', { scope: here, jsonKey: 'user' }),
    ],
  ] as const)('reads %s (bare names: %s)', (text, store, reference) => {
    expect(parseValueFrom(text, store)).toEqual(reference);
  });

  it.each([
    ['db:user::', 'parameter-store'],
    ['db:user::', 'secrets-manager'],
  ] as const)('takes no key after a bare name: %s (%s)', (text, store) => {
    expect(problemsOf(() => parseValueFrom(text, store))).toEqual([
      expect.stringContaining('does not accept: ":"'),
    ]);
  });
});

// Every reference that people can write.
const text = (alphabet: string, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...alphabet.split('')), minLength: 1, maxLength });
const level = text('abcXYZ019_.-', 8);
const parameterName = fc.oneof(
  level,
  fc.array(level, { minLength: 2, maxLength: 15 }).map((parts) => `/${parts.join('/')}`),
);
const secretName = text('abcXYZ019/_+=.@!-', 30);
const scope = fc
  .tuple(fc.constantFrom(...partitions), fc.constantFrom(account, '000000000000'))
  .map(([[partition, region], id]): Scope => ({ partition, region, account: id }));
const jsonKey = fc.string({ minLength: 1 }).filter((key) => !key.includes(':'));
const version = fc.oneof(
  fc.constant({}),
  fc.constantFrom('AWSCURRENT', 'AWSPREVIOUS', 'blue').map((versionStage) => ({ versionStage })),
  fc.uuid().map((versionId) => ({ versionId })),
);
const reference: fc.Arbitrary<Reference> = fc.oneof(
  fc.record(
    { store: fc.constant('parameter-store' as const), name: parameterName, scope },
    { requiredKeys: ['store', 'name'] },
  ),
  fc
    .tuple(
      fc.record(
        { store: fc.constant('secrets-manager' as const), name: secretName, scope, jsonKey },
        { requiredKeys: ['store', 'name'] },
      ),
      version,
    )
    .map(([base, more]) => ({ ...base, ...more })),
);

describe('formatReference', () => {
  it.each([
    ['db', 'ssm:db'],
    ['/db', 'ssm:db'],
    ['sm:db:user::', 'sm:db:user'],
    ['sm:db::AWSPREVIOUS:', 'sm:db::AWSPREVIOUS'],
    [`sm:db:::${uuid}`, `sm:db:::${uuid}`],
    [`${ssmArn}/a/b`, `${ssmArn}/a/b`],
    [`${smArn}:db-AbCdEf:user::`, `${smArn}:db-AbCdEf:user::`],
    [`${smArn}:db-AbCdEf:::`, `${smArn}:db-AbCdEf`],
  ])('writes %s as %s', (written, formatted) => {
    expect(formatReference(parseReference(written))).toBe(formatted);
  });

  it('writes what parseReference reads as the same, whatever bare names mean', () => {
    const store = fc.constantFrom('parameter-store' as const, 'secrets-manager' as const);
    fc.assert(
      fc.property(reference, store, (original, bare) => {
        const written = formatReference(original);
        expect(parseReference(written, bare)).toEqual(original);
        expect(parseValueFrom(written, bare)).toEqual(original);
      }),
    );
  });
});

describe('formatValueFrom', () => {
  const identity: SecretIdentity = {
    store: 'secrets-manager',
    name: 'db',
    arn: `${smArn}:db-AbCdEf`,
  };

  it.each([
    ['sm:db', `${smArn}:db-AbCdEf`],
    ['sm:db:user', `${smArn}:db-AbCdEf:user::`],
    ['sm:db::AWSPREVIOUS', `${smArn}:db-AbCdEf::AWSPREVIOUS:`],
    [`sm:db:user::${uuid}`, `${smArn}:db-AbCdEf:user::${uuid}`],
    [`${smArn}:db:user::`, `${smArn}:db-AbCdEf:user::`],
  ])('makes %s %s', (written, valueFrom) => {
    expect(formatValueFrom(identity, parseReference(written))).toBe(valueFrom);
  });

  it('makes a parameter its ARN', () => {
    const stored: SecretIdentity = { store: 'parameter-store', name: '/a/b', arn: `${ssmArn}/a/b` };
    expect(formatValueFrom(stored, parseReference('/a/b'))).toBe(`${ssmArn}/a/b`);
  });
});

describe('lookupId', () => {
  it.each([
    ['/a/b', '/a/b'],
    ['/a', 'a'],
    ['sm:db:user', 'db'],
    [`${ssmArn}/a/b`, `${ssmArn}/a/b`],
    [`${smArn}:db-AbCdEf:user::`, `${smArn}:db-AbCdEf`],
  ])('of %s is %s', (written, id) => {
    expect(lookupId(parseReference(written))).toBe(id);
  });
});

describe('parameterArn', () => {
  it.each([
    ['foo', `${ssmArn}/foo`],
    ['/foo', `${ssmArn}/foo`],
    ['/a/b', `${ssmArn}/a/b`],
  ])('of %s is %s', (name, arn) => {
    expect(parameterArn(name, here)).toBe(arn);
  });
});

describe('refersTo', () => {
  const refers = (written: string, identity: SecretIdentity, scope?: Scope): boolean =>
    refersTo(parseReference(written), identity, scope);
  const foo: SecretIdentity = { store: 'parameter-store', name: 'foo', arn: `${ssmArn}/foo` };
  const path: SecretIdentity = { store: 'parameter-store', name: '/a/b', arn: `${ssmArn}/a/b` };
  const db: SecretIdentity = { store: 'secrets-manager', name: 'db', arn: `${smArn}:db-AbCdEf` };

  it.each([
    ['foo', foo],
    ['/foo', foo],
    ['ssm:foo', foo],
    [`${ssmArn}/foo`, foo],
    ['/a/b', path],
    ['ssm:/a/b', path],
    [`${ssmArn}/a/b`, path],
    ...['sm:db', `${smArn}:db`, `${smArn}:db-AbCdEf`].flatMap((base) =>
      ['', ':user::', '::AWSPREVIOUS:', `:::${uuid}`, `:user::${uuid}`, ':::'].map(
        (suffix): [string, SecretIdentity] => [base + suffix, db],
      ),
    ),
    ['sm:db:user', db],
  ])('%s means the secret, here or anywhere', (written, identity) => {
    expect(refers(written, identity, here)).toBe(true);
    expect(refers(written, identity)).toBe(true);
  });

  it.each([
    ['another store', 'ssm:db', db],
    ['another store', 'sm:foo', foo],
    ['another name', '/a/c', path],
    ['another case', '/A/b', path],
    ['a part of the name', 'sm:d', db],
    ['the name with its suffix, as a name', 'sm:db-AbCdEf', db],
    ['an ARN with another suffix', `${smArn}:db-XxXxXx`, db],
    ['another name, by ARN', `${smArn}:dc-AbCdEf`, db],
    ['another name, by partial ARN', `${smArn}:dc`, db],
    ['another region', `${smArn}:db-AbCdEf`.replace('us-east-1', 'eu-west-1'), db],
    ['another region, by partial ARN', `${smArn}:db`.replace('us-east-1', 'eu-west-1'), db],
    ['another region', `${ssmArn}/foo`.replace('us-east-1', 'eu-west-1'), foo],
    ['another account', `${smArn}:db-AbCdEf`.replace(account, '210987654321'), db],
    ['another account', `${ssmArn}/foo`.replace(account, '210987654321'), foo],
  ])('not %s: %s', (_, written, identity) => {
    expect(refers(written, identity, here)).toBe(false);
    expect(refers(written, identity)).toBe(false);
  });

  describe('with replicas in other regions', () => {
    const regions = ['us-east-1', 'eu-west-1', 'eu-west-3'];
    const replicated: SecretIdentity = { ...db, regions };
    const replica = { ...replicated, arn: db.arn.replace('us-east-1', 'eu-west-1') };
    const eu = (arn: string): string => arn.replace('us-east-1', 'eu-west-3');

    it.each([
      ...[`${smArn}:db-AbCdEf`, `${smArn}:db`, `${smArn}:db-AbCdEf:user::`],
      ...[`${smArn}:db-AbCdEf`, `${smArn}:db`, `${smArn}:db-AbCdEf:user::`].map(eu),
    ])('%s means the secret, whichever of its ARNs is known', (written) => {
      expect(refers(written, replicated, here)).toBe(true);
      expect(refers(written, replica, here)).toBe(true);
      expect(refers(written, replica)).toBe(true);
    });

    it('a bare name means it in each of these regions', () => {
      expect(refers('sm:db', replica, here)).toBe(true);
      expect(refers('sm:db', replica, { ...here, region: 'eu-west-3' })).toBe(true);
      expect(refers('sm:db', replica, { ...here, region: 'eu-west-2' })).toBe(false);
    });

    it.each([
      ['a region without a replica', `${smArn}:db-AbCdEf`.replace('us-east-1', 'eu-west-2')],
      ['other six characters', eu(`${smArn}:db-XxXxXx`)],
      ['another name', eu(`${smArn}:dc-AbCdEf`)],
      ['another account', eu(`${smArn}:db-AbCdEf`).replace(account, '210987654321')],
      ['another partition', eu(`${smArn}:db-AbCdEf`).replace('arn:aws:', 'arn:aws-cn:')],
    ])('not %s', (_, written) => {
      expect(refers(written, replicated, here)).toBe(false);
      expect(refers(written, replica, here)).toBe(false);
    });
  });

  it.each([
    [['us-east-1'], db],
    [['eu-west-1', 'us-east-1'], { ...db, regions: ['eu-west-1', 'us-east-1'] }],
  ])('regionsOf is %j', (regions, identity) => {
    expect(regionsOf(identity)).toEqual(regions);
  });

  it.each([
    ['region', { ...here, region: 'eu-west-1' }],
    ['account', { ...here, account: '210987654321' }],
  ])('a bare name means a secret of its own %s only', (_, elsewhere) => {
    expect(refers('foo', foo, elsewhere)).toBe(false);
    expect(refers('sm:db', db, elsewhere)).toBe(false);
    expect(refers(`${smArn}:db`, db, elsewhere)).toBe(true);
  });

  describe('tells apart "db" and a secret whose own name is "db-abcdef"', () => {
    const short: SecretIdentity = { ...db, arn: `${smArn}:db-abcdef` };
    const long: SecretIdentity = { ...db, name: 'db-abcdef', arn: `${smArn}:db-abcdef-XyZ123` };

    it.each([
      ['sm:db', true, false],
      ['sm:db-abcdef', false, true],
      [`${smArn}:db`, true, false],
      // AWS takes an ARN that ends in a hyphen and six characters for a full one.
      [`${smArn}:db-abcdef`, true, false],
      [`${smArn}:db-abcdef:user::`, true, false],
      [`${smArn}:db-abcdef-XyZ123`, false, true],
      [`${smArn}:db-abcdef-XyZ123:user::`, false, true],
    ])('%s', (written, meansShort, meansLong) => {
      expect([refers(written, short), refers(written, long)]).toEqual([meansShort, meansLong]);
    });
  });

  it('a partial ARN means its secret, also with a hyphen and six characters in its middle', () => {
    const name = 'shop-secret-db';
    const identity: SecretIdentity = { ...db, name, arn: `${smArn}:${name}-XyZ123` };
    expect(refers(`${smArn}:${name}`, identity)).toBe(true);
  });

  it('holds for a reference and the secret that it was resolved to', () => {
    fc.assert(
      fc.property(reference, text('abcXYZ019', 6), (original, end) => {
        const { store, name, scope: at = here } = original;
        const suffix = end.padEnd(6, '0');
        const identity: SecretIdentity =
          store === 'parameter-store'
            ? { store, name, arn: parameterArn(name, at) }
            : {
                store,
                name,
                arn: `arn:${at.partition}:secretsmanager:${at.region}:${at.account}:secret:${name}-${suffix}`,
              };
        const resolved = parseReference(formatValueFrom(identity, original));
        expect(refersTo(resolved, identity)).toBe(true);
        expect(refersTo({ ...original, name: `${name}x` }, identity, at)).toBe(false);
      }),
    );
  });
});

describe('of a text that is no reference', () => {
  it('what follows "=" is not shown, not by its characters either', () => {
    const takes = '(allowed: A-Z a-z 0-9 and /_+=.@!-)';
    expect(problemsOf(() => parseReference('sm:a b=p#q'))).toEqual([
      `secret reference "sm:a b=…" has characters that Secrets Manager does not accept: " " ${takes}`,
    ]);
    expect(problemsOf(() => parseReference('sm:a=p#q'))).toEqual([
      `secret reference "sm:a=…" has characters that Secrets Manager does not accept ${takes}`,
    ]);
  });

  it('"sm:" counts at its front only', () => {
    expect(problemsOf(() => parseValueFrom('x-sm:db', 'secrets-manager'))).toEqual([
      'secret reference "x-sm:db" has characters that Secrets Manager does not accept: ":" (allowed: A-Z a-z 0-9 and /_+=.@!-)',
    ]);
  });
});

describe('isPinned', () => {
  it.each([
    ['/a/b', false],
    ['sm:db', false],
    ['sm:db:user', false],
    ['sm:db::AWSCURRENT', false],
    ['sm:db::AWSPREVIOUS', true],
    ['sm:db::blue', true],
    [`sm:db:::${uuid}`, true],
    [`${smArn}:db-AbCdEf:user::${uuid}`, true],
    [`${smArn}:db-AbCdEf:user::`, false],
  ])('%s: %s', (written, pinned) => {
    expect(isPinned(parseReference(written))).toBe(pinned);
  });
});

describe('checkWritable', () => {
  const refused = (written: string): readonly string[] =>
    problemsOf(() => {
      checkWritable(parseReference(written));
    });

  it.each([
    'db',
    '/shop/aws',
    '/shop/ssm/db',
    'my-aws',
    'sm:db',
    'sm:db:user',
    'sm:aws/db',
    `${smArn}:db`,
  ])('lets %s be written', (written) => {
    expect(refused(written)).toEqual([]);
  });

  it.each([
    ['aws-key', 'aws-key'],
    ['/aws/reference/x', '/aws/reference/x'],
    ['/AWS', 'AWS'],
    ['SSMthing', 'SSMthing'],
    [`${ssmArn}/aws/service/x`, '/aws/service/x'],
  ])('refuses %s, which AWS reserves', (written, name) => {
    expect(refused(written)).toEqual([
      `parameter name "${name}" begins with "aws" or "ssm" (in any case), which AWS reserves`,
    ]);
  });

  it.each([
    ['aws-key', 'choose another name'],
    ['sm:db::AWSCURRENT', 'omit the stage and the version: sm:NAME or sm:NAME:KEY'],
  ])('says of %s what to do', (written, hint) => {
    expect(() => {
      checkWritable(parseReference(written));
    }).toThrow(expect.objectContaining({ hint }));
  });

  it.each(['sm:db::AWSCURRENT', 'sm:db:user:AWSPREVIOUS', `sm:db:::${uuid}`])(
    'refuses %s, one version of a secret',
    (written) => {
      expect(refused(written)).toEqual([
        `${written} names a version; a value is always stored as AWSCURRENT`,
      ]);
    },
  );
});

import { describe, expect, test } from 'vitest';
import {
  compactGrants,
  executionPolicy,
  inlinePolicyCharacters,
  managedPolicyCharacters,
  splitGrants,
  type Grant,
  type Grants,
} from '../../../src/model/roles/execution-policy.ts';
import { policySize } from '../../../src/model/roles/policy.ts';

// What execution-policy.test.ts proves of whatever grants there are, said of a few in full.

const keyArn = (id: string, region = 'us-east-1') => `arn:aws:kms:${region}:123456789012:key/${id}`;
const parameter = (name: string, kmsKeyArn?: string, region = 'us-east-1'): Grant => ({
  ...{ store: 'parameter-store', arn: `arn:aws:ssm:${region}:123456789012:parameter/${name}` },
  kmsKeyArn,
});
const secret = (name: string, kmsKeyArn?: string, region = 'us-east-1'): Grant => ({
  ...{
    store: 'secrets-manager',
    arn: `arn:aws:secretsmanager:${region}:123456789012:secret:${name}`,
  },
  kmsKeyArn,
});
const file = (path: string) => ({ objectArn: `arn:aws:s3:::${path}` });
const decryption = (
  Sid: string,
  key: string,
  via: string,
  more: Record<string, Record<string, string | string[]>>,
) => ({
  ...{ Sid, Effect: 'Allow', Action: 'kms:Decrypt', Resource: [key] },
  Condition: { ...more, StringEquals: { 'kms:ViaService': via, ...more.StringEquals } },
});

describe('the policy', () => {
  test('has a statement for each kind of grant, in one order, each resource once', () => {
    const secrets = [
      secret('db-AbCdEf', keyArn('b')),
      parameter('b', keyArn('a')),
      parameter('a', keyArn('a')),
      parameter('a', keyArn('a')),
      parameter('plain'),
      secret('new-??????', keyArn('b')),
      secret('far-AbCdEf', keyArn('c', 'eu-west-1'), 'eu-west-1'),
    ];
    const files = [file('shop/b.env'), file('shop/a.env'), file('other/a.env')];
    const ssm = 'ssm.us-east-1.amazonaws.com';
    const manager = 'secretsmanager.us-east-1.amazonaws.com';
    const [a, b, plain] = ['a', 'b', 'plain'].map((name) => parameter(name).arn);
    const [db, fresh] = ['db-AbCdEf', 'new-??????'].map((name) => secret(name).arn);
    const far = secret('far-AbCdEf', undefined, 'eu-west-1').arn;
    const of = (one: 'PARAMETER_ARN' | 'SecretARN') => `kms:EncryptionContext:${one}`;
    expect(executionPolicy(secrets, files)).toEqual({
      Version: '2012-10-17',
      Statement: [
        ...[
          { Sid: 'ReadParameters', Action: 'ssm:GetParameters', Resource: [a, b, plain] },
          {
            Sid: 'ReadSecrets',
            Action: 'secretsmanager:GetSecretValue',
            Resource: [far, db, fresh],
          },
        ].map((one) => ({ Effect: 'Allow', ...one })),
        decryption(
          'DecryptSecrets1',
          keyArn('c', 'eu-west-1'),
          manager.replace('us-east-1', 'eu-west-1'),
          {
            StringEquals: { [of('SecretARN')]: [far] },
          },
        ),
        decryption('DecryptSecrets2', keyArn('b'), manager, {
          StringLike: { [of('SecretARN')]: [db!, fresh!] },
        }),
        decryption('DecryptParameters3', keyArn('a'), ssm, {
          StringEquals: { [of('PARAMETER_ARN')]: [a!, b!] },
        }),
        ...[
          {
            Sid: 'ReadEnvironmentFiles',
            Action: 's3:GetObject',
            Resource: ['other/a.env', 'shop/a.env', 'shop/b.env'].map(
              (path) => file(path).objectArn,
            ),
          },
          {
            Sid: 'LocateEnvironmentFiles',
            Action: 's3:GetBucketLocation',
            Resource: ['arn:aws:s3:::other', 'arn:aws:s3:::shop'],
          },
        ].map((one) => ({ Effect: 'Allow', ...one })),
      ],
    });
  });

  test('has no statement without a resource, and is none without a statement', () => {
    const sids = (...given: Parameters<typeof executionPolicy>) =>
      executionPolicy(...given)?.Statement.map(({ Sid }) => Sid);
    expect(sids([parameter('a')])).toEqual(['ReadParameters']);
    expect(sids([secret('a-AbCdEf')])).toEqual(['ReadSecrets']);
    expect(sids([], [file('shop/a.env')])).toEqual([
      'ReadEnvironmentFiles',
      'LocateEnvironmentFiles',
    ]);
    expect(sids([])).toBeUndefined();
    expect(sids([], [])).toBeUndefined();
  });

  test.each(['*', '?'])('compares patterns with %s as such', (sign) => {
    const statement = executionPolicy([parameter(`a${sign}`, keyArn('a'))])?.Statement[1];
    expect(Object.keys(statement?.Condition ?? {})).toEqual(['StringEquals', 'StringLike']);
  });

  test('names the keys of each store apart, also where both have the same', () => {
    const both = executionPolicy([parameter('a', keyArn('k')), secret('a-AbCdEf', keyArn('k'))]);
    const sids = both?.Statement.slice(2).map(({ Sid }) => Sid);
    expect(sids).toEqual(['DecryptSecrets1', 'DecryptParameters2']);
    const two = executionPolicy([parameter('a', keyArn('y')), parameter('a', keyArn('x'))]);
    expect(two?.Statement.slice(1).map(({ Resource }) => Resource)).toEqual([
      [keyArn('x')],
      [keyArn('y')],
    ]);
  });

  test('fits into what IAM takes of inline and managed policies', () => {
    expect([inlinePolicyCharacters, managedPolicyCharacters]).toEqual([10_240, 6_144]);
  });
});

describe('compact grants', () => {
  const sizeOf = ({ secrets, files }: Grants): number =>
    policySize(executionPolicy(secrets, files));
  const namesIn = ({ secrets }: Grants): string[] =>
    secrets.map(({ arn }) => arn.replace(/^.*(?:parameter\/|secret:)/, ''));
  /** What is left of grants that have to be so many characters shorter. */
  const shorter = (secrets: Grant[], characters: number, files: Grants['files'] = []) =>
    compactGrants({ secrets, files }, sizeOf({ secrets, files }) - characters);

  test('are what is given where it fits, with patterns that were given', () => {
    const grants = { secrets: [parameter('shop/*'), parameter('b')], files: [file('shop/a.env')] };
    expect(compactGrants(grants, sizeOf(grants))).toEqual({ grants, wildcards: [] });
  });

  test('have one pattern for what lies together, and say for how many it stands', () => {
    const secrets = ['shop/a', 'shop/b', 'shop/c', 'other'].map((name) => parameter(name));
    const compact = shorter(secrets, 1)!;
    expect(namesIn(compact.grants)).toEqual(['shop/*', 'other']);
    expect(compact.wildcards).toEqual([{ pattern: parameter('shop/*').arn, secrets: 3 }]);
  });

  test('take the deeper place before the longer name, and then the longer one', () => {
    const names = [
      'a/b/x',
      'a/b/y',
      'a-very-long-name-x',
      'a-very-long-name-y',
      'a-x',
      'b_x',
      'b_y',
    ];
    const secrets = names.map((name) => parameter(name));
    const patterns = (characters: number) =>
      shorter(secrets, characters)!.wildcards.map(({ pattern }) =>
        pattern.replace(/^.*parameter\//, ''),
      );
    expect(patterns(1)).toEqual(['a/b/*']);
    expect(patterns(70)).toEqual(['a-very-long-name-*', 'a/b/*']);
  });

  test('take the first of two places that are equally narrow', () => {
    const secrets = ['c/x', 'c/y', 'b/x', 'b/y'].map((name) => parameter(name));
    expect(namesIn(shorter(secrets, 1)!.grants)).toEqual(['c/x', 'c/y', 'b/*']);
  });

  test('keep the keys apart that several secrets have', () => {
    const secrets = [
      parameter('s/a', keyArn('x')),
      parameter('s/b', keyArn('x')),
      parameter('s/c', keyArn('y')),
      parameter('s/d'),
    ];
    const { grants, wildcards } = shorter(secrets, 1)!;
    expect(grants.secrets).toEqual([
      parameter('s/*', keyArn('x')),
      parameter('s/*', keyArn('y')),
      parameter('s/*'),
    ]);
    expect(wildcards).toEqual([{ pattern: parameter('s/*').arn, secrets: 4 }]);
  });

  test('count a secret once that has two keys', () => {
    const secrets = [parameter('s/a', keyArn('x')), parameter('s/a', keyArn('y'))];
    expect(shorter(secrets, 1)).toBeUndefined();
  });

  test.each<[string, Grant[]]>([
    ['a whole store', [parameter('a'), parameter('b')]],
    ['all below the first slash', [parameter('/a'), parameter('/b')]],
    ['all of a region', [secret('a-AbCdEf'), secret('b-AbCdEf')]],
    ['the end that AWS gives a name', [secret('a-AbCdEf'), secret('a-GhIjKl')]],
    ['the end of a name that does not exist yet', [secret('a-??????'), secret('a-AbCdEf')]],
    ['two stores', [secret('shop/a-AbCdEf'), parameter('shop/a')]],
    ['two regions', [parameter('shop/a'), parameter('shop/a', undefined, 'eu-west-1')]],
    [
      'what is no secret',
      [
        { store: 'parameter-store', arn: 'a/b/c' },
        { store: 'parameter-store', arn: 'a/b/d' },
      ],
    ],
  ])('never grant %s', (_what, secrets) => {
    expect(shorter(secrets, 1)).toBeUndefined();
  });

  test.each([
    ['parameters', (name: string) => parameter(name), ['shop/', 'shop_', 'shop.', 'shop-']],
    ['secrets', (name: string) => secret(`${name}-AbCdEf`), ['shop/', 'shop_', 'shop.', 'shop-']],
  ])('of %s may end at any separator', (_what, make, prefixes) => {
    for (const prefix of prefixes) {
      const secrets = ['password', 'username', 'connection'].map((name) => make(prefix + name));
      expect(namesIn(shorter(secrets, 1)!.grants)).toEqual([`${prefix}*`]);
    }
  });

  test('take six characters at the end of a name of a parameter for no part of it', () => {
    const secrets = ['a-AbCdEf', 'a-AbCdEfG', 'a-AbCdE'].map((name) => parameter(name));
    expect(namesIn(shorter(secrets, 1)!.grants)).toEqual(['a-*']);
  });

  test('go on to wider places where the first are not enough', () => {
    const secrets = ['s/p/a', 's/p/b', 's/q/a', 's/q/b'].map((name) => parameter(name));
    const size = (names: string[]) =>
      sizeOf({ secrets: names.map((name) => parameter(name)), files: [] });
    const at = (limit: number) => {
      const compact = compactGrants({ secrets, files: [] }, limit);
      return compact && namesIn(compact.grants);
    };
    expect(at(size(['s/p/*', 's/q/a', 's/q/b']))).toEqual(['s/p/*', 's/q/a', 's/q/b']);
    expect(at(size(['s/p/*', 's/q/*']))).toEqual(['s/p/*', 's/q/*']);
    expect(at(size(['s/*']))).toEqual(['s/*']);
    expect(at(size(['s/*']) - 1)).toBeUndefined();
    const wide = compactGrants({ secrets, files: [] }, size(['s/*']));
    expect(wide?.wildcards).toEqual([{ pattern: parameter('s/*').arn, secrets: 4 }]);
  });
});

describe('split grants', () => {
  const grants: Grants = {
    secrets: ['c', 'a', 'b'].map((name) => parameter(name)),
    files: [file('shop/b.env'), file('shop/a.env')],
  };
  const sizeOf = (secrets: Grant[], files: Grants['files'] = []) =>
    policySize(executionPolicy(secrets, files));
  const namesIn = (parts: Grants[]) =>
    parts.map(({ secrets, files }) =>
      [...secrets.map(({ arn }) => arn), ...files.map(({ objectArn }) => objectArn)]
        .map((arn) => arn.replace(/^.*[:/](?=[^/:]*$)/, ''))
        .join(' '),
    );

  test('are one part where they fit, in the order of their names', () => {
    const parts = splitGrants(grants, managedPolicyCharacters);
    expect(namesIn(parts)).toEqual(['a b c a.env b.env']);
    expect(splitGrants({ secrets: [], files: [] }, managedPolicyCharacters)).toEqual([]);
  });

  test('fill a part up to the limit before the next one', () => {
    const two = sizeOf([parameter('a'), parameter('b')]);
    expect(namesIn(splitGrants({ ...grants, files: [] }, two))).toEqual(['a b', 'c']);
    expect(namesIn(splitGrants({ ...grants, files: [] }, two - 1))).toEqual(['a', 'b', 'c']);
    // A file goes where there is room for it.
    const { secrets, files } = grants;
    const current = [
      { secrets, files: [] },
      { secrets: [], files: [file('shop/b.env')] },
    ];
    const limit = Math.max(sizeOf([...secrets]), sizeOf([], [...files]));
    expect(namesIn(splitGrants(grants, limit, current))).toEqual(['c a b', 'b.env a.env']);
  });

  test('have a grant that is too large by itself in a part of its own', () => {
    expect(
      namesIn(splitGrants({ secrets: [parameter('a'), parameter('b')], files: [] }, 10)),
    ).toEqual([...['a', 'b']]);
  });

  test('have each grant once, and one with two keys twice', () => {
    const secrets = [parameter('a'), parameter('a'), parameter('a', keyArn('x'))];
    const files = [file('shop/a.env'), file('shop/a.env')];
    const [part] = splitGrants({ secrets, files }, managedPolicyCharacters);
    expect(part).toEqual({
      secrets: [parameter('a'), parameter('a', keyArn('x'))],
      files: [file('shop/a.env')],
    });
  });

  test('keep what a part has, drop what is not wanted any more, and place the rest', () => {
    const current = [
      { secrets: [parameter('b'), parameter('gone')], files: [file('shop/gone.env')] },
      { secrets: [parameter('c')], files: [file('shop/b.env')] },
      { secrets: [parameter('gone too')], files: [] },
    ];
    const parts = splitGrants(grants, managedPolicyCharacters, current);
    expect(namesIn(parts)).toEqual(['b a a.env', 'c b.env']);
    // A full part takes nothing more.
    const limit = sizeOf([parameter('c')], [file('shop/b.env')]);
    const narrow = splitGrants(grants, limit, current.slice(1, 2));
    expect(namesIn(narrow)[0]).toBe('c b.env');
    expect(namesIn(narrow).slice(1).join(' ').split(' ').sort()).toEqual(['a', 'a.env', 'b']);
  });

  test('keep a key apart that a part does not have', () => {
    const current = [{ secrets: [parameter('a')], files: [] }];
    const wanted = { secrets: [parameter('a', keyArn('x'))], files: [] };
    expect(splitGrants(wanted, managedPolicyCharacters, current)).toEqual([wanted]);
  });
});

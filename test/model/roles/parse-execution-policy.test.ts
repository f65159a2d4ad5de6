import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compactGrants,
  executionPolicy,
  type Grant,
  type Grants,
} from '../../../src/model/roles/execution-policy.ts';
import {
  grantedBy,
  grantsBesides,
  notGranted,
  policyOf,
} from '../../../src/model/roles/parse-execution-policy.ts';

const parameter = (name: string): string => `arn:aws:ssm:us-east-1:123456789012:parameter/${name}`;
const secret = (name: string): string =>
  `arn:aws:secretsmanager:us-east-1:123456789012:secret:${name}-AbCdEf`;
const key = (id: number): string => `arn:aws:kms:us-east-1:123456789012:key/${id}`;
const object = (name: string): { objectArn: string } => ({ objectArn: `arn:aws:s3:::${name}` });

const grant = fc
  .record({
    store: fc.constantFrom('parameter-store' as const, 'secrets-manager' as const),
    name: fc.constantFrom('shop/db', 'shop/api', 'shop/web/db', 'other'),
    key: fc.option(fc.integer({ min: 1, max: 2 })),
  })
  .map(({ store, name, key: id }): Grant => {
    const arn = store === 'parameter-store' ? parameter(name) : secret(name);
    return { store, arn, ...(id !== null && { kmsKeyArn: key(id) }) };
  });
const grantSets = fc.record({
  secrets: fc.array(grant, { minLength: 1, maxLength: 10 }),
  files: fc.array(fc.constantFrom(object('b/web.env'), object('b/x/y.env'), object('c/web.env'))),
});

const document = (...Statement: object[]) => ({ Version: '2012-10-17', Statement });
const ours = ({ secrets, files }: Grants) => executionPolicy(secrets, files)!;

describe('what a policy of ours grants', () => {
  test('makes the same policy again', () => {
    fc.assert(
      fc.property(grantSets, (grants) => {
        const granted = grantedBy(ours(grants));
        expect(granted.others).toEqual([]);
        expect(ours(granted)).toEqual(ours(grants));
        expect(notGranted(grants, [ours(grants)])).toEqual({ secrets: [], files: [] });
      }),
    );
  });

  test('is read of common prefixes and of what does not exist yet too', () => {
    const names = ['shop/a', 'shop/b', 'shop/c'];
    const secrets = names.map((name): Grant => ({
      store: 'parameter-store',
      arn: parameter(name),
      kmsKeyArn: key(1),
    }));
    const compact = compactGrants({ secrets, files: [] }, 520)!.grants;
    expect(compact.secrets).toMatchObject([{ arn: parameter('shop/*') }]);
    expect(ours(grantedBy(ours(compact)))).toEqual(ours(compact));
    expect(notGranted({ secrets, files: [] }, [ours(compact)]).secrets).toEqual([]);
    const arn = secret('new').replace('AbCdEf', '??????');
    const expected = { secrets: [{ store: 'secrets-manager' as const, arn }], files: [] };
    expect(ours(grantedBy(ours(expected)))).toEqual(ours(expected));
    expect(notGranted(expected, [ours(expected)]).secrets).toEqual([]);
  });

  const read = { Effect: 'Allow', Action: 'ssm:GetParameters', Resource: parameter('db') };
  const decrypt = ours({
    secrets: [{ store: 'parameter-store', arn: parameter('db'), kmsKeyArn: key(1) }],
    files: [],
  }).Statement[1]!;
  test.each<[string, object]>([
    ['another action', { ...read, Action: ['ssm:GetParameters', 'ssm:GetParameter'] }],
    ['a condition', { ...read, Condition: { Bool: { 'aws:SecureTransport': 'true' } } }],
    ['a denial', { ...read, Effect: 'Deny' }],
    ['all but some', { Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }],
    ['a key for everything', { Effect: 'Allow', Action: 'kms:Decrypt', Resource: key(1) }],
    ['a key for what may not be read', decrypt],
    ['two keys at once', { ...decrypt, Resource: [key(1), key(2)] }],
    [
      'a bucket without a file',
      { Effect: 'Allow', Action: 's3:GetBucketLocation', Resource: 'arn:aws:s3:::b' },
    ],
  ])('is not taken from what someone else wrote: %s', (_what, statement) => {
    const granted = grantedBy(document({ ...read, Resource: parameter('api') }, statement));
    expect(granted.secrets).toEqual([{ store: 'parameter-store', arn: parameter('api') }]);
    expect(granted.files).toEqual([]);
    expect(granted.others).toHaveLength(1);
  });

  test('of no policy is nothing', () => {
    expect(grantedBy(undefined)).toEqual({ secrets: [], files: [], others: [] });
  });
});

describe('what policies do not grant yet', () => {
  const wanted: Grants = {
    secrets: [{ store: 'parameter-store', arn: parameter('db'), kmsKeyArn: key(1) }],
    files: [object('b/web.env')],
  };
  test.each<[string, object[], number, number]>([
    ['nothing is there', [], 1, 1],
    ['the key is missing', [{ Action: 'ssm:GetParameters', Resource: '*' }], 1, 1],
    ['somebody granted it all', [{ Action: '*', Resource: '*' }], 0, 0],
    ['the bucket is missing', [{ Action: 's3:GetObject', Resource: '*' }], 1, 1],
    [
      'two policies grant it together',
      [
        { Action: ['ssm:GetParameters', 's3:Get*'], Resource: '*' },
        { Action: 'kms:Decrypt', Resource: key(1) },
      ],
      0,
      0,
    ],
  ])('where %s', (_what, statements, secrets, files) => {
    const documents = statements.map((one) => document({ Effect: 'Allow', ...one }));
    const missing = notGranted(wanted, documents);
    expect([missing.secrets.length, missing.files.length]).toEqual([secrets, files]);
  });
});

describe('a policy with grants of ours', () => {
  const db: Grant = { store: 'parameter-store', arn: parameter('db'), kmsKeyArn: key(1) };
  const api: Grant = { store: 'secrets-manager', arn: secret('api') };
  const file = object('b/web.env');
  const theirs = { Sid: 'Logs', Effect: 'Allow', Action: 'logs:*', Resource: '*' };

  test('is read by what it grants: secrets with their keys, files, and what others wrote', () => {
    const secrets = [db, api, { ...db, arn: parameter('plain'), kmsKeyArn: undefined }];
    const granted = grantedBy(document(...ours({ secrets, files: [file] }).Statement, theirs));
    expect(granted.files).toEqual([file]);
    expect(granted.others).toMatchObject([{ Sid: 'Logs' }]);
    expect(granted.secrets).toHaveLength(3);
    expect(granted.secrets).toEqual(
      expect.arrayContaining([
        db,
        expect.objectContaining(api),
        { store: 'parameter-store', arn: parameter('plain') },
      ]),
    );
  });

  test('is read alike whatever its statements are called', () => {
    const statements = ours({ secrets: [db, api], files: [file] }).Statement;
    const unnamed = statements.map((one, index) => ({ ...one, Sid: `Mine${index}` }));
    expect(grantedBy(document(...unnamed))).toEqual(grantedBy(document(...statements)));
    expect(grantedBy(document(...unnamed)).others).toEqual([]);
  });

  test('reads a secret under two keys as two grants', () => {
    const secrets = [db, { ...db, kmsKeyArn: key(2) }];
    const granted = grantedBy(ours({ secrets, files: [] }));
    expect(granted.secrets).toHaveLength(2);
    expect(granted.secrets).toEqual(expect.arrayContaining(secrets));
  });

  test('keeps a file whose bucket is granted, and no bucket by itself', () => {
    const [, location] = ours({ secrets: [], files: [file] }).Statement;
    expect(grantedBy(document(location!)).others).toHaveLength(1);
    expect(grantedBy(document(location!)).files).toEqual([]);
    const elsewhere = ours({ secrets: [], files: [object('c/web.env')] }).Statement[0]!;
    expect(grantedBy(document(elsewhere, location!))).toMatchObject({
      files: [object('c/web.env')],
      others: [{ Action: ['s3:GetBucketLocation'] }],
    });
  });

  test('is written with the statements of others behind ours, each under a name of its own', () => {
    const { others } = grantedBy(
      document({ ...theirs, Sid: ours({ secrets: [db], files: [] }).Statement[0]!.Sid }),
    );
    const written = policyOf({ secrets: [db], files: [], others });
    expect(written?.Version).toBe('2012-10-17');
    expect(written?.Statement.slice(0, -1)).toEqual(ours({ secrets: [db], files: [] }).Statement);
    expect(written?.Statement.at(-1)).toMatchObject({ Effect: 'Allow', Action: ['logs:*'] });
    expect(new Set(written?.Statement.map(({ Sid }) => Sid)).size).toBe(written?.Statement.length);
  });

  test('with nothing in it is none', () => {
    expect(policyOf({ secrets: [], files: [], others: [] })).toBeUndefined();
    const { others } = grantedBy(document(theirs));
    expect(policyOf({ secrets: [], files: [], others })?.Statement).toHaveLength(1);
  });
});

describe('what a policy has to grant besides', () => {
  const a: Grant = { store: 'parameter-store', arn: parameter('a') };
  const b: Grant = { store: 'parameter-store', arn: parameter('b') };
  const file = object('b/web.env');
  const other = object('c/web.env');
  const theirs = { Effect: 'Allow', Action: 'logs:*', Resource: '*' };
  const withTheirs = (grants: Grants) => document(...ours(grants).Statement, theirs);

  test('is nothing where all is granted', () => {
    const wanted = { secrets: [a], files: [file] };
    expect(grantsBesides(wanted, [ours(wanted)])).toBeUndefined();
    expect(grantsBesides({ secrets: [], files: [] }, [])).toBeUndefined();
    expect(grantsBesides(wanted, [document({ ...theirs, Action: '*' })], [ours(wanted)])).toBe(
      undefined,
    );
  });

  test('is what is missing, behind what is there', () => {
    const present = withTheirs({ secrets: [a], files: [file] });
    expect(grantsBesides({ secrets: [b, a], files: [] }, [present])).toMatchObject({
      secrets: [a, b],
      files: [file],
      others: [{ Effect: 'Allow', Action: ['logs:*'], Resource: ['*'] }],
    });
    expect(grantsBesides({ secrets: [], files: [other] }, [present])).toMatchObject({
      secrets: [a],
      files: [file, other],
    });
  });

  test('is also what was granted earlier and is gone, and what others wrote, once', () => {
    const earlier = [withTheirs({ secrets: [a], files: [other] })];
    const present = [withTheirs({ secrets: [b], files: [file] })];
    const found = grantsBesides({ secrets: [b], files: [] }, present, earlier);
    expect(found).toMatchObject({ secrets: [b, a], files: [file, other] });
    expect(found?.others).toHaveLength(1);
    const gone = [
      document({ ...theirs, Action: 'ecr:*' }, ...ours({ secrets: [a], files: [] }).Statement),
    ];
    expect(grantsBesides({ secrets: [], files: [] }, present, gone)?.others).toMatchObject([
      { Action: ['logs:*'] },
      { Action: ['ecr:*'] },
    ]);
  });

  test('does not count a denial, which no grant would change', () => {
    const denied = document(...ours({ secrets: [a], files: [] }).Statement, {
      Effect: 'Deny',
      Action: 'ssm:*',
      Resource: '*',
    });
    expect(notGranted({ secrets: [a], files: [] }, [denied])).toEqual({ secrets: [], files: [] });
    expect(grantsBesides({ secrets: [a], files: [] }, [denied])).toBeUndefined();
  });
});

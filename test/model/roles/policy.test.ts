import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { executionPolicy, type Grant } from '../../../src/model/roles/execution-policy.ts';
import {
  executionRolePolicyArn,
  samePolicy,
  trustPolicy,
} from '../../../src/model/roles/policy.ts';

const account = '123456789012';
const at = `us-east-1:${account}`;
const parameter = (name: string, kmsKeyArn?: string): Grant => ({
  store: 'parameter-store',
  arn: `arn:aws:ssm:${at}:parameter/${name}`,
  kmsKeyArn,
});
const secret = (name: string, kmsKeyArn?: string): Grant => ({
  store: 'secrets-manager',
  arn: `arn:aws:secretsmanager:${at}:secret:${name}`,
  kmsKeyArn,
});
const keyA = `arn:aws:kms:${at}:key/aaaa`;
const keyB = `arn:aws:kms:${at}:key/bbbb`;

describe('the execution policy', () => {
  it('is none where there is nothing to grant', () => {
    expect(executionPolicy([])).toBeUndefined();
  });

  it('has no kms statement for AWS-managed keys', () => {
    expect(executionPolicy([parameter('app/db'), secret('app/api-AbCdEf')])).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'ReadParameters',
          Effect: 'Allow',
          Action: 'ssm:GetParameters',
          Resource: [`arn:aws:ssm:${at}:parameter/app/db`],
        },
        {
          Sid: 'ReadSecrets',
          Effect: 'Allow',
          Action: 'secretsmanager:GetSecretValue',
          Resource: [`arn:aws:secretsmanager:${at}:secret:app/api-AbCdEf`],
        },
      ],
    });
  });

  it.each([
    ['parameters', [parameter('a')], ['ReadParameters']],
    ['secrets', [secret('a-AbCdEf')], ['ReadSecrets']],
  ])('has no empty statement when there are only %s', (_, grants, sids) => {
    expect(executionPolicy(grants)?.Statement.map(({ Sid }) => Sid)).toEqual(sids);
  });

  it('decrypts with each customer-managed key through its service, for exactly the secrets under it', () => {
    const policy = executionPolicy([
      secret('db-AbCdEf', keyA),
      parameter('z', keyB),
      parameter('plain'),
      parameter('b', keyA),
      parameter('a', keyA),
    ]);
    expect(policy?.Statement.slice(2)).toEqual([
      {
        Sid: 'DecryptSecrets1',
        Effect: 'Allow',
        Action: 'kms:Decrypt',
        Resource: [keyA],
        Condition: {
          StringEquals: {
            'kms:ViaService': 'secretsmanager.us-east-1.amazonaws.com',
            'kms:EncryptionContext:SecretARN': [secret('db-AbCdEf').arn],
          },
        },
      },
      {
        Sid: 'DecryptParameters2',
        Effect: 'Allow',
        Action: 'kms:Decrypt',
        Resource: [keyA],
        Condition: {
          StringEquals: {
            'kms:ViaService': 'ssm.us-east-1.amazonaws.com',
            'kms:EncryptionContext:PARAMETER_ARN': [parameter('a').arn, parameter('b').arn],
          },
        },
      },
      {
        Sid: 'DecryptParameters3',
        Effect: 'Allow',
        Action: 'kms:Decrypt',
        Resource: [keyB],
        Condition: {
          StringEquals: {
            'kms:ViaService': 'ssm.us-east-1.amazonaws.com',
            'kms:EncryptionContext:PARAMETER_ARN': [parameter('z').arn],
          },
        },
      },
    ]);
  });

  it('names every secret once, sorted', () => {
    const policy = executionPolicy([
      parameter('b', keyA),
      parameter('a', keyA),
      parameter('b', keyA),
    ]);
    expect(policy?.Statement.map(({ Resource }) => Resource)).toEqual([
      [parameter('a').arn, parameter('b').arn],
      [keyA],
    ]);
    expect(policy?.Statement[1]?.Condition?.StringEquals).toMatchObject({
      'kms:EncryptionContext:PARAMETER_ARN': [parameter('a').arn, parameter('b').arn],
    });
  });

  it('goes through the service of the region that the secret is in', () => {
    const elsewhere = {
      ...secret('db-AbCdEf', keyA),
      arn: `arn:aws:secretsmanager:eu-west-1:${account}:secret:db-AbCdEf`,
    };
    const via = executionPolicy([secret('db-AbCdEf', keyA), elsewhere])
      ?.Statement.slice(1)
      .map(({ Condition }) => Condition?.StringEquals?.['kms:ViaService']);
    expect(via).toEqual([
      'secretsmanager.eu-west-1.amazonaws.com',
      'secretsmanager.us-east-1.amazonaws.com',
    ]);
  });

  it.each([
    ['aws', 'us-east-1', 'amazonaws.com'],
    ['aws-cn', 'cn-north-1', 'amazonaws.com.cn'],
    ['aws-us-gov', 'us-gov-west-1', 'amazonaws.com'],
    ['aws-iso', 'us-iso-east-1', 'c2s.ic.gov'],
    ['aws-iso-b', 'us-isob-east-1', 'sc2s.sgov.gov'],
    ['aws-iso-e', 'eu-isoe-west-1', 'cloud.adc-e.uk'],
    ['aws-iso-f', 'us-isof-south-1', 'csp.hci.ic.gov'],
    ['aws-eusc', 'eusc-de-east-1', 'amazonaws.eu'],
  ])('in %s goes through *.%s.%s', (partition, region, suffix) => {
    const kmsKeyArn = `arn:${partition}:kms:${region}:${account}:key/k`;
    const policy = executionPolicy([
      {
        store: 'secrets-manager',
        arn: `arn:${partition}:secretsmanager:${region}:${account}:secret:a-AbCdEf`,
        kmsKeyArn,
      },
      {
        store: 'parameter-store',
        arn: `arn:${partition}:ssm:${region}:${account}:parameter/a`,
        kmsKeyArn,
      },
    ]);
    const via = policy?.Statement.flatMap(
      ({ Condition }) => Condition?.StringEquals?.['kms:ViaService'] ?? [],
    );
    expect(via).toEqual([`secretsmanager.${region}.${suffix}`, `ssm.${region}.${suffix}`]);
  });

  const grants = fc.array(
    fc
      .record({
        store: fc.constantFrom('parameter-store' as const, 'secrets-manager' as const),
        name: fc.constantFrom('a', 'b', 'c'),
        region: fc.constantFrom('us-east-1', 'cn-north-1'),
        kmsKeyArn: fc.constantFrom(undefined, keyA, keyB),
      })
      .map(({ store, name, region, kmsKeyArn }): Grant => {
        const partition = region === 'cn-north-1' ? 'aws-cn' : 'aws';
        const arn =
          store === 'parameter-store'
            ? `arn:${partition}:ssm:${region}:${account}:parameter/${name}`
            : `arn:${partition}:secretsmanager:${region}:${account}:secret:${name}-AbCdEf`;
        return { store, arn, kmsKeyArn };
      }),
    { minLength: 1 },
  );

  it('is the same text for the same grants, in whatever order and however often they are given', () => {
    fc.assert(
      fc.property(
        grants.chain((list) =>
          fc.tuple(
            fc.constant(list),
            fc.shuffledSubarray([...list, ...list], { minLength: list.length * 2 }),
          ),
        ),
        ([list, shuffled]) => {
          expect(JSON.stringify(executionPolicy(shuffled))).toBe(
            JSON.stringify(executionPolicy(list)),
          );
        },
      ),
    );
  });

  it('grants each secret and its key, and has unique statement ids of letters and digits', () => {
    fc.assert(
      fc.property(grants, (list) => {
        const statements = executionPolicy(list)?.Statement ?? [];
        const sids = statements.map(({ Sid }) => Sid);
        expect(new Set(sids).size).toBe(sids.length);
        expect(sids.filter((sid) => !/^[A-Za-z0-9]+$/.test(sid))).toEqual([]);
        const read = statements.filter(({ Action }) => Action !== 'kms:Decrypt');
        expect(new Set(read.flatMap(({ Resource = [] }) => Resource))).toEqual(
          new Set(list.map(({ arn }) => arn)),
        );
        const decrypted = statements.flatMap(({ Resource = [], Condition }) =>
          Object.entries(Condition?.StringEquals ?? {})
            .filter(([name]) => name.startsWith('kms:EncryptionContext:'))
            .flatMap(([, arns]) => arns)
            .map((arn) => `${arn} ${Resource.join()}`),
        );
        const wanted = list.flatMap(({ arn, kmsKeyArn }) =>
          kmsKeyArn ? [`${arn} ${kmsKeyArn}`] : [],
        );
        expect(new Set(decrypted)).toEqual(new Set(wanted));
      }),
    );
  });
});

describe('the trust policy', () => {
  const here = { partition: 'aws-cn', region: 'cn-north-1', account };

  it('lets ECS tasks of this account and region assume the role', () => {
    expect(trustPolicy(here, true)).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'EcsTasks',
          Effect: 'Allow',
          Principal: { Service: 'ecs-tasks.amazonaws.com' },
          Action: 'sts:AssumeRole',
          Condition: {
            ArnLike: { 'aws:SourceArn': `arn:aws-cn:ecs:cn-north-1:${account}:*` },
            StringEquals: { 'aws:SourceAccount': account },
          },
        },
      ],
    });
  });

  it('lets any ECS task assume the role without the condition', () => {
    expect(trustPolicy(here, false).Statement).toEqual([
      {
        Sid: 'EcsTasks',
        Effect: 'Allow',
        Principal: { Service: 'ecs-tasks.amazonaws.com' },
        Action: 'sts:AssumeRole',
      },
    ]);
  });
});

describe('the managed policy', () => {
  it('is the one of the partition', () => {
    expect(executionRolePolicyArn('aws-us-gov')).toBe(
      'arn:aws-us-gov:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy',
    );
  });
});

describe('samePolicy', () => {
  const read = { Sid: 'A', Effect: 'Allow', Action: 's:Get', Resource: ['r1', 'r2'] };
  const decrypt = { Sid: 'B', Effect: 'Allow', Action: ['kms:Decrypt'], Resource: ['k'] };
  const document = (...Statement: object[]): object => ({ Version: '2012-10-17', Statement });

  it.each([
    ['a list of one and the thing itself', document({ ...read, Action: ['s:Get'] })],
    ['the order of resources', document({ ...read, Resource: ['r2', 'r1'] })],
    [
      'the order of members',
      { Statement: [Object.fromEntries(Object.entries(read).reverse())], Version: '2012-10-17' },
    ],
    ['a single statement without its list', { Version: '2012-10-17', Statement: read }],
  ])('does not look at %s', (_, other) => {
    expect(samePolicy(document(read), other)).toBe(true);
  });

  it('does not look at the order of statements', () => {
    expect(samePolicy(document(read, decrypt), document(decrypt, read))).toBe(true);
  });

  it('does not look at lists of one and orders in conditions', () => {
    const conditioned = (keys: unknown): object =>
      document({ ...read, Condition: { StringEquals: { a: keys, b: 'x' } } });
    expect(samePolicy(conditioned(['x']), conditioned('x'))).toBe(true);
    expect(samePolicy(conditioned(['x', 'y']), conditioned(['y', 'x']))).toBe(true);
    expect(samePolicy(conditioned(['x', 'y']), conditioned(['x']))).toBe(false);
  });

  it.each([
    ['another effect', document({ ...read, Effect: 'Deny' })],
    ['one resource more', document({ ...read, Resource: ['r1', 'r2', 'r3'] })],
    ['one resource less', document({ ...read, Resource: ['r1'] })],
    ['another action', document({ ...read, Action: 's:*' })],
    ['a condition', document({ ...read, Condition: { StringEquals: { a: 'b' } } })],
    ['another statement id', document({ ...read, Sid: 'C' })],
    ['another statement', document(read, decrypt)],
    ['no statement', document()],
    ['nothing at all', undefined],
    ['another version', { Version: '2008-10-17', Statement: [read] }],
  ])('sees %s', (_, other) => {
    expect(samePolicy(document(read), other)).toBe(false);
  });
});

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CreateClusterCommand,
  DescribeContainerInstancesCommand,
  DescribeTasksCommand,
  RegisterContainerInstanceCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  type RegisterTaskDefinitionCommandInput,
  type RunTaskCommandInput,
} from '@aws-sdk/client-ecs';
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateAliasCommand, CreateKeyCommand } from '@aws-sdk/client-kms';
import { CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateSecretCommand,
  PutResourcePolicyCommand,
  PutSecretValueCommand,
  ReplicateSecretToRegionsCommand,
} from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand, type PutParameterCommandInput } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { stringify } from 'yaml';
import type { Seen, Setting } from '../../helpers/run.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';
import { clientsTo, type Clients } from '../../sandbox/clients.ts';

// Scenes in which everything is right: `verify` finds no problem in any, and the task of each starts.

const account = '123456789012';
const home = 'us-east-1';
const abroad = 'eu-west-1';
/** In every value, and in no output. */
const mark = 'top-secret';

let shop: Shop;
let elsewhere: Clients;

interface Statement {
  Effect: 'Allow' | 'Deny';
  [member: string]: unknown;
}
const document = (...statements: Statement[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });
const allow = (action: unknown, resource: unknown, condition?: object): Statement => ({
  ...{ Effect: 'Allow', Action: action, Resource: resource },
  ...(condition && { Condition: condition }),
});
const deny = (action: unknown, resource: unknown, condition?: object): Statement => ({
  ...allow(action, resource, condition),
  Effect: 'Deny',
});

// --- secrets, and how they are referred to ---

type Place = 'secrets' | 'splunk' | 'firelens' | 'registry';

/** A secret of a scene. */
interface Made {
  place: Place;
  valueFrom: string;
  /** The same in this tool's notation. */
  ref: string;
  /** What the execution role is asked about. */
  arn: string;
  fullArn: string;
  store: 'ssm' | 'secretsmanager';
  region: string;
  /** A customer-managed key that leaves it to IAM. */
  key: string | undefined;
}

/** What is made so far of a scene. */
interface Scene {
  id: string;
  /** Of the tag that every secret of a scene has. */
  tag: string;
  key: KeyKind;
  roleArn: string;
}

interface Reference {
  what: string;
  place?: Place;
  /** Written without the six characters at the end of the ARN. */
  partial?: boolean;
  store: Made['store'];
  /** Where the role reads it. */
  region: string;
  name: (id: string) => string;
  make(scene: Scene, place: Place): Promise<Made>;
}

const keyKinds = [
  'its own key',
  'a key by ARN',
  'a key by alias',
  'a key that names the role',
  'a key by its id',
  'a key by the ARN of its alias',
  'the key of AWS by its alias',
  'a key for all who come through the store',
] as const;
type KeyKind = (typeof keyKinds)[number];

interface Key {
  /** For PutParameter and CreateSecret. */
  KeyId: string | undefined;
  /** What the role has to be granted. */
  granted: string | undefined;
}

/** What key policies allow who manages a key, which leaves nothing to IAM that reads. */
const managing: Statement = {
  Effect: 'Allow',
  Principal: { AWS: `arn:aws:iam::${account}:root` },
  Action: ['kms:Describe*', 'kms:Get*', 'kms:Put*', 'kms:Encrypt', 'kms:GenerateDataKey*'],
  Resource: '*',
};

let keyNumber = 0;
async function makeKey(
  { key, roleArn }: Scene,
  store: Made['store'],
  region: string,
): Promise<Key> {
  const { kms } = region === home ? shop : elsewhere;
  const make = async (...policy: Statement[]): Promise<{ KeyId: string; Arn: string }> => {
    const input = policy.length > 0 ? { Policy: document(...policy) } : {};
    const { KeyMetadata } = await kms.send(new CreateKeyCommand(input));
    return { KeyId: KeyMetadata!.KeyId!, Arn: KeyMetadata!.Arn! };
  };
  const makeAlias = async (TargetKeyId: string): Promise<string> => {
    keyNumber += 1;
    const AliasName = `alias/shop-${keyNumber}`;
    await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId }));
    return AliasName;
  };
  const reading = (more: object): Statement => ({
    ...{ Effect: 'Allow', Action: 'kms:Decrypt', Resource: '*' },
    ...more,
  });
  switch (key) {
    case 'its own key':
      return { KeyId: undefined, granted: undefined };
    case 'the key of AWS by its alias':
      return { KeyId: `alias/aws/${store}`, granted: undefined };
    case 'a key that names the role': {
      const { Arn } = await make(managing, reading({ Principal: { AWS: roleArn } }));
      return { KeyId: Arn, granted: undefined };
    }
    case 'a key for all who come through the store': {
      const ViaService = `${store}.${region}.amazonaws.com`;
      const StringEquals = { 'kms:CallerAccount': account, 'kms:ViaService': ViaService };
      const open = reading({ Principal: { AWS: '*' }, Condition: { StringEquals } });
      return { KeyId: (await make(managing, open)).Arn, granted: undefined };
    }
    case 'a key by ARN':
    case 'a key by its id': {
      const { KeyId, Arn } = await make();
      return { KeyId: key === 'a key by ARN' ? Arn : KeyId, granted: Arn };
    }
    case 'a key by alias':
    case 'a key by the ARN of its alias': {
      const { KeyId, Arn } = await make();
      const alias = await makeAlias(KeyId);
      return {
        KeyId: key === 'a key by alias' ? alias : Arn.replace(/key\/.*/, alias),
        granted: Arn,
      };
    }
  }
}

const tags = ({ tag }: Scene) => [{ Key: 'scene', Value: tag }];

function parameter(
  what: string,
  options: Partial<PutParameterCommandInput> & {
    name?: (id: string) => string;
    write?: 'name' | 'slash' | 'arn';
    region?: string;
    place?: Place;
  } = {},
): Reference {
  const {
    name = (id) => `/shop/${id}/db`,
    write = 'name',
    region = home,
    place,
    ...more
  } = options;
  return {
    ...{ what, name, region, store: 'ssm' },
    ...(place && { place }),
    async make(scene, to) {
      const Name = name(scene.id);
      const { KeyId, granted } =
        (more.Type ?? 'SecureString') === 'SecureString'
          ? await makeKey(scene, 'ssm', region)
          : { KeyId: undefined, granted: undefined };
      const input = { Name, Value: `${mark} ${scene.id}`, Type: 'SecureString', ...more } as const;
      await (region === home ? shop : elsewhere).ssm.send(
        new PutParameterCommand({ ...input, KeyId, Tags: tags(scene) }),
      );
      const arn = `arn:aws:ssm:${region}:${account}:parameter/${Name.replace(/^\//, '')}`;
      const named = write === 'slash' ? `/${Name}` : Name;
      const valueFrom = write === 'arn' ? arn : named;
      const ref = write === 'arn' ? arn : `ssm:${Name}`;
      const fullArn = arn;
      return { place: to, valueFrom, ref, arn, fullArn, store: 'ssm', region, key: granted };
    },
  };
}

/** Ids of the versions of a secret by their label. */
type Versions = Record<'current' | 'previous' | 'unlabelled', string>;

function secret(
  what: string,
  options: {
    name?: (id: string) => string;
    /** `:KEY:STAGE:VERSION`. */
    suffix?: (versions: Versions) => string;
    write?: 'arn' | 'partial' | 'name';
    region?: string;
    replica?: boolean;
    place?: Place;
  } = {},
): Reference {
  const { name = (id) => `shop/${id}/db`, suffix, write = 'arn', region = home, replica } = options;
  const { place } = options;
  return {
    ...{ what, name, region: replica ? abroad : region, store: 'secretsmanager' },
    ...(place && { place }),
    partial: write === 'partial',
    async make(scene, to) {
      const { KeyId, granted } = await makeKey(scene, 'secretsmanager', region);
      const { secrets } = region === home ? shop : elsewhere;
      const value = (n: number): string =>
        JSON.stringify({ username: 'shop', password: `${mark} ${scene.id} ${n}` });
      const Name = name(scene.id);
      const made = await secrets.send(
        new CreateSecretCommand({
          ...{ Name, SecretString: value(1), KmsKeyId: KeyId, Tags: tags(scene) },
        }),
      );
      const ids = [made.VersionId!];
      for (const n of [2, 3]) {
        const put = { SecretId: Name, SecretString: value(n) };
        ids.push((await secrets.send(new PutSecretValueCommand(put))).VersionId!);
      }
      const [unlabelled = '', previous = '', current = ''] = ids;
      const end = suffix?.({ unlabelled, previous, current }) ?? '';
      let [fullArn, key, at] = [made.ARN!, granted, region];
      if (replica) {
        at = abroad;
        const there = await makeKey(scene, 'secretsmanager', abroad);
        await secrets.send(
          new ReplicateSecretToRegionsCommand({
            SecretId: Name,
            AddReplicaRegions: [{ Region: abroad, KmsKeyId: there.KeyId }],
          }),
        );
        [fullArn, key] = [fullArn.replace(home, abroad), there.granted];
      }
      const arn = write === 'partial' ? fullArn.replace(/-\w{6}$/, '') : fullArn;
      const valueFrom = write === 'name' ? Name : arn + end;
      const ref =
        at === home && write !== 'partial' ? `sm:${Name}${end}`.replace(/:+$/, '') : arn + end;
      return { place: to, valueFrom, ref, arn, fullArn, store: 'secretsmanager', region: at, key };
    },
  };
}

const references: Reference[] = [
  parameter('a parameter by its path'),
  parameter('a parameter by its ARN', { write: 'arn' }),
  parameter('a parameter of one level', { name: (id) => `${id}-db` }),
  parameter('a parameter of one level with a slash', { name: (id) => `${id}-db`, write: 'slash' }),
  parameter('a parameter of one level by its ARN', { name: (id) => `${id}-db`, write: 'arn' }),
  parameter('a String', { Type: 'String' }),
  parameter('a StringList by its ARN', { Type: 'StringList', Value: `${mark},b`, write: 'arn' }),
  parameter('an advanced parameter', { Tier: 'Advanced', Value: `${mark} `.repeat(500) }),
  parameter('a parameter of another region', { write: 'arn', region: abroad }),
  parameter('a parameter for splunk', { place: 'splunk' }),
  parameter('a parameter for FireLens by its ARN', { place: 'firelens', write: 'arn' }),
  parameter('a parameter fifteen levels down', {
    name: (id) => `/shop/${id}${'/a'.repeat(12)}/db`,
  }),
  secret('a secret'),
  secret('a key of a secret', { suffix: () => ':password::' }),
  secret('a key at AWSCURRENT', { suffix: () => ':password:AWSCURRENT:' }),
  secret('the stage AWSPREVIOUS', { suffix: () => '::AWSPREVIOUS:' }),
  secret('a key at AWSPREVIOUS', { suffix: () => ':password:AWSPREVIOUS:' }),
  secret('a version', { suffix: ({ current }) => `:::${current}` }),
  secret('a key of a version without a label', {
    suffix: ({ unlabelled }) => `:password::${unlabelled}`,
  }),
  secret('a secret with empty parts', { suffix: () => ':::' }),
  secret('a secret by a partial ARN', { write: 'partial' }),
  secret('a key by a partial ARN', { write: 'partial', suffix: () => ':password::' }),
  secret('a secret whose name ends like an ARN', { name: (id) => `shop/${id}/db-abc123` }),
  secret('a secret with signs in its name', { name: (id) => `shop/${id}/a+b=c.d@e!f_g` }),
  secret('a secret of another region', { region: abroad, suffix: () => ':password::' }),
  secret('a replica', { replica: true }),
  secret('a secret for splunk', { place: 'splunk' }),
  secret('a key for FireLens', { place: 'firelens', suffix: () => ':password::' }),
  secret('credentials of a registry', { place: 'registry' }),
  secret('credentials of a registry by name', { place: 'registry', write: 'name' }),
];

// --- what else is in the task definition ---

interface Extra {
  what: string;
  /** Changes of the container `app` and of the whole. */
  app?: (id: string) => object;
  whole?: (id: string) => Promise<object>;
  more?: object[];
  /** What the role needs for it. */
  grants?: (id: string) => Statement[];
  managedPolicy?: boolean;
}

const logs = (id: string, more: object = {}) => ({
  logConfiguration: {
    logDriver: 'awslogs',
    options: {
      ...{ 'awslogs-group': `/ecs/${id}`, 'awslogs-region': home, 'awslogs-stream-prefix': 'ecs' },
      ...more,
    },
  },
});
const makeGroup = async (id: string): Promise<object> => {
  await shop.logs.send(new CreateLogGroupCommand({ logGroupName: `/ecs/${id}` }));
  return {};
};
const groupArn = (id: string): string => `arn:aws:logs:${home}:${account}:log-group:/ecs/${id}`;
const toLog = ['logs:CreateLogStream', 'logs:PutLogEvents'];
const bucket = 'arn:aws:s3:::shop-files';

const extras: Extra[] = [
  { what: 'alone' },
  {
    what: 'with logs under the managed policy',
    ...{ app: logs, whole: makeGroup, managedPolicy: true },
  },
  {
    what: 'with logs under a policy for the group',
    ...{ app: logs, whole: makeGroup },
    grants: (id) => [allow(toLog, `${groupArn(id)}:*`)],
  },
  {
    what: 'with logs under a policy for streams',
    ...{ app: logs, whole: makeGroup },
    grants: (id) => [allow(toLog, `${groupArn(id)}:log-stream:*`)],
  },
  {
    what: 'with logs under a policy for streams of the prefix',
    ...{ app: logs, whole: makeGroup },
    grants: (id) => [allow(toLog, `${groupArn(id)}:log-stream:ecs/app/*`)],
  },
  {
    what: 'with a log group to be made',
    app: (id) => logs(id, { 'awslogs-create-group': 'true' }),
    grants: (id) => [allow([...toLog, 'logs:CreateLogGroup'], `${groupArn(id)}:*`)],
  },
  {
    what: 'with a log group to be made that is there, under the managed policy',
    app: (id) => logs(id, { 'awslogs-create-group': 'true' }),
    ...{ whole: makeGroup, managedPolicy: true },
  },
  {
    what: 'with a sidecar',
    more: [{ name: 'side', image: 'side:1', memory: 64, essential: false }],
  },
  {
    what: 'with an image in ECR',
    app: () => ({ image: `${account}.dkr.ecr.${home}.amazonaws.com/shop/web:1` }),
    managedPolicy: true,
  },
  {
    what: 'with an image in ECR under a policy for its repository',
    app: () => ({
      image: `${account}.dkr.ecr.${home}.amazonaws.com/shop/web@sha256:${'0'.repeat(64)}`,
    }),
    grants: () => [
      allow('ecr:GetAuthorizationToken', '*'),
      allow(
        ['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'],
        `arn:aws:ecr:${home}:${account}:repository/shop/*`,
      ),
    ],
  },
  {
    what: 'with a task role',
    whole: async (id) => ({ taskRoleArn: await makeRole(`${id}-task`, [], {}) }),
  },
  {
    what: 'with environment files',
    app: () => ({
      environmentFiles: [
        { type: 's3', value: `${bucket}/a.env` },
        { type: 's3', value: `${bucket}/b.env` },
      ],
    }),
    grants: () => [allow('s3:GetObject', `${bucket}/*`), allow('s3:GetBucketLocation', bucket)],
  },
];

// --- execution roles ---

/** The trust of a role, besides other things that may be in it. */
const ecsMayAssume = (more: object = {}, ...services: string[]): Statement => ({
  Effect: 'Allow',
  Principal: {
    Service:
      services.length > 0 ? ['ecs-tasks.amazonaws.com', ...services] : 'ecs-tasks.amazonaws.com',
  },
  Action: 'sts:AssumeRole',
  ...more,
});

interface RoleOptions {
  path?: string;
  trust?: Statement[];
  tags?: { Key: string; Value: string }[];
}

async function makeRole(
  RoleName: string,
  statements: readonly Statement[],
  { path = '/', trust = [ecsMayAssume()], tags: Tags }: RoleOptions,
): Promise<string> {
  const { Role } = await shop.iam.send(
    new CreateRoleCommand({
      ...{ RoleName, Path: path, AssumeRolePolicyDocument: document(...trust) },
      ...(Tags && { Tags }),
    }),
  );
  if (statements.length > 0) {
    const PolicyDocument = document(...statements);
    await shop.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'own', PolicyDocument }));
  }
  return Role!.Arn!;
}

/** What the role of a scene has to be allowed. */
interface Needs {
  id: string;
  made: readonly Made[];
  extra: Extra;
}

interface RoleKind extends RoleOptions {
  what: string;
  /** The tool makes it: options of `role create`. */
  create?: string[];
  statements?: (needs: Needs) => Statement[];
  /** More than the policies. */
  also?: (needs: Needs & { roleName: string; roleArn: string }) => Promise<void>;
  /** Written in the task definition by its name. */
  byName?: boolean;
  fits?: (made: readonly Made[]) => boolean;
}

const actionOf = ({ store }: Pick<Made, 'store'>): string =>
  store === 'ssm' ? 'ssm:GetParameters' : 'secretsmanager:GetSecretValue';
const keysOf = (made: readonly Made[]): string[] => [
  ...new Set(made.flatMap(({ key }) => (key === undefined ? [] : [key]))),
];
const decrypt = (made: readonly Made[], condition?: object): Statement[] =>
  keysOf(made).length === 0 ? [] : [allow('kms:Decrypt', keysOf(made), condition)];
/** What hand-written policies have that name everything. */
const exact = ({ id, made, extra }: Needs, condition?: (one: Made) => object): Statement[] => [
  ...made.map((one) => allow(actionOf(one), one.arn, condition?.(one))),
  ...decrypt(made),
  ...(extra.grants?.(id) ?? []),
];
const noPartial = (made: readonly Made[]): boolean =>
  made.every(({ arn, fullArn }) => arn === fullArn);
const onlyHere = (made: readonly Made[]): boolean => made.every(({ region }) => region === home);
const onlySecrets = (made: readonly Made[]): boolean =>
  noPartial(made) && onlyHere(made) && made.every(({ store }) => store === 'secretsmanager');
const onlyPaths = (made: readonly Made[]): boolean =>
  noPartial(made) && made.every(({ arn }) => /:(parameter\/|secret:)shop\//.test(arn));

async function managedPolicy(name: string, ...statements: Statement[]): Promise<string> {
  const PolicyDocument = document(...statements);
  const { Policy } = await shop.iam.send(
    new CreatePolicyCommand({ PolicyName: name, PolicyDocument, Path: '/shop/' }),
  );
  return Policy!.Arn!;
}

async function putPolicies(made: readonly Made[], ResourcePolicy: string): Promise<void> {
  for (const { fullArn: SecretId } of made) {
    await shop.secrets.send(new PutResourcePolicyCommand({ SecretId, ResourcePolicy }));
  }
}

const otherwise = `arn:aws:ssm:*:*:parameter/other/*`;
const roleKinds: RoleKind[] = [
  { what: 'a role of role create', create: [] },
  { what: 'a role of role create --split', create: ['--split'] },
  { what: 'a role of role create without conditions', create: ['--no-source-condition'] },
  { what: 'a role of role create by its name', create: [], byName: true },
  { what: 'a policy that names all', statements: exact },
  { what: 'a role by its name', statements: exact, byName: true },
  { what: 'a role with a path', statements: exact, path: '/shop/teams/' },
  {
    what: 'a policy with wildcards',
    statements: ({ id, made, extra }) => [
      allow('ssm:GetParameters', [
        `arn:aws:ssm:*:${account}:parameter/shop/${id}*/*`,
        `arn:aws:ssm:*:${account}:parameter/${id}*-db`,
      ]),
      ...made
        .filter(({ store }) => store === 'secretsmanager')
        .map(({ fullArn }) =>
          allow('secretsmanager:GetSecretValue', fullArn.replace(/-\w{6}$/, '-??????')),
        ),
      allow('kms:Decrypt', `arn:aws:kms:*:${account}:key/*`),
      ...(extra.grants?.(id) ?? []),
    ],
    fits: noPartial,
  },
  { what: 'a policy for everything', statements: () => [allow('*', '*')] },
  {
    what: 'a policy with wildcards in its actions',
    statements: ({ id, extra }) => [
      allow(['ssm:Get*', 'SecretsManager:getsecret*', 'kms:D*'], '*'),
      ...(extra.grants?.(id) ?? []),
    ],
  },
  {
    what: 'a policy with NotAction',
    statements: () => [
      { Effect: 'Allow', NotAction: ['iam:*', 'ecs:*', 'ssm:Put*'], Resource: '*' },
    ],
  },
  {
    what: 'a policy with NotResource',
    statements: ({ id, extra }) => [
      {
        ...{ Effect: 'Allow', NotResource: otherwise },
        Action: ['ssm:GetParameters', 'secretsmanager:GetSecretValue', 'kms:Decrypt'],
      },
      ...(extra.grants?.(id) ?? []),
    ],
  },
  {
    what: 'conditions on the region and the principal',
    statements: (needs) =>
      exact(needs, () => ({
        StringEquals: {
          'aws:RequestedRegion': [home, abroad],
          'aws:PrincipalAccount': account,
        },
        ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${account}:role/*` },
        Bool: { 'aws:SecureTransport': 'true' },
      })),
  },
  {
    what: 'conditions on tags of the secret',
    statements: (needs) =>
      exact(needs, () => ({ StringEquals: { 'aws:ResourceTag/scene': needs.id } })),
    fits: onlyHere,
  },
  {
    what: "conditions on tags in the stores' own words",
    statements: (needs) =>
      exact(needs, ({ store }) => ({
        StringLike: {
          [store === 'ssm' ? 'ssm:resourceTag/scene' : 'secretsmanager:ResourceTag/scene']: 's*',
        },
      })),
    fits: onlyHere,
  },
  {
    what: "variables of the role's tags",
    tags: [{ Key: 'product', Value: 'shop' }],
    statements: ({ id, made, extra }) => [
      allow(
        ['ssm:GetParameters', 'secretsmanager:GetSecretValue'],
        [
          `arn:aws:ssm:*:${account}:parameter/\${aws:PrincipalTag/product}/${id}*/*`,
          `arn:aws:secretsmanager:*:${account}:secret:\${aws:PrincipalTag/product}/${id}*/*`,
        ],
      ),
      ...decrypt(made),
      ...(extra.grants?.(id) ?? []),
    ],
    fits: onlyPaths,
  },
  {
    what: 'conditions on how the key is used',
    statements: ({ id, made, extra }) => [
      ...made.map((one) => allow(actionOf(one), one.arn)),
      ...made.flatMap(({ key, store, region, fullArn }) =>
        key === undefined
          ? []
          : [
              allow('kms:Decrypt', key, {
                StringEquals: {
                  'kms:ViaService': `${store}.${region}.amazonaws.com`,
                  [`kms:EncryptionContext:${store === 'ssm' ? 'PARAMETER_ARN' : 'SecretARN'}`]:
                    fullArn,
                },
              }),
            ],
      ),
      ...(extra.grants?.(id) ?? []),
    ],
  },
  {
    what: 'conditions on the alias of the key',
    statements: ({ id, made, extra }) => [
      ...made.map((one) => allow(actionOf(one), one.arn)),
      allow('kms:Decrypt', '*', {
        'ForAnyValue:StringLike': { 'kms:ResourceAliases': 'alias/shop-*' },
      }),
      ...(extra.grants?.(id) ?? []),
    ],
  },
  {
    what: 'conditions on the secret asked for',
    statements: (needs) =>
      exact(needs, ({ store, arn }) =>
        store === 'ssm' ? {} : { ArnEquals: { 'secretsmanager:SecretId': arn } },
      ),
  },
  {
    what: 'denials that do not meet it',
    statements: (needs) => [
      ...exact(needs),
      deny('ssm:*', otherwise),
      deny('*', '*', { Bool: { 'aws:SecureTransport': 'false' } }),
      deny('*', '*', { StringNotEquals: { 'aws:RequestedRegion': [home, abroad] } }),
      deny(['ssm:PutParameter', 'secretsmanager:DeleteSecret'], '*'),
    ],
  },
  {
    what: 'a denial of what is tagged otherwise',
    statements: (needs) => [
      ...exact(needs),
      deny(['ssm:GetParameters', 'secretsmanager:GetSecretValue'], '*', {
        StringNotEquals: { 'aws:ResourceTag/scene': needs.id },
      }),
    ],
    fits: onlyHere,
  },
  {
    what: 'a permissions boundary that allows it',
    statements: exact,
    async also({ id, roleName: RoleName }) {
      const PermissionsBoundary = await managedPolicy(
        `${id}-boundary`,
        allow(['ssm:*', 'secretsmanager:*', 'kms:*', 'logs:*', 's3:*', 'ecr:*'], '*'),
        deny('iam:*', '*'),
      );
      await shop.iam.send(new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary }));
    },
  },
  {
    what: 'managed policies, the second version of one',
    statements: ({ id, extra }) => extra.grants?.(id) ?? [],
    async also({ id, made, extra, roleName: RoleName }) {
      const PolicyArn = await managedPolicy(`${id}-reads`, allow('s3:ListBucket', bucket));
      const PolicyDocument = document(...exact({ id, made, extra }));
      const version = { PolicyArn, PolicyDocument, SetAsDefault: true };
      await shop.iam.send(new CreatePolicyVersionCommand(version));
      await shop.iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
    },
  },
  {
    what: 'trust under conditions',
    statements: exact,
    trust: [
      ecsMayAssume({
        Condition: {
          ArnLike: { 'aws:SourceArn': `arn:aws:ecs:${home}:${account}:*` },
          StringEquals: { 'aws:SourceAccount': account },
        },
      }),
    ],
  },
  {
    what: 'trust for several services and for people',
    statements: exact,
    trust: [
      ecsMayAssume({}, 'ec2.amazonaws.com', 'lambda.amazonaws.com'),
      {
        ...{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` } },
        ...{ Action: ['sts:AssumeRole', 'sts:TagSession'] },
        Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
      },
    ],
  },
  {
    what: 'the policies of the secrets alone',
    statements: ({ id, made, extra }) => [...decrypt(made), ...(extra.grants?.(id) ?? [])],
    also: ({ made, roleArn }) =>
      putPolicies(
        made,
        document({
          ...{ Effect: 'Allow', Principal: { AWS: roleArn }, Resource: '*' },
          Action: 'secretsmanager:GetSecretValue',
        }),
      ),
    fits: onlySecrets,
  },
  {
    what: 'policies of the secrets that deny all others',
    statements: exact,
    also: ({ made, roleArn }) =>
      putPolicies(
        made,
        document({
          ...{ Effect: 'Deny', Principal: '*', Resource: '*' },
          Action: 'secretsmanager:GetSecretValue',
          Condition: { ArnNotEquals: { 'aws:PrincipalArn': roleArn } },
        }),
      ),
    fits: onlySecrets,
  },
];

// --- where tasks run ---

interface Launch {
  what: string;
  definition: object;
  input: Partial<RunTaskCommandInput>;
}

const fargate = {
  ...{ requiresCompatibilities: ['FARGATE'], networkMode: 'awsvpc', cpu: '256', memory: '512' },
};
const onEc2 = { requiresCompatibilities: ['EC2'] };
const windows = {
  ...fargate,
  ...{ cpu: '1024', memory: '2048' },
  runtimePlatform: { operatingSystemFamily: 'WINDOWS_SERVER_2022_CORE', cpuArchitecture: 'X86_64' },
};
const spot = [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }];
const launches: Launch[] = [
  { what: 'on Fargate', definition: fargate, input: { launchType: 'FARGATE' } },
  {
    what: 'on Fargate 1.4.0',
    definition: fargate,
    input: { launchType: 'FARGATE', platformVersion: '1.4.0' },
  },
  {
    what: 'on Fargate LATEST',
    definition: fargate,
    input: { launchType: 'FARGATE', platformVersion: 'LATEST' },
  },
  { what: 'on FARGATE_SPOT', definition: fargate, input: { capacityProviderStrategy: spot } },
  { what: 'on Windows on Fargate', definition: windows, input: { launchType: 'FARGATE' } },
  {
    what: 'on Windows on Fargate 1.0.0',
    definition: windows,
    input: { launchType: 'FARGATE', platformVersion: '1.0.0' },
  },
  { what: 'on EC2', definition: onEc2, input: { launchType: 'EC2' } },
  {
    what: 'on instances with new agents',
    definition: onEc2,
    input: { launchType: 'EC2', cluster: 'instances' },
  },
  {
    what: 'on instances of which one has an old agent',
    definition: onEc2,
    input: { launchType: 'EC2', cluster: 'mixed' },
  },
  {
    what: 'on a capacity provider of instances',
    definition: onEc2,
    input: {
      cluster: 'instances',
      capacityProviderStrategy: [{ capacityProvider: 'machines', weight: 1 }],
    },
  },
  {
    what: 'on external instances',
    definition: { requiresCompatibilities: ['EXTERNAL'] },
    input: { launchType: 'EXTERNAL', cluster: 'external' },
  },
  { what: 'anywhere', definition: {}, input: {} },
  {
    what: 'on either kind',
    definition: { ...fargate, requiresCompatibilities: ['EC2', 'FARGATE'] },
    input: { launchType: 'FARGATE' },
  },
];

// --- who asks, and how ---

const targets = [
  'FILE',
  'YAML',
  'OWN NOTATION',
  'FAMILY',
  'FAMILY:REVISION',
  'CLUSTER/SERVICE',
] as const;
const looking = [
  ...['ecs:Describe*', 'ecs:List*', 'ssm:DescribeParameters', 'secretsmanager:DescribeSecret'],
  ...['secretsmanager:ListSecretVersionIds', 'kms:DescribeKey', 'iam:Get*', 'iam:List*'],
];
const callers: Record<string, Statement[] | undefined> = {
  'its owner': undefined,
  'who sees nothing': [allow(['ecs:DescribeTaskDefinition', 'ecs:DescribeServices'], '*')],
  'who sees all but policies of resources': [allow(looking, '*')],
  'who sees all from two regions': [
    allow(
      [
        ...[...looking, 'logs:DescribeLogGroups', 'kms:GetKeyPolicy'],
        ...['secretsmanager:GetResourcePolicy', 'iam:SimulatePrincipalPolicy'],
      ],
      '*',
    ),
    allow('iam:PassRole', `arn:aws:iam::${account}:role/*`, {
      StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' },
    }),
    allow('ecs:RunTask', '*', { StringEquals: { 'aws:RequestTag/team': 'shop' } }),
    deny('*', '*', { StringNotEquals: { 'aws:RequestedRegion': [home, abroad] } }),
  ],
};
const callerNames = Object.keys(callers);
const sessions = new Map<string, { AWS_ACCESS_KEY_ID: string; AWS_SECRET_ACCESS_KEY: string }>();

async function openSessions(): Promise<void> {
  for (const [index, name] of callerNames.entries()) {
    const statements = callers[name];
    if (!statements) continue;
    const trust: Statement = {
      ...{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` } },
      Action: 'sts:AssumeRole',
    };
    const RoleArn = await makeRole(`caller-${index}`, statements, { trust: [trust], path: '/ci/' });
    const { Credentials } = await shop.sts.send(
      new AssumeRoleCommand({ RoleArn, RoleSessionName: 'ci' }),
    );
    sessions.set(name, {
      AWS_ACCESS_KEY_ID: Credentials!.AccessKeyId!,
      AWS_SECRET_ACCESS_KEY: Credentials!.SecretAccessKey!,
    });
  }
}

/** Runs a command as one of the callers: the SDK takes credentials from this process. */
async function as(caller: string, argv: readonly string[], setting?: Setting): Promise<Seen> {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env;
  Object.assign(process.env, sessions.get(caller));
  try {
    return await shop.run(argv, setting);
  } finally {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY });
  }
}

// --- the scenes ---

interface Plan {
  id: string;
  references: Reference[];
  key: KeyKind;
  role: RoleKind;
  extra: Extra;
  launch: Launch;
  target: (typeof targets)[number];
  caller: string;
}

const pick = <T>(list: readonly T[], index: number): T => list[index % list.length]!;

/** How a plan is told. */
const titleOf = ({ references: refs, key, role, extra, launch, target, caller }: Plan): string =>
  `${refs.map(({ what }) => what).join(', ')} under ${key}; ${role.what}; ${extra.what}, ` +
  `${launch.what}; verify ${target} by ${caller}`;

/** A secret by its form alone, to see which roles fit. */
const formOf = ({ place = 'secrets', partial, store, region, name }: Reference): Made => {
  const start = `arn:aws:${store}:${region}:${account}`;
  const fullArn =
    store === 'ssm'
      ? `${start}:parameter/${name('s0').replace(/^\//, '')}`
      : `${start}:secret:${name('s0')}-AbCdEf`;
  const arn = partial ? fullArn.slice(0, -7) : fullArn;
  return { place, valueFrom: arn, ref: arn, arn, fullArn, store, region, key: undefined };
};

function fits({ references: refs, role, key, extra, target }: Plan): boolean {
  const made = refs.map(formOf);
  // `role create` grants what `register` puts in, which is the full ARN.
  if (role.create && !noPartial(made)) return false;
  // The policy of AWS that it attaches does not let ECS make log groups.
  if (role.create && extra.what === 'with a log group to be made') return false;
  if (role.what === 'conditions on the alias of the key' && !key.endsWith('alias')) return false;
  // `register` puts the full ARN in place of a partial one, for which the role is not made.
  if (target === 'OWN NOTATION' && !noPartial(made)) return false;
  return role.fits?.(made) ?? true;
}

/** Every value of every dimension several times, each time beside others. */
const count = 90;
const plans: Plan[] = Array.from({ length: count }, (_, index) => {
  const round = Math.floor(index / references.length);
  const first = pick(references, index);
  const second = pick(references, index * 7 + 11 + round);
  const together = first.what !== second.what && round > 0 && !(first.place ?? second.place);
  const plan = (step: number): Plan => ({
    id: `s${index}`,
    references: together ? [first, second] : [first],
    key: pick(keyKinds, index + round),
    role: pick(roleKinds, index * 5 + round * 3 + step),
    extra: pick(extras, index + round * 5),
    launch: pick(launches, index * 3 + round),
    target: pick(targets, index + round * 2 + (step >= roleKinds.length ? 1 : 0)),
    caller: pick(callerNames, Math.floor(index / 2) + round),
  });
  for (let step = 0; step < 2 * roleKinds.length; step += 1) {
    const one = plan(step);
    if (fits(one)) return one;
  }
  throw new Error(`no role fits scene ${index}`);
});

type Definition = RegisterTaskDefinitionCommandInput;

/** The task definition of a scene, referring to secrets as AWS or as this tool writes it. */
function definitionOf(
  { id, extra, launch, role }: Plan,
  made: readonly Made[],
  { roleArn, whole, own = false }: { roleArn: string; whole: object; own?: boolean },
): Definition {
  const of = (place: Place) =>
    made
      .map((one, index) => ({
        ...one,
        name: place === 'splunk' ? 'splunk-token' : `VALUE_${index}`,
      }))
      .filter((one) => one.place === place)
      .map(({ name, ref, valueFrom }) => ({ name, valueFrom: own ? ref : valueFrom }));
  const image = 'registry.example/app:1';
  const container = (name: string, more: object) => [{ name, image, memory: 64, ...more }];
  const definition = {
    family: id,
    executionRoleArn: role.byName ? roleArn.replace(/^.*\//, '') : roleArn,
    ...launch.definition,
    ...whole,
    containerDefinitions: [
      ...container('app', { essential: true, secrets: of('secrets'), ...extra.app?.(id) }),
      ...of('splunk').flatMap((option) =>
        container('teller', {
          logConfiguration: {
            logDriver: 'splunk',
            options: { 'splunk-url': 'https://splunk.example' },
            secretOptions: [option],
          },
        }),
      ),
      ...of('firelens').flatMap((option) => [
        ...container('router', { essential: true, firelensConfiguration: { type: 'fluentbit' } }),
        ...container('sender', {
          logConfiguration: {
            logDriver: 'awsfirelens',
            options: { Name: 'http', Host: 'logs.example' },
            secretOptions: [option],
          },
        }),
      ]),
      ...of('registry').flatMap(({ valueFrom: credentialsParameter }) =>
        container('closed', { repositoryCredentials: { credentialsParameter } }),
      ),
      ...(extra.more ?? []),
    ],
  };
  return definition;
}

/** Makes the execution role that a plan asks for. */
async function makeExecutionRole(
  { id, role, extra }: Plan,
  made: readonly Made[],
  definition: Definition,
): Promise<void> {
  const roleName = `${id}-exec`;
  if (role.create) {
    const { executionRoleArn: _, ...rest } = definition;
    const files = { 't.json': JSON.stringify(rest) };
    const argv = ['role', 'create', roleName, '--task-definition', 't.json', ...role.create];
    const seen = await shop.run(argv, { files });
    expect(seen, seen.stderr).toMatchObject({ code: 0 });
    return;
  }
  const needs = { id, made, extra };
  const statements = role.statements?.(needs) ?? [];
  const roleArn = await makeRole(roleName, statements, role);
  if (extra.managedPolicy) {
    const PolicyArn = 'arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy';
    await shop.iam.send(new AttachRolePolicyCommand({ RoleName: roleName, PolicyArn }));
  }
  await role.also?.({ ...needs, roleName, roleArn });
}

async function register(definition: Definition): Promise<void> {
  await shop.ecs.send(new RegisterTaskDefinitionCommand(definition));
}

/** Runs a task of a family, which must come to run. */
async function expectTaskRuns(
  family: string,
  input: Partial<RunTaskCommandInput> = {},
): Promise<void> {
  const { cluster = 'shop' } = input;
  const { tasks, failures } = await shop.ecs.send(
    new RunTaskCommand({ cluster, ...input, taskDefinition: family }),
  );
  expect(failures ?? []).toEqual([]);
  await vi.waitFor(
    async () => {
      const described = new DescribeTasksCommand({ cluster, tasks: [tasks![0]!.taskArn!] });
      const { lastStatus, stoppedReason } = (await shop.ecs.send(described)).tasks![0]!;
      expect(['RUNNING', 'STOPPED']).toContain(lastStatus);
      expect(stoppedReason ?? 'runs').toBe('runs');
    },
    { timeout: 5000, interval: 10 },
  );
}

interface Told {
  problems: number;
  targets: { findings: { status: string; check: string; subject: string; message: string }[] }[];
}

/** What is found with a status, as texts. */
const found = ({ targets: all }: Told, status: string): string[] =>
  all
    .flatMap(({ findings }) => findings.filter((one) => one.status === status))
    .map(({ check, subject, message }) => `${check} ${subject}: ${message}`);

/** Runs `verify` on what is right: no problem, no value. */
async function expectNoProblem(
  caller: string,
  argv: readonly string[],
  files: Record<string, string> = {},
): Promise<Told> {
  const seen = await as(caller, ['verify', ...argv, '--json'], { files });
  expect(seen.stdout + seen.stderr).not.toContain(mark);
  if (seen.stdout === '') throw new Error(`exit ${seen.code}: ${seen.stderr}`);
  const told = JSON.parse(seen.stdout) as Told;
  expect(found(told, 'problem')).toEqual([]);
  expect(seen.code).toBe(0);
  return told;
}

/** The warnings that a plan deserves: where things work, and surprise later or elsewhere. */
function warningsOf({ references: refs, launch, target, caller }: Plan): RegExp[] {
  const deserved: [RegExp, RegExp][] = [
    [/with a slash/, /Parameter Store stores it as/],
    [/AWSPREVIOUS|version/, /it is pinned to/],
    [/partial ARN/, /lacks the six characters/],
  ];
  const seesSecrets = caller !== 'who sees nothing';
  const isMixed = target === 'CLUSTER/SERVICE' && launch.input.cluster === 'mixed';
  return [
    ...refs
      .flatMap(({ what }) => deserved.filter(([when]) => when.test(what)))
      .flatMap(([when, text]) => (seesSecrets || !/partial|ends/.test(when.source) ? [text] : [])),
    ...(isMixed && seesSecrets ? [/the agent is too old for/] : []),
  ];
}

beforeAll(async () => {
  shop = await openShop();
  elsewhere = clientsTo(shop.sandbox, abroad);
  await openSessions();
  for (const clusterName of ['shop', 'instances', 'mixed', 'external']) {
    await shop.ecs.send(new CreateClusterCommand({ clusterName }));
  }
  const instance = async (
    cluster: string,
    agentVersion: string,
    attributes?: { name?: string }[],
  ) =>
    (
      await shop.ecs.send(
        new RegisterContainerInstanceCommand({
          ...{ cluster, versionInfo: { agentVersion } },
          ...(attributes && { attributes: attributes.map(({ name = '' }) => ({ name })) }),
        }),
      )
    ).containerInstance!.containerInstanceArn!;
  const arn = await instance('instances', '1.90.0');
  await instance('instances', '1.80.1');
  await instance('mixed', '1.90.0');
  await instance('mixed', '1.15.0');
  const { containerInstances } = await shop.ecs.send(
    new DescribeContainerInstancesCommand({ cluster: 'instances', containerInstances: [arn] }),
  );
  const names = containerInstances![0]!.attributes!.filter(({ name }) => name !== 'ecs.os-type');
  await instance('external', '1.90.0', [...names, { name: 'ecs.capability.external' }]);
});
afterAll(() => shop.sandbox.close());

describe('verify finds no problem with', () => {
  test.each(plans.map((plan) => [titleOf(plan), plan] as const))('%s', async (_, plan) => {
    const { id, role, launch, target, caller } = plan;
    const roleArn = `arn:aws:iam::${account}:role${role.path ?? '/'}${id}-exec`;
    const made: Made[] = [];
    for (const [index, reference] of plan.references.entries()) {
      const scene = { id: `${id}${index === 0 ? '' : 'b'}`, tag: id, key: plan.key, roleArn };
      made.push(await reference.make(scene, reference.place ?? 'secrets'));
    }
    const whole = (await plan.extra.whole?.(id)) ?? {};
    const definition = definitionOf(plan, made, { roleArn, whole });
    await makeExecutionRole(plan, made, definition);

    const { input } = launch;
    const isFile = ['FILE', 'YAML', 'OWN NOTATION'].includes(target);
    if (!isFile) await register(definition);
    const written = {
      FILE: 'web.def.json',
      YAML: './web.yaml',
      'OWN NOTATION': 'own.json',
      FAMILY: id,
      'FAMILY:REVISION': `${id}:1`,
      'CLUSTER/SERVICE': `${input.cluster ?? 'shop'}/${id}`,
    }[target];
    const own = definitionOf(plan, made, { roleArn, whole, own: true });
    const files = {
      'web.def.json': JSON.stringify(definition),
      './web.yaml': stringify(definition),
      'own.json': JSON.stringify({ taskDefinition: own }),
    };
    if (target === 'CLUSTER/SERVICE') {
      const more = { cluster: 'shop', launchType: undefined, ...input };
      await shop.service({ ...more, name: id, taskDefinition: id });
    }
    const told = await expectNoProblem(caller, [written], files);
    if (caller === 'who sees nothing') expect(found(told, 'not-checked')).not.toEqual([]);
    const warnings = found(told, 'warning');
    const expected = warningsOf(plan);
    expect(warnings).toHaveLength(expected.length);
    for (const text of expected) expect(warnings).toContainEqual(expect.stringMatching(text));

    if (target === 'OWN NOTATION') {
      const seen = await shop.run(['register', 'own.json'], { files });
      expect(seen, seen.stderr).toMatchObject({ code: 0 });
    } else if (isFile) await register(definition);
    if (target !== 'CLUSTER/SERVICE') await expectTaskRuns(id, input);
  });
});

test('the scenes have every reference, key, role, launch, target and caller', () => {
  const used = new Set<unknown>(
    plans.flatMap((plan) => [...Object.values<unknown>({ ...plan }), ...plan.references]),
  );
  const kinds = [...references, ...roleKinds, ...extras, ...launches];
  const all: unknown[] = [...kinds, ...keyKinds, ...targets, ...callerNames];
  for (const one of all) expect(used, JSON.stringify(one)).toContain(one);
});

/** A task definition of one container for EC2. */
const simple = (family: string, app: object, whole: object = {}): Definition => ({
  family,
  containerDefinitions: [{ name: 'app', image: 'app:1', memory: 64, ...app }],
  ...whole,
});

const putParameter = (Name: string, KeyId?: string) =>
  shop.ssm.send(
    new PutParameterCommand({ Name, Value: `${mark} ${Name}`, Type: 'SecureString', KeyId }),
  );
const parameterArn = (name: string): string => `arn:aws:ssm:${home}:${account}:parameter${name}`;

/** Verifies what is registered, then runs it. */
async function expectAllWell(definition: Definition, ...callerList: string[]): Promise<Told> {
  await register(definition);
  const { family = '' } = definition;
  let told: Told | undefined;
  for (const caller of [...callerList, 'its owner']) told = await expectNoProblem(caller, [family]);
  await expectTaskRuns(family);
  return told!;
}

describe('verify finds no problem with', () => {
  test('a task on Fargate without secrets and without a role', async () => {
    const told = await expectAllWell(simple('bare', {}, fargate), ...callerNames);
    expect(found(told, 'not-checked')).toEqual([
      'image app:1: not in ECR; verify --read-images checks whether it exists',
    ]);
  });

  test('logs of an instance without a role', async () => {
    await makeGroup('instance');
    await expectAllWell(simple('instance', logs('instance'), onEc2));
  });

  test('one secret under three names in three containers', async () => {
    await putParameter('/shop/shared');
    const arn = parameterArn('/shop/shared');
    const reads = allow('ssm:GetParameters', arn);
    const executionRoleArn = await makeRole('shared-exec', [reads], {});
    const secrets = (...list: string[]) => ({
      secrets: list.map((valueFrom, index) => ({ name: `V${index}`, valueFrom })),
    });
    const { containerDefinitions: [app] = [], ...whole } = simple('shared', {
      ...secrets('/shop/shared', arn),
    });
    const others = ['b', 'c'].map((name) => ({ ...app, name, ...secrets(arn) }));
    await expectAllWell(
      { ...whole, family: 'shared', executionRoleArn, containerDefinitions: [app!, ...others] },
      ...callerNames,
    );
  });

  test('120 parameters in three containers', async () => {
    const names = Array.from({ length: 120 }, (_, index) => `/many/${index}`);
    for (const name of names) await putParameter(name);
    const seen = await shop.run([
      ...['role', 'create', 'many', '--split'],
      ...names.flatMap((name) => ['--secret', name]),
    ]);
    expect(seen, seen.stderr).toMatchObject({ code: 0 });
    const container = (at: number) => ({
      ...{ name: `c${at}`, image: 'app:1', memory: 64 },
      secrets: names
        .slice(at * 40, at * 40 + 40)
        .map((valueFrom, index) => ({ name: `V${index}`, valueFrom })),
    });
    await expectAllWell({
      ...{ family: 'many', executionRoleArn: `arn:aws:iam::${account}:role/many` },
      containerDefinitions: [container(0), container(1), container(2)],
    });
  });

  test('one role for the execution and for the task', async () => {
    await putParameter('/shop/both');
    const reads = allow('ssm:GetParameters', parameterArn('/shop/both'));
    const role = await makeRole('both', [reads], {});
    await expectAllWell(
      simple(
        'both',
        { secrets: [{ name: 'V', valueFrom: '/shop/both' }] },
        { executionRoleArn: role, taskRoleArn: role },
      ),
      ...callerNames,
    );
  });

  test('log groups in two regions, with names that begin with one another', async () => {
    const executionRoleArn = await makeRole('groups', [allow('logs:*', '*')], {});
    const group = (logGroupName: string) => new CreateLogGroupCommand({ logGroupName });
    for (const name of ['/ecs/g', '/ecs/g/a', '/ecs/g-other']) await shop.logs.send(group(name));
    await elsewhere.logs.send(group('/ecs/g/far'));
    const container = (name: string, id: string, region = home) => ({
      ...{ name, image: 'app:1', memory: 64 },
      ...logs(id, { 'awslogs-region': region }),
    });
    await expectAllWell({
      ...{ family: 'groups', executionRoleArn },
      containerDefinitions: [
        container('a', 'g'),
        container('b', 'g/a'),
        container('c', 'g/far', abroad),
      ] as Definition['containerDefinitions'],
    });
  });

  test.each([
    ['a daemon', { schedulingStrategy: 'DAEMON', desiredCount: undefined }],
    ['a service that wants no tasks', { desiredCount: 0 }],
    ['a blue/green service', { deploymentConfiguration: { strategy: 'BLUE_GREEN' } }],
  ] as const)('%s', async (what, more) => {
    const family = what.replace(/\W/g, '-');
    await putParameter(`/shop/${family}`);
    const reads = allow('ssm:GetParameters', parameterArn(`/shop/${family}`));
    const executionRoleArn = await makeRole(`${family}-exec`, [reads], {});
    const secrets = [{ name: 'V', valueFrom: `/shop/${family}` }];
    await register(simple(family, { secrets }, { ...onEc2, executionRoleArn }));
    await shop.service({
      ...{ cluster: 'shop', name: family, taskDefinition: family, launchType: 'EC2' },
      ...more,
    });
    for (const caller of callerNames) await expectNoProblem(caller, [`shop/${family}`]);
  });
});

// --- what verify asks ---

/** A proxy that keeps what is asked of the sandbox, with the input. */
async function watch(): Promise<{ server: Server; url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks).toString();
      const { authorization = '', 'x-amz-target': target = '' } = request.headers;
      const headers = Object.fromEntries(
        Object.entries({ ...request.headers, host: undefined, connection: undefined }).flatMap(
          ([name, value]) => (typeof value === 'string' ? [[name, value]] : []),
        ),
      );
      delete headers['content-length'];
      delete headers['transfer-encoding'];
      const [, region = '', service = ''] = /\/\d{8}\/([^/]+)\/([^/]+)\//.exec(authorization) ?? [];
      const operation = String(target).replace(/^.*\./, '') || /Action=(\w+)/.exec(body)?.[1];
      asked.push(`${service}:${operation ?? ''} ${region} ${body}`);
      const answer = await fetch(shop.sandbox.url + (request.url ?? '/'), {
        ...{ method: request.method ?? 'POST', headers, body },
      });
      const text = Buffer.from(await answer.arrayBuffer());
      response.writeHead(answer.status, {
        'content-type': answer.headers.get('content-type') ?? '',
        'x-amzn-requestid': answer.headers.get('x-amzn-requestid') ?? '',
      });
      response.end(text);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { server, url: `http://127.0.0.1:${port}`, asked };
}

/** The operations that the sandbox is called for meanwhile, as `service:Operation`. */
async function callsOf(work: () => Promise<unknown>): Promise<string[]> {
  const all = async (): Promise<string[]> => {
    const answer = await fetch(`${shop.sandbox.url}/_sandbox/calls`);
    const calls = (await answer.json()) as { service: string; operation: string; at: string }[];
    return calls.map(({ service, operation }) => `${service}:${operation}`);
  };
  const before = (await all()).length;
  await work();
  return (await all()).slice(before);
}

describe('of everything in four targets verify', () => {
  const four = ['shop/every-one', 'shop/every-two', 'every:1', 'every.json'];
  let files: Record<string, string>;
  beforeAll(async () => {
    const { KeyMetadata } = await shop.kms.send(new CreateKeyCommand({}));
    const key = KeyMetadata!.Arn!;
    await putParameter('/every/a', key);
    await putParameter('/every/b', key);
    const SecretString = JSON.stringify({
      username: 'shop',
      password: `${mark} every`,
      'other key': mark,
    });
    const made = await shop.secrets.send(
      new CreateSecretCommand({ Name: 'every/secret', SecretString, KmsKeyId: key }),
    );
    const put = { SecretId: 'every/secret', SecretString };
    await shop.secrets.send(new PutSecretValueCommand(put));
    await shop.secrets.send(new PutSecretValueCommand(put));
    await elsewhere.secrets.send(new CreateSecretCommand({ Name: 'every/far', SecretString }));
    const far = (await shop.json(['get', 'sm:every/far', '--region', abroad])).arn as string;
    await makeGroup('every');
    await makeGroup('every-side');
    const executionRoleArn = await makeRole('every-exec', [allow('*', '*')], {});
    const taskRoleArn = await makeRole('every-task', [], {});
    const container = (name: string, more: object) => ({
      name,
      image: 'app:1',
      memory: 64,
      ...more,
    });
    const entries = (list: string[]) =>
      list.map((valueFrom, index) => ({ name: `VALUE_${index}`, valueFrom }));
    const definition = {
      ...{ family: 'every', executionRoleArn, taskRoleArn, ...onEc2 },
      containerDefinitions: [
        container('app', {
          ...logs('every'),
          secrets: entries([
            ...['/every/a', '/every/b', parameterArn('/every/a'), made.ARN!],
            ...[`${made.ARN!}:password::`, `${made.ARN!}:password:AWSPREVIOUS:`],
            ...[`${made.ARN!}:password::${made.VersionId!}`, `${far}:password::`],
          ]),
          repositoryCredentials: { credentialsParameter: made.ARN! },
          environmentFiles: [{ type: 's3', value: `${bucket}/a.env` }],
        }),
        container('side', { ...logs('every-side'), secrets: entries(['/every/b', made.ARN!]) }),
        container('splunk', {
          logConfiguration: {
            ...{ logDriver: 'splunk', options: { 'splunk-url': 'https://splunk.example' } },
            secretOptions: [{ name: 'splunk-token', valueFrom: `${made.ARN!}:password::` }],
          },
        }),
      ],
    } as Definition;
    files = { 'every.json': JSON.stringify(definition) };
    await register(definition);
    for (const name of ['every-one', 'every-two']) {
      await shop.service({
        ...{ cluster: 'instances', name, taskDefinition: 'every', launchType: 'EC2' },
      });
    }
    for (const [index, target] of four.entries())
      four[index] = target.replace('shop/', 'instances/');
  });

  const isValueRead = (call: string): boolean =>
    /:(GetParameters?|GetParametersByPath|GetParameterHistory|GetSecretValue|BatchGetSecretValue)$/.test(
      call,
    );

  test('reads no value', async () => {
    const calls = await callsOf(() => expectNoProblem('its owner', four, files));
    expect(calls.length).toBeGreaterThan(10);
    expect(calls.filter(isValueRead)).toEqual([]);
  });

  test('reads values of Secrets Manager alone, when it is told to', async () => {
    const argv = [...four, '--read-values'];
    const calls = await callsOf(() => expectNoProblem('its owner', argv, files));
    expect(new Set(calls.filter(isValueRead))).toEqual(new Set(['secretsmanager:GetSecretValue']));
  });

  test.each<[string, string[]]>([
    ['for people', ['--all']],
    ['as JSON', ['--json']],
  ])('tells no value %s', async (_, more) => {
    for (const argv of [[...four], [...four, '--read-values']]) {
      const seen = await shop.run(['verify', ...argv, ...more], { files });
      expect(seen.code).toBe(0);
      expect(seen.stdout + seen.stderr).not.toContain(mark);
      expect(seen.stdout.includes('is checked with')).toBe(!argv.includes('--read-values'));
    }
  });

  test.each<[string, string[]]>([
    ['', []],
    [' with --read-values', ['--read-values']],
  ])('asks nothing twice%s', async (_, more) => {
    const { server, url, asked } = await watch();
    const env = { ECS_SECRETS_ENDPOINT_URL: url };
    const seen = await shop.run(['verify', ...four, ...more], { files, env });
    server.close();
    server.closeAllConnections();
    expect(seen, seen.stderr).toMatchObject({ code: 0 });
    expect(asked.filter((one, index) => asked.indexOf(one) !== index)).toEqual([]);
    const times = (operation: string): number =>
      asked.filter((one) => one.split(' ')[0]?.endsWith(`:${operation}`)).length;
    expect({
      identity: times('GetCallerIdentity'),
      parameters: times('DescribeParameters'),
      // That of home and that of the other region.
      secrets: times('DescribeSecret'),
      keys: times('DescribeKey'),
      keyPolicies: times('GetKeyPolicy'),
      // The execution role and the task role.
      roles: times('GetRole'),
      logGroups: times('DescribeLogGroups'),
      instances: times('ListContainerInstances'),
      // `every:1` as it is written, and by the ARN that both services tell.
      definitions: times('DescribeTaskDefinition'),
    }).toEqual({
      ...{ identity: 1, parameters: 1, secrets: 2, keys: 1, keyPolicies: 1, roles: 2 },
      ...{ logGroups: 1, instances: 1, definitions: 2 },
    });
  });
});

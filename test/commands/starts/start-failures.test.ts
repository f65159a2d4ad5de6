import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
} from '@aws-sdk/client-ecs';
import {
  CreateRoleCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
  DeleteRolePolicyCommand,
} from '@aws-sdk/client-iam';
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DisableKeyCommand,
  PutKeyPolicyCommand,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import { CreateSecretCommand, DeleteSecretCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Finding, FailureId } from '../../../src/model/failures/finding.ts';
import { startFailures } from '../../../src/model/failures/start-failures.ts';
import { runProgram, type Seen } from '../../helpers/run.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';

/** What a scene of a row starts from: everything is in order before it breaks one thing. */
interface Ground {
  shop: Shop;
  /** ARN of the secret shop/api, a JSON object with the key `user`. */
  api: string;
}

type Container = NonNullable<RegisterTaskDefinitionCommandInput['containerDefinitions']>[number];

/** What is wrong in a task definition of an account in which it does not start. */
interface Wrong {
  /** What the variable TOKEN refers to. */
  token?: string;
  container?: Partial<Container>;
  /** `null` leaves it out. */
  executionRoleArn?: string | null;
  taskRoleArn?: string;
}

/** One way to get the failure of a row. */
interface Scene {
  title: string;
  /** The failure shows in the values only. */
  readValues?: true;
  /** The fix takes the AWS CLI. */
  needsAws?: true;
  breaks(ground: Ground): Promise<Wrong>;
}

const account = '123456789012';
const role = `arn:aws:iam::${account}:role/shop-execution`;

async function grantOnly({ shop }: Ground, ...words: string[]): Promise<void> {
  const exactly = ['--exact', '--yes', '--force'];
  await shop.run(['role', 'create', 'shop-execution', ...words, ...exactly]);
}

async function inline({ shop }: Ground, ...statements: object[]): Promise<void> {
  await shop.iam.send(
    new DeleteRolePolicyCommand({ RoleName: 'shop-execution', PolicyName: 'ecs-secrets' }),
  );
  await shop.iam.send(
    new PutRolePolicyCommand({
      RoleName: 'shop-execution',
      PolicyName: 'by-hand',
      PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: statements }),
    }),
  );
}

async function key({ shop }: Ground): Promise<string> {
  const { KeyMetadata } = await shop.kms.send(new CreateKeyCommand({}));
  const id = KeyMetadata?.KeyId ?? '';
  await shop.kms.send(new CreateAliasCommand({ AliasName: 'alias/shop', TargetKeyId: id }));
  return KeyMetadata?.Arn ?? '';
}

async function secretUnderKey({ shop }: Ground, name: string): Promise<string> {
  await shop.run(['put', name, '--kms-key', 'alias/shop'], { stdin: 'marked' });
  const { arn } = await shop.json(['get', name]);
  return arn as string;
}

async function trust({ shop }: Ground, principal: object, condition: object = {}): Promise<void> {
  const Statement = [
    { Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole', ...condition },
  ];
  await shop.iam.send(
    new UpdateAssumeRolePolicyCommand({
      RoleName: 'shop-execution',
      PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }),
    }),
  );
}

async function taskRole({ shop }: Ground, principal: object): Promise<string> {
  const { Role } = await shop.iam.send(
    new CreateRoleCommand({
      RoleName: 'shop-task',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }],
      }),
    }),
  );
  return Role?.Arn ?? '';
}

const readAll = { Effect: 'Allow', Resource: '*' };

/** Why a row has no scene: it is not about secrets, roles, keys or references. */
const elsewhere: Partial<Record<FailureId, string>> = {
  'parameter-store-unreachable': 'network: test/commands/starts/verify.test.ts',
  'secrets-manager-unreachable': 'network: test/commands/starts/verify.test.ts',
  'registry-unreachable': 'network',
  'logs-unreachable': 'network',
  'network-timeout': 'network',
  'service-unavailable': 'comes and goes, and cannot be predicted',
  'credentials-rejected': 'the clock of an instance, which the sandbox has not',
  'registry-credentials': 'private registries, which the sandbox has not',
  'parameter-name-malformed': 'never comes to a start: RegisterTaskDefinition refuses the name',
  'environment-file-unreadable': 'files in S3, which the sandbox has not',
  'image-not-pulled': 'no command fixes it: images.test.ts',
  'attribute-missing': 'container instances: test/commands/starts/verify.test.ts',
  'no-capacity': 'room on instances',
  'container-exited': 'the program in the container',
  'out-of-memory': 'the program in the container',
  'health-check-failed': 'the program in the container',
  'hook-failed': 'a function of the user, after the start',
  'starts-keep-failing': 'wraps another reason',
  throttled: 'comes and goes, and cannot be predicted',
  'role-not-passed': 'the caller: test/commands/starts/verify.test.ts',
  'reference-refused': 'never comes to a start: test/commands/starts/diagnose.test.ts',
};

const scenes: Partial<Record<FailureId, readonly Scene[]>> = {
  'secret-denied': [
    {
      title: 'the role grants other secrets',
      async breaks(ground) {
        await grantOnly(ground, '--secret', '/shop/db');
        return { token: ground.api };
      },
    },
    {
      title: 'the reference is a partial ARN',
      breaks: ({ api }) => Promise.resolve({ token: api.slice(0, -7) }),
    },
  ],
  'parameter-denied': [
    {
      title: 'the role grants other secrets',
      async breaks(ground) {
        await grantOnly(ground, '--secret', 'sm:shop/api');
        return { token: '/shop/db' };
      },
    },
    {
      title: 'the role has ssm:GetParameter only',
      async breaks(ground) {
        await inline(ground, { ...readAll, Action: ['ssm:GetParameter'] });
        return { token: '/shop/db' };
      },
    },
  ],
  'key-denied': [
    {
      title: 'the role lacks the key of a secret',
      async breaks(ground) {
        await key(ground);
        const token = await secretUnderKey(ground, 'sm:shop/keyed');
        await inline(ground, { ...readAll, Action: ['secretsmanager:GetSecretValue'] });
        return { token };
      },
    },
    {
      title: 'the role lacks the key of a parameter',
      async breaks(ground) {
        await key(ground);
        const token = await secretUnderKey(ground, '/shop/keyed');
        await inline(ground, { ...readAll, Action: ['ssm:GetParameters'] });
        return { token };
      },
    },
    {
      title: "the key's policy leaves the role out",
      needsAws: true,
      async breaks(ground) {
        const arn = await key(ground);
        const token = await secretUnderKey(ground, 'sm:shop/keyed');
        await grantOnly(ground, '--secret', 'sm:shop/keyed');
        const owner = { AWS: `arn:aws:iam::${account}:user/sandbox` };
        const Statement = [{ Effect: 'Allow', Principal: owner, Action: 'kms:*', Resource: '*' }];
        await ground.shop.kms.send(
          new PutKeyPolicyCommand({
            KeyId: arn,
            PolicyName: 'default',
            Policy: JSON.stringify({ Version: '2012-10-17', Statement }),
          }),
        );
        return { token };
      },
    },
  ],
  'key-unusable': [
    {
      title: 'the key of a secret is disabled',
      needsAws: true,
      async breaks(ground) {
        const arn = await key(ground);
        const token = await secretUnderKey(ground, 'sm:shop/keyed');
        await grantOnly(ground, '--secret', 'sm:shop/keyed');
        await ground.shop.kms.send(new DisableKeyCommand({ KeyId: arn }));
        return { token };
      },
    },
    {
      title: 'the key of a parameter is scheduled for deletion',
      needsAws: true,
      async breaks(ground) {
        const arn = await key(ground);
        const token = await secretUnderKey(ground, '/shop/keyed');
        await grantOnly(ground, '--secret', '/shop/keyed');
        await ground.shop.kms.send(new ScheduleKeyDeletionCommand({ KeyId: arn }));
        return { token };
      },
    },
  ],
  'secret-missing': [
    {
      title: 'the secret was deleted for good',
      async breaks({ shop, api }) {
        await shop.secrets.send(
          new DeleteSecretCommand({ SecretId: api, ForceDeleteWithoutRecovery: true }),
        );
        return { token: api };
      },
    },
    {
      title: 'the secret was made again, with another end of its ARN',
      async breaks({ shop, api }) {
        await shop.secrets.send(
          new DeleteSecretCommand({ SecretId: api, ForceDeleteWithoutRecovery: true }),
        );
        await shop.run(['put', 'sm:shop/api'], { stdin: '{"user":"again"}' });
        return { token: `${api}:user::` };
      },
    },
  ],
  'stage-missing': [
    {
      title: 'the secret has no value yet',
      async breaks(ground) {
        const made = await ground.shop.secrets.send(new CreateSecretCommand({ Name: 'shop/new' }));
        await grantOnly(ground, '--secret', 'sm:shop/new');
        return { token: made.ARN ?? '' };
      },
    },
    {
      title: 'no version has the stage',
      breaks: ({ api }) => Promise.resolve({ token: `${api}:user:BLUE:` }),
    },
  ],
  'version-missing': [
    {
      title: 'the version id is unknown',
      breaks: ({ api }) =>
        Promise.resolve({ token: `${api}:user::00000000-0000-4000-8000-000000000000` }),
    },
  ],
  'secret-deleted': [
    {
      title: 'the secret is scheduled for deletion',
      async breaks({ shop, api }) {
        await shop.secrets.send(new DeleteSecretCommand({ SecretId: api }));
        return { token: api };
      },
    },
  ],
  'json-key-missing': [
    {
      title: 'the secret has other keys',
      readValues: true,
      breaks: ({ api }) => Promise.resolve({ token: `${api}:token::` }),
    },
    {
      title: 'the key is written in another case',
      readValues: true,
      breaks: ({ api }) => Promise.resolve({ token: `${api}:User::` }),
    },
  ],
  'secret-not-json': [
    {
      title: 'the secret is plain text',
      readValues: true,
      async breaks(ground) {
        await ground.shop.run(['put', 'sm:shop/plain'], { stdin: 'marked' });
        await grantOnly(ground, '--secret', 'sm:shop/plain');
        const { arn } = await ground.shop.json(['get', 'sm:shop/plain']);
        return { token: `${arn as string}:user::` };
      },
    },
  ],
  'arn-malformed': [
    {
      title: 'one colon instead of three',
      breaks: ({ api }) => Promise.resolve({ token: `${api}:user` }),
    },
  ],
  'version-id-malformed': [
    {
      title: 'the JSON key is where the version id belongs',
      breaks: ({ api }) => Promise.resolve({ token: `${api}:::user` }),
    },
  ],
  'secret-name-malformed': [
    {
      title: 'a blank in the name',
      async breaks(ground) {
        await inline(ground, { ...readAll, Action: ['secretsmanager:GetSecretValue'] });
        return { token: ground.api.replace('shop/api', 'shop/ api') };
      },
    },
  ],
  'parameter-missing': [
    {
      title: 'there is no such parameter',
      async breaks(ground) {
        await grantOnly(ground, '--secret', '/shop/gone', '--allow-missing');
        return { token: '/shop/gone' };
      },
    },
    {
      title: 'a secret of Secrets Manager by its bare name',
      async breaks(ground) {
        await ground.shop.run(['put', 'sm:shop-api'], { stdin: 'marked' });
        await grantOnly(ground, '--secret', 'shop-api', '--allow-missing');
        return { token: 'shop-api' };
      },
    },
    {
      title: 'a secret by its bare name, which is no name of a parameter',
      async breaks(ground) {
        await inline(ground, { ...readAll, Action: ['ssm:GetParameters'] });
        return { token: 'shop/api' };
      },
    },
  ],
  'role-not-assumable': [
    {
      title: 'there is no such role',
      breaks: () => Promise.resolve({ executionRoleArn: `${role}-gone` }),
    },
    {
      title: 'its trust policy names another service',
      async breaks(ground) {
        await trust(ground, { Service: 'ec2.amazonaws.com' });
        return {};
      },
    },
    {
      title: 'its trust policy names another account',
      async breaks(ground) {
        await trust(
          ground,
          { Service: 'ecs-tasks.amazonaws.com' },
          { Condition: { StringEquals: { 'aws:SourceAccount': '210987654321' } } },
        );
        return {};
      },
    },
    {
      title: 'there is no such task role',
      needsAws: true,
      breaks: () => Promise.resolve({ taskRoleArn: `arn:aws:iam::${account}:role/team/shop-task` }),
    },
    {
      title: 'the task role is on another path',
      async breaks(ground) {
        await taskRole(ground, { Service: 'ecs-tasks.amazonaws.com' });
        return { taskRoleArn: `arn:aws:iam::${account}:role/team/shop-task` };
      },
    },
    {
      title: 'the trust policy of the task role names another service',
      needsAws: true,
      async breaks(ground) {
        const taskRoleArn = await taskRole(ground, { Service: 'lambda.amazonaws.com' });
        return { taskRoleArn };
      },
    },
  ],
  'no-execution-role': [
    {
      title: 'credentials of a registry, and no role',
      async breaks({ shop }) {
        await shop.run(['put', 'sm:shop/registry'], { stdin: '{"username":"u","password":"p"}' });
        const { arn } = (await shop.json(['get', 'sm:shop/registry'])) as { arn: string };
        return {
          executionRoleArn: null,
          container: { secrets: [], repositoryCredentials: { credentialsParameter: arn } },
        };
      },
    },
  ],
  'registry-denied': [
    {
      title: 'the image is in ECR, and the role lacks the managed policy',
      breaks: () =>
        Promise.resolve({
          container: { image: `${account}.dkr.ecr.us-east-1.amazonaws.com/shop/web:1` },
        }),
    },
  ],
  'logs-denied': [
    {
      title: 'logs go to CloudWatch, and the role lacks the managed policy',
      needsAws: true,
      async breaks({ shop }) {
        await runProgram('aws', ['logs', 'create-log-group', '--log-group-name', '/shop/web'], {
          env: shop.sandbox.environment,
        });
        return { container: { logConfiguration: awslogs } };
      },
    },
  ],
  'log-group-missing': [
    {
      title: 'there is no such log group',
      needsAws: true,
      async breaks(ground) {
        await grantOnly(ground, '--secret', '/shop/db', '--managed-policy', 'always');
        return { container: { logConfiguration: awslogs } };
      },
    },
  ],
};

const awslogs = {
  logDriver: 'awslogs' as const,
  options: { 'awslogs-group': '/shop/web', 'awslogs-region': 'us-east-1' },
};

describe.each(startFailures.filter(({ id }) => elsewhere[id] === undefined))(
  'a start that fails as $id: $title',
  ({ id }) => {
    const own = scenes[id] ?? [];
    const runnable = own.filter(({ needsAws }) => needsAws !== true || inject('awsCli'));

    it('has a scene', () => {
      expect(own.length).toBeGreaterThan(0);
    });

    it.each(runnable)('$title: predicted, explained, mended', async (scene) => {
      await using shop = await openShop();
      const api = await prepare(shop);
      const wrong = await scene.breaks({ shop, api });
      await register(shop, wrong);
      const values = scene.readValues ? ['--read-values'] : [];

      const verified = await shop.run(['verify', 'web', ...values, '--json']);
      expect(verified.code, verified.stdout + verified.stderr).toBe(3);
      const { targets } = JSON.parse(verified.stdout) as { targets: { findings: Finding[] }[] };
      const problems = targets[0]?.findings.filter(({ status }) => status === 'problem') ?? [];
      expect(problems.map(({ failure }) => failure)).toContain(id);

      await deploy(shop);
      expect(await settled(shop)).toBe('FAILED');
      const diagnosed = await shop.run(['diagnose', 'shop/web', ...values, '--json']);
      expect(diagnosed.code, diagnosed.stderr).toBe(3);
      const diagnosis = JSON.parse(diagnosed.stdout) as {
        failures: { failure: string; evidence: Finding[] }[];
        fix: string[];
      };
      expect(diagnosis.failures.map(({ failure }) => failure)).toEqual([id]);
      expect(diagnosis.failures[0]?.evidence.map(({ failure }) => failure)).toContain(id);

      for (const command of diagnosis.fix) {
        const ran = await shell(shop, command);
        expect(ran.code, `${command}\n${ran.stdout}${ran.stderr}`).toBe(0);
      }
      expect(await settled(shop), diagnosis.fix.join('\n')).toBe('COMPLETED');
      const again = await shop.run(['verify', 'shop/web', ...values]);
      expect(again.code, again.stdout).toBe(0);
    });
  },
);

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ecs-secrets-'));
  const shim = join(folder, 'ecs-secrets');
  await writeFile(shim, `#!/bin/sh\nprintf '%s\\0' ecs-secrets "$@"\n`);
  await chmod(shim, 0o755);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/**
 * Runs a command as it was printed, by a shell; one of ours in this process, with the words that the
 * shell makes of it, as its clock does not wait between two looks.
 */
async function shell(shop: Shop, command: string): Promise<Seen> {
  const env = {
    ...shop.sandbox.environment,
    PATH: [folder, process.env.PATH ?? ''].join(delimiter),
  };
  const seen = await runProgram('sh', ['-c', command], { env, stdin: 'marked' });
  const [name, ...words] = seen.stdout.split('\0').slice(0, -1);
  return name === 'ecs-secrets' ? shop.run(words, { stdin: 'marked' }) : seen;
}

async function prepare(shop: Shop): Promise<string> {
  await shop.run(['put', '/shop/db'], { stdin: 'marked' });
  await shop.run(['put', 'sm:shop/api'], { stdin: '{"user":"marked"}' });
  const both = ['--secret', '/shop/db', '--secret', 'sm:shop/api'];
  const argv = ['role', 'create', 'shop-execution', ...both];
  const { code, stderr } = await shop.run(argv, { longestPause: 5 });
  expect(code, stderr).toBe(0);
  const { arn } = await shop.json(['get', 'sm:shop/api']);
  return arn as string;
}

async function register(shop: Shop, wrong: Wrong): Promise<void> {
  const { executionRoleArn = role, taskRoleArn, token = '/shop/db', container } = wrong;
  await shop.ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'web',
      requiresCompatibilities: ['FARGATE'],
      networkMode: 'awsvpc',
      cpu: '256',
      memory: '512',
      ...(executionRoleArn !== null && { executionRoleArn }),
      taskRoleArn,
      containerDefinitions: [
        {
          name: 'web',
          image: 'httpd:2.4',
          secrets: [{ name: 'TOKEN', valueFrom: token }],
          ...container,
        },
      ],
    }),
  );
}

async function deploy(shop: Shop): Promise<void> {
  await shop.ecs.send(new CreateClusterCommand({ clusterName: 'shop' }));
  await shop.ecs.send(
    new CreateServiceCommand({
      cluster: 'shop',
      serviceName: 'web',
      taskDefinition: 'web',
      desiredCount: 1,
      launchType: 'FARGATE',
      deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: false } },
    }),
  );
}

/** How the service's latest deployment ended. */
async function settled(shop: Shop): Promise<string | undefined> {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    const described = new DescribeServicesCommand({ cluster: 'shop', services: ['web'] });
    const { services } = await shop.ecs.send(described);
    const primary = services?.[0]?.deployments?.find(({ status }) => status === 'PRIMARY');
    if (primary?.rolloutState !== 'IN_PROGRESS') return primary?.rolloutState;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return 'IN_PROGRESS';
}

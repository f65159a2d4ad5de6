import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
  type RegisterTaskDefinitionCommandInput,
} from '@aws-sdk/client-ecs';
import { CreateRoleCommand } from '@aws-sdk/client-iam';
import { CreateAliasCommand, CreateKeyCommand, PutKeyPolicyCommand } from '@aws-sdk/client-kms';
import { expect, test } from 'vitest';
import { runPrinted } from '../../helpers/start-scene.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';

// What printed commands must not do: go back, undo each other, or reach somewhere else.

const account = '123456789012';
type Container = NonNullable<RegisterTaskDefinitionCommandInput['containerDefinitions']>[number];

interface Told {
  fix: string[];
  recovered: boolean;
  notSeen: string[];
  failures: { failure: string; reason: string; fix: string[]; evidence: object[] }[];
}

async function diagnose(shop: Shop, target: string, stdin = ''): Promise<Told & { code: number }> {
  const { code, stdout, stderr } = await shop.run(['diagnose', target, '--json'], { stdin });
  expect(stdout, stderr).not.toBe('');
  return { code, ...(JSON.parse(stdout) as Told) };
}

async function fixOf(shop: Shop, ...argv: string[]): Promise<string[]> {
  const { stdout, stderr } = await shop.run(['verify', ...argv, '--json']);
  expect(stdout, stderr).not.toBe('');
  const { targets } = JSON.parse(stdout) as { targets: { fix: string[] }[] };
  return targets.flatMap(({ fix }) => fix);
}

function definition(
  container: Partial<Container>,
  executionRoleArn = `arn:aws:iam::${account}:role/shop-execution`,
): RegisterTaskDefinitionCommandInput {
  return {
    family: 'web',
    requiresCompatibilities: ['FARGATE'],
    networkMode: 'awsvpc',
    cpu: '256',
    memory: '512',
    executionRoleArn,
    containerDefinitions: [{ name: 'web', image: 'httpd:2.4', ...container }],
  };
}

const reading = (valueFrom: string): Partial<Container> => ({
  secrets: [{ name: 'TOKEN', valueFrom }],
});

async function register(shop: Shop, container: Partial<Container>): Promise<void> {
  await shop.ecs.send(new RegisterTaskDefinitionCommand(definition(container)));
}

async function settled(shop: Shop): Promise<{ state: string | undefined; revision: string }> {
  for (;;) {
    const { services } = await shop.ecs.send(
      new DescribeServicesCommand({ cluster: 'shop', services: ['web'] }),
    );
    const primary = services?.[0]?.deployments?.find(({ status }) => status === 'PRIMARY');
    if (primary?.rolloutState !== 'IN_PROGRESS') {
      return {
        state: primary?.rolloutState,
        revision: primary?.taskDefinition?.replace(/^.*\//, '') ?? '',
      };
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function deploy(shop: Shop, rollback: boolean): Promise<void> {
  await shop.ecs.send(new CreateClusterCommand({ clusterName: 'shop' }));
  await shop.ecs.send(
    new CreateServiceCommand({
      cluster: 'shop',
      serviceName: 'web',
      taskDefinition: 'web',
      desiredCount: 1,
      launchType: 'FARGATE',
      deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback } },
    }),
  );
}

async function ground(shop: Shop): Promise<string> {
  await shop.run(['put', '/shop/db'], { stdin: 'value' });
  await shop.run(['put', 'sm:shop/api'], { stdin: '{"user":"value"}' });
  const both = ['--secret', '/shop/db', '--secret', 'sm:shop/api'];
  await shop.run(['role', 'create', 'shop-execution', ...both]);
  return (await shop.json(['get', 'sm:shop/api'])).arn as string;
}

test('what an old revision lacked is over once a newer one runs', async () => {
  await using shop = await openShop();
  const api = await ground(shop);
  await register(shop, reading(`${api}:user`));
  await deploy(shop, false);
  expect((await settled(shop)).state).toBe('FAILED');
  await runPrinted(shop, (await diagnose(shop, 'shop/web')).fix);
  expect(await settled(shop)).toEqual({ state: 'COMPLETED', revision: 'web:2' });

  const after = await diagnose(shop, 'shop/web');
  expect(after).toMatchObject({ code: 0, recovered: true, fix: [] });
  expect(after.failures).toMatchObject([{ failure: 'arn-malformed', fix: [] }]);

  await register(shop, { ...reading('/shop/db'), image: 'httpd:new' });
  await register(shop, { ...reading(`${api}:user:BLUE:`), image: 'httpd:newer' });
  await shop.ecs.send(
    new UpdateServiceCommand({ cluster: 'shop', service: 'web', taskDefinition: 'web:4' }),
  );
  expect((await settled(shop)).state).toBe('FAILED');
  const { fix } = await diagnose(shop, 'shop/web');
  expect(fix).toEqual([
    'ecs-secrets register --family web:4 --secret web:TOKEN=sm:shop/api:user --service shop/web'.replace(
      'sm:shop/api:user',
      `${api}:user::`,
    ),
  ]);
});

test('a revision that ECS went back from is the one to mend', async () => {
  await using shop = await openShop();
  await ground(shop);
  await register(shop, reading('/shop/db'));
  await deploy(shop, true);
  expect(await settled(shop)).toEqual({ state: 'COMPLETED', revision: 'web:1' });
  await register(shop, reading('/shop/new'));
  await shop.ecs.send(
    new UpdateServiceCommand({ cluster: 'shop', service: 'web', taskDefinition: 'web:2' }),
  );
  expect(await settled(shop)).toEqual({ state: 'COMPLETED', revision: 'web:1' });

  const { code, recovered, fix } = await diagnose(shop, 'shop/web');
  expect({ code, recovered }).toEqual({ code: 3, recovered: false });
  expect(fix).toEqual([
    'ecs-secrets put ssm:/shop/new',
    'ecs-secrets role create shop-execution --task-definition web:2',
    'ecs-secrets register --family web:2 --service shop/web',
  ]);
  await runPrinted(shop, fix, { stdin: 'value' });
  expect(await settled(shop)).toEqual({ state: 'COMPLETED', revision: 'web:3' });
});

test('one command opens the policy of a key for all that need it', async () => {
  await using shop = await openShop();
  const { KeyMetadata } = await shop.kms.send(new CreateKeyCommand({}));
  const KeyId = KeyMetadata?.Arn ?? '';
  await shop.kms.send(new CreateAliasCommand({ AliasName: 'alias/shop', TargetKeyId: KeyId }));
  for (const name of ['/shop/keyed', 'sm:shop/keyed']) {
    await shop.run(['put', name, '--kms-key', 'alias/shop'], { stdin: 'value' });
  }
  for (const role of ['shop-execution', 'other-execution']) {
    const both = ['--secret', '/shop/keyed', '--secret', 'sm:shop/keyed'];
    await shop.run(['role', 'create', role, ...both]);
  }
  const own = { AWS: `arn:aws:iam::${account}:user/sandbox` };
  const Statement = [{ Effect: 'Allow', Principal: own, Action: 'kms:*', Resource: '*' }];
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  await shop.kms.send(new PutKeyPolicyCommand({ KeyId, PolicyName: 'default', Policy }));

  const { arn } = await shop.json(['get', 'sm:shop/keyed']);
  const container = {
    secrets: [
      { name: 'A', valueFrom: '/shop/keyed' },
      { name: 'B', valueFrom: arn as string },
    ],
  };
  const files = {
    'a.json': JSON.stringify(definition(container)),
    'b.json': JSON.stringify(definition(container, `arn:aws:iam::${account}:role/other-execution`)),
  };
  const { stdout } = await shop.run(['verify', 'a.json', 'b.json', '--json'], { files });
  const { targets } = JSON.parse(stdout) as { targets: { fix: string[] }[] };
  const commands = new Set(targets.flatMap(({ fix }) => fix));
  expect(commands.size).toBe(1);
  const [command = ''] = commands;
  const document = /--policy '(.*)'$/.exec(command)?.[1] ?? '';
  const put = JSON.parse(document) as { Statement: { Sid?: string }[] };
  expect(put.Statement.map(({ Sid }) => Sid)).toEqual([
    undefined,
    'EcsSecretsshopexecutionParameters',
    'EcsSecretsshopexecutionSecrets',
    'EcsSecretsotherexecutionParameters',
    'EcsSecretsotherexecutionSecrets',
  ]);
  await shop.kms.send(new PutKeyPolicyCommand({ KeyId, PolicyName: 'default', Policy: document }));
  expect((await shop.run(['verify', 'a.json', 'b.json'], { files })).code).toBe(0);
});

test('commands reach the region of the run', async () => {
  await using shop = await openShop();
  await ground(shop);
  const files = { 'eu.json': JSON.stringify(definition(reading('/eu/token'))) };
  const { stdout } = await shop.run(['verify', 'eu.json', '--json', '--region', 'eu-west-1'], {
    files,
  });
  const { targets } = JSON.parse(stdout) as { targets: { fix: string[] }[] };
  expect(targets[0]?.fix).toEqual([
    'ecs-secrets put ssm:/eu/token --region eu-west-1',
    'ecs-secrets role create shop-execution --task-definition eu.json --region eu-west-1',
  ]);
});

test('a role that is to be made gets its path, and what images and logs need', async () => {
  await using shop = await openShop();
  const api = await ground(shop);
  const container = {
    ...reading(`${api}:user`),
    image: `${account}.dkr.ecr.us-east-1.amazonaws.com/shop/web:1`,
  };
  const role = `arn:aws:iam::${account}:role/app/new-execution`;
  await shop.ecs.send(new RegisterTaskDefinitionCommand(definition(container, role)));
  const fix = await fixOf(shop, 'web');
  expect(fix).toEqual([
    'ecs-secrets role create new-execution --secret sm:shop/api:user --managed-policy always --path /app/',
    'ecs-secrets register --family web --secret web:TOKEN=sm:shop/api:user',
  ]);
  await runPrinted(shop, fix);
  expect(await fixOf(shop, 'web')).toEqual([]);
});

test('a role of the same name under another path is not the one', async () => {
  await using shop = await openShop();
  await ground(shop);
  const trust = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'ecs-tasks.amazonaws.com' },
        Action: 'sts:AssumeRole',
      },
    ],
  };
  await shop.iam.send(
    new CreateRoleCommand({
      RoleName: 'moved',
      Path: '/app/',
      AssumeRolePolicyDocument: JSON.stringify(trust),
    }),
  );
  const role = `arn:aws:iam::${account}:role/moved`;
  await shop.ecs.send(new RegisterTaskDefinitionCommand(definition({}, role)));
  expect(await fixOf(shop, 'web')).toEqual([
    `ecs-secrets register --family web --execution-role arn:aws:iam::${account}:role/app/moved`,
  ]);
});

test('each reason of a text is about its own role', async () => {
  await using shop = await openShop();
  await ground(shop);
  await shop.run(['role', 'create', 'other', '--secret', 'sm:shop/api']);
  await shop.run(['role', 'create', 'third', '--secret', 'sm:shop/api']);
  await shop.run(['put', '/shop/big'], { stdin: 'value' });
  const denied = (role: string, name: string): string =>
    `AccessDeniedException: User: arn:aws:sts::${account}:assumed-role/${role}/0123 is not authorized to perform: ssm:GetParameters on resource: arn:aws:ssm:us-east-1:${account}:parameter${name} because`;
  const text = `${denied('other', '/shop/db')}\n\n${denied('third', '/shop/big')}`;
  const { failures } = await diagnose(shop, '-', text);
  const parameter = `arn:aws:ssm:us-east-1:${account}:parameter/shop`;
  expect(failures.map(({ fix }) => fix)).toEqual([
    [`ecs-secrets role create other --secret ${parameter}/db`],
    [`ecs-secrets role create third --secret ${parameter}/big`],
  ]);
});

test('a long text is looked into up to twenty reasons', async () => {
  await using shop = await openShop();
  const text = Array.from({ length: 300 }, (_, i) => `invalid parameters: /shop/p${i}`).join(
    '\n\n',
  );
  const { code, failures, notSeen } = await diagnose(shop, '-', text);
  expect(code).toBe(3);
  expect(failures).toHaveLength(20);
  expect(notSeen).toEqual(['280 more reasons of the text: paste them by themselves']);
});

test('a character of a secret that the agent quotes is not told', async () => {
  await using shop = await openShop();
  await shop.run(['put', 'sm:shop/plain'], { stdin: 'Zebra' });
  await shop.run(['role', 'create', 'shop-execution', '--secret', 'sm:shop/plain']);
  const { arn } = await shop.json(['get', 'sm:shop/plain']);
  await register(shop, reading(`${arn as string}:user::`));
  await deploy(shop, false);
  expect((await settled(shop)).state).toBe('FAILED');
  const { failures } = await diagnose(shop, 'shop/web');
  expect(failures).toMatchObject([{ failure: 'secret-not-json' }]);
  expect(failures[0]?.reason).toContain("invalid character '…' looking for beginning of value");
});

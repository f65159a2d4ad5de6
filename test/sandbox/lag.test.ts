import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import {
  CreatePolicyCommand,
  CreateRoleCommand,
  AttachRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  PutRolePolicyCommand,
  TagRoleCommand,
} from '@aws-sdk/client-iam';
import { CreateSecretCommand, ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
import {
  DescribeParametersCommand,
  GetParameterCommand,
  PutParameterCommand,
} from '@aws-sdk/client-ssm';
import { expect, test } from 'vitest';
import { errorOf, openScene, type Scene } from './clients.ts';

const lag = { service: 'ssm', operation: 'DescribeParameters', lagMs: 1000 };

/** A scene whose clock stands still until it is moved. */
async function openStill() {
  const clock = { now: 1_700_000_000_000 };
  const scene = await openScene({ now: () => clock.now });
  return { ...scene, clock };
}

async function put({ ssm }: Pick<Scene, 'ssm'>) {
  const input = { Name: 'p', Value: 'v', Type: 'String', Overwrite: true } as const;
  return (await ssm.send(new PutParameterCommand(input))).Version;
}

async function described({ ssm }: Pick<Scene, 'ssm'>) {
  const filter = { Key: 'Name', Values: ['p'] };
  const { Parameters } = await ssm.send(
    new DescribeParametersCommand({ ParameterFilters: [filter] }),
  );
  return Parameters?.[0]?.Version;
}

test('a read answers what was there some time ago, whatever it asks for', async () => {
  await using scene = await openStill();
  await put(scene);
  scene.sandbox.inject(lag);
  expect(await described(scene)).toBe(1);
  expect(await put(scene)).toBe(2);
  scene.clock.now += 400;
  expect(await put(scene)).toBe(3);
  expect(await described(scene)).toBe(1);
  const { Parameter } = await scene.ssm.send(new GetParameterCommand({ Name: 'p' }));
  expect(Parameter?.Version).toBe(3);
  scene.clock.now += 600;
  expect(await described(scene)).toBe(2);
  scene.clock.now += 400;
  expect(await described(scene)).toBe(3);
});

test('a lag can end after a number of reads, of which only those count that are behind', async () => {
  await using scene = await openStill();
  await put(scene);
  const fault = scene.sandbox.inject({ ...lag, lagMs: Infinity, times: 2 });
  expect(await described(scene)).toBe(1);
  expect(fault.met).toBe(0);
  await put(scene);
  expect([await described(scene), await described(scene), await described(scene)]).toEqual([
    1, 1, 2,
  ]);
  expect(fault.met).toBe(2);
});

test('healing ends a lag, and one that comes later begins with what is there then', async () => {
  await using scene = await openStill();
  await put(scene);
  scene.sandbox.inject(lag);
  await put(scene);
  scene.sandbox.heal();
  expect(await described(scene)).toBe(2);
  scene.sandbox.inject({ ...lag, operation: '*' });
  expect(await described(scene)).toBe(2);
  await put(scene);
  expect(await described(scene)).toBe(2);
});

test('services that do not lag here are refused', async () => {
  await using scene = await openStill();
  expect(() => scene.sandbox.inject({ service: 'kms', lagMs: 5 })).toThrow(
    'kms cannot lag in the sandbox',
  );
  await expect(openScene({ faults: [{ service: 'logs', lagMs: 5 }] })).rejects.toThrow(
    'logs cannot lag',
  );
});

test('ListSecrets does not show a new secret yet', async () => {
  await using scene = await openStill();
  scene.sandbox.inject({ service: 'secretsmanager', operation: 'ListSecrets', lagMs: 1000 });
  await scene.secrets.send(new CreateSecretCommand({ Name: 's', SecretString: 'v' }));
  const names = async () => {
    const { SecretList } = await scene.secrets.send(new ListSecretsCommand({}));
    return SecretList?.map(({ Name }) => Name);
  };
  expect(await names()).toEqual([]);
  scene.clock.now += 1000;
  expect(await names()).toEqual(['s']);
});

test('reads of roles and their policies lag', async () => {
  await using scene = await openStill();
  const { iam } = scene;
  const RoleName = 'r';
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action: 's3:*', Resource: '*' },
  });
  const trust = JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Service: 'ecs-tasks.amazonaws.com' },
      Action: 'sts:AssumeRole',
    },
  });
  scene.sandbox.inject({ service: 'iam', lagMs: 1000 });
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }));
  const read = () => iam.send(new GetRoleCommand({ RoleName }));
  expect((await errorOf(read())).name).toBe('NoSuchEntityException');
  expect((await iam.send(new ListRolesCommand({}))).Roles).toEqual([]);
  scene.clock.now += 1000;
  expect((await read()).Role).toMatchObject({ RoleName });

  const own = { RoleName, PolicyName: 'own' };
  await iam.send(new PutRolePolicyCommand({ ...own, PolicyDocument }));
  const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: 'm', PolicyDocument }));
  const PolicyArn = Policy!.Arn!;
  await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
  await iam.send(new TagRoleCommand({ RoleName, Tags: [{ Key: 'k', Value: 'v' }] }));
  const seen = async () => ({
    inline: (await iam.send(new ListRolePoliciesCommand({ RoleName }))).PolicyNames,
    attached: (await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }))).AttachedPolicies,
    tags: (await read()).Role?.Tags,
  });
  expect(await seen()).toEqual({ inline: [], attached: [], tags: undefined });
  const policy = () => iam.send(new GetRolePolicyCommand(own));
  expect((await errorOf(policy())).name).toBe('NoSuchEntityException');
  scene.clock.now += 1000;
  expect(await seen()).toEqual({
    inline: ['own'],
    attached: [{ PolicyName: 'm', PolicyArn }],
    tags: [{ Key: 'k', Value: 'v' }],
  });
  expect(await policy()).toMatchObject(own);
});

test('DescribeServices shows the deployment before the last one', async () => {
  await using scene = await openStill();
  const { ecs } = scene;
  const container = { name: 'app', image: 'nginx' };
  await ecs.send(new CreateClusterCommand({ clusterName: 'c' }));
  await ecs.send(
    new RegisterTaskDefinitionCommand({ family: 'f', containerDefinitions: [container] }),
  );
  const own = { cluster: 'c', serviceName: 's', taskDefinition: 'f', desiredCount: 0 };
  const { service } = await ecs.send(new CreateServiceCommand(own));
  scene.sandbox.inject({ service: 'ecs', operation: 'DescribeServices', lagMs: 1000 });
  const update = { cluster: 'c', service: 's', forceNewDeployment: true };
  const updated = (await ecs.send(new UpdateServiceCommand(update))).service;
  const seen = async () => {
    const { services } = await ecs.send(
      new DescribeServicesCommand({ cluster: 'c', services: ['s'] }),
    );
    const { currentServiceDeployment, deployments } = services![0]!;
    return { currentServiceDeployment, id: deployments?.[0]?.id };
  };
  const of = (one: typeof service) => ({
    currentServiceDeployment: one?.currentServiceDeployment,
    id: one?.deployments?.[0]?.id,
  });
  expect(of(updated)).not.toEqual(of(service));
  expect(await seen()).toEqual(of(service));
  scene.clock.now += 1000;
  expect(await seen()).toEqual(of(updated));
});

import {
  CreateClusterCommand,
  DescribeTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
} from '@aws-sdk/client-ecs';
import {
  CreateSecurityGroupCommand,
  DescribeSubnetsCommand,
  EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, inject, it } from 'vitest';
import { awsAt } from '../../helpers/aws-at.ts';
import type { Finding } from '../../../src/model/failures/finding.ts';
import type { NetworkInterface } from '../../../src/model/starts/network-facts.ts';
import { checkNetwork, type Destination } from '../../../src/model/starts/checks/network.ts';
import { readNetwork } from '../../../src/operations/starts/read-network.ts';
import { makeNetwork, type MadeNetwork, type NetworkPlan } from '../../helpers/network-scene.ts';
import { runProgram } from '../../helpers/run.ts';
import { clientsTo } from '../../sandbox/clients.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';

const region = 'us-east-1';
const place = { dnsSuffix: 'amazonaws.com', for: 'DB' };
const destinations = {
  ssm: { ...place, service: 'ssm', region },
  secretsmanager: { ...place, service: 'secretsmanager', region },
  'ssm elsewhere': { ...place, service: 'ssm', region: 'us-west-2' },
} satisfies Record<string, Destination>;
type Store = keyof typeof destinations;

/** A sandbox with a value in each store and a task definition that reads it. */
async function openStores(): Promise<Shop> {
  const shop = await openShop();
  const role = { RoleName: 'exec', Path: '/' };
  const document = (statement: object) =>
    JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', ...statement } });
  await shop.iam.send(
    new CreateRoleCommand({
      ...role,
      AssumeRolePolicyDocument: document({
        Principal: { Service: 'ecs-tasks.amazonaws.com' },
        Action: 'sts:AssumeRole',
      }),
    }),
  );
  const PolicyDocument = document({ Action: '*', Resource: '*' });
  await shop.iam.send(
    new PutRolePolicyCommand({ RoleName: 'exec', PolicyName: 'all', PolicyDocument }),
  );
  const parameter = { Name: '/shop/db', Value: 'v', Type: 'String' as const };
  await shop.ssm.send(new PutParameterCommand(parameter));
  await clientsTo(shop.sandbox, 'us-west-2').ssm.send(new PutParameterCommand(parameter));
  const secret = await shop.secrets.send(
    new CreateSecretCommand({ Name: 'shop/db', SecretString: 'v' }),
  );
  const values: Record<Store, string> = {
    ssm: '/shop/db',
    secretsmanager: secret.ARN!,
    'ssm elsewhere': 'arn:aws:ssm:us-west-2:123456789012:parameter/shop/db',
  };
  await shop.ecs.send(new CreateClusterCommand({ clusterName: 'prod' }));
  for (const [store, valueFrom] of Object.entries(values)) {
    await shop.ecs.send(
      new RegisterTaskDefinitionCommand({
        family: store.replace(' ', '-'),
        networkMode: 'awsvpc',
        requiresCompatibilities: ['FARGATE'],
        cpu: '256',
        memory: '512',
        executionRoleArn: 'arn:aws:iam::123456789012:role/exec',
        containerDefinitions: [
          { name: 'app', image: 'nginx', secrets: [{ name: 'DB', valueFrom }] },
        ],
      }),
    );
  }
  return shop;
}

/** Starts a task and tells why it stopped; undefined when it runs. */
async function startTask(shop: Shop, store: Store, network: MadeNetwork, platformVersion?: string) {
  const { tasks } = await shop.ecs.send(
    new RunTaskCommand({
      cluster: 'prod',
      launchType: 'FARGATE',
      platformVersion,
      taskDefinition: store.replace(' ', '-'),
      networkConfiguration: { awsvpcConfiguration: network },
    }),
  );
  const query = { cluster: 'prod', tasks: [tasks![0]!.taskArn!] };
  for (;;) {
    const [task] = (await shop.ecs.send(new DescribeTasksCommand(query))).tasks!;
    if (task!.lastStatus === 'RUNNING') return undefined;
    if (task!.lastStatus === 'STOPPED') return task!.stoppedReason;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** What the check says of a network that it reads through the gateway. */
async function check(endpoint: string, network: MadeNetwork, ...to: Destination[]) {
  const calls: string[] = [];
  const aws = awsAt(endpoint, { region, onCall: ({ action }) => calls.push(action) });
  const given: NetworkInterface = {
    of: 'task',
    subnets: network.subnets,
    securityGroups: network.securityGroups,
    publicIp: network.assignPublicIp === 'ENABLED',
  };
  const { from, facts } = await readNetwork(await aws.ec2(), region, given);
  return { findings: checkNetwork(from, facts, to), calls };
}

const good: NetworkPlan = {
  routes: ['nat'],
  publicIp: false,
  egress: 'all',
  endpoint: 'none',
  ingress: 'task',
  dnsSupport: true,
  dnsHostnames: true,
};

/** Mostly what works: a plan with several faults tells less of each. */
const mostly = <T>(usual: T, ...others: T[]) =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant(usual) },
    { weight: 2, arbitrary: fc.constantFrom(...others) },
  );
const plans = fc.record<NetworkPlan>({
  routes: fc.array(mostly('nat', 'none', 'none', 'igw', 'stranded-nat', 'gone-nat', 'tgw'), {
    minLength: 1,
    maxLength: 2,
  }),
  publicIp: fc.boolean(),
  egress: mostly('all', 'none', 'vpc', 'endpoint', 'prefix-list', 'port-80'),
  endpoint: mostly('none', 'private-dns', 'private-dns', 'no-private-dns'),
  ingress: mostly('task', 'vpc', 'half', 'none'),
  dnsSupport: mostly(true, true, false),
  dnsHostnames: mostly(true, true, false),
});
const stores = fc.constantFrom<Store>(
  'ssm',
  'secretsmanager',
  'ssm',
  'secretsmanager',
  'ssm elsewhere',
);

it('agrees with the sandbox, which plays the packets, on every network it is sure of', async () => {
  await using shop = await openStores();
  const seen = { ok: 0, problem: 0, 'not-checked': 0 };
  await fc.assert(
    fc.asyncProperty(plans, stores, async (plan, store) => {
      const to = destinations[store];
      const network = await makeNetwork(shop.ec2, plan, to.service);
      const { findings } = await check(shop.sandbox.url, network, to);
      const reason = await startTask(shop, store, network);
      const statuses = findings.map(({ status }) => status);
      // One subnet without a way is a problem, whatever is known of the other.
      const verdict = (['problem', 'not-checked', 'ok'] as const).find((one) =>
        statuses.includes(one),
      )!;
      seen[verdict] += 1;
      const story = findings.map(({ status, message }) => `${status}: ${message}`).join('\n');
      if (verdict === 'ok') expect(reason, story).toBeUndefined();
      if (verdict === 'problem') expect(reason, story).toMatch(/There is a connection issue/);
    }),
    { numRuns: 25 },
  );
  expect(seen.problem).toBeGreaterThan(5);
  expect(seen.ok).toBeGreaterThan(0);
});

it.each<[Store, RegExp]>([
  [
    'ssm',
    /^ResourceInitializationError: .* The task cannot pull secrets from AWS Systems Manager\. There is a connection issue between the task and AWS Systems Manager Parameter Store/,
  ],
  [
    'secretsmanager',
    /^ResourceInitializationError: .* unable to retrieve secret from asm: There is a connection issue between the task and AWS Secrets Manager/,
  ],
])('is told by a task that reads %s, in the words of AWS', async (store, words) => {
  await using shop = await openStores();
  const network = await makeNetwork(shop.ec2, { ...good, routes: ['none'] }, store);
  expect(await startTask(shop, store, network)).toMatch(words);
  const unknown: MadeNetwork = { ...network, subnets: ['subnet-1'] };
  expect(await startTask(shop, store, unknown)).toBeUndefined();
});

it('is no matter to a task of Fargate 1.3.0, whose secrets come another way', async () => {
  await using shop = await openStores();
  const network = await makeNetwork(shop.ec2, { ...good, routes: ['none'] }, 'ssm');
  expect(await startTask(shop, 'ssm', network, '1.3.0')).toBeUndefined();
  expect(await startTask(shop, 'ssm', network, '1.4.0')).toMatch(/connection issue/);
});

it('takes seven calls, and the default security group where none is named', async () => {
  await using shop = await openStores();
  const network = await makeNetwork(shop.ec2, good, 'ssm');
  const { findings, calls } = await check(
    shop.sandbox.url,
    { ...network, securityGroups: [] },
    destinations.ssm,
  );
  expect(findings).toMatchObject([{ status: 'ok' }]);
  expect(findings[0]!.message).toMatch(/through NAT gateway nat-\w+, for DB$/);
  expect(calls.sort()).toEqual([
    'ec2:DescribeNatGateways',
    'ec2:DescribeRouteTables',
    'ec2:DescribeSecurityGroups',
    'ec2:DescribeSubnets',
    'ec2:DescribeVpcAttribute',
    'ec2:DescribeVpcAttribute',
    'ec2:DescribeVpcEndpoints',
  ]);
});

it('reads the network interface of an instance', async () => {
  await using shop = await openStores();
  const { subnets, securityGroups } = await makeNetwork(shop.ec2, good, 'ssm');
  const { Instances } = await shop.ec2.send(
    new RunInstancesCommand({
      MinCount: 1,
      MaxCount: 1,
      NetworkInterfaces: [
        { SubnetId: subnets[0]!, Groups: securityGroups, AssociatePublicIpAddress: true },
      ],
    }),
  );
  const id = Instances![0]!.InstanceId!;
  const ec2 = await awsAt(shop.sandbox.url, { region }).ec2();
  expect(await ec2.instances([id])).toMatchObject([
    { id, subnet: subnets[0], securityGroups, publicIp: true },
  ]);
});

it('says so where subnets are not there', async () => {
  await using shop = await openStores();
  const network: MadeNetwork = {
    subnets: ['subnet-1'],
    securityGroups: [],
    assignPublicIp: 'DISABLED',
  };
  const { findings, calls } = await check(shop.sandbox.url, network, destinations.ssm);
  expect(findings).toMatchObject([{ status: 'not-checked' }]);
  expect(calls).toEqual(['ec2:DescribeSubnets']);
});

const moto = inject('moto');
it.runIf(moto !== undefined).each<[string, Partial<NetworkPlan>, string, RegExp]>([
  ['an endpoint', { routes: ['none'], endpoint: 'private-dns' }, 'ok', /endpoint vpce-/],
  [
    'a closed endpoint',
    { endpoint: 'private-dns', ingress: 'none' },
    'problem',
    /inbound port 443/,
  ],
  ['a NAT gateway', { egress: 'endpoint' }, 'problem', /nat-.* outbound port 443/],
  ['an internet gateway', { routes: ['igw'], publicIp: true }, 'ok', /internet gateway igw-/],
  ['no way out', { routes: ['none'] }, 'problem', /no default route/],
])('reads %s from moto', async (_, plan, status, says) => {
  const ec2 = new EC2Client({ endpoint: moto!, region });
  const network = await makeNetwork(ec2, { ...good, ...plan }, 'ssm');
  const { findings } = await check(moto!, network, destinations.ssm);
  expect(findings).toMatchObject([{ status }]);
  expect(findings[0]!.message).toMatch(says);
});

/** Runs the commands of findings as they are printed: each once, in their order. */
async function mend(shop: Shop, findings: readonly Finding[], shell = 'sh') {
  const commands = [...new Set(findings.flatMap(({ fix }) => fix))];
  const seen = await runProgram(shell, ['-ec', commands.join('\n')], {
    env: { AWS_ENDPOINT_URL: shop.sandbox.url, AWS_PAGER: '' },
  });
  expect(seen.stderr).toBe('');
  expect(seen.code).toBe(0);
}

describe.runIf(inject('awsCli'))('its commands let a task start that has', () => {
  it.each<[string, Partial<NetworkPlan>]>([
    ['nothing at all', { routes: ['none', 'none'], dnsHostnames: false, egress: 'none' }],
    [
      'a closed endpoint',
      { routes: ['nat'], endpoint: 'private-dns', ingress: 'none', egress: 'port-80' },
    ],
    [
      'an endpoint without its name',
      { routes: ['igw'], endpoint: 'no-private-dns', dnsSupport: false },
    ],
    ['no rule out', { egress: 'vpc' }],
  ])('%s', async (_, plan) => {
    await using shop = await openStores();
    const network = await makeNetwork(shop.ec2, { ...good, ...plan }, 'ssm');
    expect(await startTask(shop, 'ssm', network)).toMatch(/connection issue/);
    const { findings } = await check(shop.sandbox.url, network, destinations.ssm);
    await mend(shop, findings);
    expect((await check(shop.sandbox.url, network, destinations.ssm)).findings).toMatchObject([
      { status: 'ok' },
    ]);
    expect(await startTask(shop, 'ssm', network)).toBeUndefined();
  });
});

describe.runIf(inject('awsCli'))('its commands leave the others in the VPC their way', () => {
  const shells = ['sh', 'bash', 'zsh'].filter(
    (shell) => spawnSync(shell, ['-c', ':']).status === 0,
  );
  it.each<[string, Partial<NetworkPlan>, string]>([
    ...shells.map((shell): [string, Partial<NetworkPlan>, string] => [`in ${shell}`, {}, shell]),
    ['where an endpoint gets its name', { endpoint: 'no-private-dns', ingress: 'none' }, 'sh'],
    ['where DNS wakes an endpoint', { endpoint: 'private-dns', dnsHostnames: false }, 'sh'],
    ['where a group lets out to nothing', { endpoint: 'none', egress: 'none' }, 'sh'],
  ])('%s', async (_, plan, shell) => {
    await using shop = await openStores();
    const { subnets, ...made } = await makeNetwork(
      shop.ec2,
      { ...good, ...plan, routes: ['none', 'nat'] },
      'ssm',
    );
    const { Subnets } = await shop.ec2.send(new DescribeSubnetsCommand({ SubnetIds: subnets }));
    const web = { VpcId: Subnets![0]!.VpcId!, GroupName: 'web', Description: 'web' };
    const { GroupId } = await shop.ec2.send(new CreateSecurityGroupCommand(web));
    const iso: MadeNetwork = { ...made, subnets: [subnets[0]!] };
    const nat: MadeNetwork = { ...made, subnets: [subnets[1]!], securityGroups: [GroupId!] };
    for (const store of ['ssm', 'secretsmanager'] as const) {
      expect(await startTask(shop, store, iso)).toMatch(/connection issue/);
      expect(await startTask(shop, store, nat)).toBeUndefined();
    }
    const { ssm, secretsmanager } = destinations;
    const { findings } = await check(shop.sandbox.url, iso, ssm, secretsmanager);
    expect(findings).toMatchObject([{ status: 'problem' }, { status: 'problem' }]);
    await mend(shop, findings, shell);
    for (const store of ['ssm', 'secretsmanager'] as const) {
      expect(await startTask(shop, store, iso)).toBeUndefined();
      expect(await startTask(shop, store, nat)).toBeUndefined();
    }
  });
});

import { RunInstancesCommand } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Aws } from '../../../src/aws/index.ts';
import { awsAt } from '../../helpers/aws-at.ts';
import { checkReach } from '../../../src/model/starts/checks/reach.ts';
import type { StartFacts } from '../../../src/model/starts/checks/facts.ts';
import { classifyFailure } from '../../../src/model/failures/classify-failure.ts';
import { explainReason } from '../../../src/model/starts/explain-failure.ts';
import type { ContainerInstance, Placement } from '../../../src/model/starts/placement.ts';
import type { TaskDefinition } from '../../../src/model/definitions/task-definition.ts';
import { gatherNetworkFact } from '../../../src/operations/starts/gather-network-fact.ts';
import { makeNetwork, type MadeNetwork } from '../../helpers/network-scene.ts';
import { openScene, type Scene } from '../../sandbox/clients.ts';
import type { Service } from '../../../src/aws/ecs-answers.ts';

const region = 'us-east-1';
let scene: Scene;
let aws: Aws;
/** Its first subnet has no way out, its second one a NAT gateway. */
let network: MadeNetwork;
/** Ids of instances in these, and of a second one without a way out. */
const ids = { stranded: '', good: '', alsoStranded: '' };

beforeAll(async () => {
  scene = await openScene();
  aws = awsAt(scene.sandbox.url, { region });
  const plan = {
    routes: ['none', 'nat', 'none'] as const,
    egress: 'all',
    endpoint: 'none',
  } as const;
  const rest = { publicIp: false, ingress: 'none', dnsSupport: true, dnsHostnames: true } as const;
  network = await makeNetwork(scene.ec2, { ...plan, ...rest }, 'ssm');
  const run = async (SubnetId: string) => {
    const more = { SubnetId, SecurityGroupIds: network.securityGroups };
    const request = new RunInstancesCommand({ MinCount: 1, MaxCount: 1, ...more });
    return (await scene.ec2.send(request)).Instances![0]!.InstanceId!;
  };
  ids.stranded = await run(network.subnets[0]!);
  ids.good = await run(network.subnets[1]!);
  ids.alsoStranded = await run(network.subnets[2]!);
});
afterAll(() => scene.sandbox.close());

const definition = {
  family: 'web',
  containerDefinitions: [
    {
      ...{ name: 'app', image: `123456789012.dkr.ecr.${region}.amazonaws.com/web` },
      logConfiguration: { logDriver: 'awslogs', options: {} },
    },
  ],
} as unknown as TaskDefinition;

const instance = (
  ec2InstanceId: string | undefined,
  more: Partial<ContainerInstance> = {},
): ContainerInstance => ({
  arn: `arn:aws:ecs:${region}:1:container-instance/prod/1`,
  ec2InstanceId,
  status: 'ACTIVE',
  connected: true,
  agentVersion: '1.90.0',
  os: 'linux',
  attributes: new Set<string>(),
  ...more,
});

async function look(placement: Placement, given: TaskDefinition = definition) {
  const { subnets, securityGroups } = network;
  const service = {
    name: 'web',
    network: { subnets: subnets.slice(0, 1), securityGroups, publicIp: false },
  } as unknown as Service;
  const facts = {
    here: { partition: 'aws', region, account: '123456789012' },
    definition: given,
    placement,
    uses: [],
    network: await gatherNetworkFact(aws, given, service, placement),
  } as unknown as StartFacts;
  const findings = checkReach(facts);
  const toLogs = findings.filter(({ subject }) => subject.includes('logs'));
  return { facts, findings, statuses: toLogs.map(({ status }) => status) };
}
const onInstances = (...instances: ContainerInstance[]) =>
  look({ launchTypes: ['EC2'], instances });

it.each<[string, () => ContainerInstance]>([
  ['disconnected', () => instance(ids.stranded, { connected: false })],
  ['draining', () => instance(ids.stranded, { status: 'DRAINING' })],
  ['terminated', () => instance('i-0123456789abcdef0')],
  ['external', () => instance('mi-0123', { attributes: new Set(['ecs.capability.external']) })],
])('takes no notice of an instance that is %s', async (_, other) => {
  const { statuses } = await onInstances(instance(ids.good), other());
  expect(statuses).toEqual(['ok']);
  const alone = await onInstances(other());
  expect(alone.findings).toMatchObject([{ status: 'not-checked' }]);
  expect(alone.findings[0]!.message).toContain(
    'the cluster has no instance of EC2 that is connected and takes tasks',
  );
});

it('warns where only some instances reach what a task needs', async () => {
  const { facts, findings, statuses } = await onInstances(
    instance(ids.good),
    instance(ids.stranded),
  );
  expect(statuses.toSorted()).toEqual(['ok', 'warning']);
  expect(findings.some(({ status }) => status === 'problem')).toBe(false);

  const reason =
    'CannotPullContainerError: dial tcp 52.94.5.5:443: i/o timeout: unable to pull registry auth from Amazon ECR: There is a connection issue between the task and Amazon ECR';
  expect(classifyFailure(reason).map(({ id }) => id)).toContain('registry-unreachable');
  const known = { facts, report: { findings: findings as never, fix: [] } };
  const [explanation] = explainReason(reason, known);
  expect(explanation!.fix.join()).toContain('ecr.api');
});

it('finds a problem where no instance does, with one endpoint for all of them', async () => {
  const { findings, statuses } = await onInstances(
    instance(ids.stranded),
    instance(ids.alsoStranded),
  );
  expect(statuses).toEqual(['problem']);
  const commands = [...new Set(findings.flatMap(({ fix }) => fix))] as string[];
  const made = commands.filter((command) => command.includes('.logs '));
  expect(made).toHaveLength(1);
  const both = [network.subnets[0]!, network.subnets[2]!].sort();
  expect(made[0]).toContain(`--subnet-ids ${both.join(' ')} --`);
});

it('says so where the instances were not looked at', async () => {
  const { findings } = await look({ launchTypes: ['EC2'], instancesUnknown: 'not allowed' });
  expect(findings).toMatchObject([{ status: 'not-checked' }]);
  expect(findings[0]!.message).toMatch(/not allowed$/);
});

it.each([
  ['1.3.0', 'LINUX', 'ok'],
  ['1.4.0', 'LINUX', 'problem'],
  ['LATEST', 'LINUX', 'problem'],
  [undefined, 'LINUX', 'problem'],
  ['1.0.0', 'WINDOWS_SERVER_2022_CORE', 'problem'],
])('knows whose interface Fargate %s on %s logs in to ECR by', async (version, system, status) => {
  const given = { ...definition, runtimePlatform: { operatingSystemFamily: system } };
  const { findings } = await look({ launchTypes: ['FARGATE'], platformVersion: version }, given);
  const statusOf = (service: string) =>
    findings.find(({ subject }) => subject === `${service} in ${region}`)?.status;
  expect(statusOf('ecr.api')).toBe(status);
  // Layers and logs have always gone through the task's.
  for (const service of ['ecr.dkr', 's3', 'logs']) expect(statusOf(service)).toBe('problem');
});

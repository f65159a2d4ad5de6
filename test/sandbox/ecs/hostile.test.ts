import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAccount } from '../../../src/sandbox/account.ts';
import { parseJsonBody } from '../../../src/sandbox/protocol/json.ts';
import { owner, ServiceError, type Principal } from '../../../src/sandbox/service.ts';
import { fast } from './support.ts';

type Input = Record<string, unknown>;

const container = {
  name: 'app',
  image: 'nginx',
  essential: true,
  cpu: 10,
  environment: [{ name: 'MODE', value: 'test' }],
  secrets: [{ name: 'DB', valueFrom: '/p' }],
  logConfiguration: {
    logDriver: 'awslogs',
    options: { 'awslogs-group': 'g', 'awslogs-region': 'us-east-1' },
    secretOptions: [{ name: 'token', valueFrom: '/p' }],
  },
  repositoryCredentials: { credentialsParameter: '/p' },
  dockerLabels: { a: 'b' },
  portMappings: [{ containerPort: 80, hostPort: 80, protocol: 'tcp' }],
  environmentFiles: [{ value: 'arn:aws:s3:::b/k', type: 's3' }],
  firelensConfiguration: { type: 'fluentd', options: { a: 'b' } },
  dependsOn: [{ containerName: 'app', condition: 'START' }],
  mountPoints: [{ sourceVolume: 'v' }],
  command: ['run'],
};
const registration = {
  family: 'f',
  executionRoleArn: 'arn:aws:iam::123456789012:role/r',
  taskRoleArn: 'r',
  networkMode: 'awsvpc',
  cpu: '256',
  memory: '512',
  requiresCompatibilities: ['FARGATE'],
  runtimePlatform: { operatingSystemFamily: 'LINUX' },
  volumes: [{ name: 'v' }],
  containerDefinitions: [container],
  tags: [{ key: 'k', value: 'v' }],
};
const service = {
  cluster: 'c',
  taskDefinition: 'f',
  desiredCount: 1,
  launchType: 'FARGATE',
  networkConfiguration: { awsvpcConfiguration: { subnets: ['s'], securityGroups: ['g'] } },
  serviceConnectConfiguration: { enabled: true, logConfiguration: { logDriver: 'awslogs' } },
  capacityProviderStrategy: [{ capacityProvider: 'FARGATE', weight: 1 }],
  deploymentController: { type: 'ECS' },
  deploymentConfiguration: {
    minimumHealthyPercent: 50,
    maximumPercent: 200,
    deploymentCircuitBreaker: {
      enable: true,
      rollback: true,
      thresholdConfiguration: { type: 'COUNT', value: 2 },
    },
    earlySuccessCriteria: {
      enable: false,
      healthyPercent: 50,
      sourceServiceRevisionCleanup: 'DEFERRED',
    },
    strategy: 'ROLLING',
    bakeTimeInMinutes: 1,
    lifecycleHooks: [
      {
        targetType: 'PAUSE',
        lifecycleStages: ['POST_SCALE_UP'],
        timeoutConfiguration: { timeoutInMinutes: 1 },
      },
    ],
    linearConfiguration: { stepPercent: 50 },
    canaryConfiguration: { canaryPercent: 5 },
  },
};
const arn = 'arn:aws:ecs:us-east-1:123456789012:service/c/s';

/** Valid requests, of which a test breaks some part. */
const requests: readonly [string, Input][] = [
  ['RegisterTaskDefinition', registration],
  ['RegisterTaskDefinition', registration],
  ['DescribeTaskDefinition', { taskDefinition: 'f', include: ['TAGS'] }],
  ['ListTaskDefinitions', { familyPrefix: 'f', status: 'ACTIVE', maxResults: 5 }],
  ['DeleteTaskDefinitions', { taskDefinitions: ['f:1'] }],
  ['CreateService', { ...service, serviceName: 's', tags: [{ key: 'k', value: 'v' }] }],
  ['UpdateService', { ...service, service: 's', forceNewDeployment: true }],
  ['DescribeServices', { cluster: 'c', services: ['s'], include: ['TAGS'] }],
  ['ListServices', { cluster: 'c', launchType: 'FARGATE' }],
  [
    'ListServiceDeployments',
    { cluster: 'c', service: 's', status: ['PENDING'], createdAt: { before: 1 } },
  ],
  ['DescribeServiceDeployments', { serviceDeploymentArns: [arn] }],
  ['StopServiceDeployment', { serviceDeploymentArn: arn, stopType: 'ROLLBACK' }],
  [
    'RunTask',
    {
      cluster: 'c',
      taskDefinition: 'f',
      count: 1,
      overrides: {
        containerOverrides: [{ name: 'app', environment: [{ name: 'A', value: 'b' }] }],
      },
      networkConfiguration: service.networkConfiguration,
      tags: [{ key: 'k', value: 'v' }],
    },
  ],
  ['ListTasks', { cluster: 'c', serviceName: 's', desiredStatus: 'RUNNING' }],
  ['DescribeTasks', { cluster: 'c', tasks: ['x'] }],
  ['CreateCluster', { clusterName: 'c', settings: [{ name: 'n', value: 'v' }] }],
  ['DescribeClusters', { clusters: ['c'], include: ['TAGS'] }],
  [
    'RegisterContainerInstance',
    {
      cluster: 'c',
      attributes: [{ name: 'a', value: 'b' }],
      versionInfo: { agentVersion: '1.2.3' },
    },
  ],
  ['TagResource', { resourceArn: arn, tags: [{ key: 'k', value: 'v' }] }],
  ['UntagResource', { resourceArn: arn, tagKeys: ['k'] }],
];

const role: Principal = { kind: 'role', roleArn: 'arn:aws:iam::123456789012:role/r' };

/** Calls an operation with a body as it comes over HTTP. */
async function openEcs() {
  const account = createAccount({ ecs: fast });
  const call = (operation: string, body: string, principal: Principal = owner) => {
    const input = parseJsonBody(body);
    if (!input) return Promise.reject(new ServiceError('SerializationException', ''));
    return account.dispatcher.call('ecs', operation, input, { principal, region: 'us-east-1' });
  };
  await call('CreateCluster', '{"clusterName":"c"}');
  return { account, call };
}

/** Every place in a request, as the members that lead there. */
function placesIn(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  const below = Object.entries(value).flatMap(([key, member]) => placesIn(member, [...path, key]));
  return path.length === 0 ? below : [path, ...below];
}

function replaced(value: unknown, [key, ...rest]: string[], by: unknown): unknown {
  if (key === undefined) return by;
  const copy = structuredClone(value) as Input;
  copy[key] = replaced(copy[key], rest, by);
  return copy;
}

test.each([
  ['secrets', null],
  ['environment', null],
  ['logConfiguration', null],
  ['portMappings', null],
  ['dockerLabels', null],
])('a container whose %s is null is one without it', async (member, value) => {
  const { account, call } = await openEcs();
  const body = { family: 'f', containerDefinitions: [{ name: 'a', image: 'i', [member]: value }] };
  await call('RegisterTaskDefinition', JSON.stringify(body));
  const described = await call('DescribeTaskDefinition', '{"taskDefinition":"f"}');
  expect(JSON.stringify(described)).not.toContain('null');
  account.ecs.close();
});

test.each<[string, unknown, string]>([
  ['portMappings', {}, 'Start of structure or map found where not expected.'],
  ['secrets', 'x', 'Expected list or null'],
  ['secrets', ['x'], 'Expected null'],
  ['secrets', [null], 'Expected null'],
  ['environment', [{ name: 1, value: 'x' }], 'NUMBER_VALUE can not be converted to a String'],
  ['environment', [{ name: 'x', value: true }], 'TRUE_VALUE can not be converted to a String'],
  ['name', ['x'], 'Start of list found where not expected.'],
  ['essential', 'yes', 'STRING_VALUE can not be converted to a Boolean'],
  ['cpu', '10', 'STRING_VALUE can not be converted to an Integer'],
  ['dockerLabels', { a: {} }, 'Start of structure or map found where not expected.'],
  ['logConfiguration', [], 'Start of list found where not expected.'],
])('refuses %s %j and leaves no revision', async (member, value, message) => {
  const { account, call } = await openEcs();
  const body = {
    family: 'f',
    executionRoleArn: 'r',
    containerDefinitions: [{ name: 'a', image: 'i', [member]: value }],
  };
  await expect(call('RegisterTaskDefinition', JSON.stringify(body))).rejects.toMatchObject({
    code: 'SerializationException',
    message,
    status: 400,
  });
  await expect(call('DescribeTaskDefinition', '{"taskDefinition":"f"}')).rejects.toMatchObject({
    code: 'ClientException',
  });
  expect(await call('ListTaskDefinitionFamilies', '{}')).toMatchObject({ families: [] });
  account.ecs.close();
});

test.each([1e308, -1, 1.5, 5001])('does not start %d tasks', async (count) => {
  const { account, call } = await openEcs();
  await call('RegisterTaskDefinition', JSON.stringify({ ...registration, tags: undefined }));
  const numbers = { ...service, serviceName: 's', desiredCount: count };
  for (const [operation, input] of [
    ['CreateService', numbers],
    ['RunTask', { cluster: 'c', taskDefinition: 'f', count }],
  ] as const) {
    await expect(call(operation, JSON.stringify(input))).rejects.toMatchObject({
      code: 'InvalidParameterException',
    });
  }
  await call('CreateService', JSON.stringify({ ...numbers, desiredCount: 1 }));
  const update = { cluster: 'c', service: 's', desiredCount: count };
  await expect(call('UpdateService', JSON.stringify(update))).rejects.toMatchObject({
    code: 'InvalidParameterException',
  });
  account.ecs.close();
});

test('a request that nests too deep cannot be read', async () => {
  const { account, call } = await openEcs();
  const deep = (depth: number) => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
  for (const body of [deep(200), deep(100_000), '['.repeat(100_000)]) {
    await expect(call('ListClusters', body)).rejects.toMatchObject({
      code: 'SerializationException',
    });
  }
  account.ecs.close();
});

test('answers any broken request with a result or an error of AWS', async () => {
  const { account, call } = await openEcs();
  const junk = fc.constantFrom<unknown>(
    null,
    {},
    [],
    [null],
    [{}],
    [[]],
    '',
    'x',
    'f:0',
    'arn:aws:ecs:',
    '__proto__',
    0,
    -1,
    1e308,
    1.5,
    true,
    false,
    { a: null },
    { a: { b: [1] } },
    ['x', 'x'],
  );
  const broken = fc.constantFrom(...requests).chain(([operation, input]) =>
    fc.record({
      operation: fc.constant(operation),
      changes: fc.array(fc.tuple(fc.constantFrom(...placesIn(input)), junk), { maxLength: 3 }),
      input: fc.constant(input),
      principal: fc.constantFrom(owner, role),
    }),
  );
  const families = new Set<string>();
  let met = 0;
  await fc.assert(
    fc.asyncProperty(broken, async ({ operation, changes, input, principal }) => {
      let body: unknown = input;
      for (const [path, value] of changes) {
        try {
          body = replaced(body, path, value);
        } catch {
          // An earlier change has taken the place away.
        }
      }
      try {
        const answer = (await call(operation, JSON.stringify(body), principal)) as {
          taskDefinition?: { family: string };
        };
        met += 1;
        if (answer.taskDefinition) families.add(answer.taskDefinition.family);
      } catch (error) {
        expect(error, JSON.stringify(body)).toBeInstanceOf(ServiceError);
      }
      // Nothing that is there by now keeps the reads from working.
      const listed = (await call('ListServices', '{"cluster":"c"}')) as { serviceArns: string[] };
      const services = listed.serviceArns.slice(0, 10);
      if (services.length > 0) {
        await call('DescribeServices', JSON.stringify({ cluster: 'c', services }));
      }
    }),
    { seed: 12, numRuns: 600 },
  );
  expect(met).toBeGreaterThan(50);
  for (const family of families) {
    await call('DescribeTaskDefinition', JSON.stringify({ taskDefinition: family })).catch(
      (error: unknown) => {
        expect(error).toBeInstanceOf(ServiceError);
      },
    );
  }
  account.ecs.close();
});

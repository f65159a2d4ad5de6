import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  normalForm,
  sameTaskDefinition,
} from '../../../src/model/definitions/task-definition-equal.ts';
import { parseTaskDefinition } from '../../../src/model/definitions/task-definition.ts';

function same(a: object, b: object): boolean {
  const [left, right] = [parseTaskDefinition(a), parseTaskDefinition(b)];
  const answer = sameTaskDefinition(left, right);
  expect(sameTaskDefinition(right, left), 'the other way round').toBe(answer);
  return answer;
}

/** A definition of one container with these members. */
const web = (more: object = {}, task: object = {}): object => ({
  family: 'web',
  ...task,
  containerDefinitions: [{ name: 'web', image: 'nginx', ...more }],
});
const environment = [
  { name: 'A', value: '1' },
  { name: 'B', value: '2' },
];
const secrets = [
  { name: 'S', valueFrom: '/s' },
  { name: 'T', valueFrom: '/t' },
];

describe('what AWS fills in does not make a change', () => {
  it('in a Fargate definition, described', () => {
    const registered = {
      family: 'web',
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: 256,
      memory: '0.5 GB',
      executionRoleArn: 'arn:aws:iam::123456789012:role/exec',
      containerDefinitions: [
        {
          name: 'web',
          image: 'nginx',
          portMappings: [{ containerPort: 80 }],
          healthCheck: { command: ['CMD', 'true'] },
          secrets,
          logConfiguration: {
            logDriver: 'awslogs',
            options: { 'awslogs-group': 'web', 'awslogs-region': 'us-east-1' },
          },
        },
      ],
      tags: [{ key: 'team', value: 'shop' }],
    };
    const described = {
      taskDefinition: {
        taskDefinitionArn: 'arn:aws:ecs:us-east-1:123456789012:task-definition/web:3',
        containerDefinitions: [
          {
            name: 'web',
            image: 'nginx',
            cpu: 0,
            portMappings: [{ containerPort: 80, hostPort: 80, protocol: 'tcp' }],
            essential: true,
            environment: [],
            mountPoints: [],
            volumesFrom: [],
            secrets,
            logConfiguration: {
              logDriver: 'awslogs',
              options: { 'awslogs-region': 'us-east-1', 'awslogs-group': 'web' },
              secretOptions: [],
            },
            healthCheck: { command: ['CMD', 'true'], interval: 30, timeout: 5, retries: 3 },
            systemControls: [],
          },
        ],
        family: 'web',
        executionRoleArn: 'arn:aws:iam::123456789012:role/exec',
        networkMode: 'awsvpc',
        revision: 3,
        volumes: [],
        status: 'ACTIVE',
        requiresAttributes: [{ name: 'ecs.capability.secrets.ssm.environment-variables' }],
        placementConstraints: [],
        compatibilities: ['EC2', 'FARGATE'],
        requiresCompatibilities: ['FARGATE'],
        cpu: '256',
        memory: '512',
        registeredAt: '2026-01-01T00:00:00Z',
        registeredBy: 'arn:aws:iam::123456789012:user/me',
      },
      tags: [{ key: 'team', value: 'shop' }],
    };
    expect(same(registered, described)).toBe(true);
  });

  it('in an EC2 definition, described', () => {
    const registered = web(
      {
        portMappings: [{ containerPort: 80 }, { containerPort: 53, hostPort: 53, protocol: 'udp' }],
      },
      { volumes: [{ name: 'data', host: { sourcePath: '/data' } }] },
    );
    const described = web(
      {
        cpu: 0,
        essential: true,
        portMappings: [
          { containerPort: 80, hostPort: 0, protocol: 'tcp' },
          { containerPort: 53, hostPort: 53, protocol: 'udp' },
        ],
        environment: [],
        mountPoints: [],
        volumesFrom: [],
      },
      {
        networkMode: 'bridge',
        placementConstraints: [],
        volumes: [{ name: 'data', host: { sourcePath: '/data' } }],
      },
    );
    expect(same(registered, described)).toBe(true);
  });

  it('in faults that can be injected', () => {
    expect(same(web(), web({}, { enableFaultInjection: false }))).toBe(true);
    expect(same(web(), web({}, { enableFaultInjection: true }))).toBe(false);
  });

  it('in the network mode, which only Fargate does not default to bridge', () => {
    const fargate = { requiresCompatibilities: ['FARGATE'] };
    expect(same(web({}, fargate), web({}, { ...fargate, networkMode: 'bridge' }))).toBe(false);
    const ec2 = { requiresCompatibilities: ['EC2'] };
    expect(same(web({}, ec2), web({}, { ...ec2, networkMode: 'bridge' }))).toBe(true);
  });

  it.each([
    ['1 vCPU', '1024'],
    ['.25 vcpu', '256'],
    ['2vCPU', '2048'],
  ])('in cpu: %s is %s', (written, units) => {
    expect(same(web({}, { cpu: written }), web({}, { cpu: units }))).toBe(true);
  });

  it.each([
    ['1GB', '1024'],
    ['0.5 GB', '512'],
    ['30 gb', '30720'],
  ])('in memory: %s is %s', (written, units) => {
    expect(same(web({}, { memory: written }), web({}, { memory: units }))).toBe(true);
  });

  it.each([
    ['null', { secrets: null, environment: null, logConfiguration: null }],
    [
      'empty lists and objects',
      { secrets: [], dockerLabels: {}, linuxParameters: { devices: [] } },
    ],
  ])('as %s', (_, empty) => {
    expect(same(web(), web(empty))).toBe(true);
  });
});

describe('order makes no change', () => {
  it.each([
    ['environment', web({ environment }), web({ environment: [...environment].reverse() })],
    ['secrets', web({ secrets }), web({ secrets: [...secrets].reverse() })],
    [
      'secretOptions',
      web({ logConfiguration: { logDriver: 'splunk', secretOptions: secrets } }),
      web({ logConfiguration: { logDriver: 'splunk', secretOptions: [...secrets].reverse() } }),
    ],
    [
      'tags',
      web(
        {},
        {
          tags: [
            { key: 'a', value: '1' },
            { key: 'b', value: '2' },
          ],
        },
      ),
      web(
        {},
        {
          tags: [
            { key: 'b', value: '2' },
            { key: 'a', value: '1' },
          ],
        },
      ),
    ],
    [
      'volumes',
      web({}, { volumes: [{ name: 'a' }, { name: 'b' }] }),
      web({}, { volumes: [{ name: 'b' }, { name: 'a' }] }),
    ],
    [
      'requiresCompatibilities',
      web({}, { requiresCompatibilities: ['EC2', 'EXTERNAL'] }),
      web({}, { requiresCompatibilities: ['EXTERNAL', 'EC2'] }),
    ],
    [
      'members',
      { family: 'web', ...web({ environment }) },
      { ...web({ environment }), family: 'web' },
    ],
  ])('of %s', (_, a, b) => {
    expect(same(a, b)).toBe(true);
  });
});

describe('a real change is seen', () => {
  const second = { name: 'side', image: 'envoy' };
  const first = { name: 'web', image: 'nginx' };

  it.each([
    ['another family', web(), { ...web(), family: 'api' }],
    ['another image', web(), web({ image: 'nginx:2' })],
    [
      'another reference',
      web({ secrets }),
      web({ secrets: [secrets[0], { name: 'T', valueFrom: '/u' }] }),
    ],
    [
      'a secret more',
      web({ secrets }),
      web({ secrets: [...secrets, { name: 'U', valueFrom: '/u' }] }),
    ],
    ['a secret less', web({ secrets }), web({ secrets: [secrets[0]] })],
    [
      'names exchanged',
      web({ secrets }),
      web({
        secrets: [
          { name: 'T', valueFrom: '/s' },
          { name: 'S', valueFrom: '/t' },
        ],
      }),
    ],
    [
      'another variable',
      web({ environment }),
      web({ environment: [environment[0], { name: 'B', value: '3' }] }),
    ],
    [
      'which of two values of a variable comes last',
      web({ environment: [...environment, { name: 'A', value: '3' }] }),
      web({ environment: [{ name: 'A', value: '3' }, ...environment] }),
    ],
    ['an empty variable', web(), web({ environment: [{ name: 'A', value: '' }] })],
    ['a container that is not essential', web(), web({ essential: false })],
    ['units of cpu', web(), web({ cpu: 10 })],
    ['the cpu of the task', web({}, { cpu: '256' }), web({}, { cpu: '512' })],
    ['the cpu of the task in vCPU', web({}, { cpu: '256' }), web({}, { cpu: '256 vCPU' })],
    ['no cpu any more', web({}, { cpu: '256' }), web()],
    [
      'another port',
      web({ portMappings: [{ containerPort: 80 }] }),
      web({ portMappings: [{ containerPort: 81 }] }),
    ],
    [
      'another protocol',
      web({ portMappings: [{ containerPort: 80 }] }),
      web({ portMappings: [{ containerPort: 80, protocol: 'udp' }] }),
    ],
    [
      'a fixed host port',
      web({ portMappings: [{ containerPort: 80 }] }),
      web({ portMappings: [{ containerPort: 80, hostPort: 80 }] }),
    ],
    [
      'another interval',
      web({ healthCheck: { command: ['a'] } }),
      web({ healthCheck: { command: ['a'], interval: 10 } }),
    ],
    ['another network mode', web(), web({}, { networkMode: 'host' })],
    ['another role', web(), web({}, { executionRoleArn: 'exec' })],
    [
      'another tag',
      web({}, { tags: [{ key: 'a', value: '1' }] }),
      web({}, { tags: [{ key: 'a', value: '2' }] }),
    ],
    ['another member yet unknown', web({}, { future: { a: 1 } }), web({}, { future: { a: 2 } })],
    ['the order of the command', web({ command: ['a', 'b'] }), web({ command: ['b', 'a'] })],
    [
      'the order of the entry point',
      web({ entryPoint: ['sh', '-c'] }),
      web({ entryPoint: ['-c', 'sh'] }),
    ],
    [
      'the order of containers',
      { family: 'web', containerDefinitions: [first, second] },
      { family: 'web', containerDefinitions: [second, first] },
    ],
    ['a container more', web(), { family: 'web', containerDefinitions: [first, second] }],
  ])('%s', (_, a, b) => {
    expect(same(a, b)).toBe(false);
  });
});

it('members and entries are in the order of their names', () => {
  const written = web({
    environment: ['C', 'A', 'B', 'A'].map((name, index) => ({ value: String(index), name })),
  });
  expect(JSON.stringify(normalForm(parseTaskDefinition(written)))).toBe(
    '{"containerDefinitions":[{"cpu":0,"environment":[{"name":"A","value":"1"},{"name":"A","value":"3"},{"name":"B","value":"2"},{"name":"C","value":"0"}],"essential":true,"image":"nginx","name":"web"}],"enableFaultInjection":false,"family":"web","networkMode":"bridge"}',
  );
});

// Definitions, and what AWS may answer for them.
const name = fc.string({
  unit: fc.constantFrom('A', 'B', 'C', 'a', '_'),
  minLength: 1,
  maxLength: 4,
});
const named = (value: string): fc.Arbitrary<object[]> =>
  fc.uniqueArray(fc.record({ name, [value]: fc.string() }), {
    selector: (entry) => entry.name,
    maxLength: 5,
  });
const container = fc.record(
  {
    name,
    image: fc.string(),
    command: fc.array(fc.string(), { maxLength: 3 }),
    environment: named('value'),
    secrets: named('valueFrom'),
    portMappings: fc.array(fc.record({ containerPort: fc.nat(65_535) }), { maxLength: 3 }),
    healthCheck: fc.record({ command: fc.array(fc.string(), { minLength: 1, maxLength: 2 }) }),
    logConfiguration: fc.record({
      logDriver: fc.constant('splunk'),
      secretOptions: named('valueFrom'),
    }),
    dockerLabels: fc.dictionary(name, fc.string()),
  },
  { requiredKeys: ['name'] },
);
const definition = fc.record(
  {
    family: name,
    containerDefinitions: fc.array(container, { minLength: 1, maxLength: 3 }),
    networkMode: fc.constantFrom('awsvpc', 'host', 'bridge', 'none'),
    cpu: fc.constantFrom('256', '1024'),
    volumes: named('configuredAtLaunch'),
  },
  { requiredKeys: ['family', 'containerDefinitions'] },
);
type Made = typeof definition extends fc.Arbitrary<infer T> ? T : never;

function shuffled<T extends object>(list: readonly T[] | undefined): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray([...(list ?? [])], { minLength: list?.length ?? 0 });
}

/** The definition as DescribeTaskDefinition may answer: defaults filled in, lists in any order. */
function describedOf({
  containerDefinitions,
  networkMode = 'bridge',
  volumes,
  ...rest
}: Made): fc.Arbitrary<object> {
  const containers = containerDefinitions.map(
    ({ environment, secrets, logConfiguration, portMappings = [], healthCheck, ...others }) =>
      fc
        .record({
          cpu: fc.constant(0),
          environment: shuffled(environment),
          secrets: shuffled(secrets),
          logConfiguration: logConfiguration
            ? fc.record({
                secretOptions: shuffled(logConfiguration.secretOptions),
                logDriver: fc.constant(logConfiguration.logDriver),
                options: fc.constant({}),
              })
            : fc.constant(null),
          others: fc.constant({
            essential: true,
            mountPoints: [],
            ...others,
            portMappings: portMappings.map(({ containerPort }) => ({
              protocol: 'tcp',
              hostPort: ['awsvpc', 'host'].includes(networkMode) ? containerPort : 0,
              containerPort,
            })),
            ...(healthCheck && {
              healthCheck: { retries: 3, timeout: 5, interval: 30, ...healthCheck },
            }),
          }),
        })
        .map(({ others: more, ...own }) => ({ ...own, ...more })),
  );
  return fc.tuple(fc.tuple(...containers), shuffled(volumes)).map(([described, ordered]) => ({
    placementConstraints: [],
    volumes: ordered,
    networkMode,
    containerDefinitions: described,
    ...rest,
    revision: 3,
    status: 'ACTIVE',
  }));
}

describe('any definition', () => {
  it('is the same as what AWS answers for it, in whatever order', () => {
    fc.assert(
      fc.property(
        definition.chain((made) => fc.tuple(fc.constant(made), describedOf(made))),
        ([made, described]) => {
          expect(same(made, described)).toBe(true);
        },
      ),
    );
  });

  it('is another one with any reference changed', () => {
    fc.assert(
      fc.property(definition, fc.nat(), fc.string(), (made, at, valueFrom) => {
        const changed = structuredClone(made);
        const entries = changed.containerDefinitions.flatMap(({ secrets: own = [] }) => own);
        const entry = entries[at % entries.length] as { valueFrom: string } | undefined;
        fc.pre(entry !== undefined && entry.valueFrom !== valueFrom);
        entry.valueFrom = valueFrom;
        expect(same(made, changed)).toBe(false);
      }),
    );
  });
});

import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../src/model/failures/finding.ts';
import {
  launchTypesOf,
  type ContainerInstance,
  type Placement,
} from '../../../src/model/starts/placement.ts';
import { checkPlatform } from '../../../src/model/starts/checks/platform.ts';
import { requiredFeatures } from '../../../src/model/starts/checks/platform-features.ts';
import type {
  ContainerDefinition,
  TaskDefinition,
} from '../../../src/model/definitions/task-definition.ts';

const secret = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf';
const parameter = 'arn:aws:ssm:us-east-1:123456789012:parameter/db';
const secrets = (valueFrom: string) => ({ secrets: [{ name: 'A', valueFrom }] });
const logged = (logDriver: string, valueFrom?: string) => ({
  logConfiguration: {
    logDriver,
    ...(valueFrom !== undefined && { secretOptions: [{ name: 'token', valueFrom }] }),
  },
});
const define = (container: Partial<ContainerDefinition>, more: object = {}): TaskDefinition => ({
  executionRoleArn: 'exec',
  ...more,
  containerDefinitions: [{ name: 'web', ...container }],
});
const windows = { runtimePlatform: { operatingSystemFamily: 'WINDOWS_SERVER_2022_CORE' } };

const used: Record<string, Partial<ContainerDefinition>> = {
  awslogs: logged('awslogs'),
  ecr: { image: '123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1' },
  registry: { repositoryCredentials: { credentialsParameter: secret } },
  parameter: secrets('/db'),
  secret: secrets(secret),
  'parameter option': logged('splunk', parameter),
  'secret option': logged('splunk', secret),
  'JSON key': secrets(`${secret}:password::`),
  stage: secrets(`${secret}::AWSPREVIOUS:`),
  version: logged('splunk', `${secret}:::0123456789abcdef0123456789abcdef`),
  router: { firelensConfiguration: { type: 'fluentbit' } },
  'router and driver': {
    ...logged('awsfirelens'),
    firelensConfiguration: { type: 'fluentd' },
  },
};

describe('the features that a task definition needs', () => {
  const asm = 'ecs.capability.secrets.asm';
  test.each<[string, ...[agent: string, attributes: string[], place: string][]]>([
    [
      'awslogs',
      ['1.16.0', ['ecs.capability.execution-role-awslogs'], 'logConfiguration.logDriver'],
    ],
    ['ecr', ['1.16.0', ['ecs.capability.execution-role-ecr-pull'], 'image']],
    [
      'registry',
      [
        '1.19.0',
        ['ecs.capability.private-registry-authentication.secretsmanager'],
        'repositoryCredentials.credentialsParameter',
      ],
    ],
    [
      'parameter',
      ['1.22.0', ['ecs.capability.secrets.ssm.environment-variables'], 'secrets[0].valueFrom'],
    ],
    ['secret', ['1.23.0', [`${asm}.environment-variables`], 'secrets[0].valueFrom']],
    [
      'parameter option',
      [
        '1.27.0',
        ['ecs.capability.secrets.ssm.bootstrap.log-driver'],
        'logConfiguration.secretOptions[0].valueFrom',
      ],
    ],
    [
      'version',
      ['1.27.0', [`${asm}.bootstrap.log-driver`], 'logConfiguration.secretOptions[0].valueFrom'],
      ['1.37.0', [], 'logConfiguration.secretOptions[0].valueFrom'],
    ],
    [
      'JSON key',
      ['1.23.0', [`${asm}.environment-variables`], 'secrets[0].valueFrom'],
      ['1.37.0', [], 'secrets[0].valueFrom'],
    ],
    ['router', ['1.30.0', ['ecs.capability.firelens.fluentbit'], 'firelensConfiguration']],
    [
      'router and driver',
      [
        '1.30.0',
        [
          'com.amazonaws.ecs.capability.logging-driver.awsfirelens',
          'ecs.capability.firelens.fluentd',
        ],
        'firelensConfiguration',
      ],
    ],
  ])('with %s', (what, ...expected) => {
    expect(
      requiredFeatures(define(used[what]!)).map(({ agent, attributes, places }) => [
        agent,
        attributes,
        places[0],
      ]),
    ).toEqual(
      expected.map(([agent, attributes, place]) => [
        agent,
        attributes,
        `containerDefinitions[0].${place}`,
      ]),
    );
  });

  test.each<[string, TaskDefinition]>([
    ['nothing of the kind', define({ image: 'nginx' })],
    ['awslogs of the instance', define(used.awslogs!, { executionRoleArn: undefined })],
    ['a malformed reference', define(secrets('arn:aws:secretsmanager:x'))],
  ])('are none with %s', (_what, definition) => {
    expect(requiredFeatures(definition)).toEqual([]);
    expect(checkPlatform(definition, { launchTypes: ['EC2', 'FARGATE'] })).toEqual([]);
  });

  test('are named with all their places', () => {
    const container = { name: 'web', ...secrets('/db') };
    const [feature] = requiredFeatures({ containerDefinitions: [container, container] });
    expect(feature?.places).toEqual([
      'containerDefinitions[0].secrets[0].valueFrom',
      'containerDefinitions[1].secrets[0].valueFrom',
    ]);
  });
});

/** What is found, one line for each. */
const lines = (findings: Finding[]): string[] =>
  findings.map(({ status, subject, message }) => `${status} ${subject}: ${message}`);

describe('Fargate', () => {
  const statuses = (container: Partial<ContainerDefinition>, more: object, placement: object) =>
    checkPlatform(define(container, more), { launchTypes: ['FARGATE'], ...placement }).map(
      ({ status }) => status,
    );

  test.each([
    ['awslogs', '1.0.0', 'ok'],
    ['ecr', '1.0.0', 'ok'],
    ['registry', '1.1.0', 'problem'],
    ['registry', '1.2.0', 'ok'],
    ['parameter', '1.2.0', 'problem'],
    ['parameter', '1.3.0', 'ok'],
    ['secret', '1.2.0', 'problem'],
    ['secret', '1.3.0', 'ok'],
    ['secret option', '1.2.0', 'problem'],
    ['secret option', '1.3.0', 'ok'],
    ['router', '1.2.0', 'problem'],
    ['router', '1.3.0', 'ok'],
    ['JSON key', '1.3.0', 'problem'],
    ['stage', '1.3.0', 'problem'],
    ['version', '1.3.0', 'problem'],
    ['version', '1.4.0', 'ok'],
    ['version', '1.10.0', 'ok'],
    ['version', 'LATEST', 'ok'],
    ['version', 'latest', 'ok'],
    ['version', undefined, 'ok'],
    ['version', 'next', 'not-checked'],
  ])('with %s on %s: %s', (what, platformVersion, status) => {
    expect(statuses(used[what]!, {}, { platformVersion })).toEqual([status]);
  });

  test.each([
    ['version', '1.0.0', 'ok'],
    ['version', undefined, 'ok'],
    ['registry', '1.0.0', 'ok'],
    ['router', undefined, 'not-checked'],
  ])('on Windows with %s on %s: %s', (what, platformVersion, status) => {
    expect(statuses(used[what]!, windows, { platformVersion })).toEqual([status]);
    const platformFamily = 'WINDOWS_SERVER_2022_CORE';
    expect(statuses(used[what]!, {}, { platformVersion, platformFamily })).toEqual([status]);
  });

  test('says what is too old for what, and how to change it', () => {
    const placement: Placement = {
      launchTypes: ['FARGATE'],
      platformVersion: '1.2.0',
      cluster: 'prod',
      service: 'web',
      region: 'eu-west-1',
    };
    expect(checkPlatform(define(used['JSON key']!), placement)).toEqual([
      {
        check: 'platform',
        status: 'problem',
        subject: 'Fargate platform version 1.2.0',
        message:
          'it is too old for variables from Secrets Manager (1.3.0; containerDefinitions[0].secrets[0].valueFrom), JSON keys, version stages and version ids of secrets (1.4.0; containerDefinitions[0].secrets[0].valueFrom)',
        fix: [
          'aws ecs update-service --cluster prod --service web --platform-version LATEST --region eu-west-1',
        ],
      },
    ]);
    const alone = { ...placement, service: undefined };
    expect(checkPlatform(define(used['JSON key']!), alone)[0]?.fix).toEqual([]);
  });
});

describe('container instances', () => {
  const asm = 'ecs.capability.secrets.asm.environment-variables';
  const arnOf = (id: string) => `arn:aws:ecs:eu-west-1:123456789012:container-instance/prod/${id}`;
  const instance = (id: string, more: Partial<ContainerInstance> = {}): ContainerInstance => ({
    arn: arnOf(id),
    ec2InstanceId: `i-${id}`,
    status: 'ACTIVE',
    connected: true,
    agentVersion: '1.90.0',
    os: 'linux',
    attributes: new Set([asm]),
    ...more,
  });
  const old = (id: string) => instance(id, { agentVersion: '1.20.0', attributes: new Set() });
  const middle = (id: string) => instance(id, { agentVersion: '1.36.2' });
  const check = (
    what: string,
    instances: ContainerInstance[] | undefined,
    more: Partial<Placement> = {},
    definition: object = {},
  ) =>
    checkPlatform(define(used[what]!, definition), {
      launchTypes: ['EC2'],
      instances,
      cluster: 'arn:aws:ecs:eu-west-1:123456789012:cluster/prod',
      region: 'eu-west-1',
      ...more,
    });

  const none =
    'not-checked container instances of prod: no instance is connected and accepts tasks, so no agent was checked';
  const key = 'JSON keys, version stages and version ids of secrets';
  const place = 'containerDefinitions[0].secrets[0].valueFrom';
  test.each<[string, string, ContainerInstance[], string[], string?]>([
    [
      'that can all do it',
      'JSON key',
      [instance('a'), instance('b')],
      [
        'ok container instances of prod: every connected one supports everything that the task definition uses',
      ],
    ],
    [
      'of which one is too old',
      'secret',
      [old('a'), instance('b'), instance('c')],
      [
        `warning container instances of prod: on 1 of 3 (i-a with agent 1.20.0) the agent is too old for variables from Secrets Manager (1.23.0; ${place})`,
      ],
    ],
    [
      'that are all too old',
      'JSON key',
      [old('a'), middle('b')],
      [
        `problem container instances of prod: on 2 of 2 (i-a with agent 1.20.0, i-b with agent 1.36.2) the agent is too old for variables from Secrets Manager (1.23.0; ${place}), ${key} (1.37.0; ${place})`,
      ],
      'attribute-missing',
    ],
    [
      'that are all too old for what ECS does not look at',
      'JSON key',
      [middle('a')],
      [
        `problem container instances of prod: on 1 of 1 (i-a with agent 1.36.2) the agent is too old for ${key} (1.37.0; ${place})`,
      ],
    ],
    [
      'whose agents are new enough and say nothing of it',
      'awslogs',
      [instance('a')],
      [
        'problem container instances of prod: on 1 of 1 (i-a with agent 1.90.0) the agent does not announce support for awslogs under the execution role (containerDefinitions[0].logConfiguration.logDriver); awslogs needs its setting ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE=true',
      ],
      'attribute-missing',
    ],
    [
      'of which many are too old',
      'secret',
      ['a', 'b', 'c', 'd', 'e'].map(old),
      [
        `problem container instances of prod: on 5 of 5 (i-a with agent 1.20.0, i-b with agent 1.20.0, i-c with agent 1.20.0, 2 more) the agent is too old for variables from Secrets Manager (1.23.0; ${place})`,
      ],
      'attribute-missing',
    ],
    [
      'of an unknown version',
      'JSON key',
      [instance('a', { agentVersion: undefined })],
      [
        'not-checked container instances of prod: the version of the agent is not known of 1 of 1 (i-a)',
      ],
    ],
    [
      'of an unknown version that announce it',
      'secret',
      [instance('a', { agentVersion: undefined })],
      [
        'ok container instances of prod: every connected one supports everything that the task definition uses',
      ],
    ],
    ['that are old but not connected', 'secret', [{ ...old('a'), connected: false }], [none]],
    ['that are old but draining', 'secret', [{ ...old('a'), status: 'DRAINING' }], [none]],
    [
      'that are not in EC2',
      'secret',
      [instance('a', { attributes: new Set(['ecs.capability.external']) })],
      [none],
    ],
    ['of which there are none', 'secret', [], [none]],
  ])('%s (%s x)', (_what, what, instances, expected, failure) => {
    const findings = check(what, instances);
    expect(lines(findings)).toEqual(expected);
    expect(findings[0]?.failure).toBe(failure);
  });

  test('the agent is updated where that can be done', () => {
    const cluster = 'prod';
    const update = (id: string) =>
      `aws ecs update-container-agent --cluster prod --container-instance ${arnOf(id)} --region eu-west-1`;
    expect(check('secret', [old('a'), instance('b'), old('c')], { cluster })[0]?.fix).toEqual([
      update('a'),
      update('c'),
    ]);
    expect(check('secret', [{ ...old('a'), os: 'windows' }], { cluster })[0]?.fix).toEqual([]);
    const external = { ...old('a'), attributes: new Set(['ecs.capability.external']) };
    const launchTypes = ['EXTERNAL'];
    const [finding] = check('secret', [external, instance('b')], { cluster, launchTypes });
    expect(finding).toMatchObject({
      status: 'problem',
      subject: 'external instances of prod',
      fix: [],
    });
  });

  test('of the other system are not counted, where the system is known', () => {
    const other = { ...old('a'), os: 'windows' };
    const linux = { runtimePlatform: { operatingSystemFamily: 'LINUX' } };
    expect(check('secret', [other, instance('b')], {}, linux)[0]?.status).toBe('ok');
    expect(check('secret', [other, instance('b')])[0]?.status).toBe('warning');
  });

  const alone =
    "not-checked ECS agent: a task definition alone does not determine the agent's version; verify CLUSTER/SERVICE looks at it";
  test('that nobody has looked at are said to be so, once', () => {
    const launchTypes = ['EC2', 'EXTERNAL'];
    expect(lines(check('awslogs', undefined, { launchTypes }))).toEqual([alone]);
    const instancesUnknown = 'not authorized to perform ecs:ListContainerInstances';
    expect(lines(check('awslogs', undefined, { instancesUnknown }))).toEqual([
      'not-checked ECS agent: the agents were not looked at: not authorized to perform ecs:ListContainerInstances',
    ]);
  });

  test('with Windows need a setting for awslogs, which is said once', () => {
    const launchTypes = ['EC2', 'EXTERNAL'];
    expect(lines(check('awslogs', undefined, { launchTypes }, windows))).toEqual([
      alone,
      "not-checked containerDefinitions[0].logConfiguration.logDriver: on Windows instances awslogs needs the agent's setting ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE=true, which was not looked at",
    ]);
    const attributes = new Set(['ecs.capability.execution-role-awslogs']);
    const ready = [instance('a', { os: 'windows', attributes })];
    expect(check('awslogs', ready, {}, windows).map(({ status }) => status)).toEqual(['ok']);
  });
});

test.each([
  ['FARGATE and EC2', ['FARGATE', 'EC2'], ['ok', 'not-checked']],
  ['managed instances', ['MANAGED_INSTANCES'], ['not-checked']],
  ['nobody knows what', [], ['not-checked']],
  ['something new', ['MOON'], ['not-checked']],
])('tasks on %s', (_what, launchTypes, statuses) => {
  const findings = checkPlatform(define(used.secret!), { launchTypes });
  expect(findings.map(({ status }) => status)).toEqual(statuses);
  expect(findings.every(({ check }) => check === 'platform')).toBe(true);
});

test.each<[string, Parameters<typeof launchTypesOf>[0], object, string[]]>([
  ['a service', { launchType: 'EC2', capacityProviders: [] }, { a: ['FARGATE'] }, ['EC2']],
  [
    'capacity providers',
    { launchType: undefined, capacityProviders: ['FARGATE', 'FARGATE_SPOT', 'own'] },
    {},
    ['FARGATE', 'EC2'],
  ],
  [
    'a service that says nothing',
    { launchType: undefined, capacityProviders: [] },
    { requiresCompatibilities: ['EXTERNAL'] },
    ['EXTERNAL'],
  ],
  [
    'a task definition',
    undefined,
    { requiresCompatibilities: ['EC2', 'FARGATE'] },
    ['EC2', 'FARGATE'],
  ],
  ['a task definition that says nothing', undefined, { requiresCompatibilities: null }, []],
])('the launch types of %s', (_what, service, definition, expected) => {
  expect(launchTypesOf(service, { ...definition })).toEqual(expected);
});

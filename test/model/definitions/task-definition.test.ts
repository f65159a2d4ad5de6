import { describe, expect, it } from 'vitest';
import {
  mapSecretUses,
  readUse,
  secretUses,
  useReference,
  type SecretUse,
} from '../../../src/model/definitions/secret-uses.ts';
import {
  needsExecutionRolePolicy,
  parseTaskDefinition,
} from '../../../src/model/definitions/task-definition.ts';
import { problemsOf } from '../problems-of.ts';

const smArn = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf';

/** What aws ecs describe-task-definition prints for a definition. */
const described = {
  taskDefinition: {
    taskDefinitionArn: 'arn:aws:ecs:us-east-1:123456789012:task-definition/web:3',
    containerDefinitions: [
      { name: 'web', image: 'nginx', cpu: 0, essential: true, environment: [] },
    ],
    family: 'web',
    revision: 3,
    volumes: [],
    status: 'ACTIVE',
    requiresAttributes: [{ name: 'com.amazonaws.ecs.capability.docker-remote-api.1.19' }],
    placementConstraints: [],
    compatibilities: ['EC2', 'FARGATE'],
    registeredAt: '2026-01-01T00:00:00Z',
    registeredBy: 'arn:aws:iam::123456789012:user/me',
    deregisteredAt: '2026-01-02T00:00:00Z',
    deleteRequestedAt: '2026-01-03T00:00:00Z',
  },
  tags: [{ key: 'team', value: 'shop' }],
};
const registrable = {
  containerDefinitions: described.taskDefinition.containerDefinitions,
  family: 'web',
  volumes: [],
  placementConstraints: [],
};

describe('reading a task definition', () => {
  it('takes register input as it is, members in their order', () => {
    const input = {
      volumes: [{ name: 'v', host: {} }],
      containerDefinitions: [
        {
          futureMember: { b: 1, a: [7, { c: true }] },
          secrets: [{ valueFrom: '/db', name: 'DB', note: 'kept' }],
          name: 'web',
          logConfiguration: { future: 1, logDriver: 'splunk' },
        },
      ],
      another: { z: 1, a: 2 },
      family: 'web',
      cpu: '256',
    };
    expect(JSON.stringify(parseTaskDefinition(input))).toBe(JSON.stringify(input));
  });

  it('takes the output of describe-task-definition, without what only AWS writes', () => {
    const read = parseTaskDefinition(described);
    expect(read).toEqual({ ...registrable, tags: [{ key: 'team', value: 'shop' }] });
    expect(Object.keys(read)).toEqual([...Object.keys(registrable), 'tags']);
  });

  it('takes it without its wrapper too', () => {
    expect(parseTaskDefinition(described.taskDefinition)).toEqual(registrable);
  });

  it.each([
    ['no tags', { taskDefinition: described.taskDefinition }],
    ['empty tags, which AWS refuses', { ...described, tags: [] }],
  ])('adds no tags where the output has %s', (_, output) => {
    expect(parseTaskDefinition(output)).not.toHaveProperty('tags');
  });

  it('takes sizes as YAML reads them', () => {
    expect(
      parseTaskDefinition({
        family: 'f',
        memory: 512,
        cpu: 0.25,
        containerDefinitions: [{ name: 'a', cpu: 10 }],
      }),
    ).toEqual({
      family: 'f',
      memory: '512',
      cpu: '0.25',
      containerDefinitions: [{ name: 'a', cpu: 10 }],
    });
  });

  it.each([
    ['null', null, ['the task definition: must be an object, not null']],
    ['text', 'family: web', ['the task definition: must be an object, not a string']],
    ['a list', [], ['the task definition: must be an object, not a list']],
    [
      'a service',
      { taskDefinition: 'web:3' },
      ['the task definition: must be an object, not a string'],
    ],
    ['no containers', { family: 'web' }, ['containerDefinitions: is missing']],
    [
      'an empty list of containers',
      { containerDefinitions: [] },
      ['containerDefinitions: must not be empty'],
    ],
    [
      'a container without a name',
      { containerDefinitions: [{}] },
      ['containerDefinitions[0].name: is missing'],
    ],
    [
      'an empty name',
      { containerDefinitions: [{ name: '' }] },
      ['containerDefinitions[0].name: must not be empty'],
    ],
    [
      'credentials without a parameter',
      { containerDefinitions: [{ name: 'a', repositoryCredentials: {} }] },
      ['containerDefinitions[0].repositoryCredentials.credentialsParameter: is missing'],
    ],
    [
      'a number as an environment variable',
      { containerDefinitions: [{ name: 'a', environment: [{ name: 'PORT', value: 80 }] }] },
      [
        'containerDefinitions[0].environment[0].value: must be a string, not a number; put it in quotes',
      ],
    ],
    [
      'options that are a list',
      { containerDefinitions: [{ name: 'a', logConfiguration: { options: ['a'] } }] },
      ['containerDefinitions[0].logConfiguration.options: must be an object, not a list'],
    ],
  ])('refuses %s', (_, input, problems) => {
    expect(problemsOf(() => parseTaskDefinition(input))).toEqual(problems);
  });

  it('names the place of every problem at once', () => {
    const input = {
      cpu: true,
      containerDefinitions: [
        {
          name: 'a',
          secrets: [
            { name: 'A', valueFrom: 'x' },
            { name: 'B', valueFrom: 1 },
          ],
        },
        { name: 'b', logConfiguration: { secretOptions: [{ valueFrom: 'y' }] } },
      ],
      tags: {},
    };
    expect(problemsOf(() => parseTaskDefinition({ taskDefinition: input }))).toEqual([
      'cpu: must be a string, not true or false; put it in quotes',
      'containerDefinitions[0].secrets[1].valueFrom: must be a string, not a number; put it in quotes',
      'containerDefinitions[1].logConfiguration.secretOptions[0].name: is missing',
      'tags: must be a list, not an object',
    ]);
  });
});

const definition = parseTaskDefinition({
  family: 'web',
  containerDefinitions: [
    {
      name: 'web',
      secrets: [
        { name: 'A', valueFrom: '/shop/a' },
        { name: 'B', valueFrom: `${smArn}:user::` },
      ],
      logConfiguration: {
        logDriver: 'splunk',
        secretOptions: [{ name: 'splunk-token', valueFrom: 'token' }],
      },
      repositoryCredentials: { credentialsParameter: 'registry' },
    },
    { name: 'empty', secrets: null, logConfiguration: null },
    { name: 'side', secrets: [{ name: 'A', valueFrom: 'not a name' }] },
  ],
});

describe('the uses of secrets in a task definition', () => {
  it('are found in every place, in order', () => {
    expect(secretUses(definition)).toEqual([
      {
        container: 'web',
        kind: 'secrets',
        name: 'A',
        valueFrom: '/shop/a',
        place: 'containerDefinitions[0].secrets[0].valueFrom',
      },
      {
        container: 'web',
        kind: 'secrets',
        name: 'B',
        valueFrom: `${smArn}:user::`,
        place: 'containerDefinitions[0].secrets[1].valueFrom',
      },
      {
        container: 'web',
        kind: 'secretOptions',
        name: 'splunk-token',
        valueFrom: 'token',
        place: 'containerDefinitions[0].logConfiguration.secretOptions[0].valueFrom',
      },
      {
        container: 'web',
        kind: 'repositoryCredentials',
        name: '',
        valueFrom: 'registry',
        place: 'containerDefinitions[0].repositoryCredentials.credentialsParameter',
      },
      {
        container: 'side',
        kind: 'secrets',
        name: 'A',
        valueFrom: 'not a name',
        place: 'containerDefinitions[2].secrets[0].valueFrom',
      },
    ]);
  });

  it('are read as ECS reads them: a bare name is a parameter, for registries a secret', () => {
    expect(secretUses(definition).map(readUse)).toEqual([
      { store: 'parameter-store', name: '/shop/a' },
      expect.objectContaining({ store: 'secrets-manager', name: 'db-AbCdEf', jsonKey: 'user' }),
      { store: 'parameter-store', name: 'token' },
      { store: 'secrets-manager', name: 'registry' },
      undefined,
    ]);
  });

  it('are refused when malformed', () => {
    const [use] = secretUses(definition).slice(-1);
    expect(problemsOf(() => useReference(use!))).toEqual([
      expect.stringContaining('parameter name "not a name"'),
    ]);
  });

  it('are replaced in a copy, each by its own', () => {
    const before = structuredClone(definition);
    const seen: SecretUse[] = [];
    const copy = mapSecretUses(definition, (use) => {
      seen.push(use);
      return `new:${use.place}`;
    });
    expect(seen).toEqual(secretUses(definition));
    expect(secretUses(copy)).toEqual(
      secretUses(definition).map((use) => ({ ...use, valueFrom: `new:${use.place}` })),
    );
    expect(definition).toEqual(before);
    expect(
      mapSecretUses(
        copy,
        ({ place }) => secretUses(before).find((use) => use.place === place)!.valueFrom,
      ),
    ).toEqual(before);
  });
});

describe('AmazonECSTaskExecutionRolePolicy', () => {
  const needs = (container: object): boolean =>
    needsExecutionRolePolicy(
      parseTaskDefinition({
        containerDefinitions: [{ name: 'first' }, { name: 'a', ...container }],
      }),
    );

  it.each([
    ['an image from ECR', { image: '123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1' }],
    [
      'an image from ECR in China',
      { image: '123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/web' },
    ],
    [
      'an image from the FIPS endpoint',
      { image: '123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com/web' },
    ],
    [
      'an image from the dual-stack endpoint',
      { image: '123456789012.dkr-ecr.us-east-1.on.aws/web' },
    ],
    ['logs to CloudWatch', { image: 'nginx', logConfiguration: { logDriver: 'awslogs' } }],
  ])('is needed for %s', (_, container) => {
    expect(needs(container)).toBe(true);
  });

  it.each([
    ['an image from Docker Hub', { image: 'nginx:1.27' }],
    ['a public image of ECR', { image: 'public.ecr.aws/nginx/nginx' }],
    [
      'an image whose name only looks so',
      { image: 'example.com/123456789012.dkr.ecr.us-east-1/web' },
    ],
    ['logs to elsewhere', { logConfiguration: { logDriver: 'splunk' } }],
    ['no image', {}],
  ])('is not needed for %s', (_, container) => {
    expect(needs(container)).toBe(false);
  });
});

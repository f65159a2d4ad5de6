import type { ContainerDefinition, RegisterTaskDefinitionCommandInput } from '@aws-sdk/client-ecs';
import { expect, test } from 'vitest';
import { parameterArn, registerWeb, roleArn, sandbox, secretArn } from './support.ts';

type Input = RegisterTaskDefinitionCommandInput;

const withSecrets = (
  secrets: ContainerDefinition['secrets'],
  more: Partial<ContainerDefinition> = {},
): Input => ({
  family: 'web',
  executionRoleArn: roleArn,
  containerDefinitions: [{ name: 'app', image: 'nginx', secrets, ...more }],
});
const secret = { name: 'A', valueFrom: '/a' };

test.each<[string, Input, string | RegExp]>([
  [
    'secrets without an execution role',
    { ...withSecrets([secret]), executionRoleArn: undefined },
    "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.",
  ],
  [
    'a Secrets Manager name with a key',
    withSecrets([{ name: 'A', valueFrom: 'db:password::' }]),
    'The Systems Manager parameter name specified for secret A is invalid. The parameter name can be up to 2048 characters and include the following letters and symbols: a-zA-Z0-9_.-',
  ],
  [
    'a parameter of another account',
    withSecrets([{ name: 'A', valueFrom: 'arn:aws:ssm:eu-west-1:999988887777:parameter/prod/a' }]),
    'The Systems Manager parameter ARN has a different account ID than the current account. The current account ID is 111122223333 and the ARN account ID is 999988887777. Cross-account access for ARNs is not currently supported.',
  ],
  [
    'a malformed parameter ARN',
    withSecrets([{ name: 'A', valueFrom: 'arn:aws:ssm:eu-west-1:111122223333:prod/a' }]),
    /^The Systems Manager parameter ARN spec/,
  ],
  [
    'the same secret name twice',
    withSecrets([secret, secret]),
    'Duplicate secret names found: A. Each secret name must be unique.',
  ],
  [
    'a secret that is also a variable',
    withSecrets([secret], { environment: [{ name: 'A', value: '1' }] }),
    "The secret name must be unique and not shared with any new or existing environment variables set on the container, such as 'A'.",
  ],
  ['an empty list of tags', { ...withSecrets([]), tags: [] }, 'Tags can not be empty'],
  ['a bad role', { ...withSecrets([]), executionRoleArn: 'arn:aws:iam::1:r' }, 'Role is not valid'],
  [
    'awslogs on Fargate without a role',
    {
      family: 'web',
      requiresCompatibilities: ['FARGATE'],
      containerDefinitions: [
        { name: 'app', image: 'nginx', logConfiguration: { logDriver: 'awslogs' } },
      ],
    },
    'Fargate requires task definition to have execution role ARN to support log driver awslogs.',
  ],
  [
    'more than 64 KB',
    withSecrets([], { command: ['x'.repeat(70_000)] }),
    /^Actual length: '\d+'\. Max allowed length is '65536' bytes\.$/,
  ],
  ['a bad family', { ...withSecrets([]), family: 'we b' }, /Family/],
  [
    'eleven containers',
    {
      family: 'web',
      containerDefinitions: Array.from({ length: 11 }, (_, i) => ({
        name: `c${String(i)}`,
        image: 'nginx',
      })),
    },
    /10 containers/,
  ],
])('refuses %s', async (_, input, message) => {
  const { client } = await sandbox();
  await expect(client.registerTaskDefinition(input)).rejects.toMatchObject({
    code: 'ClientException',
    message: typeof message === 'string' ? message : (expect.stringMatching(message) as string),
  });
});

test('accepts every place a secret may be in, without looking whether it exists', async () => {
  const { client } = await sandbox();
  const places = [
    'plain-name',
    '/prod/name',
    parameterArn('prod/name'),
    secretArn('db-AbCdEf'),
    secretArn('db-AbCdEf:password::'),
    secretArn('awsExampleParameter'),
  ];
  const secrets = places.map((valueFrom, index) => ({ name: `S${String(index)}`, valueFrom }));
  const { taskDefinition } = await client.registerTaskDefinition(withSecrets(secrets));
  expect(taskDefinition).toMatchObject({ family: 'web', revision: 1, status: 'ACTIVE' });
});

test('fills in what AWS fills in', async () => {
  const { client } = await sandbox();
  await client.registerTaskDefinition({
    ...withSecrets([secret], { portMappings: [{ containerPort: 80 }] }),
    networkMode: 'awsvpc',
    cpu: '256',
    memory: '512',
    tags: [{ key: 'team', value: 'shop' }],
  });
  const { taskDefinition, tags } = await client.describeTaskDefinition({
    taskDefinition: 'web',
    include: ['TAGS'],
  });
  expect(tags).toEqual([{ key: 'team', value: 'shop' }]);
  expect(taskDefinition).not.toHaveProperty('tags');
  expect(taskDefinition).toMatchObject({
    taskDefinitionArn: 'arn:aws:ecs:eu-west-1:111122223333:task-definition/web:1',
    compatibilities: ['EC2', 'FARGATE'],
    volumes: [],
    placementConstraints: [],
    registeredAt: expect.any(Date) as Date,
    registeredBy: 'arn:aws:iam::111122223333:root',
    containerDefinitions: [
      {
        name: 'app',
        cpu: 0,
        essential: true,
        environment: [],
        mountPoints: [],
        volumesFrom: [],
        systemControls: [],
        portMappings: [{ containerPort: 80, hostPort: 80, protocol: 'tcp' }],
        secrets: [secret],
      },
    ],
  });
  expect(taskDefinition?.requiresAttributes).toContainEqual({
    name: 'ecs.capability.secrets.ssm.environment-variables',
  });
});

test('a family means its latest active revision', async () => {
  const { client } = await sandbox();
  for (let i = 0; i < 3; i += 1) await registerWeb(client);
  await client.deregisterTaskDefinition({ taskDefinition: 'web:3' });
  const latest = await client.describeTaskDefinition({ taskDefinition: 'web' });
  expect(latest.taskDefinition?.revision).toBe(2);
  const inactive = await client.describeTaskDefinition({ taskDefinition: 'web:3' });
  expect(inactive.taskDefinition?.status).toBe('INACTIVE');
  await expect(client.describeTaskDefinition({ taskDefinition: 'api' })).rejects.toThrow(
    'Unable to describe task definition.',
  );
});

test('lists revisions and families by page', async () => {
  const { client } = await sandbox();
  for (let i = 0; i < 5; i += 1) await registerWeb(client);
  await client.deregisterTaskDefinition({ taskDefinition: 'web:1' });
  const first = await client.listTaskDefinitions({
    familyPrefix: 'web',
    sort: 'DESC',
    maxResults: 3,
  });
  expect(first.taskDefinitionArns?.map((arn) => arn.slice(-5))).toEqual([
    'web:5',
    'web:4',
    'web:3',
  ]);
  const second = await client.listTaskDefinitions({
    familyPrefix: 'web',
    sort: 'DESC',
    maxResults: 3,
    nextToken: first.nextToken,
  });
  expect(second.taskDefinitionArns?.map((arn) => arn.slice(-5))).toEqual(['web:2']);
  expect(second.nextToken).toBeUndefined();
  expect(await client.listTaskDefinitions({ familyPrefix: 'we' })).toMatchObject({
    taskDefinitionArns: [],
  });
  expect(await client.listTaskDefinitionFamilies({ familyPrefix: 'we' })).toMatchObject({
    families: ['web'],
  });
});

test('tags clusters, services and task definitions', async () => {
  const { client } = await sandbox();
  const resourceArn = await registerWeb(client);
  await client.tagResource({ resourceArn, tags: [{ key: 'a', value: '1' }] });
  await client.tagResource({ resourceArn, tags: [{ key: 'b', value: '2' }] });
  await client.untagResource({ resourceArn, tagKeys: ['a'] });
  expect(await client.listTagsForResource({ resourceArn })).toEqual({
    tags: [{ key: 'b', value: '2' }],
  });
});

import { expect, test, vi } from 'vitest';
import {
  account,
  parameterArn,
  region,
  registerWeb,
  roleArn,
  sandbox,
  secretArn,
  stoppedTask,
} from './support.ts';

type Setting = Awaited<ReturnType<typeof sandbox>>;

async function runWeb({ client }: Setting, launchType: 'FARGATE' | 'EC2' = 'FARGATE') {
  const { tasks } = await client.runTask({ cluster: 'prod', taskDefinition: 'web', launchType });
  return tasks![0]!.taskArn!;
}

test('starts a task as the agent does and keeps what it was given', async () => {
  const setting = await sandbox();
  const { client, ecs, stores } = setting;
  stores.parameters.set('/prod/a', 'alpha');
  stores.secrets.set(secretArn('db-AbCdEf'), '{"user":"bob","port":12345678,"on":true,"no":null}');
  stores.secrets.set(secretArn('registry-AbCdEf'), '{"username":"u","password":"p"}');
  await client.registerTaskDefinition({
    family: 'web',
    executionRoleArn: roleArn,
    containerDefinitions: [
      {
        name: 'app',
        image: 'example.com/app',
        repositoryCredentials: { credentialsParameter: secretArn('registry-AbCdEf') },
        environment: [{ name: 'MODE', value: 'test' }],
        secrets: [
          { name: 'A', valueFrom: '/prod/a' },
          { name: 'A_BY_ARN', valueFrom: parameterArn('prod/a') },
          { name: 'USER', valueFrom: secretArn('db-AbCdEf:user::') },
          { name: 'PORT', valueFrom: secretArn('db-AbCdEf:port::') },
          { name: 'ON', valueFrom: secretArn('db-AbCdEf:on:AWSPREVIOUS:') },
          { name: 'NO', valueFrom: secretArn('db-AbCdEf:no::') },
          { name: 'DB', valueFrom: secretArn('db-AbCdEf') },
        ],
        logConfiguration: {
          logDriver: 'splunk',
          options: { 'splunk-url': 'https://example.com' },
          secretOptions: [{ name: 'splunk-token', valueFrom: '/prod/a' }],
        },
      },
    ],
  });
  const arn = await runWeb(setting);
  await vi.waitFor(() => {
    expect(ecs.taskEnvironment(arn)).toEqual({
      containers: [
        {
          name: 'app',
          environment: {
            AWS_REGION: region,
            AWS_DEFAULT_REGION: region,
            MODE: 'test',
            A: 'alpha',
            A_BY_ARN: 'alpha',
            USER: 'bob',
            PORT: '1.2345678e+07',
            ON: 'true',
            NO: '<nil>',
            DB: '{"user":"bob","port":12345678,"on":true,"no":null}',
          },
          logOptions: { 'splunk-url': 'https://example.com', 'splunk-token': 'alpha' },
        },
      ],
    });
  });

  const [assume] = stores.calls;
  expect(assume).toEqual({
    operation: 'sts:AssumeRoleForService',
    input: {
      RoleArn: roleArn,
      RoleSessionName: arn.split('/').at(-1),
      ServicePrincipal: 'ecs-tasks.amazonaws.com',
      SourceAccount: account,
      SourceArn: arn,
    },
    call: { principal: { kind: 'owner' }, region },
  });
  expect(stores.calls).toContainEqual({
    operation: 'secretsmanager:GetSecretValue',
    input: { SecretId: secretArn('db-AbCdEf'), VersionStage: 'AWSPREVIOUS' },
    call: { principal: { kind: 'role', roleArn }, region },
  });
});

test('reads parameters ten at a time, each region apart', async () => {
  const setting = await sandbox();
  const { client, ecs, stores } = setting;
  const secrets = Array.from({ length: 12 }, (_, index) => {
    const name = `/p/${String(index)}`;
    stores.parameters.set(name, 'v');
    return { name: `P${String(index)}`, valueFrom: name };
  });
  stores.parameters.set('far', 'v');
  secrets.push({ name: 'FAR', valueFrom: parameterArn('far').replace(region, 'us-east-1') });
  await client.registerTaskDefinition({
    family: 'web',
    executionRoleArn: roleArn,
    containerDefinitions: [{ name: 'app', image: 'nginx', secrets }],
  });
  const arn = await runWeb(setting);
  await vi.waitFor(() => {
    expect(ecs.taskEnvironment(arn)).toBeDefined();
  });
  const reads = stores.calls.filter(({ operation }) => operation === 'ssm:GetParameters');
  expect(reads.map(({ input, call }) => [call.region, (input.Names as string[]).length])).toEqual([
    [region, 10],
    [region, 2],
    ['us-east-1', 1],
  ]);
});

test('gives FireLens the secrets of the containers that log through it', async () => {
  const setting = await sandbox();
  const { client, ecs, stores } = setting;
  stores.parameters.set('/prod/key', 'k1');
  stores.secrets.set(secretArn('empty-AbCdEf'), '{"token":""}');
  const empty = secretArn('empty-AbCdEf:token::');
  await client.registerTaskDefinition({
    family: 'web',
    executionRoleArn: roleArn,
    containerDefinitions: [
      {
        name: 'router',
        image: 'fluent-bit',
        environment: [{ name: 'AWS_REGION', value: 'here' }],
        firelensConfiguration: { type: 'fluentbit' },
      },
      {
        name: 'app',
        image: 'nginx',
        logConfiguration: {
          logDriver: 'awsfirelens',
          options: { Name: 'http' },
          secretOptions: [{ name: 'apikey', valueFrom: '/prod/key' }],
        },
      },
      {
        name: 'side',
        image: 'nginx',
        logConfiguration: {
          logDriver: 'splunk',
          options: { 'splunk-token': 'plain' },
          secretOptions: [{ name: 'splunk-token', valueFrom: empty }],
        },
      },
    ],
  });
  const arn = await runWeb(setting);
  await vi.waitFor(() => {
    expect(ecs.taskEnvironment(arn)?.containers).toEqual([
      { name: 'router', environment: { AWS_REGION: 'here', apikey_1: 'k1' }, logOptions: {} },
      { name: 'app', environment: expect.any(Object) as object, logOptions: { Name: 'http' } },
      {
        name: 'side',
        environment: expect.any(Object) as object,
        logOptions: { 'splunk-token': 'plain' },
      },
    ]);
  });
});

const prefix =
  'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: ';
const fromAsm = `${prefix}unable to retrieve secret from asm: service call has been retried 1 time(s): `;
const missing =
  "operation error Secrets Manager: GetSecretValue, https response error StatusCode: 400, RequestID: ID, ResourceNotFoundException: Secrets Manager can't find the specified secret.";
const noKey = 'retrieved secret from Secrets Manager did not contain json key password';
const db = secretArn('db-AbCdEf');

test.each<[string, string, 'FARGATE' | 'EC2', string]>([
  [
    'a missing parameter',
    '/absent',
    'FARGATE',
    `${prefix}unable to retrieve secrets from ssm: service call has been retried 1 time(s): invalid ssm parameters: /absent`,
  ],
  [
    'a missing parameter',
    '/absent',
    'EC2',
    'fetching secret data from SSM Parameter Store in eu-west-1: invalid parameters: /absent',
  ],
  [
    'a missing secret',
    secretArn('absent-AbCdEf'),
    'FARGATE',
    `${fromAsm}failed to fetch secret ${secretArn('absent-AbCdEf')} from secrets manager: ${missing}`,
  ],
  [
    'a missing secret',
    secretArn('absent-AbCdEf'),
    'EC2',
    `ResourceNotFoundException: The task can't retrieve the secret with ARN '${secretArn('absent-AbCdEf')}' from AWS Secrets Manager. Check whether the secret exists in the specified Region: ${missing}`,
  ],
  ['a missing key', `${db}:password::`, 'FARGATE', fromAsm + noKey],
  ['a missing key', `${db}:password::`, 'EC2', noKey],
  [
    'a key of a secret that is no JSON',
    `${secretArn('text-AbCdEf')}:password::`,
    'FARGATE',
    `${fromAsm}invalid character 'h' looking for beginning of value`,
  ],
  [
    'too few colons',
    `${db}:password`,
    'FARGATE',
    `${fromAsm}unexpected ARN format with parameters when trying to retrieve ASM secret`,
  ],
  [
    'too few colons',
    `${db}:password`,
    'EC2',
    `trying to retrieve secret with value ${db}:password resulted in error: an invalid ARN format for the AWS Secrets Manager secret was specified. Specify a valid ARN and try again.`,
  ],
  [
    'a stage in the place of the version',
    `${db}:user::AWSPREVIOUS`,
    'FARGATE',
    `${fromAsm}InvalidParameter: 1 validation error(s) found. - minimum field size of 32, GetSecretValueInput.VersionId.`,
  ],
])('does not start with %s (%s on %s)', async (_, valueFrom, launchType, reason) => {
  const setting = await sandbox();
  setting.stores.secrets.set(db, '{"user":"bob"}');
  setting.stores.secrets.set(secretArn('text-AbCdEf'), 'hunter2');
  await registerWeb(setting.client, { valueFrom });
  const task = await stoppedTask(setting.client, await runWeb(setting, launchType));
  expect(task).toMatchObject({ stopCode: 'TaskFailedToStart', desiredStatus: 'STOPPED' });
  const said = task.stoppedReason?.replace(/RequestID: [\w-]+/, 'RequestID: ID');
  expect(said?.slice(0, reason.length)).toBe(reason);
  expect(task.startedAt).toBeUndefined();
});

test('tells all failures of Secrets Manager on EC2, and of parameters the first', async () => {
  const setting = await sandbox();
  setting.stores.secrets.set(secretArn('db-AbCdEf'), '{"user":1e400}');
  const secrets = ['db-AbCdEf:user::', 'db-AbCdEf:x', 'none-AbCdEf'].map((name, index) => ({
    name: `S${String(index)}`,
    valueFrom: secretArn(name),
  }));
  const register = (more: typeof secrets) =>
    setting.client.registerTaskDefinition({
      family: 'web',
      executionRoleArn: roleArn,
      containerDefinitions: [{ name: 'app', image: 'nginx', secrets: [...secrets, ...more] }],
    });
  const reason = async () =>
    (await stoppedTask(setting.client, await runWeb(setting, 'EC2'))).stoppedReason;
  await register([]);
  const all = (await reason())?.split(';');
  expect(all?.slice(0, 2)).toEqual([
    'json: cannot unmarshal number 1e400 into Go value of type float64',
    `trying to retrieve secret with value ${secretArn('db-AbCdEf:x')} resulted in error: an invalid ARN format for the AWS Secrets Manager secret was specified. Specify a valid ARN and try again.`,
  ]);
  expect(all?.[2]).toMatch(/^ResourceNotFoundException: The task can't retrieve the secret/);
  await register([{ name: 'P', valueFrom: '/none' }]);
  expect(await reason()).toBe(
    `fetching secret data from SSM Parameter Store in ${region}: invalid parameters: /none`,
  );
});

test('does not start when the role cannot be assumed', async () => {
  const setting = await sandbox();
  setting.stores.roles.clear();
  await registerWeb(setting.client);
  const task = await stoppedTask(setting.client, await runWeb(setting));
  expect(task.stoppedReason).toBe(
    `ECS was unable to assume the role '${roleArn}' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.`,
  );
});

test('an essential container exits with the code of its label', async () => {
  const setting = await sandbox();
  setting.stores.parameters.set('/prod/password', 'x');
  await registerWeb(setting.client, {
    dockerLabels: { 'ecs-secrets.sandbox/exit-code': '3' },
  });
  const task = await stoppedTask(setting.client, await runWeb(setting));
  expect(task).toMatchObject({
    stopCode: 'EssentialContainerExited',
    containers: [{ exitCode: 3 }],
  });
});

test('runs, stops and lists tasks by their filters', async () => {
  const setting = await sandbox();
  const { client, stores } = setting;
  stores.parameters.set('/prod/password', 'x');
  await registerWeb(client);
  const { tasks } = await client.runTask({
    cluster: 'prod',
    taskDefinition: 'web',
    count: 3,
    startedBy: 'me',
    overrides: { containerOverrides: [{ name: 'app', environment: [{ name: 'B', value: '2' }] }] },
  });
  expect(tasks).toHaveLength(3);
  expect(tasks![0]).toMatchObject({ lastStatus: 'PROVISIONING', group: 'family:web' });

  const page = await client.listTasks({ cluster: 'prod', startedBy: 'me', maxResults: 2 });
  expect(page.taskArns).toHaveLength(2);
  const rest = await client.listTasks({
    cluster: 'prod',
    startedBy: 'me',
    maxResults: 2,
    nextToken: page.nextToken,
  });
  expect(rest.taskArns).toHaveLength(1);
  expect((await client.listTasks({ cluster: 'prod', startedBy: 'you' })).taskArns).toEqual([]);
  expect((await client.listTasks({ cluster: 'prod', family: 'web' })).taskArns).toHaveLength(3);

  const arn = tasks![0]!.taskArn!;
  await client.stopTask({ cluster: 'prod', task: arn, reason: 'enough' });
  expect(await stoppedTask(client, arn)).toMatchObject({
    stopCode: 'UserInitiated',
    stoppedReason: 'enough',
  });
  const stopped = await client.listTasks({ cluster: 'prod', desiredStatus: 'STOPPED' });
  expect(stopped.taskArns).toEqual([arn]);
  const absent = await client.describeTasks({ cluster: 'prod', tasks: ['0'.repeat(32)] });
  expect(absent).toMatchObject({ tasks: [], failures: [{ reason: 'MISSING' }] });
});

test('a client token starts one task', async () => {
  const setting = await sandbox();
  const { client, stores } = setting;
  stores.parameters.set('/prod/a', 'alpha');
  await registerWeb(client);
  const once = (clientToken: string, more: object = {}) =>
    client.runTask({ cluster: 'prod', taskDefinition: 'web', clientToken, ...more });
  const [first] = (await once('one')).tasks!;
  const [again] = (await once('one')).tasks!;
  expect(again!.taskArn).toBe(first!.taskArn);
  const [other] = (await once('two')).tasks!;
  expect(other!.taskArn).not.toBe(first!.taskArn);
  const refused = { code: 'ConflictException' };
  await expect(once('one', { startedBy: 'me' })).rejects.toMatchObject(refused);
  await expect(once('a b')).rejects.toThrow('clientToken');
});

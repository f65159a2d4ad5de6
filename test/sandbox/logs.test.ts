import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateClusterCommand,
  DescribeTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  type ContainerDefinition,
  type LaunchType,
} from '@aws-sdk/client-ecs';
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { CallRecord } from '../../src/aws/index.ts';
import { awsAt } from '../helpers/aws-at.ts';
import { assume, clientsTo, createDeployer, errorOf, openScene, type Scene } from './clients.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await openScene({ ecs: { tickMs: 2, taskStartMs: 10, settleMs: 5, taskStopMs: 5 } });
});
afterEach(() => scene.sandbox.close());

const group = '/ecs/web';
const groupArn = `arn:aws:logs:us-east-1:123456789012:log-group:${group}`;
const create = (logGroupName: string) =>
  scene.logs.send(new CreateLogGroupCommand({ logGroupName }));
const stream = (logGroupName: string, logStreamName = 's') =>
  scene.logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));

describe('log groups', () => {
  test('are created once, found by a prefix and deleted', async () => {
    await create(group);
    await create('/ecs/api');
    await create('/other');
    const { logGroups } = await scene.logs.send(
      new DescribeLogGroupsCommand({ logGroupNamePrefix: '/ecs/' }),
    );
    expect(logGroups?.map(({ logGroupName }) => logGroupName)).toEqual(['/ecs/api', group]);
    expect(logGroups?.[1]).toMatchObject({ arn: `${groupArn}:*`, logGroupArn: groupArn });
    await scene.logs.send(new DeleteLogGroupCommand({ logGroupName: group }));
    const { logGroups: left } = await scene.logs.send(new DescribeLogGroupsCommand({}));
    expect(left?.map(({ logGroupName }) => logGroupName)).toEqual(['/ecs/api', '/other']);
  });

  test('come in pages of 50', async () => {
    for (let index = 0; index < 60; index += 1) await create(`/ecs/${index}`);
    const first = await scene.logs.send(new DescribeLogGroupsCommand({}));
    const { nextToken } = first;
    const second = await scene.logs.send(new DescribeLogGroupsCommand({ nextToken }));
    expect([first.logGroups?.length, second.logGroups?.length]).toEqual([50, 10]);
    expect(second.nextToken).toBeUndefined();
  });

  test('are of one region', async () => {
    await create(group);
    const { logs } = clientsTo(scene.sandbox, 'eu-west-1');
    expect(await logs.send(new DescribeLogGroupsCommand({}))).toMatchObject({ logGroups: [] });
  });

  const missing = ['ResourceNotFoundException', /^The specified log group does not exist\.$/];
  test.each<[string, () => Promise<unknown>, ...unknown[]]>([
    [
      'a second group of the name',
      () => create(group),
      'ResourceAlreadyExistsException',
      /^The specified log group already exists$/,
    ],
    [
      'a second stream of the name',
      () => stream(group, 'there'),
      'ResourceAlreadyExistsException',
      /^The specified log stream already exists$/,
    ],
    ['a stream of no group', () => stream('/none'), ...missing],
    [
      'deleting no group',
      () => scene.logs.send(new DeleteLogGroupCommand({ logGroupName: '/none' })),
      ...missing,
    ],
    ['a malformed name', () => create('a b'), 'InvalidParameterException', /'logGroupName'/],
    ['a reserved name', () => create('aws/x'), 'InvalidParameterException', /aws\//],
    ['a malformed stream', () => stream(group, 'a:b'), 'InvalidParameterException', /Stream/],
    [
      'too large a page',
      () => scene.logs.send(new DescribeLogGroupsCommand({ limit: 51 })),
      'InvalidParameterException',
      /'limit'/,
    ],
  ])('refuse %s', async (_what, call, name, message) => {
    await create(group);
    await stream(group, 'there');
    const error = await errorOf(call());
    expect(error.name).toBe(name);
    expect(error.message).toMatch(message as RegExp);
  });

  test.each([
    [`${groupArn}:*`, undefined],
    [groupArn, 'AccessDeniedException'],
  ])('are created by who may do it on %s: %s', async (Resource, refused) => {
    await createDeployer(scene, [{ Effect: 'Allow', Action: 'logs:*', Resource }]);
    const { logs } = await assume(scene);
    const call = logs.send(new CreateLogGroupCommand({ logGroupName: group }));
    if (refused === undefined) await call;
    else expect((await errorOf(call)).name).toBe(refused);
  });
});

describe('the gateway', () => {
  async function look(names: string[], region?: string) {
    const calls: CallRecord[] = [];
    const aws = awsAt(scene.sandbox.url, { onCall: (call) => calls.push(call) });
    const logs = await aws.logs(region);
    const found = await logs.logGroups(names);
    return { found: [...found].sort(), calls: calls.map(({ action }) => action) };
  }
  beforeEach(() => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test('finds groups of one beginning in one call', async () => {
    for (const name of ['/ecs/web', '/ecs/api', '/ecs/web-old']) await create(name);
    expect(await look(['/ecs/web', '/ecs/api', '/ecs/none'])).toEqual({
      found: ['/ecs/api', '/ecs/web'],
      calls: ['logs:DescribeLogGroups'],
    });
  });

  test('asks for one by its own name, whatever else begins like it', async () => {
    for (let index = 0; index < 60; index += 1) await create(`/ecs/web-${index}`);
    expect((await look(['/ecs/web'])).found).toEqual([]);
    await create('/ecs/web');
    expect((await look(['/ecs/web', '/ecs/web'])).calls).toHaveLength(1);
    expect((await look(['/ecs/web', '/ecs/web-9', '/ecs/x'])).found).toEqual([
      '/ecs/web',
      '/ecs/web-9',
    ]);
  });

  test('asks for each that shares no beginning, and for none without a call', async () => {
    await create('a');
    expect(await look(['a', 'b'])).toMatchObject({ found: ['a'], calls: { length: 2 } });
    expect(await look([])).toEqual({ found: [], calls: [] });
    expect((await look(['a'], 'eu-west-1')).found).toEqual([]);
  });
});

describe('a task with the awslogs driver', () => {
  const session = (task: string) => `arn:aws:sts::123456789012:assumed-role/exec/${task}`;

  beforeEach(async () => {
    await scene.ecs.send(new CreateClusterCommand({ clusterName: 'prod' }));
    const trust = {
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { Service: 'ecs-tasks.amazonaws.com' },
        Action: 'sts:AssumeRole',
      },
    };
    const AssumeRolePolicyDocument = JSON.stringify(trust);
    await scene.iam.send(new CreateRoleCommand({ RoleName: 'exec', AssumeRolePolicyDocument }));
    await grant('logs:CreateLogStream', 'logs:PutLogEvents');
  });

  async function grant(...actions: string[]): Promise<void> {
    const statement = { Effect: 'Allow', Action: actions, Resource: '*' };
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: statement });
    const of = { RoleName: 'exec', PolicyName: 'own' };
    await scene.iam.send(new PutRolePolicyCommand({ ...of, PolicyDocument }));
  }

  interface Start {
    options?: Record<string, string>;
    launchType?: LaunchType;
    more?: Partial<ContainerDefinition>;
    role?: string | undefined;
  }

  /** Runs a task until it runs or has stopped. */
  async function start({ options, launchType = 'FARGATE', more, ...rest }: Start = {}) {
    const executionRoleArn = 'role' in rest ? rest.role : 'arn:aws:iam::123456789012:role/exec';
    await scene.ecs.send(
      new RegisterTaskDefinitionCommand({
        family: 'web',
        executionRoleArn,
        containerDefinitions: [
          { name: 'main', image: 'nginx' },
          {
            name: 'web',
            image: 'nginx',
            logConfiguration: {
              logDriver: 'awslogs',
              options: {
                'awslogs-group': group,
                'awslogs-region': 'us-east-1',
                'awslogs-stream-prefix': 'ecs',
                ...options,
              },
            },
            ...more,
          },
        ],
      }),
    );
    const run = { cluster: 'prod', taskDefinition: 'web', launchType };
    const { tasks } = await scene.ecs.send(new RunTaskCommand(run));
    const arn = tasks![0]!.taskArn!;
    return vi.waitFor(
      async () => {
        const described = await scene.ecs.send(
          new DescribeTasksCommand({ cluster: 'prod', tasks: [arn] }),
        );
        const task = described.tasks![0]!;
        expect(['RUNNING', 'STOPPED']).toContain(task.lastStatus);
        return { ...task, id: arn.split('/').at(-1)! };
      },
      { timeout: 4000, interval: 5 },
    );
  }

  test('creates its stream and runs', async () => {
    await create(group);
    const { lastStatus, id } = await start();
    expect(lastStatus).toBe('RUNNING');
    expect((await errorOf(stream(group, `ecs/web/${id}`))).name).toBe(
      'ResourceAlreadyExistsException',
    );
  });

  test('stops on Fargate when the group is missing', async () => {
    const { stopCode, stoppedReason, containers } = await start();
    expect(stopCode).toBe('TaskFailedToStart');
    expect(stoppedReason).toBe(
      'ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. : exit status 1',
    );
    expect(containers?.map(({ reason }) => reason)).toEqual([undefined, undefined]);
  });

  test('stops on an instance with the reason at its container', async () => {
    const { stopCode, stoppedReason, containers } = await start({ launchType: 'EC2' });
    expect([stopCode, stoppedReason]).toEqual(['TaskFailedToStart', 'Task failed to start']);
    expect(containers?.map(({ reason }) => reason)).toEqual([
      undefined,
      'CannotStartContainerError: Error response from daemon: failed to initialize logging driver: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist.',
    ]);
  });

  test('looks for the group in the region of its options', async () => {
    await create(group);
    const { stoppedReason } = await start({ options: { 'awslogs-region': 'eu-west-1' } });
    expect(stoppedReason).toMatch(/log group does not exist/);
  });

  test('stops when its role may not create streams', async () => {
    await create(group);
    await grant('logs:PutLogEvents');
    const { stoppedReason, id } = await start();
    expect(stoppedReason).toMatch(
      /^ResourceInitializationError: .* log stream: AccessDeniedException: User: /,
    );
    expect(stoppedReason).toContain(
      `${session(id)} is not authorized to perform: logs:CreateLogStream on resource: ${groupArn}:log-stream:ecs/web/${id} because no identity-based policy allows the logs:CreateLogStream action status code: 400`,
    );
    expect(stoppedReason).toMatch(/request id: [\w-]+ : exit status 1$/);
  });

  test('creates the group when it is told to and may', async () => {
    const options = { 'awslogs-create-group': 'true' };
    const { stoppedReason } = await start({ options });
    expect(stoppedReason).toContain(
      `failed to create Cloudwatch log group: AccessDeniedException: User: ${session('')}`,
    );
    await grant('logs:CreateLogStream', 'logs:CreateLogGroup');
    expect((await start({ options })).lastStatus).toBe('RUNNING');
    expect((await errorOf(create(group))).name).toBe('ResourceAlreadyExistsException');
  });

  test.each<[string, Start, RegExp | undefined]>([
    ['no region on Fargate', { options: { 'awslogs-region': '' } }, /awslogs-region is required$/],
    ['no group on Fargate', { options: { 'awslogs-group': '' } }, /awslogs-group is required$/],
    ['no stream asked for', { options: { 'awslogs-create-stream': 'false' } }, undefined],
    [
      'a container on an instance that is not essential',
      { launchType: 'EC2', more: { essential: false } },
      undefined,
    ],
  ])('with %s', async (_what, how, reason) => {
    const { lastStatus, stoppedReason } = await start(how);
    expect(lastStatus).toBe(reason ? 'STOPPED' : 'RUNNING');
    if (reason) expect(stoppedReason).toMatch(reason);
  });

  test('logs as its instance where it has no execution role', async () => {
    const how: Start = { launchType: 'EC2', role: undefined };
    expect((await start(how)).stopCode).toBe('TaskFailedToStart');
    await create(group);
    expect((await start(how)).lastStatus).toBe('RUNNING');
  });
});

describe('log events', () => {
  const read = (more: object = {}) =>
    scene.logs.send(
      new GetLogEventsCommand({
        ...{ logGroupName: group, logStreamName: 's', startFromHead: true },
        ...more,
      }),
    );

  test('are read page by page; at the end the token stays the same', async () => {
    await create(group);
    expect(await errorOf(read())).toEqual({
      name: 'ResourceNotFoundException',
      message: 'The specified log stream does not exist.',
    });
    await stream(group);
    const write = (...messages: string[]) => {
      const logEvents = messages.map((message) => ({ timestamp: 1, message }));
      const place = { logGroupName: group, logStreamName: 's' };
      return scene.logs.send(new PutLogEventsCommand({ ...place, logEvents }));
    };
    await write('a', 'b', 'c');
    const first = await read({ limit: 2 });
    const second = await read({ nextToken: first.nextForwardToken });
    const end = await read({ nextToken: second.nextForwardToken });
    const messages = [first, second, end].map(({ events }) => events?.map((one) => one.message));
    expect(messages).toEqual([['a', 'b'], ['c'], []]);
    expect(end.nextForwardToken).toBe(second.nextForwardToken);
    await write('d');
    const more = await read({ nextToken: end.nextForwardToken });
    expect(more.events).toMatchObject([{ message: 'd', timestamp: 1 }]);
    const back = await read({ nextToken: more.nextBackwardToken, limit: 2 });
    expect(back.events?.map((one) => one.message)).toEqual(['b', 'c']);
    const last = await read({ startFromHead: false, limit: 1 });
    expect(last.events).toMatchObject([{ message: 'd' }]);
    expect(await errorOf(read({ nextToken: 'x' }))).toMatchObject({
      name: 'InvalidParameterException',
    });
  });
});

import { describe, expect, test } from 'vitest';
import type { RunningTask } from '../../../src/aws/ecs.ts';
import type { SecretDescription } from '../../../src/aws/secrets-manager.ts';
import { AwsError, CliError } from '../../../src/errors.ts';
import { putBack } from '../../../src/operations/rollout/put-back.ts';
import {
  nothingRedeployed,
  type RedeployOutcome,
} from '../../../src/operations/rollout/redeploy-outcome.ts';
import type { ResolvedSecret } from '../../../src/operations/secrets/resolve-references.ts';
import type { PutOutcome } from '../../../src/operations/secrets/put-request.ts';
import { fakeAws, type Answers } from '../../helpers/fake-aws.ts';
import {
  consumerAt,
  deploymentAt,
  followedAt,
  jumpingClock,
  serviceNamed,
} from '../../helpers/rollout-fakes.ts';

const arn = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf';
const secret: ResolvedSecret = { store: 'secrets-manager', name: 'db', arn, kmsKeyId: undefined };
const put = { version: 'ours', previousVersion: 'before' } as PutOutcome;
const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute));
const error = new CliError('access-denied', 'no');
const consumer = (name: string) =>
  consumerAt(serviceNamed(name, { deployments: [deploymentAt('old')] }));

/**
 * A secret whose value was stored at minute 10 and is put back at minute 20, in an ECS in which every
 * deployment completes; `deployed` has the services that were deployed.
 */
function scene({
  moved = true,
  tasks = [],
  described,
}: {
  moved?: boolean;
  tasks?: RunningTask[] | Error;
  described?: Error;
}) {
  const deployed: string[] = [];
  const dates = [at(10), at(20)];
  const newest = (name: string) => serviceNamed(name, { deployments: [deploymentAt('new')] });
  const answers: Answers = {
    secretsManager: {
      describe: () =>
        described
          ? Promise.reject(described)
          : Promise.resolve({ changedAt: dates.shift() } as SecretDescription),
      versions: () => Promise.reject(error),
      moveCurrent: () => Promise.resolve(moved),
    },
    ecs: {
      deploy(_cluster, name) {
        deployed.push(name);
        return Promise.resolve(newest(name));
      },
      describeServices: (_cluster, arns) =>
        Promise.resolve({
          services: arns.map((one) => newest(one.split('/')[2] ?? '')),
          missing: [],
        }),
      stoppedTasks: () => Promise.resolve([]),
      runningTasks: () => (tasks instanceof Error ? Promise.reject(tasks) : Promise.resolve(tasks)),
    },
  };
  return { aws: fakeAws(answers), deployed };
}

function back(aws: ReturnType<typeof fakeAws>, outcome: Partial<RedeployOutcome>, more = {}) {
  const facts = { secret, put, jsonKey: undefined, bystanders: [], ...more };
  return putBack(
    aws,
    { ...facts, outcome: { ...nothingRedeployed, ...outcome } },
    {
      ...{ wait: false, maxParallel: 5, timeout: 60_000, clock: jumpingClock() },
      interrupted: new AbortController().signal,
      gate: { maxFailures: 0, abandon: true },
      onEvent: () => undefined,
    },
  );
}
const task = (service: string, createdAt?: Date, startedAt?: Date): RunningTask => ({
  ...{ arn: service, cluster: consumer('a').service.cluster, group: `service:${service}` },
  ...{ taskDefinition: 'web:1', createdAt, startedAt },
});

describe('nothing is redeployed', () => {
  test.each([
    ['before', { version: 'ours' }],
    ['ours', { previousVersion: 'before' }],
  ])('where the version %s is not known', async (_which, known) => {
    const { aws, deployed } = scene({});
    const deployments = [followedAt(serviceNamed('a'), { state: 'failed' })];
    expect(await back(aws, { deployments }, { put: known })).toEqual({
      value: { restored: false, why: 'the previous version is not known' },
      ...{ redeploy: undefined, left: [] },
    });
    expect(deployed).toEqual([]);
  });

  test('where someone else has stored a value since', async () => {
    const { aws, deployed } = scene({ moved: false });
    const { value, redeploy } = await back(aws, {
      deployments: [followedAt(serviceNamed('a'), { state: 'failed' })],
    });
    expect(value).toMatchObject({ restored: false });
    expect(redeploy).toBeUndefined();
    expect(deployed).toEqual([]);
  });
});

describe('redeployed is', () => {
  test('whatever was asked for, though its answer is open, and not what is gone', async () => {
    const { aws, deployed } = scene({});
    const { value, redeploy, left } = await back(aws, {
      deployments: [
        followedAt(serviceNamed('failed'), { state: 'failed' }),
        followedAt(serviceNamed('done'), { state: 'completed' }),
        followedAt(serviceNamed('gone'), { state: 'service-deleted' }),
      ],
      refused: [
        { consumer: consumer('open'), error, uncertain: true },
        { consumer: consumer('refused'), error, uncertain: false },
      ],
      notStarted: [consumer('waiting')],
    });
    expect(value).toEqual({ restored: true, version: 'before' });
    expect(deployed).toEqual(['failed', 'done', 'open']);
    // They are followed to their end, though the rotation did not wait.
    expect(redeploy?.deployments.map(({ state }) => state)).toEqual(Array(3).fill('completed'));
    expect(left).toEqual([]);
  });

  test('what was not asked for, if it started a task while our value was current', async () => {
    const tasks = [
      task('between', at(12), at(13)),
      task('starting', at(9), undefined),
      task('before', at(8), at(9)),
      task('after', at(21), at(22)),
      task('unknown'),
    ];
    const { aws, deployed } = scene({ tasks });
    const names = ['between', 'starting', 'before', 'after', 'unknown', 'idle'];
    await back(aws, { notStarted: names.map(consumer) });
    expect(deployed).toEqual(['between', 'starting', 'unknown']);
  });

  test('all that may have, where tasks or dates cannot be seen', async () => {
    const notStarted = [consumer('a'), consumer('b')];
    const unseen = scene({ tasks: new AwsError('access-denied', 'no ecs:ListTasks') });
    await back(unseen.aws, { notStarted });
    expect(unseen.deployed).toEqual(['a', 'b']);
    const undated = scene({
      tasks: [task('a', at(1), at(2))],
      described: new AwsError('access-denied', 'no secretsmanager:DescribeSecret'),
    });
    await back(undated.aws, { notStarted });
    expect(undated.deployed).toEqual(['a']);
  });
});

test('bystanders with a task of our value are left, and told', async () => {
  const bystanders = ['pinned', 'old'].map((name) => serviceNamed(name));
  const tasks = [task('pinned', at(12), at(13)), task('old', at(1), at(2))];
  const { aws, deployed } = scene({ tasks });
  const { left } = await back(aws, {}, { bystanders });
  expect(left.map(({ name }) => name)).toEqual(['pinned']);
  expect(deployed).toEqual([]);
});

import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { backends, open, unique, type Answer, type Backend } from './backends.ts';

// `register --schedules` against the sandbox and against moto, set up and read back by the AWS CLI.
describe.runIf(inject('awsCli')).each(backends())('rules and schedules against %s', (name) => {
  let backend: Backend;
  let file: string;
  let cluster: string;
  const family = unique('nightly');
  const rule = unique('rule');
  const schedule = unique('schedule');

  beforeAll(async () => {
    backend = await open(name);
    file = join(await mkdtemp(join(tmpdir(), 'ecs-secrets-')), 'nightly.json');
    const containerDefinitions = [{ name: 'app', image: 'httpd:2.4', memory: 64 }];
    await writeFile(file, JSON.stringify({ family, containerDefinitions }));
    const made = await backend.aws('ecs', 'create-cluster', '--cluster-name', unique('cluster'));
    cluster = made.cluster.clusterArn as string;
  });
  afterAll(() => backend.close());

  async function registered(...more: string[]): Promise<Answer> {
    const argv = ['register', file, ...more, '--json'];
    const seen = await backend.run(argv);
    expect(seen.code, seen.stderr).toBe(0);
    return JSON.parse(seen.stdout);
  }

  test('only the revision of the target changes', async () => {
    const { taskDefinitionArn } = await registered();
    const first = taskDefinitionArn as string;
    const target = {
      Arn: cluster,
      RoleArn: 'arn:aws:iam::123456789012:role/events',
      Input: '{"containerOverrides":[]}',
      RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 600 },
      EcsParameters: { TaskDefinitionArn: first, TaskCount: 2, LaunchType: 'FARGATE' },
    };
    const daily = ['--schedule-expression', 'rate(1 day)'];
    await backend.aws('events', 'put-rule', '--name', rule, ...daily);
    const targets = JSON.stringify([{ Id: 'a', ...target }]);
    await backend.aws('events', 'put-targets', '--rule', rule, '--targets', targets);
    await backend.aws(
      ...[
        'scheduler',
        'create-schedule',
        '--name',
        schedule,
        '--description',
        'every day',
        ...daily,
      ],
      ...['--schedule-expression-timezone', 'Europe/Paris', '--state', 'DISABLED'],
      ...['--flexible-time-window', '{"Mode":"FLEXIBLE","MaximumWindowInMinutes":5}'],
      ...['--end-date', '2040-01-01T00:00:00Z', '--target', JSON.stringify(target)],
    );
    const before = await read();

    const moved = await registered('--image', 'httpd:2.5', '--schedules', '--yes');
    const to = moved.taskDefinitionArn as string;
    expect(moved.schedules).toMatchObject([
      { kind: 'rule', name: rule, target: 'a', from: first, to, moved: true },
      { kind: 'schedule', name: `default/${schedule}`, from: first, to, moved: true },
    ]);
    expect(await read()).toEqual(JSON.parse(JSON.stringify(before).replaceAll(first, to)));
  });

  async function read(): Promise<Answer> {
    const { Targets } = await backend.aws('events', 'list-targets-by-rule', '--rule', rule);
    const { LastModificationDate: _date, ...settings } = await backend.aws(
      ...['scheduler', 'get-schedule', '--name', schedule],
    );
    return { Targets, settings };
  }
});

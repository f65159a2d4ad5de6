import { randomUUID } from 'node:crypto';
import pMap from 'p-map';
import {
  GetScheduleCommand,
  paginateListSchedules,
  SchedulerClient,
  UpdateScheduleCommand,
  type ScheduleSummary,
  type UpdateScheduleCommandInput,
} from '@aws-sdk/client-scheduler';
import { clientSettings, supervised, type AwsConfig } from './calls/client.ts';
import { withRawAnswer, withRawBody } from './calls/raw-json.ts';
import { unlessGone } from './calls/unless-gone.ts';
import type { ScheduledTask } from './event-rules.ts';
import {
  inputsOf,
  running,
  withoutNulls,
  type MoveResult,
  type RawTarget,
} from './scheduled-target.ts';

/** The EventBridge Scheduler calls that this tool makes. */
export interface Scheduler {
  /**
   * The tasks that schedules in the region run, one call per schedule. `onRead` is called after
   * each with the number read so far.
   */
  tasks(onRead?: (done: number, total: number) => void): Promise<ScheduledTask[]>;
  /**
   * Makes a schedule run another revision. UpdateSchedule resets every member that is not sent to its
   * default (API reference), so all are read first and sent back as they are, including those that the
   * SDK does not know. Changes nothing if the schedule no longer runs `task.taskDefinition`.
   */
  move(task: ScheduledTask, to: string): Promise<MoveResult>;
}

/** Creates the Scheduler gateway. */
export function createScheduler(config: AwsConfig): Scheduler {
  const client = supervised(
    new SchedulerClient(clientSettings(config, 'scheduler')),
    'scheduler',
    config,
  );
  return {
    async tasks(onRead) {
      const summaries: ScheduleSummary[] = [];
      for await (const page of paginateListSchedules({ client, pageSize: 100 }, {})) {
        summaries.push(...(page.Schedules ?? []));
      }
      const own = summaries.flatMap(({ Name, GroupName, Target }) =>
        Target?.Arn && /:ecs:[^:]*:\d{12}:cluster\//.test(Target.Arn)
          ? [{ Name, GroupName, cluster: Target.Arn }]
          : [],
      );
      let done = 0;
      // The target of a task is the cluster; only the schedule itself contains what it runs.
      const read = async ({ Name, GroupName, cluster }: Own): Promise<ScheduledTask[]> => {
        const schedule = await scheduleOf({ Name, GroupName });
        done += 1;
        onRead?.(done, own.length);
        const { EcsParameters, RoleArn: role } = schedule?.Target ?? {};
        const taskDefinition = EcsParameters?.TaskDefinitionArn;
        if (taskDefinition === undefined) return [];
        const name = `${GroupName ?? 'default'}/${Name ?? ''}`;
        return [{ kind: 'schedule', name, cluster, taskDefinition, role }];
      };
      return (await pMap(own, read, { concurrency: 8 })).flat();
    },

    async move({ name, cluster, taskDefinition }, to) {
      const [GroupName, Name] = name.split('/');
      const schedule = await scheduleOf({ Name, GroupName });
      if (!schedule) return { state: 'gone' };
      const { Target = {} } = schedule;
      const now = Target.EcsParameters?.TaskDefinitionArn;
      if (Target.Arn !== cluster || now !== taskDefinition) return { state: 'changed', now };
      const body = {
        ...settingsOf(schedule),
        GroupName,
        // The same for all attempts of this call.
        ClientToken: randomUUID(),
        Target: running(Target, to),
      };
      const command = withRawBody(
        // The name is in the path, all else in the body.
        new UpdateScheduleCommand({ Name } as UpdateScheduleCommandInput),
        body,
      );
      const updated = await unlessGone(client.send(command));
      return { state: updated ? 'moved' : 'gone' };
    },
  };

  /**
   * A schedule with all its members; undefined if it has been deleted, as EventBridge does after its
   * last run (ActionAfterCompletion).
   */
  async function scheduleOf(named: Pick<Own, 'Name' | 'GroupName'>) {
    const { command, answer } = withRawAnswer(new GetScheduleCommand(named));
    if (!(await unlessGone(client.send(command)))) return undefined;
    const schedule = withoutNulls(answer()) as RawSchedule;
    for (const text of inputsOf(schedule.Target ?? {})) config.values?.addPlain(text);
    return schedule;
  }
}

// --- internal ---

/** A schedule whose target is a cluster. */
interface Own {
  Name: string | undefined;
  GroupName: string | undefined;
  cluster: string;
}

interface RawSchedule {
  Target?: RawTarget;
  [member: string]: unknown;
}

/** What GetSchedule returns and UpdateSchedule does not take in its body (API reference). */
const notSettings: readonly string[] = ['Name', 'Arn', 'CreationDate', 'LastModificationDate'];

function settingsOf(schedule: RawSchedule): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(schedule).filter(([member]) => !notSettings.includes(member)),
  );
}

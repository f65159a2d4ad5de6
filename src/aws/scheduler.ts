import {
  GetScheduleCommand,
  paginateListSchedules,
  SchedulerClient,
  type ScheduleSummary,
} from '@aws-sdk/client-scheduler';
import { clientSettings, supervised, type AwsConfig } from './calls/client.ts';
import { unlessGone } from './calls/unless-gone.ts';
import type { ScheduledTask } from './event-rules.ts';

/** The EventBridge Scheduler calls that this tool makes. */
export interface Scheduler {
  /**
   * The tasks that schedules in the region run, one call per schedule. `onRead` is called after
   * each with the number read so far.
   */
  tasks(onRead?: (done: number, total: number) => void): Promise<ScheduledTask[]>;
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
      const tasks: ScheduledTask[] = [];
      // The target of a task is the cluster; only the schedule itself contains what it runs.
      for (const [index, { Name, GroupName, cluster }] of own.entries()) {
        // It may be deleted by now: EventBridge deletes it after its last run
        // (ActionAfterCompletion).
        const query = new GetScheduleCommand({ Name, GroupName });
        const schedule = await unlessGone(client.send(query));
        onRead?.(index + 1, own.length);
        const taskDefinition = schedule?.Target?.EcsParameters?.TaskDefinitionArn;
        if (taskDefinition === undefined) continue;
        const name = `${GroupName ?? 'default'}/${Name ?? ''}`;
        tasks.push({ kind: 'schedule', name, cluster, taskDefinition });
      }
      return tasks;
    },
  };
}

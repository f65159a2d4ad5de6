import {
  GetScheduleCommand,
  paginateListSchedules,
  SchedulerClient,
  type ScheduleSummary,
} from '@aws-sdk/client-scheduler';
import { clientSettings, supervised, type AwsConfig } from './calls/client.ts';
import { unlessGone } from './calls/unless-gone.ts';
import type { ScheduledTask } from './event-rules.ts';

/** EventBridge Scheduler, in the calls this tool makes. */
export interface Scheduler {
  /** The tasks that schedules of the region run. */
  tasks(): Promise<ScheduledTask[]>;
}

/** Makes the Scheduler gateway. */
export function createScheduler(config: AwsConfig): Scheduler {
  const client = supervised(new SchedulerClient(clientSettings(config)), 'scheduler', config);
  return {
    async tasks() {
      const summaries: ScheduleSummary[] = [];
      for await (const page of paginateListSchedules({ client, pageSize: 100 }, {})) {
        summaries.push(...(page.Schedules ?? []));
      }
      const tasks: ScheduledTask[] = [];
      // The target of a task is the cluster; what it runs stands in the schedule itself only.
      for (const { Name, GroupName, Target } of summaries) {
        if (!Target?.Arn || !/:ecs:[^:]*:\d{12}:cluster\//.test(Target.Arn)) continue;
        // It may be deleted by then: EventBridge does that itself after the last run (ActionAfterCompletion).
        const query = new GetScheduleCommand({ Name, GroupName });
        const schedule = await unlessGone(client.send(query));
        const taskDefinition = schedule?.Target?.EcsParameters?.TaskDefinitionArn;
        if (taskDefinition === undefined) continue;
        const name = `${GroupName ?? 'default'}/${Name ?? ''}`;
        tasks.push({ kind: 'schedule', name, cluster: Target.Arn, taskDefinition });
      }
      return tasks;
    },
  };
}

import pMap from 'p-map';
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
      let done = 0;
      // The target of a task is the cluster; only the schedule itself contains what it runs.
      const read = async ({ Name, GroupName, cluster }: Own): Promise<ScheduledTask[]> => {
        // It may have been deleted: EventBridge deletes it after its last run
        // (ActionAfterCompletion).
        const query = new GetScheduleCommand({ Name, GroupName });
        const schedule = await unlessGone(client.send(query));
        done += 1;
        onRead?.(done, own.length);
        const taskDefinition = schedule?.Target?.EcsParameters?.TaskDefinitionArn;
        if (taskDefinition === undefined) return [];
        const name = `${GroupName ?? 'default'}/${Name ?? ''}`;
        return [{ kind: 'schedule', name, cluster, taskDefinition }];
      };
      return (await pMap(own, read, { concurrency: 8 })).flat();
    },
  };
}

// --- internal ---

/** A schedule whose target is a cluster. */
interface Own {
  Name: string | undefined;
  GroupName: string | undefined;
  cluster: string;
}

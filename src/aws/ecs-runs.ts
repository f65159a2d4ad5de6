import { RunTaskCommand, StopTaskCommand, type ECSClient } from '@aws-sdk/client-ecs';
import type { Launch } from '../model/run/launch.ts';
import type { TaskOverrides } from '../model/run/task-overrides.ts';
import { toTask, type DescribedTask } from './ecs-tasks.ts';

/** One task to run. */
export interface RunRequest extends Launch {
  /** Name or ARN. */
  cluster: string;
  /** ARN of a revision. */
  taskDefinition: string;
  overrides: TaskOverrides;
  startedBy: string;
  tags: readonly { key: string; value: string }[];
  /**
   * Within 24 hours, ECS starts one task per token: a repeated call returns the same one (ECS API
   * reference, "Ensuring idempotency").
   */
  clientToken: string;
}

/** The ECS calls that run and stop a task. */
export interface RunCalls {
  /**
   * Runs one task. `failures` says why none was placed. Throws AwsError `ConflictException` if the
   * token belongs to a call with other parameters.
   */
  runTask(request: RunRequest): Promise<{
    task: DescribedTask | undefined;
    failures: { arn: string; reason: string; detail: string | undefined }[];
  }>;
  /** Asks a task to stop; the reason is shown as its `stoppedReason`. */
  stopTask(cluster: string, task: string, reason: string): Promise<void>;
}

/** Creates these calls for a client. */
export function createRunCalls(client: ECSClient): RunCalls {
  return {
    async runTask({ tags, ...request }) {
      const { tasks = [], failures = [] } = await client.send(
        new RunTaskCommand({
          ...(request as object),
          taskDefinition: request.taskDefinition,
          count: 1,
          ...(tags.length > 0 && { tags: [...tags] }),
        }),
      );
      const [task] = tasks;
      return {
        task: task && toTask(task),
        failures: failures.map(({ arn = '', reason = '', detail }) => ({ arn, reason, detail })),
      };
    },

    async stopTask(cluster, task, reason) {
      await client.send(new StopTaskCommand({ cluster, task, reason }));
    },
  };
}

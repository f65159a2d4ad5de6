import type { RunningTask } from '../../aws/ecs.ts';
import type { Service } from '../../aws/ecs-answers.ts';
import type { Aws } from '../../aws/index.ts';
import { CliError, isAccessDenied, isPassing } from '../../errors.ts';
import { distinctBy } from '../../model/distinct-by.ts';
import { isDaemonDefinition } from '../../model/usage/daemon.ts';
import { fullRevision, type FullRevision } from '../definitions/named-secrets.ts';
import { whyUnseen } from '../if-allowed.ts';
import type { Daemon } from './find-daemons.ts';
import { daemonName, runnerName, serviceName } from './service-name.ts';

/** A service or a task of which nobody knows what it runs, e.g. `service shop/web`, and why. */
export interface Unknown {
  what: string;
  /** ARN of the task definition, where that is known. */
  taskDefinition: string | undefined;
  why: string;
}

/** What is unknown, for people: `service shop/web (the task definition does not exist)`. */
export function unknownWords(unknown: readonly Unknown[]): string[] {
  return unknown.map(({ what, why }) => `${what} (${why})`);
}

/**
 * A revision, or why it cannot be described. Throws what concerns all of them: access to task definitions
 * that is denied, and failures of the network.
 */
export async function revisionOrReason(aws: Aws, arn: string): Promise<FullRevision | string> {
  try {
    return (await fullRevision(aws, arn)) ?? 'the task definition does not exist';
  } catch (error) {
    if (!(error instanceof CliError) || isPassing(error)) throw error;
    if (isAccessDenied(error) && !isDaemonDefinition(arn)) throw error;
    return whyUnseen(error);
  }
}

/** The services, tasks and daemons of which it is not known what they run. `failed`: reasons by ARN of the task definition. */
export function unknownOnes(
  {
    services,
    tasks,
    daemons,
  }: { services: readonly Service[]; tasks: readonly RunningTask[]; daemons: readonly Daemon[] },
  failed: ReadonlyMap<string, string>,
): Unknown[] {
  const all = [
    ...services.map((service) => ({
      what: `service ${serviceName(service)}`,
      taskDefinition: service.taskDefinition,
      why: service.taskDefinition === undefined ? service.unseen : undefined,
    })),
    ...tasks.map((task) => ({
      what: runnerName(task),
      taskDefinition: task.taskDefinition,
      why: undefined,
    })),
    ...daemons.flatMap((daemon) => {
      const what = daemonName(daemon);
      return [
        { what, taskDefinition: undefined, why: daemon.unseen },
        ...daemon.taskDefinitions.map((taskDefinition) => ({
          what,
          taskDefinition,
          why: undefined,
        })),
      ];
    }),
  ];
  const unknown = all.flatMap(({ what, taskDefinition, why }): Unknown[] => {
    const reason = why ?? failed.get(taskDefinition ?? '');
    return reason === undefined ? [] : [{ what, taskDefinition, why: reason }];
  });
  return distinctBy(unknown, ({ what, taskDefinition }) => `${what} ${taskDefinition ?? ''}`);
}

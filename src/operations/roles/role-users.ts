import type { Role } from '../../aws/iam.ts';
import type { Aws } from '../../aws/index.ts';
import type { OnProgress } from '../progress.ts';
import type { TaskDefinition } from '../../model/definitions/task-definition.ts';
import { scan } from '../usage/scan.ts';
import { revisionOrReason, unknownWords } from '../usage/unknown.ts';
import { daemonName, runnerName, serviceName } from '../usage/service-name.ts';
import { scheduledTasks } from '../usage/where-used.ts';
import type { Service } from '../../aws/ecs-answers.ts';

/** What runs, or is run at times, under a role. */
export interface RoleUser {
  /** e.g. `service shop/web`, `task ARN`, `rule nightly`, `schedule default/hourly` */
  name: string;
  /** What it has the role as; a task definition may have it as both. */
  as: ('execution role' | 'task role')[];
  /** ARN of the revision, or of the family whose latest one is run. */
  taskDefinition: string;
  definition: TaskDefinition;
  /** What the logs of Service Connect read from secrets, of a service. */
  serviceConnect?: Service['serviceConnect'];
}

/**
 * The services, running tasks, rules and schedules of this region whose task definition has a role as
 * its execution role or task role. `unchecked`: rules or schedules, where those may not be looked at,
 * and what could not be described. Throws AwsError when services or tasks may not be.
 */
export async function roleUsers(
  aws: Aws,
  { arn, name }: Pick<Role, 'arn' | 'name'>,
  onProgress: OnProgress,
): Promise<{ users: RoleUser[]; unchecked: string[] }> {
  const found = await scan(aws, { clusters: [], services: [] }, { tasks: 'required', onProgress });
  const { tasks: scheduled, unchecked } = await scheduledTasks(aws, found.clusters, onProgress);
  const revisions = new Map<string, TaskDefinition | string>(
    [...found.revisions].map(([id, { definition }]) => [id, definition] as const),
  );
  for (const { taskDefinition, why } of found.unknown) {
    if (taskDefinition !== undefined) revisions.set(taskDefinition, why);
  }
  const all = [
    ...found.services.flatMap((service) =>
      // In the middle of a deployment it may go back to what it ran before.
      [service.taskDefinition, ...service.deployments.map((one) => one.taskDefinition)].map(
        (id) => [`service ${serviceName(service)}`, id, service.serviceConnect] as const,
      ),
    ),
    ...found.tasks.map((task) => [runnerName(task), task.taskDefinition, undefined] as const),
    ...found.daemons.flatMap((daemon) =>
      daemon.taskDefinitions.map((id) => [daemonName(daemon), id, undefined] as const),
    ),
    ...scheduled.map(
      (task) => [`${task.kind} ${task.name}`, task.taskDefinition, undefined] as const,
    ),
  ];
  const users = new Map<string, RoleUser>();
  const unknown = found.unknown.filter(({ taskDefinition }) => taskDefinition === undefined);
  for (const [user, taskDefinition, serviceConnect] of all) {
    if (taskDefinition === undefined) continue;
    const definition = revisions.get(taskDefinition) ?? (await definitionOf(aws, taskDefinition));
    revisions.set(taskDefinition, definition);
    if (typeof definition === 'string') {
      unknown.push({ what: user, taskDefinition, why: definition });
      continue;
    }
    const has = (role: string | undefined): boolean => role === arn || role === name;
    const as: RoleUser['as'] = [
      ...(has(definition.executionRoleArn) ? ['execution role' as const] : []),
      ...(has(definition.taskRoleArn) ? ['task role' as const] : []),
    ];
    const key = `${user} ${taskDefinition}`;
    if (as.length > 0 && !users.has(key))
      users.set(key, { name: user, as, taskDefinition, definition, serviceConnect });
  }
  return {
    users: [...users.values()],
    unchecked: [...new Set([...unchecked, ...unknownWords(unknown)])],
  };
}

// --- internal ---

async function definitionOf(aws: Aws, id: string): Promise<TaskDefinition | string> {
  const revision = await revisionOrReason(aws, id);
  return typeof revision === 'string' ? revision : revision.definition;
}

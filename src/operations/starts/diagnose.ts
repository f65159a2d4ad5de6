import type { Aws } from '../../aws/index.ts';
import type { DescribedTask } from '../../aws/ecs-tasks.ts';
import type { Ecs } from '../../aws/ecs.ts';
import { CliError, isAwsError } from '../../errors.ts';
import { classifyFailure } from '../../model/failures/classify-failure.ts';
import { stoppedFromOutside } from '../../model/failures/stopped-from-outside.ts';
import { type SeenFailure } from '../../model/starts/failure-report.ts';
import { withoutCharacters } from '../../model/failures/without-characters.ts';
import { type Diagnosis, type DiagnosisOptions } from './diagnosis.ts';
import { diagnoseText } from './diagnose-text.ts';
import { describedService } from '../usage/described-service.ts';
import { stopReason } from '../failures/stop-reason.ts';
import type { Service } from '../../aws/ecs-answers.ts';
import { lookInto, ifSeen } from './look-into.ts';
import { serviceOfGroup } from '../../model/usage/service-group.ts';

/** What to diagnose. */
export type DiagnosisTarget =
  | { kind: 'service'; cluster: string; service: string }
  | { kind: 'task'; cluster: string | undefined; task: string }
  | { kind: 'text'; text: string };

/**
 * Explains why tasks did not start: each distinct reason once, with its cause, the related findings
 * of the checks of `verify`, and the commands that fix it. Throws CliError if the target does not
 * exist.
 */
export async function diagnose(
  aws: Aws,
  target: DiagnosisTarget,
  options: DiagnosisOptions,
): Promise<Diagnosis> {
  if (target.kind === 'text') return diagnoseText(aws, target.text, options);
  return target.kind === 'task'
    ? diagnoseTask(aws, target.cluster, target.task, options)
    : diagnoseService(aws, target, options);
}

// --- internal ---

async function diagnoseService(
  aws: Aws,
  { cluster, service: name }: { cluster: string; service: string },
  options: DiagnosisOptions,
): Promise<Diagnosis> {
  const ecs = await aws.ecs();
  // Listing the tasks of a nonexistent service fails, so check first whether the service exists.
  const service = await describedService(
    ecs,
    { cluster, service: name },
    'give CLUSTER/SERVICE, or CLUSTER/ID of a task',
  );
  const notSeen: string[] = [];
  const stopped = await ifSeen('stopped tasks', ecs.stoppedTasks(cluster, name), notSeen);
  const seen = [
    ...(stopped ?? []).filter((task) => !stoppedFromOutside(task)).map(ofTask),
    ...ofDeployments(service),
    ...ofEvents(service),
  ].filter(({ at }) => at === undefined || at >= options.since);
  const diagnosis = await lookInto(aws, { seen, service, own: undefined, notSeen }, options);
  return { ...diagnosis, state: stateOf(service) };
}

async function diagnoseTask(
  aws: Aws,
  cluster: string | undefined,
  id: string,
  options: DiagnosisOptions,
): Promise<Diagnosis> {
  const ecs = await aws.ecs();
  const where = cluster ?? 'default';
  const task = await describedTask(ecs, where, id);
  if (!task) {
    throw new CliError('task-not-found', `ECS shows no task ${id} in the cluster ${where}`, {
      hint: 'stopped tasks are shown for an hour; what the console or a log kept of the reason can be piped in: ecs-secrets diagnose -',
    });
  }
  const name = serviceOfGroup(task.group);
  const notSeen: string[] = [];
  const found =
    name === undefined
      ? undefined
      : await ifSeen(`the service ${name}`, ecs.describeServices(where, [name]), notSeen);
  const fromOutside = stoppedFromOutside(task);
  const seen = task.lastStatus === 'STOPPED' && !fromOutside ? [ofTask(task)] : [];
  const diagnosis = await lookInto(
    aws,
    { seen, service: found?.services[0], own: task, notSeen },
    options,
  );
  const state = fromOutside
    ? `the task did not fail, it was stopped: ${stopReason(task)}`
    : `the task is ${task.lastStatus}`;
  return { ...diagnosis, state: seen.length > 0 ? undefined : state };
}

async function describedTask(
  ecs: Ecs,
  cluster: string,
  id: string,
): Promise<DescribedTask | undefined> {
  try {
    return (await ecs.describeTasks(cluster, [id])).tasks[0];
  } catch (error) {
    if (!isAwsError(error, 'ClusterNotFoundException')) throw error;
    throw new CliError('cluster-not-found', `there is no cluster ${cluster}`, {
      hint: 'give CLUSTER/TASK, or the cluster with --cluster',
    });
  }
}

function ofTask(task: DescribedTask): SeenFailure {
  return {
    reason: stopReason(task),
    source: 'task',
    at: task.stoppedAt,
    taskDefinition: task.taskDefinition,
  };
}

function ofDeployments({ deployments }: Service): SeenFailure[] {
  return deployments.flatMap(({ rolloutState, rolloutStateReason: reason, taskDefinition }) =>
    rolloutState === 'FAILED' && reason !== undefined
      ? [
          {
            reason: withoutCharacters(reason),
            source: 'deployment',
            at: undefined,
            taskDefinition,
          } as const,
        ]
      : [],
  );
}

/** Events report successes too. */
function ofEvents({ events, taskDefinition }: Service): SeenFailure[] {
  return events.flatMap(({ message, createdAt: at }) =>
    classifyFailure(message).length > 0
      ? [{ reason: withoutCharacters(message), source: 'event', at, taskDefinition } as const]
      : [],
  );
}

function stateOf({ desiredCount, deployments }: Service): string {
  const running = deployments.reduce((sum, { runningCount }) => sum + runningCount, 0);
  return `${running} of ${desiredCount} tasks running`;
}

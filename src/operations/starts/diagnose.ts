import type { Aws } from '../../aws/index.ts';
import type { DescribedTask } from '../../aws/ecs-tasks.ts';
import type { Ecs } from '../../aws/ecs.ts';
import { CliError, isAwsError } from '../../errors.ts';
import { checkStarts } from '../../model/starts/checks/index.ts';
import { classifyFailure } from '../../model/failures/classify-failure.ts';
import type { Known } from '../../model/starts/explain-failure.ts';
import { stoppedFromOutside } from '../../model/failures/stopped-from-outside.ts';
import {
  reportFailures,
  unreported,
  type SeenFailure,
  type ReportedFailure,
} from '../../model/starts/failure-report.ts';
import { withoutCharacters } from '../../model/failures/without-characters.ts';
import { noDiagnosis, type Diagnosis, type DiagnosisOptions } from './diagnosis.ts';
import { diagnoseText } from './diagnose-text.ts';
import { describedService } from '../usage/described-service.ts';
import { gatherStartFacts, type StartTarget } from './gather-start-facts.ts';
import { describeTaskDefinition } from '../definitions/read-task-definition.ts';
import { serviceName } from '../usage/service-name.ts';
import { stopReason } from '../failures/stop-reason.ts';
import { whyUnseen } from '../if-allowed.ts';
import type { Service } from '../../aws/ecs-answers.ts';

/** What is to be diagnosed. */
export type DiagnosisTarget =
  | { kind: 'service'; cluster: string; service: string }
  | { kind: 'task'; cluster: string | undefined; task: string }
  | { kind: 'text'; text: string };

/**
 * Says why tasks did not start: each distinct reason once, with its cause, what the checks of `verify`
 * find that bears on it, and the commands that put it right. Throws CliError where the target does not
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
  // Tasks of a service that is not there cannot be listed: whether it is there is asked first.
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
  const [, name] = /^service:(.+)$/.exec(task.group) ?? [];
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

/** What a call answers; undefined where it fails, which is noted. */
async function ifSeen<T>(
  what: string,
  call: Promise<T>,
  notSeen: string[],
): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    notSeen.push(`${what}: ${whyUnseen(error)}`);
    return undefined;
  }
}

/** What failed, and under what. */
interface Failed {
  seen: readonly SeenFailure[];
  service: Service | undefined;
  /** The task that was asked about. */
  own: DescribedTask | undefined;
  /** What could not be looked at is added here. */
  notSeen: string[];
}

/**
 * Looks into the one revision that is still to be mended: the newest that failed, where ECS went back
 * from it, else what the service starts next. What older ones lacked is over.
 */
async function lookInto(
  aws: Aws,
  { seen, service, own, notSeen }: Failed,
  options: DiagnosisOptions,
): Promise<Diagnosis> {
  if (seen.length === 0) return { ...noDiagnosis, notSeen };
  const current = service?.taskDefinition ?? own?.taskDefinition;
  const revision = newest([
    ...(current === undefined ? [] : [current]),
    ...seen.flatMap(({ taskDefinition }) => taskDefinition ?? []),
  ]);
  const known =
    revision === undefined
      ? undefined
      : await knownOf(aws, { revision, service, own }, notSeen, options);
  const failures = reportFailures(seen, () => known);
  const problems = known?.report.findings.filter(({ status }) => status === 'problem') ?? [];
  if (service && revision === current && problems.length === 0 && runs(service)) {
    return { ...noDiagnosis, failures: failures.map(withoutFix), notSeen, recovered: true };
  }
  const commands = [
    ...new Set([...(known?.report.fix ?? []), ...failures.flatMap(({ fix }) => fix)]),
  ];
  const deploys = commands.some((command) =>
    /^aws ecs update-service | register .*--service /.test(command),
  );
  const again = service && !deploys ? [deployCommand(service, revision)] : [];
  return {
    ...noDiagnosis,
    failures,
    others: unreported(problems, failures),
    fix: [...commands, ...again],
    notSeen,
  };
}

const withoutFix = (failure: ReportedFailure): ReportedFailure => ({ ...failure, fix: [] });

async function knownOf(
  aws: Aws,
  { revision, service, own }: { revision: string } & Pick<Failed, 'service' | 'own'>,
  notSeen: string[],
  options: DiagnosisOptions,
): Promise<Known | undefined> {
  const family = familyOf(revision);
  const described = await ifSeen(
    `the task definition ${family}`,
    describeTaskDefinition(revision, aws),
    notSeen,
  );
  if (!described) return undefined;
  const role = own?.taskDefinition === revision ? own.executionRole : undefined;
  const target: StartTarget = {
    target: revision,
    name: { file: undefined, family, options: [] },
    definition: {
      ...described.definition,
      ...(role !== undefined && { executionRoleArn: role }),
    },
    status: described.status,
    service,
  };
  const [facts] = await gatherStartFacts(aws, [target], options);
  if (!facts) return undefined;
  const [report] = checkStarts([facts]);
  return report && { facts, report };
}

const familyOf = (arn: string): string => arn.replace(/^.*:task-definition\//, '');

/** The one with the highest number; the first of them where families differ. */
function newest(revisions: readonly string[]): string | undefined {
  const [first, ...others] = revisions;
  const split = (arn: string): [family: string, number: number] => {
    const [family = '', number = '0'] = familyOf(arn).split(':');
    return [family, Number(number)];
  };
  return others.reduce((best, one) => {
    const [[family, number], [bestFamily, bestNumber]] = [split(one), split(best ?? one)];
    return family === bestFamily && number > bestNumber ? one : best;
  }, first);
}

/** redeploy would start what the service went back to; register deploys the revision that was mended. */
function deployCommand(service: Service, revision: string | undefined): string {
  const name = serviceName(service);
  return revision === undefined || revision === service.taskDefinition
    ? `ecs-secrets redeploy --service ${name}`
    : `ecs-secrets register --family ${familyOf(revision)} --service ${name}`;
}

function runs({ deployments, desiredCount }: Service): boolean {
  const primary = deployments.find(({ status }) => status === 'PRIMARY');
  return primary?.rolloutState === 'COMPLETED' && primary.runningCount >= desiredCount;
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

/** Events tell of all that goes well too. */
function ofEvents({ events, taskDefinition }: Service): SeenFailure[] {
  return events.flatMap(({ message, createdAt: at }) =>
    classifyFailure(message).length > 0
      ? [{ reason: withoutCharacters(message), source: 'event', at, taskDefinition } as const]
      : [],
  );
}

function stateOf({ desiredCount, deployments }: Service): string {
  const running = deployments.reduce((sum, { runningCount }) => sum + runningCount, 0);
  return `${running} of ${desiredCount} wanted tasks run`;
}

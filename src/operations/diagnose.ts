import type { Aws } from '../aws/index.ts';
import type { DescribedTask } from '../aws/ecs-tasks.ts';
import type { Ecs, Service } from '../aws/ecs.ts';
import { CliError, isAwsError } from '../errors.ts';
import { checkStart } from '../model/checks/index.ts';
import { classifyFailure, essence } from '../model/classify-failure.ts';
import { explainReason, type Explanation, type Known } from '../model/explain-failure.ts';
import { definitionNamedBy, pastedReasons } from '../model/pasted-reasons.ts';
import type { TaskDefinition } from '../model/task-definition.ts';
import { describedService } from './described-service.ts';
import { whyUnseen } from './gather-secret-facts.ts';
import { gatherStartFacts, type StartTarget } from './gather-start-facts.ts';
import { describeTaskDefinition } from './read-task-definition.ts';
import { serviceName } from './service-name.ts';
import { stopReason, wasToldTo } from './stop-reason.ts';

/** What is to be diagnosed. */
export type DiagnosisTarget =
  | { kind: 'service'; cluster: string; service: string }
  | { kind: 'task'; cluster: string | undefined; task: string }
  | { kind: 'text'; text: string };

/** A failure with where and how often it was seen. */
export interface DiagnosedFailure extends Explanation {
  /** In AWS's words, as it was told last. */
  reason: string;
  /** `task`, `event` or `deployment` of a service; `text` that was pasted. */
  source: 'task' | 'event' | 'deployment' | 'text';
  count: number;
  lastAt: Date | undefined;
  /** ARN of the revision that failed, where it is known. */
  taskDefinition: string | undefined;
}

/** What came of a diagnosis. */
export interface Diagnosis {
  failures: DiagnosedFailure[];
  /** Problems that no failure has told of yet, and that the next start would meet. */
  others: Explanation['evidence'];
  /** All commands that put it right, each once, in the order in which to run them. */
  fix: string[];
  /** Why nothing could be looked up; undefined where it could. */
  unseen: string | undefined;
  /** What was not looked at, and why: there may be failures that are not told. */
  notSeen: string[];
  /** What the target is doing, where nothing has failed, or what failed runs by now. */
  state: string | undefined;
}

/**
 * Says why tasks did not start: each distinct reason once, with its cause, what the checks of `verify`
 * find that bears on it, and the commands that put it right. Throws CliError where the target does not
 * exist.
 */
export async function diagnose(
  aws: Aws,
  target: DiagnosisTarget,
  options: { readValues: boolean; since: Date },
): Promise<Diagnosis> {
  if (target.kind === 'text') return diagnoseText(aws, target.text, options);
  return target.kind === 'task'
    ? diagnoseTask(aws, target.cluster, target.task, options)
    : diagnoseService(aws, target, options);
}

// --- internal ---

interface Options {
  readValues: boolean;
  since: Date;
}

/** One time that something failed. */
interface Seen extends Pick<DiagnosedFailure, 'reason' | 'source' | 'taskDefinition'> {
  at: Date | undefined;
}

async function diagnoseText(aws: Aws, text: string, options: Options): Promise<Diagnosis> {
  const seen = pastedReasons(text).map((reason): Seen => ({
    reason,
    source: 'text',
    at: undefined,
    taskDefinition: undefined,
  }));
  const definition = definitionNamedBy(text);
  try {
    const named = { file: undefined, family: 'FAMILY', options: [] };
    const target = {
      target: '-',
      name: named,
      definition,
      status: undefined,
      service: undefined,
    };
    const found = await lookInto(aws, target, options);
    const known = definition.executionRoleArn === undefined ? withoutRole(found) : found;
    return summarize(seen, () => known, { redeploy: undefined, whole: false });
  } catch (error) {
    // A text can be explained without an account too.
    if (!(error instanceof CliError)) throw error;
    return {
      ...summarize(seen, () => undefined, { redeploy: undefined, whole: false }),
      unseen: whyUnseen(error),
    };
  }
}

/** That a text names no role does not say that there is none. */
function withoutRole(known: Known | undefined): Known | undefined {
  if (!known) return undefined;
  const role = { state: 'unseen', name: 'execution role', why: 'the text names no role' } as const;
  const facts = { ...known.facts, role };
  return { facts, report: checkStart(facts) };
}

async function diagnoseService(
  aws: Aws,
  { cluster, service: name }: { cluster: string; service: string },
  options: Options,
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
    ...(stopped ?? []).filter((task) => !wasToldTo(task)).map(ofTask),
    ...ofDeployments(service),
    ...ofEvents(service),
  ].filter(({ at }) => at === undefined || at >= options.since);
  const current = service.taskDefinition;
  const diagnosis = await diagnoseRevisions(aws, { seen, service, current, notSeen }, options);
  const isWell = seen.length === 0 || runsAgain(seen, service);
  return { ...diagnosis, state: isWell ? stateOf(service) : undefined };
}

/** Whether what failed was deployed again since, and runs. */
function runsAgain(seen: readonly Seen[], { deployments, taskDefinition }: Service): boolean {
  const primary = deployments.find(({ status }) => status === 'PRIMARY');
  return (
    primary?.rolloutState === 'COMPLETED' &&
    seen.every((one) => one.taskDefinition === taskDefinition)
  );
}

async function diagnoseTask(
  aws: Aws,
  cluster: string | undefined,
  id: string,
  options: Options,
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
  const told = wasToldTo(task);
  const seen = task.lastStatus === 'STOPPED' && !told ? [ofTask(task)] : [];
  const { taskDefinition: current, executionRole } = task;
  const diagnosis = await diagnoseRevisions(
    aws,
    { seen, service: found?.services[0], current, executionRole, notSeen },
    options,
  );
  return {
    ...diagnosis,
    state:
      seen.length > 0
        ? undefined
        : told
          ? `the task was told to stop: ${stopReason(task)}`
          : `the task is ${task.lastStatus}`,
  };
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
  seen: readonly Seen[];
  service: Service | undefined;
  /** ARN of the revision that the next task starts from. */
  current: string | undefined;
  /** The one a task was run with, where that is not its task definition's. */
  executionRole?: string | undefined;
  /** What could not be looked at is added here. */
  notSeen: string[];
}

/** Looks into every revision that failed, and into the one that starts next. */
async function diagnoseRevisions(
  aws: Aws,
  { seen, service, current, executionRole, notSeen }: Failed,
  options: Options,
): Promise<Diagnosis> {
  const failed = seen.flatMap(({ taskDefinition }) => taskDefinition ?? []);
  const arns = seen.length === 0 ? [] : [...new Set([...failed, ...(current ? [current] : [])])];
  const known = new Map<string, Known>();
  for (const arn of arns) {
    const family = arn.replace(/^.*:task-definition\//, '');
    const described = await ifSeen(
      `the task definition ${family}`,
      describeTaskDefinition(arn, aws),
      notSeen,
    );
    if (!described) continue;
    const target: StartTarget = {
      target: arn,
      name: { file: undefined, family, options: [] },
      definition: withRole(described.definition, executionRole),
      status: described.status,
      service,
    };
    const looked = await lookInto(aws, target, options);
    if (looked) known.set(arn, looked);
  }
  const redeploy =
    service === undefined || seen.length === 0 || runsAgain(seen, service)
      ? undefined
      : `ecs-secrets redeploy --service ${serviceName(service)}`;
  const diagnosis = summarize(seen, (arn) => known.get(arn ?? current ?? ''), {
    redeploy,
    whole: true,
    current: known.get(current ?? ''),
  });
  return { ...diagnosis, notSeen };
}

function withRole(definition: TaskDefinition, executionRoleArn: string | undefined) {
  return executionRoleArn === undefined ? definition : { ...definition, executionRoleArn };
}

async function lookInto(
  aws: Aws,
  target: StartTarget,
  { readValues }: Options,
): Promise<Known | undefined> {
  const [facts] = await gatherStartFacts(aws, [target], { readValues });
  return facts && { facts, report: checkStart(facts) };
}

function ofTask(task: DescribedTask): Seen {
  return {
    reason: stopReason(task),
    source: 'task',
    at: task.stoppedAt,
    taskDefinition: task.taskDefinition,
  };
}

function ofDeployments({ deployments }: Service): Seen[] {
  return deployments.flatMap(({ rolloutState, rolloutStateReason: reason, taskDefinition }) =>
    rolloutState === 'FAILED' && reason !== undefined
      ? [{ reason, source: 'deployment', at: undefined, taskDefinition } as const]
      : [],
  );
}

/** Events tell of all that goes well too. */
function ofEvents({ events, taskDefinition }: Service): Seen[] {
  return events.flatMap(({ message, createdAt: at }) =>
    classifyFailure(message).length > 0
      ? [{ reason: message, source: 'event', at, taskDefinition } as const]
      : [],
  );
}

function stateOf({ desiredCount, deployments }: Service): string {
  const running = deployments.reduce((sum, { runningCount }) => sum + runningCount, 0);
  return `${running} of ${desiredCount} wanted tasks run`;
}

function summarize(
  seen: readonly Seen[],
  knownOf: (taskDefinition: string | undefined) => Known | undefined,
  {
    redeploy,
    whole,
    current,
  }: { redeploy: string | undefined; whole: boolean; current?: Known | undefined },
): Diagnosis {
  const byEssence = new Map<string, Seen[]>();
  for (const one of seen) {
    const key = essence(one.reason);
    byEssence.set(key, [...(byEssence.get(key) ?? []), one]);
  }
  const failures = [...byEssence.values()].flatMap((group): DiagnosedFailure[] => {
    const [last] = group.toSorted((a, b) => time(b.at) - time(a.at));
    if (!last) return [];
    return explainReason(last.reason, knownOf(last.taskDefinition)).map((explanation) => ({
      ...explanation,
      reason: last.reason,
      source: last.source,
      count: group.length,
      lastAt: last.at,
      taskDefinition: last.taskDefinition,
    }));
  });
  const told = distinctFailures(failures);
  // The next task starts from what the service runs now: only that is still to be mended.
  const report = (current ?? (whole ? knownOf(undefined) : undefined))?.report;
  const evidence = new Set(told.flatMap((one) => one.evidence.map(keyOf)));
  const others = (report?.findings ?? []).filter(
    (finding) => finding.status === 'problem' && !evidence.has(keyOf(finding)),
  );
  const commands = [...new Set([...(report?.fix ?? []), ...told.flatMap(({ fix }) => fix)])];
  const deploys = commands.some((command) => / register .*--service /.test(command));
  const again = redeploy !== undefined && told.length > 0 && !deploys ? [redeploy] : [];
  return {
    failures: told.map((one) => ({ ...one, fix: one.fix.length > 0 ? one.fix : [] })),
    others,
    fix: told.length === 0 ? [] : [...commands, ...again],
    unseen: undefined,
    notSeen: [],
    state: undefined,
  };
}

const time = (at: Date | undefined): number => at?.getTime() ?? 0;
const keyOf = ({ check, subject, message }: Explanation['evidence'][number]): string =>
  JSON.stringify([check, subject, message]);

/**
 * A row that only says that something failed is no news beside the reason itself; a reason that both a
 * task and an event tell is one failure.
 */
function distinctFailures(failures: readonly DiagnosedFailure[]): DiagnosedFailure[] {
  const merged = new Map<string, DiagnosedFailure>();
  for (const failure of failures) {
    const references = failure.references.map(({ reference }) => reference).join();
    const key = failure.failure === 'unknown' ? failure.reason : `${failure.failure} ${references}`;
    const known = merged.get(key);
    if (!known) merged.set(key, failure);
    else if (failure.source === known.source) known.count += failure.count;
  }
  const all = [...merged.values()];
  const telling = all.filter(({ failure }) => failure !== 'starts-keep-failing');
  return telling.length > 0 ? telling : all;
}

import type { DescribedTask } from '../../aws/ecs-tasks.ts';
import type { Context, Result } from '../../cli.ts';
import { CliError, exitCodes, Interrupted } from '../../errors.ts';
import { hidePlaintext } from '../../model/definitions/hidden-plaintext.ts';
import { formatDuration } from '../../model/duration.ts';
import { classifyFailure } from '../../model/failures/classify-failure.ts';
import { withoutCharacters } from '../../model/failures/without-characters.ts';
import { lastPart } from '../../model/last-part.ts';
import type { LogSource } from '../../model/run/log-source.ts';
import { processCode } from '../../model/run/task-end.ts';
import { asDefinition } from '../../model/run/task-overrides.ts';
import { commandLine } from '../../model/shell.ts';
import { stopReason } from '../../operations/failures/stop-reason.ts';
import type { TaskOutcome } from '../../operations/run/follow-task.ts';
import type { RunPlan } from '../../operations/run/plan-run.ts';
import type { RunDocument } from './documents.ts';
import { taskName } from './run-view.ts';

/** What would be run, for `--dry-run`. Values that look like secrets are hidden. */
export function plannedResult(plan: RunPlan, follows: boolean): Result<RunDocument> {
  const { overrides, tags, ...rest } = plan.request;
  const { shown } = hidePlaintext(asDefinition(overrides));
  const request = {
    ...rest,
    overrides: {
      ...overrides,
      ...(overrides.containerOverrides && { containerOverrides: shown.containerDefinitions }),
    },
    ...(tags.length > 0 && { tags }),
  };
  const where = [
    rest.launchType,
    ...(rest.capacityProviderStrategy ?? []).map((one) => one.capacityProvider),
  ].filter((one) => one !== undefined);
  const network = rest.networkConfiguration?.awsvpcConfiguration;
  const lines = [
    `would run ${lastPart(rest.taskDefinition)} in ${lastPart(rest.cluster)}${follows ? `, and follow ${plan.container}` : ''}`,
    ...(where.length > 0 ? [`  capacity: ${where.join(', ')}`] : []),
    ...(network
      ? [
          `  subnets: ${network.subnets.join(', ')}`,
          `  security groups: ${network.securityGroups?.join(', ') ?? 'the default one of the VPC'}`,
          `  public IP: ${network.assignPublicIp === 'ENABLED' ? 'yes' : 'no'}`,
        ]
      : []),
    ...(overrides.cpu === undefined ? [] : [`  CPU: ${overrides.cpu}`]),
    ...(overrides.memory === undefined ? [] : [`  memory: ${overrides.memory}`]),
    ...shown.containerDefinitions.flatMap(({ name, command, environment }) => [
      ...(Array.isArray(command)
        ? [`  command of ${name}: ${commandLine(command as string[])}`]
        : []),
      ...(environment ?? []).map((one) => `  variable of ${name}: ${one.name}=${one.value ?? ''}`),
    ]),
  ];
  const data = { ...common(plan), dryRun: true, cluster: rest.cluster, request, seconds: 0 };
  return { data: { ...data, failures: [], containers: [] }, text: lines.join('\n') };
}

/** The result of `--no-wait`. */
export function startedResult(
  plan: RunPlan,
  task: DescribedTask,
  log: LogSource | undefined,
): Result<RunDocument> {
  return { data: { ...taskData(plan, task, log), state: 'started', seconds: 0 }, text: task.arn };
}

/** The result of a task that was followed. The exit code of the container becomes ours. */
export function followedResult(
  { report }: Pick<Context, 'report'>,
  plan: RunPlan,
  outcome: TaskOutcome,
  { log, ...more }: { log: LogSource | undefined; timeout: number; reach: Reach },
): Result<RunDocument> {
  const { task, end, left, elapsed } = outcome;
  const exited = end?.kind === 'exited' ? end : undefined;
  const data: RunDocument = {
    ...taskData(plan, task, log),
    state: left ?? end?.kind ?? 'not-followed',
    ...(exited?.why !== undefined && { why: exited.why }),
    seconds: Math.round(elapsed / 1_000),
  };
  const failure = failureOf(plan, outcome, more);
  if (failure || !exited) return { data, text: '', failure };
  const why = exited.why === undefined ? '' : `: ${exited.why}`;
  const text = `${plan.container} exited with ${exited.exitCode} after ${formatDuration(elapsed)}${why}`;
  if (exited.exitCode === 0) report.event(text);
  else report.warn(text);
  return { data, text: '', exitCode: processCode(exited.exitCode) };
}

// --- internal ---

type Reach = (command: string) => string;

function common({ request, container }: RunPlan) {
  const { taskDefinition, clientToken } = request;
  return { taskDefinition, container, clientToken };
}

function taskData(plan: RunPlan, task: DescribedTask, log: LogSource | undefined): RunDocument {
  const own = task.containers.find(({ name }) => name === plan.container);
  const isOver = task.stopCode !== undefined || task.stoppedReason !== undefined;
  return {
    ...common(plan),
    dryRun: false,
    cluster: task.cluster,
    task: task.arn,
    ...(own?.exitCode !== undefined && { exitCode: own.exitCode }),
    lastStatus: task.lastStatus,
    ...(task.stopCode !== undefined && { stopCode: task.stopCode }),
    ...(task.stoppedReason !== undefined && {
      stoppedReason: withoutCharacters(task.stoppedReason),
    }),
    failures: isOver ? [...new Set(classifyFailure(stopReason(task)).map(({ id }) => id))] : [],
    containers: task.containers.map(({ name, exitCode, reason }) => ({
      name,
      ...(exitCode !== undefined && { exitCode }),
      ...(reason !== undefined && { reason: withoutCharacters(reason) }),
    })),
    ...(task.createdAt && { createdAt: task.createdAt }),
    ...(task.startedAt && { startedAt: task.startedAt }),
    ...(task.stoppedAt && { stoppedAt: task.stoppedAt }),
    ...(log && {
      log: {
        ...(log.region !== undefined && { region: log.region }),
        group: log.group,
        stream: log.stream,
      },
    }),
    seconds: 0,
  };
}

function failureOf(
  { request }: RunPlan,
  { task, end, left, error, wasStopped }: TaskOutcome,
  { reach, timeout }: { reach: Reach; timeout: number },
): CliError | undefined {
  const stop = reach(
    commandLine(['aws', 'ecs', 'stop-task', '--cluster', task.cluster, '--task', task.arn]),
  );
  const again = `to follow it again: the same command with --client-token ${request.clientToken}`;
  const goesOn = `the task continues in ECS: ${task.arn}`;
  const hint = `${again}; to stop it: ${stop}`;
  if (left === 'interrupted') return new Interrupted(`interrupted; ${goesOn}`, hint);
  if (left === 'timed-out') {
    const after = `timed out after ${formatDuration(timeout)}`;
    const stopped = !wasStopped
      ? undefined
      : end
        ? 'the task was stopped'
        : `the task was asked to stop and has not stopped yet: ${task.arn}`;
    const failed = error ? `could not be stopped (${error.message}), and ` : '';
    return new CliError('timed-out', `${after}; ${stopped ?? failed + goesOn}`, {
      exitCode: exitCodes.timedOut,
      hint: wasStopped ? undefined : hint,
    });
  }
  if (left === 'not-followed') {
    return new CliError('not-followed', `${error?.message ?? 'not followed'}; ${goesOn}`, {
      hint: error?.hint === undefined ? hint : `${error.hint}; ${hint}`,
    });
  }
  if (!end || end.kind === 'exited') return undefined;
  const reason = stopReason(task);
  const known = classifyFailure(reason);
  const lines = [...new Set(known.map(({ title, cause }) => `${title}: ${cause}`))];
  const name = taskName(task);
  const diagnose = reach(`ecs-secrets diagnose ${name}`);
  if (end.kind === 'not-started') {
    return new CliError(
      'task-not-started',
      [`the task did not start: ${reason}`, ...lines].join('\n'),
      {
        exitCode: exitCodes.rolloutFailed,
        hint: [known[0]?.advice, `to see why: ${diagnose}`].filter(Boolean).join('; '),
      },
    );
  }
  return new CliError('task-stopped', `the task was stopped before it had ended: ${reason}`, {
    hint: `its work may be incomplete; to see why: ${diagnose}`,
  });
}

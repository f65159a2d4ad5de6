import { Argument } from '@commander-js/extra-typings';
import { defineCommand, type Context, type Result } from '../../cli.ts';
import { CliError, exitCodes, UsageError } from '../../errors.ts';
import { lastPart } from '../../model/last-part.ts';
import { logSource } from '../../model/run/log-source.ts';
import { asDefinition, plainOverrides, plainSecrets } from '../../model/run/task-overrides.ts';
import { checkRun } from '../../operations/run/check-run.ts';
import { followLog } from '../../operations/run/follow-log.ts';
import { followTask } from '../../operations/run/follow-task.ts';
import { planRun, type RunPlan } from '../../operations/run/plan-run.ts';
import { startTask } from '../../operations/run/start-task.ts';
import { untilInterrupted } from '../../operations/until-interrupted.ts';
import { reachingSame } from '../reaching-same.ts';
import type { RunDocument } from './documents.ts';
import { readRunOptions, withRunOptions } from './run-options.ts';
import { followedResult, plannedResult, startedResult } from './run-result.ts';
import { runView } from './run-view.ts';

/** `run [FAMILY]`: runs a one-off task and follows it to its end. */
export const run = defineCommand({
  handlesInterrupt: true,
  callerPolicy: ({ verify }) => (verify === false ? 'run --no-verify' : 'run'),

  declare: (command) =>
    withRunOptions(
      command.addArgument(
        new Argument('[family]', 'FAMILY[:REVISION] or ARN (default: latest of the --service)'),
      ),
    ).addHelpText(
      'after',
      `
Starts one task, prints the output of its container from CloudWatch Logs on standard output, and exits
with the exit code of the container. Everything else goes to standard error. With --json the output of
the container goes to standard error too, and standard output has one document. Exit codes of this tool
and of the container can be the same: the last lines say "CONTAINER exited with CODE", or "error:" if
this tool failed. In the document, the state "exited" means that the container has ended.

--service uses the network, capacity, platform version and placement of a service, and without FAMILY the
latest revision of its family. Before the start, the checks of verify are made: if one fails, no task is
started. --env and --command are visible to anyone with ecs:DescribeTasks: a warning names each value
that looks like a secret.

The task continues in ECS after Ctrl-C and after --timeout. A repeated call with the same --client-token
starts no second task.

Examples:
  $ ecs-secrets run --service shop/web --command 'node migrate.js'
  $ ecs-secrets run migrate --cluster shop --subnets subnet-0a1b2c3d --security-groups sg-0a1b2c3d
  $ ecs-secrets run --service shop/web --command 'node migrate.js' --client-token "$GITHUB_RUN_ID-$GITHUB_SHA"
  $ ecs-secrets run web:42 --service shop/web --container web --no-wait`,
    ),

  async run(context, [family], options): Promise<Result<RunDocument>> {
    const { aws, world, report } = context;
    if (context.afterDashes !== undefined) {
      throw new UsageError(
        'run starts a task in ECS, and takes no program after --',
        "did you mean exec? The command of a task is an option: --command 'node migrate.js'",
      );
    }
    const { wish, timeout } = readRunOptions(family, options, context.fromEnvironment);
    const prepare = async (): Promise<RunPlan> => {
      const plan = await planRun(aws, wish);
      if (options.verify) await refuseProblems(context, plan);
      return plan;
    };
    const plan = await untilInterrupted(prepare(), world.interrupted, nothing);
    for (const { container, name, kind } of plainOverrides(plan.request.overrides)) {
      const what = name === '' ? `--command of ${container}` : `--env ${name} of ${container}`;
      report.warn(
        `${what} looks like a secret (${kind}): anyone with ecs:DescribeTasks can read it; store it with ecs-secrets put and refer to it in the task definition`,
      );
    }
    if (options.dryRun) return plannedResult(plan, options.wait);
    report.event(
      `running ${lastPart(plan.request.taskDefinition)} in ${lastPart(plan.request.cluster)}`,
    );
    const ecs = await aws.ecs();
    const task = await startTask(ecs, plan.request);
    const source = logSource(plan.definition, plan.container, lastPart(task.arn));
    const log = typeof source === 'string' ? undefined : source;
    if (!options.wait) return startedResult(plan, task, log);
    if (options.logs && typeof source === 'string') report.note(source);
    const { overrides } = plan.request;
    const view = runView(context, plainSecrets([plan.definition, asDefinition(overrides)]));
    const outcome = await followTask(ecs, task, {
      container: plan.container,
      log: options.logs && log ? followLog(aws, log, view) : undefined,
      timeout,
      stopOnTimeout: options.stopOnTimeout ?? false,
      clock: world.clock,
      interrupted: world.interrupted,
      onLook: view.onLook,
    });
    report.clearLive();
    return followedResult(context, plan, outcome, { log, timeout, reach: reachingSame(context) });
  },
});

// --- internal ---

const nothing = 'interrupted; no task was started';

/** Throws CliError `not-ready` for what would stop the task from starting. */
async function refuseProblems(context: Context, plan: RunPlan): Promise<void> {
  const { problems, fix } = await checkRun(context.aws, plan);
  if (problems.length === 0) return;
  const lacksPublicIp = problems.some(({ message }) => message.includes('assignPublicIp is off'));
  const commands = fix.map(reachingSame(context));
  throw new CliError(
    'not-ready',
    problems.map(({ subject, message }) => `${subject}: ${message}`).join('\n'),
    {
      hint: [
        'no task was started',
        ...(lacksPublicIp ? ['--assign-public-ip gives the task a public IP address'] : []),
        ...(commands.length > 0 ? [`to fix: ${commands.join('; ')}`] : []),
        '--no-verify starts it anyway',
      ].join('; '),
      exitCode: exitCodes.findings,
    },
  );
}

import { defineCommand, type Result } from '../../cli.ts';
import type { Stack } from '../../aws/cloudformation.ts';
import { CliError, exitCodes } from '../../errors.ts';
import { servicesIn, type AutoRedeployOptions } from '../../model/auto-redeploy/options.ts';
import { Problems } from '../../model/problems.ts';
import { formatPrefix } from '../../model/secrets/prefix.ts';
import { formatReference } from '../../model/secrets/reference.ts';
import { existingStack } from '../../operations/auto-redeploy/own-stack.ts';
import { hasFailed, lastRuns, whyFailed, type Run } from '../../operations/auto-redeploy/runs.ts';
import { stackDrift, type StackDrift } from '../../operations/auto-redeploy/stack-drift.ts';
import { minute } from '../minute.ts';
import { withProgress } from '../progress.ts';
import { table, withWide, type TableLayout } from '../table.ts';
import { wholeNumber } from '../usage/service-options.ts';
import { describedOptions } from './described-options.ts';
import type {
  AutoRedeployStatusDocument,
  ExecutionDocument,
  StackOptionsDocument,
} from './documents.ts';
import { shownSecret, shownService } from './shown.ts';
import { withStackName } from './stack-options.ts';

/** `auto-redeploy status`: the stack, what it did last, and whether it is up to date. */
export const autoRedeployStatus = defineCommand({
  declare: (command) =>
    withWide(
      withStackName(command).option('--executions <n>', 'how many executions to show', '5'),
    ).addHelpText(
      'after',
      `
Compares the deployed template with the one that this release makes of the same options, and with
--services-from where-used the list of services with those that use the secrets today.
Exit code 3 when they differ, when the stack has failed, or when the last execution did.

Examples:
  $ ecs-secrets auto-redeploy status
  $ ecs-secrets auto-redeploy status --executions 20 --json`,
    ),

  async run(context, _args, options): Promise<Result<AutoRedeployStatusDocument>> {
    const { aws, report, world } = context;
    const problems = new Problems();
    const most = wholeNumber('--executions', options.executions, 1, problems);
    problems.throwIfAny();
    const stack = await existingStack(aws, options.name);
    const stateMachine = stack.outputs.get('StateMachineArn');
    const [drift, runs] = await withProgress(context, (onProgress) =>
      Promise.all([
        stackDrift(aws, stack.id, onProgress),
        stateMachine === undefined ? [] : lastRuns(aws, stateMachine, Math.min(most, 1_000)),
      ]),
    );
    for (const what of drift.unchecked) report.warn(`not checked: ${what}`);
    const layout = { output: world.stdout, wide: options.wide };
    return {
      data: {
        stack: {
          name: stack.name,
          arn: stack.id,
          status: stack.status,
          statusReason: stack.statusReason,
          createdAt: stack.createdAt,
          updatedAt: stack.updatedAt,
        },
        options: drift.options && optionsData(drift.options),
        stateMachineArn: stateMachine,
        topicArn: stack.outputs.get('TopicArn'),
        executions: runs.map(executionData),
        drift: {
          template: drift.template,
          missingServices: drift.missingServices,
          extraServices: drift.extraServices,
          unchecked: drift.unchecked,
        },
      },
      tabs: true,
      text: textOf(stack, drift, runs, layout),
      failure: failureOf(stack, drift, runs),
    };
  },
});

// --- internal ---

function optionsData(options: AutoRedeployOptions): StackOptionsDocument {
  return {
    prefixes: options.prefixes.map(formatPrefix),
    secrets: options.secrets.map(formatReference),
    clusters: [...options.clusters],
    windowSeconds: options.window,
    reconcileSeconds: options.reconcile,
    rollback: options.rollback,
    maxFailures: options.maxFailures,
    distributed: options.distributed,
    services: options.services && servicesIn(options.services),
    email: options.email,
  };
}

function executionData(run: Run): ExecutionDocument {
  const { arn, status, startedAt, stoppedAt } = run.execution;
  const { report } = run;
  return {
    ...{ arn, status, startedAt, stoppedAt },
    dryRun: report?.dryRun ?? false,
    secrets: report?.secrets ?? [],
    redeployed: report?.redeployed ?? [],
    skipped: report?.skipped ?? [],
    failed: report?.failed ?? [],
    rolledBack: report?.rolledBack ?? false,
    error: whyFailed(run.execution),
  };
}

function textOf(
  stack: Stack,
  drift: StackDrift,
  runs: readonly Run[],
  layout: TableLayout,
): string {
  const changed = stack.updatedAt ?? stack.createdAt;
  const since = changed === undefined ? '' : ` since ${minute(changed)} UTC`;
  const described = drift.options ? describedOptions(drift.options) : [];
  return [
    `${stack.name}: ${stack.status}${since}`,
    ...described.map((line) => `  ${line}`),
    ...(runs.length === 0 ? ['no execution yet'] : [runTable(runs, layout)]),
    ...driftLines(drift),
  ].join('\n');
}

function runTable(runs: readonly Run[], layout: TableLayout): string {
  const heads = ['STARTED', 'STATUS', 'SECRET', 'REDEPLOYED', 'SKIPPED', 'FAILED', 'NOTE'];
  const rows = runs.map(({ execution, report }) => [
    minute(execution.startedAt),
    execution.status,
    (report?.secrets ?? []).map(shownSecret).join(', '),
    ...[report?.redeployed, report?.skipped, report?.failed].map((list) =>
      list === undefined ? '' : String(list.length),
    ),
    [
      report?.dryRun ? 'dry run' : '',
      report?.rolledBack ? 'previous value restored' : '',
      whyFailed(execution) ?? '',
    ]
      .filter((text) => text !== '')
      .join('; '),
  ]);
  return table(heads, rows, layout);
}

function driftLines({ template, missingServices, extraServices }: StackDrift): string[] {
  return [
    ...template.map((part) => `differs from what this release deploys: ${part}`),
    ...missingServices.map((arn) => `not in the list of services: ${shownService(arn)}`),
    ...extraServices.map((arn) => `in the list of services, but unused: ${shownService(arn)}`),
  ];
}

function failureOf(stack: Stack, drift: StackDrift, runs: readonly Run[]): CliError | undefined {
  const finding = (code: string, message: string, hint: string): CliError =>
    new CliError(code, message, { hint, exitCode: exitCodes.findings });
  const deploy = 'ecs-secrets auto-redeploy deploy with the same options updates it';
  if (/FAILED|ROLLBACK/.test(stack.status) && stack.status !== 'UPDATE_ROLLBACK_COMPLETE') {
    return finding('stack-failed', `the stack ${stack.name} has failed (${stack.status})`, deploy);
  }
  // One that is running says nothing yet.
  const last = runs.find(({ execution }) => execution.status !== 'RUNNING');
  if (last && hasFailed(last)) {
    const failed = last.report?.failed.map(({ service }) => shownService(service)) ?? [];
    return finding(
      'execution-failed',
      failed.length > 0
        ? `the last execution did not redeploy ${failed.join(', ')}`
        : `the last execution ended with ${last.execution.status}`,
      failed.length > 0
        ? `ecs-secrets diagnose ${failed[0] ?? ''} shows why`
        : `aws stepfunctions get-execution-history --execution-arn ${last.execution.arn} shows why`,
    );
  }
  const { template, missingServices, extraServices } = drift;
  if (template.length + missingServices.length + extraServices.length === 0) return undefined;
  return finding('drifted', `the stack ${stack.name} is not up to date`, deploy);
}

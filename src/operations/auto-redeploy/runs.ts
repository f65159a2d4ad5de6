import pMap from 'p-map';
import type { Aws } from '../../aws/index.ts';
import type { DescribedExecution } from '../../aws/step-functions.ts';
import { CliError } from '../../errors.ts';
import type { DryRunInput, RunDocument } from '../../model/auto-redeploy/state-machine.ts';
import type { ResolvedSecret } from '../secrets/resolve-references.ts';
import { untilInterrupted } from '../until-interrupted.ts';
import type { Following } from './follow-stack.ts';

/** An execution of the state machine, and what it did. */
export interface Run {
  execution: DescribedExecution;
  /** Undefined unless it succeeded with a report. */
  report: RunDocument | undefined;
}

/** The last executions, newest first. */
export async function lastRuns(aws: Aws, stateMachineArn: string, most: number): Promise<Run[]> {
  const stepFunctions = await aws.stepFunctions();
  const executions = await stepFunctions.executions(stateMachineArn, most);
  return pMap(
    executions,
    async ({ arn }) => {
      const execution = await stepFunctions.execution(arn);
      return { execution, report: reportIn(execution.output) };
    },
    { concurrency: 5 },
  );
}

/**
 * Whether a run did not do what it was to do: it ended without a report, or a deployment failed. A
 * run that somebody stopped counts too.
 */
export function hasFailed({ execution: { status }, report }: Run): boolean {
  if (status === 'RUNNING') return false;
  return status !== 'SUCCEEDED' || (report?.failed.length ?? 0) > 0;
}

/**
 * Runs the state machine without deploying anything, and returns its report. Throws CliError
 * `execution-failed` if the execution fails.
 */
export async function dryRun(
  aws: Aws,
  stateMachineArn: string,
  { store, name, arn }: ResolvedSecret,
  { clock, interrupted, onProgress }: Following,
): Promise<Run & { report: RunDocument }> {
  const stepFunctions = await aws.stepFunctions();
  const input: DryRunInput = { dryRun: true, secret: { store, name, arn } };
  const executionArn = await stepFunctions.start(stateMachineArn, input);
  for (;;) {
    onProgress({ step: 'the state machine is looking for services' });
    const execution = await untilInterrupted(
      stepFunctions.execution(executionArn),
      interrupted,
      'interrupted; the dry run continues, and deploys nothing',
    );
    const report = reportIn(execution.output);
    if (execution.status === 'SUCCEEDED' && report) return { execution, report };
    if (execution.status !== 'RUNNING') throw executionFailed(execution);
    await clock.sleep(pause, interrupted);
  }
}

/** Why an execution failed, in one line; undefined if Step Functions does not say. */
export function whyFailed({ error, cause }: DescribedExecution): string | undefined {
  const [line] = (cause ?? '').split('\n');
  return [error, line].filter(Boolean).join(': ') || undefined;
}

// --- internal ---

/** Milliseconds. */
const pause = 1_000;

function executionFailed(execution: DescribedExecution): CliError {
  const why = whyFailed(execution) ?? 'its output is not a report';
  return new CliError(
    'execution-failed',
    `the execution of the state machine ended with ${execution.status}: ${why}`,
    { hint: `aws stepfunctions get-execution-history --execution-arn ${execution.arn}` },
  );
}

function reportIn(output: string | undefined): RunDocument | undefined {
  if (output === undefined) return undefined;
  try {
    const parsed = JSON.parse(output) as Partial<RunDocument> | null;
    if (!Array.isArray(parsed?.redeployed)) return undefined;
    return {
      secrets: [],
      dryRun: false,
      skipped: [],
      failed: [],
      rolledBack: false,
      ...parsed,
      redeployed: parsed.redeployed,
    };
  } catch {
    return undefined;
  }
}

import type { DescribedTask } from '../../aws/ecs-tasks.ts';
import type { RunRequest } from '../../aws/ecs-runs.ts';
import type { Ecs } from '../../aws/ecs.ts';
import { CliError, exitCodes, isAwsError, isUncertain } from '../../errors.ts';
import { classifyFailure } from '../../model/failures/classify-failure.ts';
import { lastPart } from '../../model/last-part.ts';

/**
 * Starts the task of a request, once: a call whose answer was lost is repeated with its client token,
 * and returns the task that it started. Throws CliError `task-not-placed`, `client-token-used`, and
 * `uncertain-run` if no answer came.
 */
export async function startTask(ecs: Ecs, request: RunRequest): Promise<DescribedTask> {
  const { task, failures } = await ecs.runTask(request).catch((error: unknown) => {
    throw told(error, request);
  });
  if (task) return task;
  const reasons = [...new Set(failures.map(({ reason }) => reason))];
  const lines = failures.map(({ arn, reason, detail }) =>
    [
      arn === '' ? '' : `${lastPart(arn)}: `,
      reason,
      detail === undefined ? '' : ` (${detail})`,
    ].join(''),
  );
  const known = reasons.flatMap((reason) => classifyFailure(reason));
  throw new CliError(
    'task-not-placed',
    [
      `ECS did not start the task: ${lines.join('; ') || 'it gave no reason'}`,
      ...new Set(known.map(({ title, cause }) => `${title}: ${cause}`)),
    ].join('\n'),
    { hint: known[0]?.advice, exitCode: exitCodes.rolloutFailed },
  );
}

// --- internal ---

function told(error: unknown, { clientToken, cluster }: RunRequest): unknown {
  if (isAwsError(error, 'ConflictException')) {
    return new CliError(
      'client-token-used',
      `the client token ${clientToken} belongs to a task that was started with other parameters`,
      {
        hint: 'repeat the command with the options of that run, or give another --client-token',
        exitCode: exitCodes.invalid,
        cause: error,
      },
    );
  }
  if (isAwsError(error, 'ClusterNotFoundException')) {
    return new CliError('cluster-not-found', `there is no cluster ${cluster}`, {
      hint: 'give --cluster CLUSTER',
      cause: error,
    });
  }
  if (!isUncertain(error)) return error;
  return new CliError('uncertain-run', `the task may have been started: ${error.message}`, {
    hint: `run the same command with --client-token ${clientToken}: it starts no second task, and follows the first one`,
    exitCode: error.exitCode,
    cause: error,
  });
}

import { createReporter, type GlobalOptions, type Result } from './cli.ts';
import type { ErrorDocument } from './commands/documents.ts';
import { checkedSummary } from './model/checked.ts';
import { notWritable } from './operations/file-problem.ts';
import type { World } from './world.ts';

/**
 * Adds the result to the summary of a GitHub Actions step, which GitHub shows on the page of the
 * run. The command has completed, so a failure here is only a warning.
 */
export async function writeSummary(
  world: World,
  command: string,
  { summary, checked }: Result,
  globals: GlobalOptions,
): Promise<void> {
  const file = world.env.GITHUB_STEP_SUMMARY;
  const text = summary ?? (checked && checkedSummary(command, checked));
  if (!file || text === undefined) return;
  await world.appendFile(file, `${text}\n`).catch((error: unknown) => {
    const { message } = notWritable(file, error);
    createReporter(world, globals).warn(`${message} (GITHUB_STEP_SUMMARY)`);
  });
}

/**
 * The data that a run writes to the file in `ECS_SECRETS_RESULT_FILE`, from which the action
 * (action/src) sets its outputs.
 */
export interface LeftResult {
  /** The name of the command, for example `role check`. Absent if the command line was invalid. */
  command?: string | undefined;
  /**
   * The document of `--json`. Absent if it contains values, or if the command failed without a
   * result.
   */
  data?: unknown;
  checked?: Result['checked'] | undefined;
  sarif?: Result['sarif'] | undefined;
  /** Absent unless the command failed. */
  error?: ErrorDocument['error'] | undefined;
}

/** Writes that file. A failure is not reported: for the action, an absent file means no result. */
export async function leaveResult(
  { env, writeFile }: World,
  {
    command,
    result,
    error,
  }: Pick<LeftResult, 'command' | 'error'> & { result?: Result | undefined },
): Promise<void> {
  const file = env.ECS_SECRETS_RESULT_FILE;
  if (!file) return;
  const left: LeftResult = {
    command,
    // A requested value goes to stdout, and nowhere else.
    ...(result !== undefined && !result.exact && { data: result.data }),
    checked: result?.checked,
    sarif: result?.sarif,
    error,
  };
  await writeFile(file, JSON.stringify(left)).catch(() => undefined);
}

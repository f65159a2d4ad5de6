import { Argument } from '@commander-js/extra-typings';
import { defineCommand } from '../../cli.ts';
import { CliError, exitCodes, UsageError } from '../../errors.ts';
import { parseArn } from '../../model/secrets/partition.ts';
import { Problems } from '../../model/problems.ts';
import { worstHolding } from '../../model/usage/staleness.ts';
import { findStaleIn, type TaskHolding } from '../../operations/usage/find-stale.ts';
import { resolveReference } from '../../operations/secrets/resolve-references.ts';
import {
  checkAllRegions,
  narrowingOf,
  otherRegionsNote,
  regionMark,
  searchedData,
} from './narrowing.ts';
import { referenceArgument } from '../reference-argument.ts';
import { withProgress } from '../progress.ts';
import { serviceFilter, withAllRegions, withServiceOptions } from './service-options.ts';
import { storeOption } from '../secrets/store-option.ts';
import { lastPart } from '../../model/last-part.ts';
import { serviceOfGroup } from '../../model/usage/service-group.ts';

/** `stale [REF]`: running tasks that started before the current version of a secret they use. */
export const stale = defineCommand({
  declare: (command) =>
    withAllRegions(
      withServiceOptions(
        command
          .addArgument(new Argument('[ref]', 'only this secret (default: every secret in use)'))
          .addOption(storeOption()),
      ),
    ).addHelpText(
      'after',
      `
current: the task started after the current value was stored. stale: it started before.
unknown: the dates do not decide it. The task started while the value was stored, or the secret (its
tags and description included) changed after the task was created.
Exit code 3 when a task is stale or unknown.

Examples:
  $ ecs-secrets stale /shop/prod/db-password
  $ ecs-secrets stale --cluster shop --json`,
    ),

  async run(context, [ref], options) {
    const { aws, report } = context;
    const problems = new Problems();
    const reference =
      ref === undefined ? undefined : problems.attempt(() => referenceArgument(ref, options.store));
    const filter = serviceFilter(options, problems);
    problems.throwIfAny();
    const narrowing = narrowingOf(filter, context);
    const allRegions = options.allRegions ?? false;
    checkAllRegions(allRegions, narrowing);
    if (allRegions && !reference) {
      throw new UsageError('--all-regions searches the regions of one secret', 'give REF');
    }
    const secret = reference && (await resolveReference(aws, reference));
    const found = await withProgress(context, (onProgress) =>
      findStaleIn(aws, secret, filter, { allRegions, onProgress }),
    );
    const { tasks, unseen, regions, otherRegions } = found;
    const note = otherRegionsNote(otherRegions, '--all-regions searches them');
    if (note !== undefined) report.note(note);
    for (const { reference, error } of unseen) {
      report.warn(`not checked: ${reference}: ${error.message}`);
    }
    const groups = grouped(tasks);
    const nothing = `no running task${narrowing?.where ?? ''} refers to ${ref ?? 'a secret'}`;
    if (groups.length > 0 && narrowing?.unasked) report.note(narrowing.unasked);
    const old = tasks.filter(({ holding }) => holding !== 'current');
    return {
      data: {
        holding: worstHolding(tasks.map(({ holding }) => holding)),
        searched: searchedData(found, otherRegions, narrowing),
        services: groups.map(({ cluster, group, tasks: own }) => ({
          cluster,
          ...(serviceOfGroup(group) !== undefined && { service: serviceOfGroup(group) }),
          holding: worstHolding(own.map(({ holding }) => holding)),
          tasks: own.map(({ task, holding, secrets }) => ({
            task: task.arn,
            taskDefinition: task.taskDefinition,
            startedAt: task.startedAt,
            holding,
            secrets,
          })),
        })),
      },
      text:
        groups.flatMap((group) => lines(group, regions)).join('\n') ||
        [nothing, narrowing?.rest].filter(Boolean).join('; '),
      failure:
        old.length === 0
          ? undefined
          : new CliError('stale', `${old.length} of ${tasks.length} tasks may hold an old value`, {
              exitCode: exitCodes.findings,
              hint: [
                `${redeploys(ref, regions, old).join(' and ')} replaces them`,
                ...new Set(unseen.flatMap(({ error }) => error.hint ?? [])),
              ].join('; '),
            }),
    };
  },
});

// --- internal ---

interface Group {
  cluster: string;
  group: string;
  tasks: TaskHolding[];
}

function grouped(tasks: readonly TaskHolding[]): Group[] {
  const groups = new Map<string, Group>();
  for (const holding of tasks) {
    const { cluster, group } = holding.task;
    const key = `${cluster} ${group}`;
    const found = groups.get(key) ?? { cluster, group, tasks: [] };
    found.tasks.push(holding);
    groups.set(key, found);
  }
  return [...groups.values()];
}

/** What the tasks of a group hold, and why that is not known of some. */
function lines({ cluster, group, tasks }: Group, regions: readonly string[]): string[] {
  const name = `${lastPart(cluster)}/${serviceOfGroup(group) ?? group}${regionMark(cluster, regions)}`;
  const counts = (['stale', 'unknown', 'current'] as const).flatMap((holding) => {
    const count = tasks.filter((task) => task.holding === holding).length;
    return count === 0 ? [] : [`${count} ${holding}`];
  });
  const whys = tasks.flatMap(({ secrets }) =>
    secrets.flatMap(({ reference, why }) => (why === undefined ? [] : [`  ${reference}: ${why}`])),
  );
  return [`${name}  ${counts.join(', ')}`, ...new Set(whys)];
}

/** The commands that replace tasks: a deployment is of one region. */
function redeploys(
  ref: string | undefined,
  regions: readonly string[],
  old: readonly TaskHolding[],
): string[] {
  const command = ['ecs-secrets redeploy', ref, '--stale'].filter(Boolean).join(' ');
  if (regions.length === 1) return [command];
  const own = new Set(old.map(({ task }) => parseArn(task.cluster)?.region ?? ''));
  return [...own].map((region) => `${command} --region ${region}`);
}

import { Argument } from '@commander-js/extra-typings';
import { defineCommand, type Result } from '../../cli.ts';
import { CliError, exitCodes } from '../../errors.ts';
import type { Checked } from '../../model/checked.ts';
import { wrapped } from '../../model/fit-text.ts';
import { parseArn } from '../../model/secrets/partition.ts';
import { worstHolding } from '../../model/usage/staleness.ts';
import { unknownWords } from '../../operations/usage/unknown.ts';
import { findStaleIn, type TaskHolding } from '../../operations/usage/find-stale.ts';
import { resolveReference } from '../../operations/secrets/resolve-references.ts';
import { regionMark, searchedData } from './narrowing.ts';
import { nothingFound, noteSearch, readSearch, withSearchOptions } from './search.ts';
import { withProgress } from '../progress.ts';
import { table, type TableLayout } from '../table.ts';
import { oneLine } from '../../model/printable.ts';
import type { StaleDocument } from './documents.ts';
import { lastPart } from '../../model/last-part.ts';
import { daemonOfTask, daemonRestart } from '../../model/usage/daemon.ts';
import { serviceOfGroup } from '../../model/usage/service-group.ts';
import { runnerName } from '../../operations/usage/service-name.ts';

/** `stale [REF]`: running tasks that started before the current version of a secret they use. */
export const stale = defineCommand({
  declare: (command) =>
    withSearchOptions(
      command.addArgument(new Argument('[ref]', 'only this secret (default: every secret in use)')),
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

  async run(context, [ref], options): Promise<Result<StaleDocument>> {
    const { aws, world, report } = context;
    const { reference, filter, narrowing, allRegions } = readSearch(ref, options, context);
    const secret = reference && (await resolveReference(aws, reference));
    const found = await withProgress(context, (onProgress) =>
      findStaleIn(aws, secret, filter, { allRegions, onProgress }),
    );
    const { tasks, unknown, unseen, regions, otherRegions } = found;
    for (const what of unknownWords(unknown)) report.warn(`not checked: ${what}`);
    for (const { reference, error } of unseen) {
      report.warn(`not checked: ${reference}: ${error.message}`);
    }
    const groups = grouped(tasks);
    const nothing = `no running task${narrowing?.where ?? ''} refers to ${ref ?? 'a secret'}`;
    noteSearch(report, { found: groups.length, otherRegions, narrowing });
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
      tabs: true,
      text:
        groups.length > 0
          ? tableOf(groups, regions, { output: world.stdout, wide: options.wide })
          : nothingFound(nothing, narrowing),
      checked: [
        ...groups.flatMap(({ cluster, group, tasks: own }) =>
          own.map((one) =>
            checkedOf(`${lastPart(cluster)}/${serviceOfGroup(group) ?? group}`, one),
          ),
        ),
        ...unseen.map(({ reference, error }) => ({
          status: 'not-checked' as const,
          where: 'references',
          what: reference,
          message: error.message,
        })),
      ],
      failure:
        old.length === 0
          ? undefined
          : new CliError('stale', `${old.length} of ${tasks.length} tasks may hold an old value`, {
              exitCode: exitCodes.findings,
              hint: [
                ...replacements(ref, regions, old),
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

/** Both stale and unknown are findings: a task that may hold an old value is to be replaced. */
function checkedOf(where: string, { task, holding, secrets }: TaskHolding): Checked {
  const own = secrets.filter((secret) => secret.holding === holding);
  const references = [...new Set(own.map(({ reference }) => reference))].join(', ');
  const whys = [...new Set(own.flatMap(({ why }) => why ?? []))].join('; ');
  return {
    status: holding === 'current' ? 'ok' : holding === 'stale' ? 'problem' : 'warning',
    where,
    what: `task ${lastPart(task.arn)}`,
    message: `${holding}: ${references}${whys === '' ? '' : ` (${whys})`}`,
  };
}

/** A row a group. On a terminal the reasons, which are long, stand below, each once. */
function tableOf(
  groups: readonly Group[],
  regions: readonly string[],
  layout: TableLayout,
): string {
  const rows = groups.map(({ cluster, group, tasks }) => {
    const counts = (['stale', 'unknown', 'current'] as const).flatMap((holding) => {
      const count = tasks.filter((task) => task.holding === holding).length;
      return count === 0 ? [] : [`${count} ${holding}`];
    });
    return {
      cells: [
        `${lastPart(cluster)}/${serviceOfGroup(group) ?? group}${regionMark(cluster, regions)}`,
        worstHolding(tasks.map(({ holding }) => holding)),
        counts.join(', '),
      ],
      whys: whysOf(tasks),
    };
  });
  const heads = ['NAME', 'HOLDING', 'TASKS'];
  if (!layout.output.isTTY || layout.wide) {
    const full = rows.map(({ cells, whys }) => [...cells, whys.join('; ')]);
    return table([...heads, 'WHY'], full, layout);
  }
  const { columns } = layout.output.size();
  return [
    table(
      heads,
      rows.map(({ cells }) => cells),
      layout,
    ),
    ...[...new Set(rows.flatMap(({ whys }) => whys))].flatMap((why) =>
      wrapped(oneLine(why), columns, '  '),
    ),
  ].join('\n');
}

/** Why it is not known what tasks hold: `REFERENCE: REASON`. */
function whysOf(tasks: readonly TaskHolding[]): string[] {
  const whys = tasks.flatMap(({ secrets }) =>
    secrets.flatMap(({ reference, why }) => (why === undefined ? [] : [`${reference}: ${why}`])),
  );
  return [...new Set(whys)];
}

/** The commands that replace tasks: a deployment is of one region. */
/** ECS restarts the tasks of a managed daemon only with its container instances. */
function replacements(
  ref: string | undefined,
  regions: readonly string[],
  old: readonly TaskHolding[],
): string[] {
  const daemons = old.filter(({ task }) => daemonOfTask(task) !== undefined);
  const others = old.filter((one) => !daemons.includes(one));
  const names = new Set(daemons.map(({ task }) => runnerName(task)));
  return [
    ...(others.length === 0
      ? []
      : [`${redeploys(ref, regions, others).join(' and ')} replaces them`]),
    ...[...names].map((name) => `${name}: ${daemonRestart}`),
  ];
}

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

import { Argument } from '@commander-js/extra-typings';
import { defineCommand, type Result } from '../../cli.ts';
import type { ConsumerUse } from '../../operations/usage/find-consumers.ts';
import { daemonOfTask } from '../../model/usage/daemon.ts';
import { useWords } from '../../model/definitions/secret-uses.ts';
import { serviceName } from '../../operations/usage/service-name.ts';
import { whereUsed as findUses, type WhereUsed } from '../../operations/usage/where-used.ts';
import { regionsNotSearched } from '../../operations/secrets/secret-regions.ts';
import { regionMark, searchedData } from './narrowing.ts';
import { nothingFound, noteSearch, readSearch, withSearchOptions } from './search.ts';
import { withProgress } from '../progress.ts';
import { scheduledData } from './scheduled-data.ts';
import { table } from '../table.ts';
import type { WhereUsedDocument } from './documents.ts';
import { lastPart } from '../../model/last-part.ts';

/** `where-used REF`: every service, daemon, task, rule and schedule that refers to a secret. */
export const whereUsed = defineCommand({
  declare: (command) =>
    withSearchOptions(
      command.addArgument(new Argument('<ref>', 'NAME or /path/NAME, sm:NAME, or an ARN')),
    ).addHelpText(
      'after',
      `
Looks at services, managed daemons, running tasks of no service, EventBridge rules and schedules. Finds the secret in
any spelling in secrets, secretOptions, repositoryCredentials and credentialSpecs, in the credentials
of FSx volumes, and in the log configuration of Service Connect.

Examples:
  $ ecs-secrets where-used /shop/prod/db-password
  $ ecs-secrets where-used sm:shop/prod/db --cluster shop --json
  $ ecs-secrets where-used sm:shop/prod/db --all-regions`,
    ),

  async run(context, [ref], options): Promise<Result<WhereUsedDocument>> {
    const { aws, world, report } = context;
    const { reference, filter, narrowing, allRegions } = readSearch(ref, options, context);
    const used = await withProgress(context, (onProgress) =>
      findUses(aws, reference, filter, { allRegions, onProgress }),
    );
    for (const what of used.unchecked) report.warn(`not checked: ${what}`);
    const otherRegions = regionsNotSearched(used.secret, used.regions);
    const at = (cluster: string): string => regionMark(cluster, used.regions);
    const rows = [
      ...used.services.map(({ service, uses }) => [
        'service',
        `${serviceName(service)}${at(service.cluster)}`,
        places(uses),
      ]),
      ...used.daemons.map(({ daemon, uses }) => [
        'daemon',
        `${serviceName(daemon)}${at(daemon.cluster)}`,
        places(uses),
      ]),
      ...otherTasks(used).map(({ task, uses }) => [
        daemonOfTask(task) === undefined ? 'task' : 'daemon task',
        `${serviceName({ cluster: task.cluster, name: lastPart(task.arn) })}${at(task.cluster)}`,
        places(uses),
      ]),
      ...used.scheduled.map(({ scheduled, uses }) => [
        scheduled.kind,
        `${scheduled.name}${at(scheduled.cluster)}`,
        places(uses),
      ]),
    ];
    const nothing = `nothing${narrowing?.where ?? ''} refers to ${ref}`;
    noteSearch(report, { found: rows.length, otherRegions, narrowing });
    return {
      data: {
        arn: used.secret.arn,
        searched: searchedData(used, otherRegions, narrowing),
        services: used.services.map(({ service, uses }) => ({
          cluster: service.cluster,
          service: service.name,
          taskDefinition: service.taskDefinition,
          uses,
        })),
        daemons: used.daemons.map(({ daemon, uses }) => ({
          cluster: daemon.cluster,
          daemon: daemon.name,
          arn: daemon.arn,
          taskDefinitions: daemon.taskDefinitions,
          uses,
        })),
        tasks: used.tasks.map(({ task, uses }) => ({
          cluster: task.cluster,
          task: task.arn,
          taskDefinition: task.taskDefinition,
          daemon: daemonOfTask(task),
          uses,
        })),
        scheduled: used.scheduled.map(scheduledData),
        unchecked: used.unchecked,
      },
      tabs: true,
      text:
        rows.length > 0
          ? table(['KIND', 'NAME', 'USES'], rows, { output: world.stdout, wide: options.wide })
          : nothingFound(nothing, narrowing),
    };
  },
});

// --- internal ---

/** The tasks apart from those of the daemons that were found: a daemon has one on each instance. */
function otherTasks({ tasks, daemons }: WhereUsed): WhereUsed['tasks'] {
  return tasks.filter(
    ({ task }) =>
      !daemons.some(
        ({ daemon }) =>
          daemon.cluster === task.cluster && daemon.taskDefinitions.includes(task.taskDefinition),
      ),
  );
}

function places(uses: readonly ConsumerUse[]): string {
  return uses
    .map((use) => `${useWords(use).join(':')}${use.pinned ? ' (pinned to a version)' : ''}`)
    .join(', ');
}

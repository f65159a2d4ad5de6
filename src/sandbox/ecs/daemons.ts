import { ServiceError, type Call, type Operation } from '../service.ts';
import { findCluster } from './clusters.ts';
import { daemonDefinition } from './definitions/daemon-definitions.ts';
import { ecsArn, lastSegment } from './ids.ts';
import { pageOf, type PageInput } from './paging.ts';
import { regionOf, type Daemon, type World } from './state.ts';
import type { Tag } from './tag.ts';
import { launchTask, stopTask } from './tasks/task-life.ts';

/** The members of CreateDaemon and UpdateDaemon that this sandbox reads. */
interface DaemonInput {
  daemonName?: string;
  daemonArn?: string;
  clusterArn?: string;
  daemonTaskDefinitionArn: string;
  capacityProviderArns?: string[];
  tags?: Tag[];
}

/** A daemon with this tag has no tasks: `no-instances`, or `pending` if none of its revisions is current yet. */
const withoutTasksTag = 'ecs-secrets.sandbox/without-tasks';

/**
 * The operations on managed daemons. A daemon has one task here, as the sandbox has no Managed Instances;
 * an update replaces it at once.
 */
export function daemonOperations(world: World): Record<string, Operation> {
  return {
    CreateDaemon: (input: DaemonInput, { region }: Call) => {
      const cluster = findCluster(world, region, input.clusterArn);
      const name = input.daemonName ?? '';
      const daemon: Daemon = {
        name,
        arn: ecsArn(world, region, `daemon/${cluster.name}/${name}`),
        cluster,
        definition: daemonDefinition(world, region, input.daemonTaskDefinitionArn),
        capacityProviders: input.capacityProviderArns ?? [],
        revision: 1,
        withoutTasks: withoutTasks(input.tags),
        createdAt: new Date(world.environment.now()),
      };
      regionOf(world, region).daemons.set(daemon.arn, daemon);
      start(world, region, daemon);
      return answerOf(world, region, daemon);
    },

    UpdateDaemon: (input: DaemonInput, { region }: Call) => {
      const daemon = daemonOf(world, region, input.daemonArn);
      daemon.definition = daemonDefinition(world, region, input.daemonTaskDefinitionArn);
      daemon.revision += 1;
      for (const task of tasksOf(daemon)) stopTask(world, task, 'UserInitiated', 'Daemon updated');
      start(world, region, daemon);
      return answerOf(world, region, daemon);
    },

    ListDaemons: (input: PageInput & { clusterArn?: string }, { region }: Call) => {
      const { daemons } = regionOf(world, region);
      const arns = [...daemons.values()]
        .filter(({ cluster }) => cluster.name === lastSegment(input.clusterArn ?? cluster.name))
        .map(({ arn }) => arn);
      const { page, nextToken } = pageOf(arns, input, { default: 100, max: 100 });
      const daemonSummariesList = page.map((daemonArn) => ({
        daemonArn,
        status: 'ACTIVE',
        createdAt: daemons.get(daemonArn)?.createdAt,
      }));
      return { daemonSummariesList, nextToken };
    },

    DescribeDaemon: ({ daemonArn }: { daemonArn: string }, { region }: Call) => {
      const daemon = daemonOf(world, region, daemonArn);
      return {
        daemon: {
          daemonArn: daemon.arn,
          clusterArn: daemon.cluster.arn,
          status: 'ACTIVE',
          currentRevisions:
            daemon.withoutTasks === 'pending'
              ? []
              : [
                  {
                    arn: revisionArn(world, region, daemon),
                    capacityProviders: daemon.capacityProviders.map((arn) => ({
                      arn,
                      runningCount: tasksOf(daemon).length,
                    })),
                    totalRunningCount: tasksOf(daemon).length,
                  },
                ],
          deploymentArn: deploymentArn(world, region, daemon),
          createdAt: daemon.createdAt,
        },
      };
    },

    ListDaemonDeployments: (
      { daemonArn, ...input }: PageInput & { daemonArn: string; status?: string[] },
      { region }: Call,
    ) => {
      const daemon = daemonOf(world, region, daemonArn);
      const summary = deploymentSummary(world, region, daemon);
      const isWanted = input.status === undefined || input.status.includes(summary.status);
      const { page } = pageOf(isWanted ? [daemon.arn] : [], input, { default: 100, max: 100 });
      const targetDaemonRevisionArn = revisionArn(world, region, daemon);
      return { daemonDeployments: page.map(() => ({ ...summary, targetDaemonRevisionArn })) };
    },

    DescribeDaemonDeployments: (
      { daemonDeploymentArns = [] }: { daemonDeploymentArns?: string[] },
      { region }: Call,
    ) => {
      const all = [...regionOf(world, region).daemons.values()];
      const find = (arn: string): Daemon | undefined =>
        all.find((one) => deploymentArn(world, region, one) === arn);
      return {
        daemonDeployments: daemonDeploymentArns.flatMap((arn) => {
          const daemon = find(arn);
          if (!daemon) return [];
          const { daemonArn: _, ...summary } = deploymentSummary(world, region, daemon);
          const revision = { arn: revisionArn(world, region, daemon) };
          return [{ ...summary, targetDaemonRevision: revision, sourceDaemonRevisions: [] }];
        }),
        failures: daemonDeploymentArns
          .filter((arn) => !find(arn))
          .map((arn) => ({ arn, reason: 'MISSING' })),
      };
    },

    DescribeDaemonRevisions: (
      { daemonRevisionArns = [] }: { daemonRevisionArns?: string[] },
      { region }: Call,
    ) => {
      const all = [...regionOf(world, region).daemons.values()];
      const found = daemonRevisionArns.flatMap((arn) => {
        const daemon = all.find((one) => revisionArn(world, region, one) === arn);
        if (!daemon) return [];
        return [
          {
            daemonRevisionArn: arn,
            clusterArn: daemon.cluster.arn,
            daemonArn: daemon.arn,
            daemonTaskDefinitionArn: daemon.definition.arn,
            createdAt: daemon.createdAt,
          },
        ];
      });
      return { daemonRevisions: found, failures: [] };
    },
  };
}

// --- internal ---

function daemonOf(world: World, region: string, arn: string | undefined): Daemon {
  const found = regionOf(world, region).daemons.get(arn ?? '');
  if (found) return found;
  throw new ServiceError('DaemonNotFoundException', 'The daemon was not found.');
}

function withoutTasks(tags: readonly Tag[] = []): Daemon['withoutTasks'] {
  const value = tags.find(({ key }) => key === withoutTasksTag)?.value;
  return value === 'no-instances' || value === 'pending' ? value : undefined;
}

function start(world: World, region: string, daemon: Daemon): void {
  if (daemon.withoutTasks) return;
  launchTask(world, region, daemon.cluster, {
    definition: daemon.definition,
    group: `daemon:${daemon.name}`,
    overrides: {},
    settings: { launchType: 'MANAGED_INSTANCES' },
    tags: [],
    instance: undefined,
  });
}

function tasksOf({ cluster, name }: Daemon) {
  return [...cluster.tasks.values()].filter(
    (task) => task.group === `daemon:${name}` && task.desiredStatus === 'RUNNING',
  );
}

function revisionArn(world: World, region: string, daemon: Daemon): string {
  const { cluster, name, revision } = daemon;
  return ecsArn(world, region, `daemon-revision/${cluster.name}/${name}/${revision}`);
}

function deploymentArn(world: World, region: string, daemon: Daemon): string {
  const { cluster, name, revision } = daemon;
  return ecsArn(world, region, `daemon-deployment/${cluster.name}/${name}/${revision}`);
}

function deploymentSummary(world: World, region: string, daemon: Daemon) {
  return {
    daemonDeploymentArn: deploymentArn(world, region, daemon),
    daemonArn: daemon.arn,
    clusterArn: daemon.cluster.arn,
    status: daemon.withoutTasks === 'pending' ? 'PENDING' : 'SUCCESSFUL',
    createdAt: daemon.createdAt,
  };
}

function answerOf(world: World, region: string, daemon: Daemon) {
  const { arn, createdAt } = daemon;
  return {
    daemonArn: arn,
    status: 'ACTIVE',
    createdAt,
    deploymentArn: deploymentArn(world, region, daemon),
  };
}

import { ServiceError, type Call, type Operation } from '../service.ts';
import { findCluster } from './clusters.ts';
import { checkRegistration } from './definitions/registration-checks.ts';
import { withDefaults } from './definitions/task-definition-view.ts';
import { clientError } from './errors.ts';
import { ecsArn, lastSegment } from './ids.ts';
import { pageOf, type PageInput } from './paging.ts';
import {
  regionOf,
  type Daemon,
  type Registration,
  type TaskDefinition,
  type World,
} from './state.ts';
import { launchTask, stopTask } from './tasks/task-life.ts';

/** The members of CreateDaemon and UpdateDaemon that this sandbox reads. */
interface DaemonInput {
  daemonName?: string;
  daemonArn?: string;
  clusterArn?: string;
  daemonTaskDefinitionArn: string;
  capacityProviderArns?: string[];
}

/**
 * The operations on managed daemons. A daemon has one task here, as the sandbox has no Managed Instances;
 * an update replaces it at once.
 */
export function daemonOperations(world: World): Record<string, Operation> {
  return {
    RegisterDaemonTaskDefinition: (input: Registration, { region }: Call) => {
      checkRegistration(world, input);
      const families = regionOf(world, region).daemonFamilies;
      const revisions = families.get(input.family) ?? [];
      const revision = revisions.length + 1;
      const arn = ecsArn(world, region, `daemon-task-definition/${input.family}:${revision}`);
      families.set(input.family, [
        ...revisions,
        {
          ...{ arn, family: input.family, revision, status: 'ACTIVE', tags: input.tags ?? [] },
          registration: withDefaults(input),
          registeredAt: new Date(world.environment.now()),
        },
      ]);
      return { daemonTaskDefinitionArn: arn };
    },

    DescribeDaemonTaskDefinition: (
      { daemonTaskDefinition: reference }: { daemonTaskDefinition: string },
      { region }: Call,
    ) => {
      const { arn, family, revision, status, registration, registeredAt } = definitionOf(
        world,
        region,
        reference,
      );
      const { containerDefinitions, volumes, cpu, memory, taskRoleArn, executionRoleArn } =
        registration;
      return {
        daemonTaskDefinition: {
          ...{ daemonTaskDefinitionArn: arn, family, revision, status, registeredAt },
          ...{ containerDefinitions, volumes, cpu, memory, taskRoleArn, executionRoleArn },
        },
      };
    },

    CreateDaemon: (input: DaemonInput, { region }: Call) => {
      const cluster = findCluster(world, region, input.clusterArn);
      const name = input.daemonName ?? '';
      const daemon: Daemon = {
        name,
        arn: ecsArn(world, region, `daemon/${cluster.name}/${name}`),
        cluster,
        definition: definitionOf(world, region, input.daemonTaskDefinitionArn),
        capacityProviders: input.capacityProviderArns ?? [],
        revision: 1,
        createdAt: new Date(world.environment.now()),
      };
      regionOf(world, region).daemons.set(daemon.arn, daemon);
      start(world, region, daemon);
      return answerOf(world, region, daemon);
    },

    UpdateDaemon: (input: DaemonInput, { region }: Call) => {
      const daemon = daemonOf(world, region, input.daemonArn);
      daemon.definition = definitionOf(world, region, input.daemonTaskDefinitionArn);
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
          currentRevisions: [
            {
              arn: revisionArn(world, region, daemon),
              capacityProviders: daemon.capacityProviders.map((arn) => ({ arn, runningCount: 1 })),
              totalRunningCount: tasksOf(daemon).length,
            },
          ],
          createdAt: daemon.createdAt,
        },
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

function definitionOf(world: World, region: string, reference: string): TaskDefinition {
  const [family = '', revision] = lastSegment(reference).split(':');
  const revisions = regionOf(world, region).daemonFamilies.get(family) ?? [];
  const found = revision === undefined ? revisions.at(-1) : revisions[Number(revision) - 1];
  if (found) return found;
  throw clientError('Unable to describe daemon task definition.');
}

function daemonOf(world: World, region: string, arn: string | undefined): Daemon {
  const found = regionOf(world, region).daemons.get(arn ?? '');
  if (found) return found;
  throw new ServiceError('DaemonNotFoundException', 'The daemon was not found.');
}

function start(world: World, region: string, daemon: Daemon): void {
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

function answerOf(world: World, region: string, daemon: Daemon) {
  const { arn, cluster, name, revision, createdAt } = daemon;
  const deployment = `daemon-deployment/${cluster.name}/${name}/${revision}`;
  return {
    daemonArn: arn,
    status: 'ACTIVE',
    createdAt,
    deploymentArn: ecsArn(world, region, deployment),
  };
}

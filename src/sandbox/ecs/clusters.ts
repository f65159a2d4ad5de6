import type { Call, Operation } from '../service.ts';
import { ServiceError } from '../service.ts';
import { clientError, clusterNotFound } from './errors.ts';
import { ecsArn, lastSegment } from './ids.ts';
import { type PageInput, pageOf } from './paging.ts';
import { registeredIn } from './tasks/placement.ts';
import { regionOf, type Cluster, type World } from './state.ts';
import { checkTags } from './tags.ts';
import type { Tag } from './tag.ts';

/** The operations on clusters. */
export function clusterOperations(world: World): Record<string, Operation> {
  return {
    CreateCluster: (input: CreateInput, call: Call) => ({
      cluster: view(create(world, input, call.region)),
    }),

    DescribeClusters: (input: { clusters?: string[]; include?: string[] }, call: Call) => {
      const clusters: unknown[] = [];
      const failures: unknown[] = [];
      for (const name of input.clusters ?? ['default']) {
        const cluster = regionOf(world, call.region).clusters.get(lastSegment(name));
        if (cluster) clusters.push(view(cluster, input.include?.includes('TAGS')));
        else {
          const arn = name.startsWith('arn:')
            ? name
            : ecsArn(world, call.region, `cluster/${name}`);
          failures.push({ arn, reason: 'MISSING' });
        }
      }
      return { clusters, failures };
    },

    ListClusters: (input: PageInput, call: Call) => {
      const active = [...regionOf(world, call.region).clusters.values()]
        .filter((cluster) => cluster.status === 'ACTIVE')
        .map((cluster) => cluster.arn)
        .sort();
      const { page, nextToken } = pageOf(active, input, { default: 100, max: 100 });
      return { clusterArns: page, nextToken };
    },

    DeleteCluster: (input: { cluster?: string }, call: Call) => {
      const cluster = findCluster(world, call.region, input.cluster);
      if ([...cluster.services.values()].some((service) => service.status !== 'INACTIVE')) {
        throw new ServiceError(
          'ClusterContainsServicesException',
          'The Cluster cannot be deleted while Services are active.',
        );
      }
      if ([...cluster.tasks.values()].some((task) => task.lastStatus !== 'STOPPED')) {
        throw new ServiceError(
          'ClusterContainsTasksException',
          'The Cluster cannot be deleted while Tasks are active.',
        );
      }
      if (registeredIn(cluster).length > 0) {
        throw new ServiceError(
          'ClusterContainsContainerInstancesException',
          'The Cluster cannot be deleted while Container Instances are active or draining.',
        );
      }
      cluster.status = 'INACTIVE';
      return { cluster: view(cluster) };
    },
  };
}

/** The active cluster of that name or ARN; `default` when none is given. */
export function findCluster(world: World, region: string, nameOrArn = 'default'): Cluster {
  const cluster = regionOf(world, region).clusters.get(lastSegment(nameOrArn));
  if (!cluster) throw clusterNotFound();
  if (cluster.status !== 'ACTIVE') throw clusterNotFound('The referenced cluster was inactive.');
  return cluster;
}

interface CreateInput extends Record<string, unknown> {
  clusterName?: string;
  tags?: Tag[];
}

function create(world: World, input: CreateInput, region: string): Cluster {
  const { clusterName: name = 'default', tags = [], ...members } = input;
  if (!/^[a-zA-Z][\w-]{0,254}$/.test(name)) {
    throw clientError('Invalid cluster name: letters, digits, hyphens and underscores only.');
  }
  checkTags(tags);
  const { clusters } = regionOf(world, region);
  const existing = clusters.get(name);
  if (existing?.status === 'ACTIVE') return existing;
  const cluster: Cluster = {
    name,
    arn: ecsArn(world, region, `cluster/${name}`),
    status: 'ACTIVE',
    members,
    services: new Map(),
    instances: new Map(),
    tasks: new Map(),
    prunedAt: 0,
    tags: [...tags],
  };
  clusters.set(name, cluster);
  return cluster;
}

function view(cluster: Cluster, withTags = false) {
  const tasks = [...cluster.tasks.values()];
  const services = [...cluster.services.values()];
  return {
    clusterArn: cluster.arn,
    clusterName: cluster.name,
    status: cluster.status,
    registeredContainerInstancesCount: registeredIn(cluster).length,
    runningTasksCount: tasks.filter((task) => task.lastStatus === 'RUNNING').length,
    pendingTasksCount: tasks.filter(
      (task) => task.lastStatus === 'PENDING' || task.lastStatus === 'PROVISIONING',
    ).length,
    activeServicesCount: services.filter((service) => service.status === 'ACTIVE').length,
    statistics: [],
    tags: withTags ? cluster.tags : [],
    settings: cluster.members.settings ?? [],
    capacityProviders: cluster.members.capacityProviders ?? [],
    defaultCapacityProviderStrategy: cluster.members.defaultCapacityProviderStrategy ?? [],
  };
}

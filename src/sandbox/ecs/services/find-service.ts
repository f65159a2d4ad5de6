import { findCluster } from '../clusters.ts';
import { serviceNotFound } from '../errors.ts';
import { lastSegment } from '../ids.ts';
import type { Cluster, Service, World } from '../state.ts';

/** The service of that name or ARN, whatever its status. */
export function findService(
  world: World,
  region: string,
  clusterName: string | undefined,
  nameOrArn: string,
): Service {
  const service = serviceIn(findCluster(world, region, clusterName), nameOrArn);
  if (!service) throw serviceNotFound();
  return service;
}

/** The service of a cluster by name or ARN. */
export function serviceIn(cluster: Cluster, nameOrArn: string): Service | undefined {
  const service = cluster.services.get(lastSegment(nameOrArn));
  if (!nameOrArn.startsWith('arn:')) return service;
  // The old form of the ARN does not name the cluster.
  const inCluster = nameOrArn.split('/').length === 2 || service?.arn === nameOrArn;
  return inCluster ? service : undefined;
}

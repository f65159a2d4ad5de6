import pMap from 'p-map';
import type { Aws } from '../aws/index.ts';
import type { Service } from '../aws/ecs.ts';
import { CliError } from '../errors.ts';
import { isPinned, refersTo, type SecretIdentity } from '../model/reference.ts';
import {
  readUse,
  secretUses,
  type TaskDefinition,
  type UseKind,
} from '../model/task-definition.ts';

/** A place in a service's task definition that refers to the secret. */
export interface ConsumerUse {
  container: string;
  kind: UseKind;
  /** Environment variable or log option; empty for repository credentials. */
  name: string;
  valueFrom: string;
  /** Fixed to one version, so that a new value never reaches it. */
  pinned: boolean;
}

/** A service whose task definition refers to the secret. */
export interface Consumer {
  service: Service;
  uses: ConsumerUse[];
}

/** A service as the user names it. */
export interface ServiceName {
  cluster: string;
  service: string;
}

/** Narrows the search. Without either, all clusters of the region are searched. */
export interface ConsumerFilter {
  clusters: readonly string[];
  services: readonly ServiceName[];
}

/**
 * Finds the services that refer to a secret, through `secrets`, `secretOptions` or
 * `repositoryCredentials` and in any spelling. Named services must exist (CliError
 * `service-not-found`); those among them that do not refer to the secret are left out.
 */
export async function findConsumers(
  aws: Aws,
  secret: SecretIdentity,
  filter: ConsumerFilter,
): Promise<Consumer[]> {
  const [services, here] = await Promise.all([candidates(aws, filter), aws.caller()]);
  const ecs = await aws.ecs();
  const revisions = [...new Set(services.flatMap(({ taskDefinition }) => taskDefinition ?? []))];
  // ECS allows 20 of these calls a second (request throttling page): five at a time stay near that.
  const definitions = new Map(
    await pMap(
      revisions,
      async (arn) => [arn, (await ecs.taskDefinition(arn))?.definition] as const,
      { concurrency: 5 },
    ),
  );
  return services.flatMap((service) => {
    const definition = definitions.get(service.taskDefinition ?? '');
    const uses = definition ? usesOf(definition, secret, here) : [];
    return uses.length > 0 ? [{ service, uses }] : [];
  });
}

// --- internal ---

function usesOf(
  definition: TaskDefinition,
  secret: SecretIdentity,
  here: Parameters<typeof refersTo>[2],
): ConsumerUse[] {
  return secretUses(definition).flatMap((use) => {
    const reference = readUse(use);
    if (!reference || !refersTo(reference, secret, here)) return [];
    const { container, kind, name, valueFrom } = use;
    return [{ container, kind, name, valueFrom, pinned: isPinned(reference) }];
  });
}

async function candidates(aws: Aws, { clusters, services }: ConsumerFilter): Promise<Service[]> {
  const ecs = await aws.ecs();
  if (services.length > 0) {
    const found = await Promise.all(
      [...new Set(services.map(({ cluster }) => cluster))].map((cluster) => {
        const names = services.filter((name) => name.cluster === cluster).map((s) => s.service);
        return ecs.describeServices(cluster, [...new Set(names)]);
      }),
    );
    const missing = found.flatMap((answer) => answer.missing);
    if (missing.length > 0) {
      throw new CliError(
        'service-not-found',
        missing.map((arn) => `there is no service ${arn}`).join('\n'),
        { hint: '--service takes CLUSTER/SERVICE' },
      );
    }
    return found.flatMap((answer) => answer.services);
  }
  const searched = clusters.length > 0 ? clusters : await ecs.clusters();
  const perCluster = await pMap(
    searched,
    async (cluster) => {
      const arns = await ecs.services(cluster);
      return (await ecs.describeServices(cluster, arns)).services;
    },
    { concurrency: 5 },
  );
  return perCluster.flat();
}

import type { Ecs } from '../../aws/ecs.ts';
import { CliError, isAwsError } from '../../errors.ts';
import type { ServiceName } from './scan.ts';
import type { Service } from '../../aws/ecs-answers.ts';

/**
 * A service as ECS describes it. Throws CliError `service-not-found` and, as AWS does not say which
 * cluster it is, `cluster-not-found`.
 */
export async function describedService(
  ecs: Ecs,
  { cluster, service: name }: ServiceName,
  hint: string,
): Promise<Service> {
  try {
    const { services } = await ecs.describeServices(cluster, [name]);
    if (services[0]) return services[0];
  } catch (error) {
    if (!isAwsError(error, 'ClusterNotFoundException')) throw error;
    throw new CliError('cluster-not-found', `there is no cluster ${cluster}`, { hint });
  }
  throw new CliError('service-not-found', `there is no service ${cluster}/${name}`, { hint });
}

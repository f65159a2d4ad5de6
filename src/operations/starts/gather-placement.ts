import type { Aws } from '../../aws/index.ts';
import { CliError } from '../../errors.ts';
import { launchTypesOf, type Placement } from '../../model/starts/placement.ts';
import type { TaskDefinition } from '../../model/definitions/task-definition.ts';
import { whyUnseen } from '../if-allowed.ts';
import type { Service } from '../../aws/ecs-answers.ts';
import { lastPart } from '../../model/last-part.ts';

/** Where the tasks run: from the settings of the service, and on which container instances. */
export async function gatherPlacement(
  aws: Aws,
  definition: TaskDefinition,
  service: Service | undefined,
): Promise<Placement> {
  const { region } = await aws.caller();
  const launchTypes = launchTypesOf(service, definition);
  if (!service) return { launchTypes, region };
  const placement: Placement = {
    launchTypes,
    region,
    platformVersion: service.platformVersion,
    platformFamily: service.platformFamily,
    cluster: lastPart(service.cluster),
    // UpdateService rejects a platform version for services with another controller.
    service: service.controller === 'ECS' ? service.name : undefined,
  };
  if (!launchTypes.some((type) => type === 'EC2' || type === 'EXTERNAL')) return placement;
  try {
    return { ...placement, instances: await (await aws.ecs()).containerInstances(service.cluster) };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return { ...placement, instancesUnknown: whyUnseen(error) };
  }
}

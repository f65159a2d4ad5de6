import { listOf, membersOf, textOf } from '../../condition-keys.ts';
import { owner } from '../../service.ts';
import { compareVersions, isVersion } from '../../../model/starts/version.ts';
import type { Task, World } from '../state.ts';
import { platformView } from '../view-parts.ts';

/** A call did not arrive: nothing of the task's network leads to the service. */
export class Unreachable extends Error {}

/** Whether a task reaches a service (its name in a VPC endpoint's) in a region. */
export type Reaches = (service: string, region: string) => Promise<boolean>;

/** For what runs on instances: their network, which the sandbox does not know, fetches the values. */
export const everywhere: Reaches = () => Promise.resolve(true);

/** What Fargate fetched by a network interface of its own, before platform version 1.4.0. */
const byFargate: ReadonlySet<string> = new Set(['ssm', 'secretsmanager', 'ecr.api']);

/** Asks the sandbox's EC2 about a task's own network interface; without subnets it reaches everything. */
export function networkOf(world: World, task: Task): Reaches {
  const { awsvpcConfiguration } = membersOf(task.settings.networkConfiguration);
  const { subnets, securityGroups, assignPublicIp } = membersOf(awsvpcConfiguration);
  const Subnets = listOf(subnets).map(textOf);
  if (Subnets.length === 0) return everywhere;
  const { platformVersion = '', platformFamily } = platformView(task);
  const isOld =
    platformFamily === 'Linux' &&
    isVersion(platformVersion) &&
    compareVersions(platformVersion, '1.4.0') < 0;
  return async (Service, ServiceRegion) => {
    if (isOld && byFargate.has(Service)) return true;
    const request = {
      Subnets,
      SecurityGroups: listOf(securityGroups).map(textOf),
      PublicIp: assignPublicIp === 'ENABLED',
      Service,
      ServiceRegion,
    };
    const call = { principal: owner, region: task.region };
    const answer = await world.environment.invoke('ec2', 'Reach', request, call);
    return membersOf(answer).Reached !== false;
  };
}

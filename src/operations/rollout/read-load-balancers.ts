import type { Aws } from '../../aws/index.ts';
import type { Service } from '../../aws/ecs-answers.ts';
import { CliError } from '../../errors.ts';
import type { LoadBalancerFact, TargetGroupFact } from '../../model/rollout/load-balancers.ts';
import { whyUnseen } from '../if-allowed.ts';

/** The load balancers of a service; one call for each target group. */
export async function readLoadBalancers(
  aws: Aws,
  service: Pick<Service, 'loadBalancers'> | undefined,
): Promise<LoadBalancerFact[]> {
  return Promise.all(
    (service?.loadBalancers ?? []).map(async ({ targetGroups, ...one }) => ({
      ...one,
      targetGroups: await Promise.all(targetGroups.map((arn) => readTargetGroup(aws, arn))),
    })),
  );
}

// --- internal ---

async function readTargetGroup(aws: Aws, arn: string): Promise<TargetGroupFact> {
  try {
    const found = await (await aws.loadBalancing()).targetGroup(arn);
    return found ? { arn, state: 'found', ...found } : { arn, state: 'missing' };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return { arn, state: 'unseen', why: whyUnseen(error) };
  }
}

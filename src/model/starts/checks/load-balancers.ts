import { fitLoadBalancers } from '../../rollout/load-balancers.ts';
import type { Draft, StartFacts } from './facts.ts';

/** Whether the task definition fits the load balancers of the service. */
export function checkLoadBalancers({ definition, loadBalancers }: StartFacts): Draft[] {
  return fitLoadBalancers(definition, loadBalancers).map((one) => ({
    ...{ check: 'load-balancer', fix: [] },
    ...one,
  }));
}

import type { Service } from '../../aws/ecs-answers.ts';
import type { Aws } from '../../aws/index.ts';
import type { TaskDefinition } from '../../model/definitions/task-definition.ts';
import { InvalidInput } from '../../model/problems.ts';
import { fitLoadBalancers } from '../../model/rollout/load-balancers.ts';
import { readLoadBalancers } from '../rollout/read-load-balancers.ts';
import { serviceName } from '../usage/service-name.ts';

/**
 * Warnings about load balancers of services that are to run a task definition. What cannot be seen
 * is left to ECS. Rejects with InvalidInput for one with which ECS would refuse the deployment.
 */
export async function checkLoadBalancers(
  aws: Aws,
  definition: TaskDefinition,
  services: readonly Service[],
): Promise<string[]> {
  const fits = await Promise.all(
    services.map(async (service) => {
      const found = fitLoadBalancers(definition, await readLoadBalancers(aws, service));
      return found.map((one) => ({ ...one, service: serviceName(service) }));
    }),
  );
  const told = (wanted: string): string[] =>
    fits
      .flat()
      .flatMap(({ status, service, subject, message }) =>
        status === wanted ? [`${service}: ${subject}: ${message}`] : [],
      );
  const problems = told('problem');
  if (problems.length > 0) throw new InvalidInput(problems);
  return told('warning');
}

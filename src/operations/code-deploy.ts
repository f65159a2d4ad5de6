import type { Aws } from '../aws/index.ts';
import type { DeploymentGroup } from '../aws/code-deploy.ts';
import { CliError } from '../errors.ts';
import { judgeCodeDeployment, type Rollout } from '../model/rollout.ts';
import type { Consumer } from './find-consumers.ts';
import type { StartedDeployment } from './follow-deployments.ts';
import { serviceName } from './service-name.ts';

/**
 * Makes the function that deploys a service under the CODE_DEPLOY controller anew, with the revision
 * it runs. The deployment groups are looked up once. Throws CliError when a service has none.
 */
export function codeDeployer(aws: Aws): (consumer: Consumer) => Promise<StartedDeployment> {
  let groups: Promise<DeploymentGroup[]> | undefined;
  return async ({ service, revision }) => {
    const codeDeploy = await aws.codeDeploy();
    groups ??= codeDeploy.groups();
    const name = serviceName(service);
    const group = (await groups).find((one) => `${one.cluster}/${one.service}` === name);
    const balancer = service.loadBalancer;
    if (!group || !balancer) {
      throw new CliError(
        'no-deployment-group',
        group
          ? `${name} has no load balancer that CodeDeploy could shift`
          : `CodeDeploy has no deployment group for ${name}`,
        { hint: 'start its deployment by the means that deploy it otherwise' },
      );
    }
    const id = await codeDeploy.deploy(group, { taskDefinition: revision.arn, ...balancer });
    return {
      service,
      deploymentId: id,
      before: [],
      look: async (): Promise<Rollout> => {
        const { status, reason } = await codeDeploy.deployment(id);
        return judgeCodeDeployment(status, reason);
      },
    };
  };
}

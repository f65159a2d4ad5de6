import type { DeploymentGroup } from '../../aws/code-deploy.ts';
import type { Aws } from '../../aws/index.ts';
import { CliError } from '../../errors.ts';
import { judgeCodeDeployment, type Rollout } from '../../model/rollout/rollout.ts';
import type { Consumer } from '../usage/find-consumers.ts';
import { serviceName } from '../usage/service-name.ts';

/** Deploys services with the CODE_DEPLOY controller. Lists deployment groups only once. */
export interface CodeDeployer {
  /** Throws CliError `no-deployment-group` if CodeDeploy cannot deploy the service. */
  check(consumer: Consumer): Promise<void>;
  /** Starts a deployment of a revision. Returns its ID and a function that reads its state. */
  deploy(
    consumer: Consumer,
    taskDefinition: string,
  ): Promise<{ id: string; look: () => Promise<Rollout> }>;
}

/** Creates the deployer; makes no call before its first use. */
export function codeDeployer(aws: Aws): CodeDeployer {
  let groups: Promise<DeploymentGroup[]> | undefined;
  async function targetOf({ service }: Consumer) {
    const codeDeploy = await aws.codeDeploy();
    groups ??= codeDeploy.groups();
    const name = serviceName(service);
    const group = (await groups).find((one) => `${one.cluster}/${one.service}` === name);
    const balancer = service.loadBalancer;
    if (!group || !balancer) {
      throw new CliError(
        'no-deployment-group',
        group
          ? `${name} has no load balancer for CodeDeploy to shift traffic with`
          : `CodeDeploy has no deployment group for ${name}`,
        { hint: 'deploy it with the tool that deploys it otherwise' },
      );
    }
    return { codeDeploy, group, balancer };
  }
  return {
    async check(consumer) {
      await targetOf(consumer);
    },
    async deploy(consumer, taskDefinition) {
      const { codeDeploy, group, balancer } = await targetOf(consumer);
      const id = await codeDeploy.deploy(group, { taskDefinition, ...balancer });
      return {
        id,
        look: async () => {
          const { status, reason } = await codeDeploy.deployment(id);
          return judgeCodeDeployment(status, reason);
        },
      };
    },
  };
}

/** Throws CliError `no-deployment-group` for services that CodeDeploy cannot deploy. */
export async function checkCodeDeploy(aws: Aws, consumers: readonly Consumer[]): Promise<void> {
  const codeDeploy = codeDeployer(aws);
  for (const consumer of consumers) {
    if (consumer.service.controller === 'CODE_DEPLOY') await codeDeploy.check(consumer);
  }
}

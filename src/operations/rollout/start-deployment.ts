import type { Ecs } from '../../aws/ecs.ts';
import { CliError, isAwsError, isUncertain } from '../../errors.ts';
import { primaryOf } from '../../model/usage/deployment.ts';
import type { Consumer } from '../usage/find-consumers.ts';
import type { CodeDeployer } from './code-deploy.ts';
import type { FollowedDeployment } from './redeploy-outcome.ts';

/** The result of a request for a deployment. */
export type Start =
  | ({ state: 'started' } & Pick<
      FollowedDeployment,
      'service' | 'deploymentId' | 'serviceDeployment' | 'look'
    >)
  /** The service is gone, so nothing holds an old value. */
  | { state: 'service-deleted'; reason: string }
  /** It is unknown whether ECS accepted the request: the state of the service has to be read. */
  | { state: 'uncertain'; error: CliError }
  /** Nothing was started. */
  | { state: 'refused'; error: CliError };

/**
 * Requests a deployment: of `taskDefinition`, or a forced one of the running revision. If
 * interrupted before the answer, ECS may have accepted the request.
 */
export async function startDeployment(
  consumer: Consumer,
  {
    ecs,
    codeDeploy,
    taskDefinition,
  }: { ecs: Ecs; codeDeploy: CodeDeployer; taskDefinition: string | undefined },
): Promise<Start> {
  const { service, follow } = consumer;
  if (follow !== undefined) {
    const serviceDeployment = service.currentServiceDeployment;
    return { state: 'started', service, deploymentId: follow, serviceDeployment };
  }
  try {
    if (service.controller === 'CODE_DEPLOY') {
      const revision = taskDefinition ?? consumer.revision.arn;
      const { id, look } = await codeDeploy.deploy(consumer, revision);
      return { state: 'started', service, deploymentId: id, serviceDeployment: undefined, look };
    }
    // Without force, ECS starts no deployment of the revision that the service has already.
    const revision = taskDefinition === service.taskDefinition ? undefined : taskDefinition;
    const answer = await ecs.deploy(service.cluster, service.name, revision);
    const isNew = answer.currentServiceDeployment !== service.currentServiceDeployment;
    return {
      state: 'started',
      service: answer,
      deploymentId: primaryOf(answer)?.id,
      serviceDeployment: isNew ? answer.currentServiceDeployment : undefined,
    };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    if (isAwsError(error, 'ServiceNotActiveException', 'ServiceNotFoundException')) {
      return { state: 'service-deleted', reason: error.message };
    }
    return { state: isUncertain(error) ? 'uncertain' : 'refused', error };
  }
}

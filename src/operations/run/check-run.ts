import type { Service } from '../../aws/ecs-answers.ts';
import type { Aws } from '../../aws/index.ts';
import type { Finding } from '../../model/failures/finding.ts';
import { checkStarts } from '../../model/starts/checks/index.ts';
import { gatherStartFacts, type StartTarget } from '../starts/gather-start-facts.ts';
import type { RunPlan } from './plan-run.ts';

/** What would stop a task from starting. */
export interface RunCheck {
  problems: Finding[];
  /** Commands that fix the problems, in the order to run them. */
  fix: readonly string[];
}

/** Makes the checks of `verify` for a task before it runs, where it will run. Reads no values. */
export async function checkRun(aws: Aws, plan: RunPlan): Promise<RunCheck> {
  const { definition, status, request } = plan;
  const family = request.taskDefinition.replace(/^arn:.*:task-definition\//, '');
  const target: StartTarget = {
    target: family,
    name: { file: undefined, family, options: [] },
    definition,
    status,
    // Its fixes would deploy the service.
    service: undefined,
    like: serviceLike(plan),
  };
  const facts = await gatherStartFacts(aws, [target], { readValues: false });
  const [report] = checkStarts(facts);
  const findings = report?.findings ?? [];
  return {
    problems: findings.filter((finding) => finding.status === 'problem'),
    fix: report?.fix ?? [],
  };
}

// --- internal ---

/** A service that would run its tasks as this one runs; undefined if nothing is known about that. */
function serviceLike({ request, service }: RunPlan): Service | undefined {
  const network = request.networkConfiguration?.awsvpcConfiguration;
  if (!service && !network && request.launchType === undefined) return undefined;
  return {
    ...(service ?? noService),
    cluster: request.cluster,
    // Nothing is deployed, so no fix may change the service.
    controller: 'EXTERNAL',
    launchType: request.launchType,
    capacityProviders: (request.capacityProviderStrategy ?? []).map((one) => one.capacityProvider),
    platformVersion: request.platformVersion,
    network: network && {
      subnets: network.subnets,
      securityGroups: network.securityGroups ?? [],
      publicIp: network.assignPublicIp === 'ENABLED',
    },
  };
}

const noService: Service = {
  cluster: '',
  name: '',
  arn: '',
  status: '',
  taskDefinition: undefined,
  controller: 'EXTERNAL',
  loadBalancer: undefined,
  strategy: 'ROLLING',
  desiredCount: 0,
  launchType: undefined,
  capacityProviders: [],
  platformVersion: undefined,
  platformFamily: undefined,
  network: undefined,
  circuitBreaker: undefined,
  currentServiceDeployment: undefined,
  deployments: [],
  events: [],
};

import type { Aws } from '../aws/index.ts';
import { CliError } from '../errors.ts';
import { checkStart, type StartReport } from '../model/checks/index.ts';
import { gatherStartFacts, type StartTarget } from './gather-start-facts.ts';
import { describeTaskDefinition, readTaskDefinitionFile } from './read-task-definition.ts';
import type { Sources } from './read-source.ts';
import { serviceName } from './service-name.ts';

/** What `verify` was asked about, and what it found. */
export interface Verification extends StartReport {
  target: string;
  /** ARN of the revision; undefined for a file. */
  taskDefinition: string | undefined;
  service: string | undefined;
}

/**
 * Says of each target what would keep its tasks from starting: a file, `FAMILY[:REVISION]`, or
 * `CLUSTER/SERVICE`. Throws CliError where a target itself does not exist.
 */
export async function verify(
  aws: Aws,
  written: readonly string[],
  sources: Sources,
  options: { readValues: boolean },
): Promise<Verification[]> {
  const targets = await Promise.all(written.map((one) => readTarget(aws, one, sources)));
  const facts = await gatherStartFacts(aws, targets, options);
  return facts.map((fact, index) => {
    const { target = '', arn, service } = targets[index] ?? {};
    return {
      target,
      taskDefinition: arn,
      service: service && serviceName(service),
      ...checkStart(fact),
    };
  });
}

// --- internal ---

interface Target extends StartTarget {
  arn: string | undefined;
}

async function readTarget(aws: Aws, target: string, sources: Sources): Promise<Target> {
  const [, cluster, service] = /^([\w-]+)\/([\w-]+)$/.exec(target) ?? [];
  if (cluster !== undefined && service !== undefined) {
    return serviceTarget(aws, target, cluster, service);
  }
  if (/^(-|.*[/\\].*|.*\.(json|ya?ml))$/i.test(target) && !target.startsWith('arn:')) {
    const definition = await readTaskDefinitionFile(target, sources);
    const name = { file: target, family: definition.family ?? '' };
    return { target, name, definition, service: undefined, arn: undefined };
  }
  const { arn, definition } = await describeTaskDefinition(target, aws);
  const family = target.replace(/^arn:.*:task-definition\//, '');
  return { target, name: { file: undefined, family }, definition, service: undefined, arn };
}

/** A service, with the revision that its next task starts from. */
async function serviceTarget(
  aws: Aws,
  target: string,
  cluster: string,
  name: string,
): Promise<Target> {
  const ecs = await aws.ecs();
  const { services } = await ecs.describeServices(cluster, [name]);
  const [service] = services;
  if (!service) {
    throw new CliError('service-not-found', `there is no service ${target}`, {
      hint: 'give CLUSTER/SERVICE; a file is written with its ending or as ./FILE',
    });
  }
  const { taskDefinition } = service;
  if (taskDefinition === undefined) {
    throw new CliError('no-task-definition', `the service ${target} runs no task definition yet`);
  }
  const { arn, definition } = await describeTaskDefinition(taskDefinition, aws);
  const family = arn.replace(/^arn:.*:task-definition\//, '');
  return { target, name: { file: undefined, family }, definition, service, arn };
}

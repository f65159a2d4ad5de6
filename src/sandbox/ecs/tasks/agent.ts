import { owner, type Call, type Principal } from '../../service.ts';
import { fetchParameters } from './fetch-parameters.ts';
import { fetchCredentials } from './fetch-credentials.ts';
import { fetchSecrets } from './fetch-secrets.ts';
import { openLogStreams } from './log-streams.ts';
import { everywhere, networkOf, Unreachable } from './network.ts';
import { findImages } from './find-images.ts';
import { isEcrImage } from '../definitions/registration-checks.ts';
import { inject } from './inject.ts';
import { namedByDocuments, otherReferences } from './other-places.ts';
import { parseReference, valuesFrom } from './secret-references.ts';
import {
  callError,
  noCredentials,
  registryFailure,
  registryUnreachable,
  roleFailure,
  StartFailure,
} from './start-failures.ts';
import type {
  ContainerDefinition,
  FetchOutcome,
  InjectedContainer,
  Task,
  World,
} from '../state.ts';
import type { Invoke } from './invoke.ts';

/** Gets a task ready as the ECS agent does: takes the execution role, then reads each value once. */
export async function prepare(world: World, task: Task): Promise<FetchOutcome> {
  try {
    return { ok: true, containers: await fetchAll(world, task) };
  } catch (error) {
    if (!(error instanceof StartFailure)) return { ok: false, reason: 'CannotStartContainerError' };
    const { message, container: name } = error;
    if (name === undefined) return { ok: false, reason: message };
    return { ok: false, reason: 'Task failed to start', container: { name, reason: message } };
  }
}

async function fetchAll(world: World, task: Task): Promise<InjectedContainer[]> {
  const { containerDefinitions } = task.definition.registration;
  const references = [
    ...[...new Set(containerDefinitions.flatMap((container) => valuesFrom(container)))].map(
      (valueFrom) => parseReference(valueFrom, task.region),
    ),
    ...otherReferences(task),
  ];
  const credentials = containerDefinitions.flatMap(
    ({ repositoryCredentials }) => repositoryCredentials?.credentialsParameter ?? [],
  );

  const ec2 = isOnEc2(task);
  const readsStores = references.length + credentials.length > 0;
  const roleArn = roleOf(world, task, 'executionRoleArn');
  if (!roleArn && readsStores) {
    const stores = references.map(({ store }) => store);
    if (stores.includes('ssm')) throw noCredentials('ssm secret', ec2);
    throw noCredentials(stores.length > 0 ? 'asm secret' : 'asm', ec2);
  }

  const values = new Map<string, string>();
  const needsRole = readsStores || containerDefinitions.some(needsRoleToRun);
  // Without an execution role it is the instance that logs, whose own role is not supported by the sandbox.
  const principal = roleArn && needsRole ? await assume(world, task, roleArn) : owner;
  const taskRole = roleOf(world, task, 'taskRoleArn');
  if (taskRole !== undefined) await assume(world, task, taskRole);
  const reaches = ec2 ? everywhere : networkOf(world, task);
  const invoke: Invoke = async (service, operation, input, region) => {
    // The API of ECR has another name in endpoints.
    const name = service === 'ecr' ? 'ecr.api' : service;
    if (!(await reaches(name, region))) throw new Unreachable();
    return world.environment.invoke(service, operation, input, { principal, region });
  };
  // The agent prepares all of them in parallel, and reports the first failure. Here it is the first in
  // this order.
  const ready = await Promise.allSettled([
    fetchParameters(invoke, references, values, ec2),
    fetchSecrets(invoke, references, values, ec2),
    ...credentials.map((id) => fetchCredentials(invoke, id, task.region, ec2)),
  ]);
  for (const one of ready) if (one.status === 'rejected') throw one.reason;
  await fetchSecrets(invoke, namedByDocuments(task, values), values, ec2);
  await logInToRegistry(invoke, task, ec2);
  await findImages(world, task, ec2);
  await openLogStreams(invoke, task, { ec2, now: world.environment.now() });
  return inject(task, values);
}

/** ECR has to be reached and to let the role in. */
async function logInToRegistry(invoke: Invoke, task: Task, ec2: boolean): Promise<void> {
  for (const { image } of task.definition.registration.containerDefinitions) {
    const region = isEcrImage(image) ? /\.ecr\.([a-z0-9-]+)\./.exec(image)?.[1] : undefined;
    if (region === undefined) continue;
    try {
      await invoke('ecr', 'GetAuthorizationToken', {}, region);
    } catch (error) {
      if (error instanceof Unreachable) throw registryUnreachable(region);
      const call = { service: 'ECR', operation: 'GetAuthorizationToken', region } as const;
      throw registryFailure(callError(call, error), ec2);
    }
  }
}

const needsRoleToRun = (container: ContainerDefinition) =>
  isEcrImage(container.image) || container.logConfiguration?.logDriver === 'awslogs';

function roleOf(
  world: World,
  task: Task,
  kind: 'executionRoleArn' | 'taskRoleArn',
): string | undefined {
  const role = task.overrides[kind] ?? task.definition.registration[kind] ?? '';
  if (role === '' || role.startsWith('arn:')) return role || undefined;
  return `arn:${world.environment.partition}:iam::${world.environment.account}:role/${role}`;
}

async function assume(world: World, task: Task, roleArn: string): Promise<Principal> {
  const request = {
    RoleArn: roleArn,
    RoleSessionName: task.id,
    ServicePrincipal: 'ecs-tasks.amazonaws.com',
    SourceAccount: world.environment.account,
    SourceArn: task.arn,
  };
  try {
    const call: Call = { principal: owner, region: task.region };
    const answer = await world.environment.invoke('sts', 'AssumeRoleForService', request, call);
    // The role to assume, with the name of its session if the answer has it.
    return (answer as { Principal?: Principal }).Principal ?? { kind: 'role', roleArn };
  } catch {
    throw roleFailure(roleArn);
  }
}

// --- internal ---

/** Whether the task starts on an instance of the user's, whose agent words failures differently. */
function isOnEc2(task: Task): boolean {
  const { launchType } = task.settings;
  return launchType === 'EC2' || launchType === 'EXTERNAL';
}

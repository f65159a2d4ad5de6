import { requiredAttributes } from './required-attributes.ts';
import type { ContainerDefinition, Registration, TaskDefinition, World } from '../state.ts';

/** What the caller registered, with the members AWS fills in. */
export function withDefaults(input: Registration): Registration {
  const registration = structuredClone(input);
  // Tags are no part of what Describe shows as the task definition.
  delete registration.tags;
  return {
    ...registration,
    containerDefinitions: registration.containerDefinitions.map((container) =>
      containerWithDefaults(container, registration.networkMode),
    ),
    volumes: registration.volumes ?? [],
    placementConstraints: registration.placementConstraints ?? [],
  };
}

/** A revision as DescribeTaskDefinition shows it. */
export function taskDefinitionView(world: World, definition: TaskDefinition) {
  const { registration } = definition;
  return {
    taskDefinitionArn: definition.arn,
    ...registration,
    revision: definition.revision,
    status: definition.status,
    requiresAttributes: requiredAttributes(registration).map((name) => ({ name })),
    compatibilities: compatibilities(registration),
    registeredAt: definition.registeredAt,
    deregisteredAt: definition.deregisteredAt,
    deleteRequestedAt: definition.deleteRequestedAt,
    registeredBy: `arn:${world.environment.partition}:iam::${world.environment.account}:root`,
  };
}

function containerWithDefaults(
  container: ContainerDefinition,
  networkMode: string | undefined,
): ContainerDefinition {
  return {
    ...container,
    cpu: container.cpu ?? 0,
    essential: container.essential ?? true,
    environment: container.environment ?? [],
    mountPoints: container.mountPoints ?? [],
    volumesFrom: container.volumesFrom ?? [],
    systemControls: container.systemControls ?? [],
    portMappings: (container.portMappings ?? []).map((port) => ({
      ...port,
      hostPort: port.hostPort ?? (networkMode === 'awsvpc' ? port.containerPort : 0),
      protocol: port.protocol ?? 'tcp',
    })),
  };
}

function compatibilities({ networkMode, cpu, memory }: Registration): string[] {
  const fargate = networkMode === 'awsvpc' && cpu && memory;
  if (fargate) return ['EC2', 'FARGATE'];
  return networkMode === 'awsvpc' ? ['EC2'] : ['EXTERNAL', 'EC2'];
}

import type { TaskDefinition } from './task-definition.ts';
import { cpuUnits, fargateSizeProblem, memoryMib } from './task-size.ts';

/**
 * What RegisterTaskDefinition refuses of the sizes, ports and network mode of a task, with its place.
 * Members of a wrong type are ignored here: the schema reports them.
 */
export function sizeProblems(definition: TaskDefinition): string[] {
  return [
    ...taskSizeProblems(definition),
    ...definition.containerDefinitions.flatMap((container, index) => {
      const place = `containerDefinitions[${index}]`;
      return [
        ...(lacksMemory(definition, container)
          ? [`${place}: memory is missing; set memory or memoryReservation, or memory of the task`]
          : []),
        ...portProblems(definition, container, place),
      ];
    }),
  ];
}

/** Whether RegisterTaskDefinition validates a task definition for Fargate. */
export function isForFargate({ requiresCompatibilities: given }: TaskDefinition): boolean {
  return Array.isArray(given) && given.includes('FARGATE');
}

// --- internal ---

type Loose = Readonly<Record<string, unknown>>;

function taskSizeProblems(definition: TaskDefinition): string[] {
  const { cpu, memory, networkMode: mode } = definition;
  const units = cpu === undefined ? undefined : cpuUnits(cpu);
  const mib = memory === undefined ? undefined : memoryMib(memory);
  const onFargate = isForFargate(definition);
  const problems: string[] = [];
  if (cpu !== undefined && units === undefined) {
    problems.push(
      `cpu: ${JSON.stringify(cpu)} is neither CPU units ("256") nor vCPUs (".25 vCPU")`,
    );
  }
  if (memory !== undefined && mib === undefined) {
    problems.push(`memory: ${JSON.stringify(memory)} is neither MiB ("512") nor GB ("0.5 GB")`);
  }
  if (!onFargate) return problems;
  if (cpu === undefined) problems.push('cpu: is missing; Fargate needs it; give --cpu');
  if (memory === undefined) problems.push('memory: is missing; Fargate needs it; give --memory');
  if (mode === undefined || mode === null || (typeof mode === 'string' && mode !== 'awsvpc')) {
    problems.push('networkMode: must be "awsvpc" on Fargate');
  }
  const size = units !== undefined && mib !== undefined && fargateSizeProblem(units, mib);
  return size ? [...problems, size] : problems;
}

/** "If using the EC2 launch type, you must specify either …" (API reference, ContainerDefinition). */
function lacksMemory(definition: TaskDefinition, container: Loose): boolean {
  if (definition.memory !== undefined || isForFargate(definition)) return false;
  const { memory, memoryReservation } = container;
  return (memory ?? memoryReservation ?? undefined) === undefined;
}

/** "hostPort can either be left blank or set to the same value" (API reference, PortMapping). */
function portProblems({ networkMode }: TaskDefinition, container: Loose, place: string): string[] {
  const { portMappings } = container;
  if (!Array.isArray(portMappings) || (networkMode !== 'awsvpc' && networkMode !== 'host')) {
    return [];
  }
  return (portMappings as (Loose | null)[]).flatMap((mapping, index) => {
    const { containerPort, hostPort } = mapping ?? {};
    if (typeof containerPort !== 'number' || typeof hostPort !== 'number') return [];
    // ECS takes 0 for no host port at all.
    if (hostPort === 0 || hostPort === containerPort) return [];
    return [
      `${place}.portMappings[${index}].hostPort: must be ${containerPort} like containerPort, or left out, in network mode ${networkMode}`,
    ];
  });
}

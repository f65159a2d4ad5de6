import type { ContainerDefinition, InjectedContainer, Task } from '../state.ts';

const exitCodeLabel = 'ecs-secrets.sandbox/exit-code';
const exitReasonLabel = 'ecs-secrets.sandbox/exit-reason';
const exitUnlessLabel = 'ecs-secrets.sandbox/exit-unless';

/** The exit that the labels of an essential container ask for, if any. */
export function plannedExit(task: Task, at: number): Task['plannedExit'] {
  const injected = task.fetched?.ok ? task.fetched.containers : [];
  for (const container of task.definition.registration.containerDefinitions) {
    if (container.essential === false) continue;
    const code = exitCodeOf(
      container,
      injected.find(({ name }) => name === container.name),
    );
    const reason = container.dockerLabels?.[exitReasonLabel];
    if (code !== undefined) return { container: container.name, code, reason, at };
  }
  return undefined;
}

function exitCodeOf(
  { dockerLabels = {} }: ContainerDefinition,
  injected: InjectedContainer | undefined,
): number | undefined {
  const code = dockerLabels[exitCodeLabel];
  if (code !== undefined) return Number.parseInt(code, 10) || 0;

  const condition = dockerLabels[exitUnlessLabel];
  if (condition === undefined) return undefined;
  const [name = '', ...pattern] = condition.split('~');
  return matches(injected?.environment[name], pattern.join('~')) ? undefined : 1;
}

function matches(value: string | undefined, pattern: string): boolean {
  try {
    return value !== undefined && new RegExp(pattern, 'u').test(value);
  } catch {
    return false;
  }
}

import { isObject, listOf, membersOf, scalarText } from './foreign/found.ts';
import type { ContainerDefinition, TaskDefinition } from './task-definition.ts';

/**
 * A document as a task definition of which only texts are read: whatever has another form is passed over,
 * and a number or a boolean is its text. Indexes stay.
 */
export function lenientDefinition(input: unknown): TaskDefinition {
  const { taskDefinition } = membersOf(input);
  const { family, containerDefinitions } = membersOf(
    isObject(taskDefinition) ? taskDefinition : input,
  );
  return {
    ...(typeof family === 'string' && { family }),
    containerDefinitions: listOf(containerDefinitions).map((written, index) =>
      containerOf(membersOf(written), index),
    ),
  };
}

// --- internal ---

function containerOf(
  written: Readonly<Record<string, unknown>>,
  index: number,
): ContainerDefinition {
  const { name, environment, command, entryPoint, healthCheck, dockerLabels } = written;
  const { logConfiguration, firelensConfiguration } = written;
  return {
    name: scalarText(name) ?? `containerDefinitions[${index}]`,
    environment: listOf(environment).map((entry) => ({
      name: scalarText(membersOf(entry).name) ?? '',
      value: scalarText(membersOf(entry).value) ?? '',
    })),
    entryPoint: words(entryPoint),
    command: words(command),
    healthCheck: { command: words(membersOf(healthCheck).command) },
    dockerLabels: options(dockerLabels),
    logConfiguration: { options: options(membersOf(logConfiguration).options) },
    firelensConfiguration: { options: options(membersOf(firelensConfiguration).options) },
  };
}

function words(command: unknown): string[] {
  return listOf(command).map((word) => scalarText(word) ?? '');
}

function options(written: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(membersOf(written)).flatMap(([name, value]) => {
      const text = scalarText(value);
      return text === undefined ? [] : [[name, text]];
    }),
  );
}

import { placeOf } from '../definition-texts.ts';
import type { DocumentPath, FoundDefinition, Setting } from './found.ts';

/** A container in a format that is not ECS's, by its texts. */
export interface ForeignContainer {
  name: string;
  image?: string | undefined;
  environment?: readonly Setting[];
  command?: readonly Setting[];
  entryPoint?: readonly Setting[];
  healthCheck?: readonly Setting[];
  labels?: readonly Setting[];
  logOptions?: readonly Setting[];
}

/** A task definition of such containers, which knows where each text came from. */
export function foundDefinition(
  resource: string,
  containers: readonly ForeignContainer[],
): FoundDefinition {
  const places = new Map<string, DocumentPath>();
  const note = (
    settings: readonly Setting[],
    pathOf: (at: number, one: Setting) => DocumentPath,
  ) => {
    settings.forEach((one, at) => places.set(placeOf(pathOf(at, one)), one.path));
  };
  const options = (settings: readonly Setting[]) =>
    Object.fromEntries(settings.map(({ name, value }) => [name, value]));
  const values = (settings: readonly Setting[]) => settings.map(({ value }) => value);
  const containerDefinitions = containers.map((container, index) => {
    const { name, image, environment = [], command = [], entryPoint = [] } = container;
    const { healthCheck = [], labels = [], logOptions = [] } = container;
    const at = ['containerDefinitions', index];
    note(environment, (entry) => [...at, 'environment', entry, 'value']);
    note(command, (word) => [...at, 'command', word]);
    note(entryPoint, (word) => [...at, 'entryPoint', word]);
    note(healthCheck, (word) => [...at, 'healthCheck', 'command', word]);
    note(labels, (_, label) => [...at, 'dockerLabels', label.name]);
    note(logOptions, (_, option) => [...at, 'logConfiguration', 'options', option.name]);
    return {
      name,
      ...(image !== undefined && { image }),
      environment: environment.map(({ name, value }) => ({ name, value })),
      command: values(command),
      entryPoint: values(entryPoint),
      healthCheck: { command: values(healthCheck) },
      dockerLabels: options(labels),
      logConfiguration: { options: options(logOptions) },
    };
  });
  return {
    input: { containerDefinitions },
    resource,
    pathOf: (path) => places.get(placeOf(path)) ?? path,
  };
}

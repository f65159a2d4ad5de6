import { foundDefinition } from './build-container.ts';
import {
  isObject,
  membersOf,
  scalarText,
  settingsOf,
  wordsOf,
  type FoundDefinition,
} from './found.ts';

/** The services of a Compose file, each as a task definition of one container; undefined for other documents. */
export function composeServices(document: unknown): FoundDefinition[] | undefined {
  const { services } = membersOf(document);
  if (!isObject(services) || !Object.values(services).some(isService)) return undefined;
  return Object.entries(services).map(([name, written]) => {
    const service = membersOf(written);
    const at = ['services', name];
    const container = {
      name: scalarText(service.container_name) ?? name,
      image: scalarText(service.image),
      environment: settingsOf(service.environment, [...at, 'environment']),
      command: wordsOf(service.command, [...at, 'command']),
      entryPoint: wordsOf(service.entrypoint, [...at, 'entrypoint']),
      healthCheck: wordsOf(membersOf(service.healthcheck).test, [...at, 'healthcheck', 'test']),
      labels: settingsOf(service.labels, [...at, 'labels']),
      logOptions: settingsOf(membersOf(service.logging).options, [...at, 'logging', 'options']),
    };
    return foundDefinition(name, [container]);
  });
}

// --- internal ---

function isService(service: unknown): boolean {
  const members = membersOf(service);
  return ['image', 'build', 'environment', 'env_file', 'extends'].some((name) => name in members);
}

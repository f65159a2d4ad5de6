import { foundDefinition, type ForeignContainer } from './build-container.ts';
import {
  membersOf,
  scalarText,
  settingsOf,
  wordsOf,
  type DocumentPath,
  type FoundDefinition,
  type Members,
} from './found.ts';

/** The types of manifests with containers (AWS Copilot documentation, "Manifest"). */
const types = new Set([
  ...['Load Balanced Web Service', 'Backend Service', 'Worker Service', 'Scheduled Job'],
  'Request-Driven Web Service',
]);

/**
 * The workload of a manifest of AWS Copilot: its container, its sidecars, and what they get in each
 * environment. Undefined for other documents.
 */
export function copilotWorkload(document: unknown): FoundDefinition[] | undefined {
  const manifest = membersOf(document);
  const name = scalarText(manifest.name);
  if (name === undefined || !types.has(scalarText(manifest.type) ?? '')) return undefined;
  const environments = Object.entries(membersOf(manifest.environments));
  return [
    foundDefinition(name, containersOf(name, manifest, [])),
    ...environments.map(([environment, written]) =>
      foundDefinition(
        `${name}@${environment}`,
        containersOf(name, membersOf(written), ['environments', environment]),
      ),
    ),
  ];
}

// --- internal ---

function containersOf(name: string, manifest: Members, at: DocumentPath): ForeignContainer[] {
  const sidecars = Object.entries(membersOf(manifest.sidecars));
  return [
    containerOf(name, manifest, at),
    ...sidecars.map(([sidecar, written]) =>
      containerOf(sidecar, membersOf(written), [...at, 'sidecars', sidecar]),
    ),
  ];
}

function containerOf(name: string, written: Members, at: DocumentPath): ForeignContainer {
  const { image, variables, command, entrypoint } = written;
  const { location, healthcheck, labels } = membersOf(image);
  return {
    name,
    image: scalarText(image) ?? scalarText(location),
    environment: settingsOf(variables, [...at, 'variables']),
    command: wordsOf(command, [...at, 'command']),
    entryPoint: wordsOf(entrypoint, [...at, 'entrypoint']),
    healthCheck: wordsOf(membersOf(healthcheck).command, [
      ...at,
      ...['image', 'healthcheck', 'command'],
    ]),
    labels: settingsOf(labels, [...at, 'image', 'labels']),
  };
}

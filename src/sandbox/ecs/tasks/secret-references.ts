import type { ContainerDefinition } from '../state.ts';

/** Where a value is fetched from. */
export type Reference =
  | {
      store: 'ssm';
      valueFrom: string;
      region: string;
      /** What the agent asks for, and looks for among the answers. */
      name: string;
    }
  | {
      store: 'secretsmanager';
      valueFrom: string;
      region: string;
      secretId: string;
      jsonKey: string;
      versionStage: string;
      versionId: string;
    }
  | { store: 'malformed'; valueFrom: string; region: string };

/** Every `valueFrom` that a container needs before it can start. */
export function valuesFrom(container: ContainerDefinition): string[] {
  return [...(container.secrets ?? []), ...(container.logConfiguration?.secretOptions ?? [])].map(
    (secret) => secret.valueFrom,
  );
}

/**
 * Reads a `valueFrom`: anything that is no ARN is the name of a parameter in the task's region. The agent
 * does not read ARNs of parameters, so ECS has to send it their names.
 */
export function parseReference(valueFrom: string, taskRegion: string): Reference {
  if (!valueFrom.startsWith('arn:')) {
    return { store: 'ssm', valueFrom, region: taskRegion, name: valueFrom };
  }
  const [, partition = '', service, region = '', account = '', ...resource] = valueFrom.split(':');
  if (service === 'ssm') {
    const path = resource.join(':').replace(/^parameter/, '');
    const name = path.lastIndexOf('/') === 0 ? path.slice(1) : path;
    return { store: 'ssm', valueFrom, region, name };
  }
  if (resource.length !== 2 && resource.length !== 5) {
    return { store: 'malformed', valueFrom, region };
  }
  const [, name = '', jsonKey = '', versionStage = '', versionId = ''] = resource;
  const secretId = `arn:${partition}:secretsmanager:${region}:${account}:secret:${name}`;
  return {
    store: 'secretsmanager',
    valueFrom,
    region,
    secretId,
    jsonKey,
    versionStage,
    versionId,
  };
}

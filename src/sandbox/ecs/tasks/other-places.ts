import type { Task } from '../state.ts';
import { parseReference, type Reference } from './secret-references.ts';

/**
 * What a task reads before it starts besides the references of its containers: credentials of FSx for
 * Windows File Server, credential specs in the two stores, and log options of Service Connect
 * (amazon-ecs-agent: `fsxwindowsfileserver`, `credentialspec`). S3 is not part of the sandbox.
 */
export function otherReferences(task: Task): Reference[] {
  const { containerDefinitions, volumes = [] } = task.definition.registration as {
    containerDefinitions: { credentialSpecs?: string[] }[];
    volumes?: {
      fsxWindowsFileServerVolumeConfiguration?: {
        authorizationConfig?: { credentialsParameter?: string };
      };
    }[];
  };
  const connect = (task.settings.serviceConnectConfiguration ?? {}) as {
    logConfiguration?: { secretOptions?: { valueFrom: string }[] };
  };
  const written = [
    ...volumes.map(
      ({ fsxWindowsFileServerVolumeConfiguration: fsx }) =>
        fsx?.authorizationConfig?.credentialsParameter,
    ),
    ...containerDefinitions.flatMap(({ credentialSpecs = [] }) => credentialSpecs.map(specArn)),
    ...(connect.logConfiguration?.secretOptions ?? []).map(({ valueFrom }) => valueFrom),
  ];
  return [...new Set(written)]
    .filter((one) => one !== undefined)
    .map((valueFrom) => parseReference(valueFrom, task.region));
}

/** The secrets that the domainless credential specs of a task name, as far as their documents were read. */
export function namedByDocuments(task: Task, values: ReadonlyMap<string, string>): Reference[] {
  const documents = task.definition.registration.containerDefinitions.flatMap((container) =>
    ((container.credentialSpecs ?? []) as string[])
      .filter((spec) => spec.startsWith('credentialspecdomainless:'))
      .map((spec) => values.get(specArn(spec) ?? '') ?? ''),
  );
  const arns = documents.flatMap(
    (document) => /"arn:[a-z-]+:secretsmanager:[^"\\]+/.exec(document)?.[0].slice(1) ?? [],
  );
  return arns.map((arn) => parseReference(arn, task.region));
}

function specArn(spec: string): string | undefined {
  return /^credentialspec(?:domainless)?:(arn:[^:]*:(?:ssm|secretsmanager):.*)$/.exec(spec)?.[1];
}

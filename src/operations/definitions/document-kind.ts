import { InvalidInput } from '../../model/problems.ts';

/**
 * Throws InvalidInput for a document that people give in place of a task definition: a list of containers,
 * a template of CloudFormation, a manifest of Kubernetes or a Compose file.
 */
export function checkKind(document: unknown, name: string): void {
  const kind = kindOf(document);
  if (kind === 'containers') {
    throw new InvalidInput(
      `${name} is a list of containers, not a task definition`,
      'write {"family": NAME, "containerDefinitions": …} around the list',
    );
  }
  if (kind !== undefined) {
    throw new InvalidInput(
      `${name} is a ${kind}, not a task definition`,
      'aws ecs describe-task-definition --task-definition FAMILY prints one that is registered',
    );
  }
}

// --- internal ---

type Kind = 'containers' | 'CloudFormation template' | 'Kubernetes manifest' | 'Compose file';

function kindOf(document: unknown): Kind | undefined {
  if (!isObject(document)) return undefined;
  if (Array.isArray(document)) {
    const are = document.length > 0 && document.every((one) => isObject(one) && 'image' in one);
    return are ? 'containers' : undefined;
  }
  if ('containerDefinitions' in document || 'taskDefinition' in document) return undefined;
  if (isObject(document.Resources)) return 'CloudFormation template';
  if ('apiVersion' in document && 'kind' in document) return 'Kubernetes manifest';
  return isObject(document.services) && !Array.isArray(document.services)
    ? 'Compose file'
    : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

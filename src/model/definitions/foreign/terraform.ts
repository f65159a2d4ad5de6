import {
  isObject,
  listOf,
  membersOf,
  scalarText,
  type DocumentPath,
  type FoundDefinition,
} from './found.ts';

/**
 * The task definitions in the JSON of Terraform: `terraform show -json` of a plan or a state, or a state file
 * (Terraform documentation, "JSON Output Format"). Undefined for other documents.
 */
export function terraformDefinitions(document: unknown): FoundDefinition[] | undefined {
  const { terraform_version: version, planned_values, values, resources } = membersOf(document);
  if (typeof version !== 'string') return undefined;
  if (Array.isArray(resources)) return resources.flatMap(inStateFile);
  return [
    ...inModule(membersOf(planned_values).root_module, ['planned_values', 'root_module']),
    ...inModule(membersOf(values).root_module, ['values', 'root_module']),
  ];
}

// --- internal ---

function inModule(module: unknown, at: DocumentPath): FoundDefinition[] {
  const { resources, child_modules } = membersOf(module);
  return [
    ...listOf(resources).flatMap((resource, index) => {
      const { type, address, values } = membersOf(resource);
      const path = [...at, 'resources', index, 'values'];
      return type === 'aws_ecs_task_definition'
        ? definitionIn(values, scalarText(address) ?? type, path)
        : [];
    }),
    ...listOf(child_modules).flatMap((child, index) =>
      inModule(child, [...at, 'child_modules', index]),
    ),
  ];
}

function inStateFile(resource: unknown, index: number): FoundDefinition[] {
  const { type, name, module, instances } = membersOf(resource);
  if (type !== 'aws_ecs_task_definition') return [];
  const address = [module, type, name].flatMap((part) => scalarText(part) ?? []).join('.');
  return listOf(instances).flatMap((instance, at) => {
    const path = ['resources', index, 'instances', at, 'attributes'];
    return definitionIn(membersOf(instance).attributes, address, path);
  });
}

/** The attribute `container_definitions` is a text of JSON, in which no place can be named. */
function definitionIn(values: unknown, resource: string, at: DocumentPath): FoundDefinition[] {
  const attributes = membersOf(values);
  const containerDefinitions = containersIn(attributes.container_definitions);
  if (!containerDefinitions) return [];
  const input = {
    family: scalarText(attributes.family),
    executionRoleArn: scalarText(attributes.execution_role_arn),
    taskRoleArn: scalarText(attributes.task_role_arn),
    containerDefinitions,
  };
  return [{ input, resource, pathOf: () => [...at, 'container_definitions'] }];
}

function containersIn(text: unknown): unknown[] | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    const read: unknown = JSON.parse(text);
    return Array.isArray(read) && read.every(isObject) ? read : undefined;
  } catch {
    return undefined;
  }
}

import { templateDefinitions } from './cloudformation.ts';
import { composeServices } from './compose.ts';
import { copilotWorkload } from './copilot.ts';
import { isObject, membersOf, type DefinitionFormat, type FoundDefinition } from './found.ts';
import type { TemplateNames } from './template-values.ts';
import { terraformDefinitions } from './terraform.ts';

/** What a document has in it: a format, and the task definitions that were found. */
export interface Recognized {
  format: DefinitionFormat;
  found: FoundDefinition[];
}

/**
 * Recognizes the formats in which task definitions and containers are written, and finds these. Undefined
 * for a document of no such format. `names` are for templates of CloudFormation.
 */
export function recognize(document: unknown, names?: TemplateNames): Recognized | undefined {
  const plain = plainDefinitions(document, []);
  if (plain.length > 0) return { format: 'task definition', found: plain };
  if (isContainerList(document)) {
    const pathOf: FoundDefinition['pathOf'] = ([, ...path]) => path;
    const found = [{ input: { containerDefinitions: document }, pathOf }];
    return { format: 'list of containers', found };
  }
  const formats: [DefinitionFormat, FoundDefinition[] | undefined][] = [
    ['CloudFormation template', templateDefinitions(document, names)],
    ['Terraform plan or state', terraformDefinitions(document)],
    ['Copilot manifest', copilotWorkload(document)],
    ['Compose file', composeServices(document)],
  ];
  for (const [format, found] of formats) if (found) return { format, found };
  return undefined;
}

// --- internal ---

/** Task definitions as they are, in `taskDefinition`, in a list, or in `taskDefinitions`. */
function plainDefinitions(document: unknown, at: readonly (string | number)[]): FoundDefinition[] {
  if (Array.isArray(document)) {
    return document.flatMap((one: unknown, index) =>
      Array.isArray(one) ? [] : plainDefinitions(one, [...at, index]),
    );
  }
  const { containerDefinitions, taskDefinition, taskDefinitions } = membersOf(document);
  if (Array.isArray(containerDefinitions)) {
    return [{ input: document, pathOf: (path) => [...at, ...path] }];
  }
  if (isObject(taskDefinition)) {
    const inner = plainDefinitions(taskDefinition, [...at, 'taskDefinition']);
    // Tags stand beside the wrapper.
    return inner.map((one) => ({ ...one, input: document }));
  }
  return Array.isArray(taskDefinitions)
    ? plainDefinitions(taskDefinitions, [...at, 'taskDefinitions'])
    : [];
}

function isContainerList(document: unknown): document is unknown[] {
  if (!Array.isArray(document) || document.length === 0) return false;
  return document.every((one) => isObject(one) && 'image' in one);
}

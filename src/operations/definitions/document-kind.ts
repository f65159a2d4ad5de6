import { InvalidInput } from '../../model/problems.ts';
import { recognize } from '../../model/definitions/foreign/index.ts';
import { otherKind } from '../../model/definitions/foreign/other-kinds.ts';

/** A document that can be read, and has no task definition or containers. */
export class NoDefinition extends InvalidInput {}

/**
 * The problem of a document that people give in place of a task definition: what it is, and what to do. `reads`
 * names the kind of command: `audit` reads every format with containers.
 */
export function otherKindProblem(
  document: unknown,
  name: string,
  reads: 'audit' | 'task definitions',
): NoDefinition {
  const { format, found } = recognize(document) ?? {};
  if (format === 'list of containers') {
    return new NoDefinition(
      `${name} is a list of containers, not a task definition`,
      'register --family FAMILY registers it; verify, policy execution and audit read it',
    );
  }
  if (format !== undefined && format !== 'task definition') {
    const what = `${name} is a ${format}`;
    if (found?.length === 0) return new NoDefinition(`${what} without task definitions`);
    const also =
      format === 'CloudFormation template' ? 'verify, policy execution and audit' : 'audit';
    return new NoDefinition(`${what}, not a task definition`, `${also} can read it; ${describes}`);
  }
  const other = otherKind(document);
  if (other) {
    const wanted = reads === 'audit' ? 'and has no containers' : 'not a task definition';
    return new NoDefinition(`${name} is ${other.what}, ${wanted}`, other.hint ?? describes);
  }
  return new NoDefinition(`${name}: containerDefinitions: is missing`);
}

// --- internal ---

const describes =
  'aws ecs describe-task-definition --task-definition FAMILY prints one that is registered';

import { InvalidInput } from '../../model/problems.ts';
import { recognize } from '../../model/definitions/foreign/index.ts';
import { otherKind } from '../../model/definitions/foreign/other-kinds.ts';

/**
 * The problem of a document that people give in place of a task definition: what it is, and what to do. `reads`
 * names the kind of command: `audit` reads every format with containers.
 */
export function otherKindProblem(
  document: unknown,
  name: string,
  reads: 'audit' | 'task definitions',
): InvalidInput {
  const { format, found } = recognize(document) ?? {};
  if (format === 'list of containers') {
    return new InvalidInput(
      `${name} is a list of containers, not a task definition`,
      'register --family FAMILY registers it; verify, policy execution and audit read it',
    );
  }
  if (format !== undefined && format !== 'task definition') {
    const what = `${name} is a ${format}`;
    if (found?.length === 0) return new InvalidInput(`${what} without task definitions`);
    const also =
      format === 'CloudFormation template' ? 'verify, policy execution and audit' : 'audit';
    return new InvalidInput(`${what}, not a task definition`, `${also} can read it; ${describes}`);
  }
  const other = otherKind(document);
  if (other) {
    const wanted = reads === 'audit' ? 'and has no containers' : 'not a task definition';
    return new InvalidInput(`${name} is ${other.what}, ${wanted}`, other.hint ?? describes);
  }
  return new InvalidInput(`${name}: containerDefinitions: is missing`);
}

// --- internal ---

const describes =
  'aws ecs describe-task-definition --task-definition FAMILY prints one that is registered';

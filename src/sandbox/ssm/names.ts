import { parseArn } from '../../model/secrets/partition.ts';
import { ServiceError, type Environment } from '../service.ts';

/** Maximum length of the ARN, which contains the name. */
const longestArn = 1011;
const mostLevels = 15;

/**
 * The stored form of a name to write, label or delete (`/foo` is stored as `foo`). Throws the error
 * of the rule that the name violates.
 */
export function parameterName(written: string, region: string, environment: Environment): string {
  const name = written.trim();
  const levels = name.replace(/^\//, '').split('/');
  if (name.length > 1 && name.endsWith('/')) {
    throw invalid('Parameter name must not end with slash.');
  }
  if (/^aws/i.test(levels[0] ?? '')) {
    throw new ServiceError(
      'AccessDeniedException',
      `No access to reserved parameter name: ${name}.`,
    );
  }
  if (/^ssm/i.test(levels[0] ?? '') || levels.some((level) => !/^[A-Za-z0-9_.-]+$/.test(level))) {
    throw invalid(
      `Parameter name: can't be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_`,
    );
  }
  if (levels.length > 1 && !name.startsWith('/')) {
    throw invalid('Parameter name must be a fully qualified name.');
  }
  if (levels.length > mostLevels) {
    throw new ServiceError(
      'HierarchyLevelLimitExceededException',
      `A parameter name can have ${mostLevels} levels at most.`,
    );
  }
  const stored = storedName(name);
  const length = parameterArn(stored, region, environment).length;
  if (length > longestArn) {
    throw new ServiceError(
      'AccessDeniedException',
      `The fully qualified parameter name has ${length} characters; ${longestArn} are allowed.`,
    );
  }
  return stored;
}

/** ARN of a parameter by its stored name. */
export function parameterArn(name: string, region: string, environment: Environment): string {
  const { partition, account } = environment;
  return `arn:${partition}:ssm:${region}:${account}:parameter/${name.replace(/^\//, '')}`;
}

/** A requested parameter, with the version or label after its name, if any. */
export interface Asked {
  /** Stored form. */
  name: string;
  selector: string | undefined;
}

/**
 * Parses the target of a Get operation: a name or an ARN, optionally followed by `:VERSION` or
 * `:LABEL`. Returns undefined for an ARN of another region or account; throws for an invalid name.
 */
export function askedParameter(
  written: string,
  region: string,
  environment: Environment,
): Asked | undefined {
  let rest = written.trim();
  if (rest.startsWith('arn:')) {
    const arn = parseArn(rest);
    if (arn?.service !== 'ssm' || !arn.resource.startsWith('parameter/')) {
      throw invalid(`Invalid parameter ARN: ${written}`);
    }
    if (arn.region !== region || arn.account !== environment.account) return undefined;
    rest = arn.resource.slice('parameter'.length);
  }
  const colon = rest.indexOf(':');
  const name = colon < 0 ? rest : rest.slice(0, colon);
  const selector = colon < 0 ? undefined : rest.slice(colon + 1);
  if (!/^[A-Za-z0-9_./-]+$/.test(name) || selector === '' || selector?.includes(':')) {
    throw invalid(`Invalid parameter name: ${written}`);
  }
  return { name: storedName(name), selector };
}

/** SSM's error for invalid input. */
export function invalid(message: string): ServiceError {
  return new ServiceError('ValidationException', message);
}

// --- internal ---

function storedName(name: string): string {
  return name.lastIndexOf('/') === 0 ? name.slice(1) : name;
}

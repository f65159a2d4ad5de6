import { parseArn } from '../../model/secrets/partition.ts';
import { ServiceError, type Environment } from '../service.ts';

/** Longest fully qualified name: the ARN with the name in it. */
const longestArn = 1011;
const mostLevels = 15;

/**
 * The stored form of a name to write, label or delete (`/foo` is stored as `foo`). Throws the error
 * of the rule that the name breaks.
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

/** A parameter that is asked for, with the version or label after its name if there is one. */
export interface Asked {
  /** Stored form. */
  name: string;
  selector: string | undefined;
}

/**
 * Reads what a Get operation is asked for: a name or an ARN, then perhaps `:VERSION` or `:LABEL`.
 * Answers undefined for an ARN of another region or account; throws for a name that cannot be one.
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

/** The error of SSM for input that breaks a rule. */
export function invalid(message: string): ServiceError {
  return new ServiceError('ValidationException', message);
}

// --- internal ---

function storedName(name: string): string {
  return name.lastIndexOf('/') === 0 ? name.slice(1) : name;
}

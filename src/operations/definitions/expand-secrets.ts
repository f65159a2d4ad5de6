import type { Aws } from '../../aws/index.ts';
import { CliError } from '../../errors.ts';
import { parsePrefix, relativeName } from '../../model/secrets/prefix.ts';
import { InvalidInput, Problems } from '../../model/problems.ts';
import {
  formatReference,
  lookupId,
  parseReference,
  type Store,
} from '../../model/secrets/reference.ts';
import { shownReference, withoutValue } from '../../model/secrets/shown-text.ts';
import { isVariableName, variableName } from '../../model/secrets/variable-name.ts';
import { listSecrets } from '../secrets/list-secrets.ts';

/** Secrets to inject that are named together, each `[CONTAINER=]WHAT`. */
export interface SecretSources {
  /** Every secret below a prefix. */
  prefixes: readonly string[];
  /** Every key of a JSON secret. */
  jsonSecrets: readonly string[];
}

/**
 * Turns sources into assignments as `--secret` takes them, `[CONTAINER:]ENV=REF`. Below a prefix the
 * variable is what follows it, with `_` for `/`, `-` and `.` (`variableName`); a key is the variable
 * itself. Throws InvalidInput for names that make no variable, CliError where there is nothing.
 */
export async function expandSecrets(
  aws: Aws,
  { prefixes, jsonSecrets }: SecretSources,
  store: Store,
): Promise<string[]> {
  const problems = new Problems();
  const assignments: string[] = [];
  const add = (
    container: string,
    variable: string | undefined,
    from: string,
    ref: string,
  ): void => {
    if (variable === undefined) problems.add(`${from} cannot be turned into a variable name`);
    else assignments.push(`${container}${variable}=${ref}`);
  };
  for (const written of prefixes) {
    const { container, rest, option } = cut('--secrets-from', written);
    const prefix = quietly(option, () => parsePrefix(rest, store));
    const found = await listSecrets(aws, prefix);
    if (found.length === 0) throw nothing(`${option}: there is nothing below it`);
    for (const { name, store: own } of found) {
      const variable = variableName(relativeName(prefix, name) ?? '');
      add(container, variable, name, `${own === 'secrets-manager' ? 'sm' : 'ssm'}:${name}`);
    }
  }
  for (const written of jsonSecrets) {
    const { container, rest, option } = cut('--all-keys', written);
    const reference = quietly(option, () => parseReference(rest, 'secrets-manager'));
    if (reference.store === 'parameter-store') {
      throw nothing(`${option} is a parameter, which has no keys ECS can refer to`);
    }
    const manager = await aws.secretsManager(reference.scope?.region);
    const keys = (await manager.read(lookupId(reference)))?.value?.jsonKeys();
    if (!keys || keys.length === 0) throw nothing(`${option} is not a JSON object with keys`);
    for (const jsonKey of keys) {
      const variable = isVariableName(jsonKey) ? jsonKey : undefined;
      add(container, variable, `${rest}:${jsonKey}`, formatReference({ ...reference, jsonKey }));
    }
  }
  problems.throwIfAny();
  return assignments;
}

// --- internal ---

/**
 * Cuts `[CONTAINER=]WHAT`, where WHAT may contain "=" (a secret's name may). The container is
 * returned as `--secret` writes it, the option as messages quote it.
 */
function cut(name: string, written: string): { container: string; rest: string; option: string } {
  const [, container] = /^([\w-]+)=/.exec(written) ?? [];
  if (container === undefined) {
    const shown = written.includes('=') ? withoutValue(written) : shownReference(written);
    return { container: '', rest: written, option: `${name} ${shown}` };
  }
  const rest = written.slice(container.length + 1);
  return {
    container: `${container}:`,
    rest,
    option: `${name} ${container}=${shownReference(rest)}`,
  };
}

/** Parses a text that may be a value by mistake: the error names the broken rule and does not quote it. */
function quietly<T>(option: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InvalidInput) || !option.endsWith('…')) throw error;
    throw new InvalidInput(
      `${option}: this is neither a prefix nor a secret`,
      'write /path, sm:NAME or an ARN; a value is never an argument',
    );
  }
}

function nothing(message: string): CliError {
  return new CliError('nothing-found', message, {
    hint: 'ecs-secrets list prints the names; sm: selects Secrets Manager',
  });
}

import type { Aws } from '../aws/index.ts';
import { CliError } from '../errors.ts';
import { parsePrefix, relativeName } from '../model/prefix.ts';
import { Problems } from '../model/problems.ts';
import { formatReference, lookupId, parseReference, type Store } from '../model/reference.ts';
import { isVariableName, variableName } from '../model/variable-name.ts';
import { listSecrets } from './list-secrets.ts';

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
    if (variable === undefined) problems.add(`${from} does not make the name of a variable`);
    else assignments.push(`${container}${variable}=${ref}`);
  };
  for (const written of prefixes) {
    const { container, rest } = cut(written);
    const prefix = parsePrefix(rest, store);
    const found = await listSecrets(aws, prefix);
    if (found.length === 0) throw nothing(`there is nothing below ${rest}`);
    for (const { name, store: own } of found) {
      const variable = variableName(relativeName(prefix, name) ?? '');
      add(container, variable, name, `${own === 'secrets-manager' ? 'sm' : 'ssm'}:${name}`);
    }
  }
  for (const written of jsonSecrets) {
    const { container, rest } = cut(written);
    const reference = parseReference(rest, 'secrets-manager');
    if (reference.store === 'parameter-store') {
      throw nothing(`${rest} is a parameter, which has no keys ECS can refer to`);
    }
    const manager = await aws.secretsManager(reference.scope?.region);
    const keys = (await manager.read(lookupId(reference)))?.value?.jsonKeys();
    if (!keys || keys.length === 0) throw nothing(`${rest} is no JSON object with keys`);
    for (const jsonKey of keys) {
      const variable = isVariableName(jsonKey) ? jsonKey : undefined;
      add(container, variable, `${rest}:${jsonKey}`, formatReference({ ...reference, jsonKey }));
    }
  }
  problems.throwIfAny();
  return assignments;
}

// --- internal ---

/** Cuts `[CONTAINER=]WHAT`; the container comes out as `--secret` writes it. */
function cut(written: string): { container: string; rest: string } {
  const at = written.indexOf('=');
  return at < 0
    ? { container: '', rest: written }
    : { container: `${written.slice(0, at)}:`, rest: written.slice(at + 1) };
}

function nothing(message: string): CliError {
  return new CliError('nothing-found', message, {
    hint: 'ecs-secrets list shows what there is; sm: selects Secrets Manager',
  });
}

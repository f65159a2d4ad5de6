import type { Aws } from '../../aws/index.ts';
import { CliError } from '../../errors.ts';
import { formatPrefix, relativeName, type Prefix } from '../../model/secrets/prefix.ts';
import type { SecretValue } from '../../model/secrets/secret-value.ts';
import type { NamedValue } from './format-secrets.ts';
import { readSecrets } from '../secrets/read-values.ts';

/** The values of a source, with warnings. */
export interface Environment {
  values: NamedValue[];
  /** Unexpected differences in what a container would get; never a value. */
  warnings: string[];
}

/**
 * Reads all values below a prefix, by the remainder of their names. Throws CliError `nothing-found`
 * if there are none, and CliError if one may not be read.
 */
export async function readPrefix(aws: Aws, prefix: Prefix): Promise<Environment> {
  const found =
    prefix.store === 'parameter-store' ? await below(aws, prefix) : await named(aws, prefix);
  const warnings: string[] = [];
  const values = found.flatMap(({ name, value }): NamedValue[] => {
    const relative = relativeName(prefix, name);
    if (relative === undefined) return [];
    if (value) return [{ name: relative, value }];
    warnings.push(`${name} is a binary secret and left out: ECS cannot inject it`);
    return [];
  });
  if (values.length === 0) {
    const { region, account } = await aws.caller();
    throw new CliError(
      'nothing-found',
      `there is nothing below ${formatPrefix(prefix)} (account ${account}, region ${region})`,
      { hint: 'ecs-secrets list prints the names; --store or sm: selects Secrets Manager' },
    );
  }
  return { values: values.sort((a, b) => (a.name < b.name ? -1 : 1)), warnings };
}

// --- internal ---

async function below(aws: Aws, { path }: Prefix): Promise<Found[]> {
  return (await aws.parameterStore()).readBelow(path || '/');
}

interface Found {
  name: string;
  value: SecretValue | undefined;
}

async function named(aws: Aws, { path }: Prefix): Promise<Found[]> {
  const manager = await aws.secretsManager();
  const listed = await manager.list(path === '' ? '' : `${path}/`);
  const { found, denied } = await readSecrets(
    manager,
    listed.map(({ name }) => name),
  );
  for (const refusal of denied.values()) throw refusal;
  return [...found.values()];
}

import type { Aws } from '../../aws/index.ts';
import { CliError } from '../../errors.ts';
import { formatReference, lookupId } from '../../model/secrets/reference.ts';
import { mendingCommand } from '../../model/roles/role-check.ts';
import {
  readUse,
  roleFiles,
  secretUses,
  useReference,
} from '../../model/definitions/secret-uses.ts';
import type { TaskDefinition } from '../../model/definitions/task-definition.ts';
import { SecretValue } from '../../model/secrets/secret-value.ts';
import { whyNoKey } from '../../model/secrets/missing-key.ts';
import { namedSecrets } from '../definitions/named-secrets.ts';
import { checkRole } from '../roles/check-role.ts';
import { grantsFor } from '../roles/role-grants.ts';
import { readRole, roleName } from '../roles/role-policies.ts';
import type { ResolvedSecret } from '../secrets/look-up-secrets.ts';

/**
 * Problems that would prevent ECS from reading existing references at start: a role without the
 * required grants and, with `readValues`, keys that are missing or not strings. Returns warnings,
 * also for what the caller may not check.
 */
export async function checkReferences(
  aws: Aws,
  definition: TaskDefinition,
  {
    readValues,
    known,
  }: {
    readValues: boolean;
    /** Secrets that were looked up already, by `formatReference`. */
    known: ReadonlyMap<string, ResolvedSecret>;
  },
): Promise<string[]> {
  return [
    ...(await orUnchecked('the execution role', roleWarnings(aws, definition, known))),
    ...(readValues ? await orUnchecked('the keys', keyWarnings(aws, definition)) : []),
  ];
}

/** Whether the execution role of a task definition is read to check it. */
export function readsRole(definition: TaskDefinition): boolean {
  return definition.executionRoleArn !== undefined && secretUses(definition).length > 0;
}

// --- internal ---

async function orUnchecked(what: string, check: Promise<string[]>): Promise<string[]> {
  try {
    return await check;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return [`${what} could not be checked: ${error.message}`];
  }
}

async function roleWarnings(
  aws: Aws,
  definition: TaskDefinition,
  known: ReadonlyMap<string, ResolvedSecret>,
): Promise<string[]> {
  const { executionRoleArn: role, family = '' } = definition;
  const uses = secretUses(definition);
  if (role === undefined || !readsRole(definition)) return [];
  const { named } = await namedSecrets(aws, definition);
  const found = await readRole(await aws.iam(), role);
  const grants = await grantsFor(aws, {
    references: [...uses.map(useReference), ...named.flatMap((use) => readUse(use) ?? [])],
    files: roleFiles(definition).map((objectArn) => ({ objectArn })),
    allowMissing: false,
    keyArns: [],
    known,
  });
  const { findings } = await checkRole(aws, found, grants, [definition], { simulate: false });
  const unseen = findings
    .filter(({ verdict }) => verdict === 'unknown')
    .map(({ what, action, why }) => `executionRoleArn: ${action} for ${what}: ${why}`);
  const wrong = findings.filter(({ verdict }) => verdict === 'missing' || verdict === 'denied');
  if (wrong.length === 0) return unseen;
  const actions = wrong.map(({ what, action, why }) => `${action} for ${what} (${why})`);
  const name = roleName(role);
  return [
    ...unseen,
    `executionRoleArn: the role ${name} does not allow ${actions.join(', ')}; ${mendingCommand(name, ['--task-definition', family])} grants what it lacks`,
  ];
}

async function keyWarnings(aws: Aws, definition: TaskDefinition): Promise<string[]> {
  const warnings: string[] = [];
  for (const use of secretUses(definition)) {
    const reference = useReference(use);
    if (reference.store === 'parameter-store' || reference.jsonKey === undefined) continue;
    const { jsonKey, versionStage: stage, versionId } = reference;
    const manager = await aws.secretsManager(reference.scope?.region);
    const read = await manager.read(lookupId(reference), { stage, versionId });
    // A missing secret is reported without reading values.
    if (!read) continue;
    const { value } = read;
    const injected = value?.injectedKey(jsonKey) ?? 'binary';
    if (injected instanceof SecretValue && value?.jsonKey(jsonKey)) continue;
    const secret = formatReference({ ...reference, jsonKey: undefined });
    warnings.push(
      injected instanceof SecretValue
        ? `${use.place}: the key "${jsonKey}" is not a string, and the ECS agent formats it as Go does`
        : `${use.place}: ${secret} ${whyNoKey(injected, jsonKey, value?.jsonKeys())}`,
    );
  }
  return warnings;
}

import type { Aws } from '../../aws/index.ts';
import { CliError, Interrupted } from '../../errors.ts';
import type { Grants } from '../../model/roles/execution-policy.ts';
import { formatReference, type Reference } from '../../model/secrets/reference.ts';
import type { Tag } from '../../model/secrets/secret-rules.ts';
import { roleFiles, secretUses, useReference } from '../../model/definitions/secret-uses.ts';
import type { TaskDefinition } from '../../model/definitions/task-definition.ts';
import type { Clock } from '../../world.ts';
import { ensureRole, type RoleOutcome, type RoleRequest } from '../roles/ensure-role.ts';
import { importSecrets } from '../import/import-secrets.ts';
import type { MigrationPlan, Move } from './plan-migration.ts';
import {
  registerTaskDefinition,
  type RegisterOutcome,
  type RegisterRequest,
} from '../register/register-task-definition.ts';
import { ahead } from '../ahead.ts';
import { grantsFor, type GrantRequest } from '../roles/role-grants.ts';
import { readRoleName } from '../roles/role-policies.ts';
import type { OnProgress } from '../progress.ts';
import { readValues } from '../secrets/read-values.ts';
import { untilInterrupted } from '../until-interrupted.ts';

/** What to migrate, and how. */
export interface MigrationRequest {
  definition: TaskDefinition;
  plan: MigrationPlan;
  kmsKeyId: string | undefined;
  tags: readonly Tag[];
  /** Name or ARN of a role that replaces the one of the definition. */
  executionRole: string | undefined;
  /** Leave the role unchanged. */
  keepRole: boolean;
  clock: Clock;
  interrupted: AbortSignal;
  onProgress: OnProgress;
  onWarning: (text: string) => void;
}

/** What was done. */
export interface MigrationOutcome {
  /** Number of values stored by this run; the others existed already. */
  stored: number;
  /** Undefined if the role was left unchanged. */
  role: RoleOutcome | undefined;
  registered: RegisterOutcome;
}

/**
 * Stores the values, grants them to the execution role and registers the revision that refers to
 * them, in this order. Running tasks continue at every point, and a second run completes what is
 * missing. The role keeps its existing grants. Everything that can be checked in advance is checked
 * (`checkMigration`). Throws CliError if a step fails, and Interrupted with what was done so far.
 */
export async function migrateSecrets(
  aws: Aws,
  request: MigrationRequest,
): Promise<MigrationOutcome> {
  const { definition, plan, interrupted, onProgress, keepRole } = request;
  const written = request.executionRole ?? definition.executionRoleArn;
  const stored = await storeValues(aws, request);
  stopIf(interrupted, 'the values are stored');
  const grant = async (role: string): Promise<RoleOutcome> => {
    onProgress({ step: 'granting the secrets to the execution role' });
    const named = readRoleName(role, await aws.caller());
    const reading = ahead((await aws.iam()).role(named.name));
    const grants = await grantsFor(aws, migrationGrants(definition, plan.moves));
    const wanted = migrationRole(named, grants, request.onWarning);
    return ensureRole(aws, { ...wanted, onProgress }, request.clock, reading);
  };
  const role =
    written === undefined || keepRole
      ? undefined
      : await untilInterrupted(
          grant(written),
          interrupted,
          'interrupted; the values are stored, and the execution role may be changed',
          goOn,
        );
  stopIf(interrupted, 'the values are stored and granted');
  onProgress({ step: 'registering the revision' });
  const registering = registerTaskDefinition(aws, {
    base: definition,
    edits: migrationEdits(plan),
    executionRole: request.executionRole,
    store: 'parameter-store',
    force: false,
    dryRun: false,
    strict: false,
    readValues: false,
    services: [],
    onWarning: request.onWarning,
    clock: request.clock,
    interrupted,
    onWait: () => {
      onProgress({ step: 'waiting for IAM to propagate the role' });
    },
  });
  const registered = await untilInterrupted(
    registering,
    interrupted,
    'interrupted; the values are stored and granted, and the revision may be registered',
    goOn,
  );
  return { stored, role, registered };
}

/** The edits that replace the moved variables by references to their secrets. */
export function migrationEdits({ moves }: MigrationPlan): RegisterRequest['edits'] {
  return {
    images: [],
    secrets: moves.map(
      ({ container, name, reference }) => `${container}:${name}=${formatReference(reference)}`,
    ),
    secretOptions: [],
  };
}

/** What a task definition reads, plus the moved secrets. */
export function migrationGrants(definition: TaskDefinition, moves: readonly Move[]): GrantRequest {
  return {
    references: [
      ...secretUses(definition).map(useReference),
      ...moves.map(({ reference }) => reference),
    ],
    files: roleFiles(definition).map((objectArn) => ({ objectArn })),
    allowMissing: false,
    keyArns: [],
  };
}

/** The role of the revision, with these grants added to its existing ones. */
export function migrationRole(
  { name, path }: { name: string; path: string | undefined },
  grants: Grants,
  onWarning: (text: string) => void,
): RoleRequest {
  return {
    name,
    grants,
    exact: false,
    oversize: 'fail',
    managedPolicy: undefined,
    sourceCondition: true,
    path,
    description: undefined,
    permissionsBoundary: undefined,
    tags: [],
    dryRun: false,
    onWarning,
    onCompact: () => undefined,
    onLoss: () => Promise.resolve(),
  };
}

// --- internal ---

const goOn = 'run the command again: it completes what is left';

function stopIf(interrupted: AbortSignal, done: string): void {
  if (!interrupted.aborted) return;
  throw new Interrupted(`interrupted; ${done}`, goOn);
}

async function storeValues(aws: Aws, request: MigrationRequest): Promise<number> {
  const { plan, kmsKeyId, tags, interrupted, onProgress } = request;
  const missing = new Map<string, Move>(
    plan.moves
      .filter(({ stored }) => !stored)
      .map((move) => [formatReference(move.reference), move]),
  );
  if (missing.size === 0) return 0;
  const items = [...missing].map(([key, { reference, value }]) => ({ key, reference, value }));
  const results = await importSecrets(aws, items, {
    kmsKeyId,
    tags,
    // A secret created after planning is not overwritten.
    only: 'create',
    interrupted,
    onProgress,
  });
  const failed = results.flatMap(({ key, reference, error }) =>
    error ? [{ key, reference, error }] : [],
  );
  if (failed.length === 0) return items.length;
  const taken = failed.filter(({ error }) => error.code === 'already-exists');
  const denied = await unreadable(aws, taken);
  const why = (reference: Reference, { code, message }: CliError): string => {
    if (code !== 'already-exists') return message;
    return denied.has(reference.name)
      ? 'it exists, and reading it to compare was denied (ssm:GetParameters, secretsmanager:GetSecretValue)'
      : 'it was created since the plan was made';
  };
  throw new CliError(
    'store-failed',
    failed.map(({ key, reference, error }) => `${key}: ${why(reference, error)}`).join('\n'),
    {
      hint: [
        failed[0]?.error.code === 'already-exists' ? undefined : failed[0]?.error.hint,
        'nothing was registered; run the command again',
      ]
        .filter(Boolean)
        .join('; '),
    },
  );
}

/** Which of these the caller may not read: the others did not exist at the comparison. */
async function unreadable(
  aws: Aws,
  taken: readonly { reference: Reference }[],
): Promise<ReadonlyMap<string, unknown>> {
  const [first] = taken;
  if (!first) return new Map();
  const names = taken.map(({ reference }) => reference.name);
  return (await readValues(aws, first.reference.store, names)).denied;
}

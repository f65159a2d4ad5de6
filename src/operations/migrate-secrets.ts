import type { Aws } from '../aws/index.ts';
import { CliError } from '../errors.ts';
import { formatReference } from '../model/reference.ts';
import type { Tag } from '../model/secret-rules.ts';
import {
  environmentFileArns,
  secretUses,
  useReference,
  type TaskDefinition,
} from '../model/task-definition.ts';
import type { Clock } from '../world.ts';
import { ensureRole, type RoleOutcome } from './ensure-role.ts';
import { importSecrets } from './import-secrets.ts';
import type { MigrationPlan, Move } from './plan-migration.ts';
import { registerTaskDefinition, type RegisterOutcome } from './register-task-definition.ts';
import { grantsFor } from './role-grants.ts';
import { roleName } from './role-policies.ts';

/** What is moved, and how. */
export interface MigrationRequest {
  definition: TaskDefinition;
  plan: MigrationPlan;
  kmsKeyId: string | undefined;
  tags: readonly Tag[];
  /** Name or ARN, instead of the definition's own. */
  executionRole: string | undefined;
  /** Leave the role as it is. */
  keepRole: boolean;
  clock: Clock;
  interrupted: AbortSignal;
  onProgress: (text: string) => void;
  onWarning: (text: string) => void;
}

/** What was done. */
export interface MigrationOutcome {
  /** How many values were stored now; the others were there. */
  stored: number;
  /** Undefined when the role was left as it is. */
  role: RoleOutcome | undefined;
  registered: RegisterOutcome;
}

/**
 * Stores the values, grants them to the execution role and registers the revision that refers to them,
 * in this order: at any moment what runs goes on, and what is left is done by running it again. The
 * role keeps what it grants already. Throws CliError where one step cannot be done.
 */
export async function migrateSecrets(
  aws: Aws,
  request: MigrationRequest,
): Promise<MigrationOutcome> {
  const { definition, plan, interrupted, onProgress } = request;
  const role = request.executionRole ?? definition.executionRoleArn;
  if (role === undefined && plan.moves.length > 0) {
    throw new CliError('no-execution-role', 'the task definition has no execution role', {
      hint: 'give --execution-role NAME; it is made if it does not exist',
    });
  }
  const stored = await storeValues(aws, request);
  stopIf(interrupted, 'the values are stored');
  onProgress('granting the secrets to the execution role');
  const granted =
    role === undefined || request.keepRole ? undefined : await grantMore(aws, role, request);
  stopIf(interrupted, 'the values are stored and granted');
  onProgress('registering the revision');
  const registered = await registerTaskDefinition(aws, {
    base: definition,
    edits: {
      images: [],
      secrets: plan.moves.map(
        ({ container, name, reference }) => `${container}:${name}=${formatReference(reference)}`,
      ),
      secretOptions: [],
    },
    executionRole: request.executionRole,
    store: 'parameter-store',
    force: false,
    dryRun: false,
    strict: false,
    readValues: false,
    onWarning: request.onWarning,
    clock: request.clock,
    interrupted,
    onWait: () => {
      onProgress('waiting for IAM to spread the role');
    },
  });
  return { stored, role: granted, registered };
}

// --- internal ---

function stopIf(interrupted: AbortSignal, done: string): void {
  if (!interrupted.aborted) return;
  throw new CliError('interrupted', `interrupted; ${done}`, {
    hint: 'run the command again: it does what is left',
    exitCode: 130,
  });
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
    // What came to be there since the plan was made stays.
    only: 'create',
    interrupted,
    onProgress: ({ done, total }) => {
      onProgress(`storing ${done}/${total}`);
    },
  });
  const failed = results.flatMap(({ key, error }) => (error ? [{ key, error }] : []));
  if (failed.length === 0) return items.length;
  const why = ({ code, message }: CliError): string =>
    code === 'already-exists'
      ? 'it is there, and may not be read to compare it (ssm:GetParameters, secretsmanager:GetSecretValue): access denied'
      : message;
  throw new CliError(
    'store-failed',
    failed.map(({ key, error }) => `${key}: ${why(error)}`).join('\n'),
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

/** The role with what the new revision refers to besides what it grants already. */
async function grantMore(
  aws: Aws,
  role: string,
  { definition, plan, clock, onWarning }: MigrationRequest,
): Promise<RoleOutcome> {
  const grants = await grantsFor(aws, {
    references: [
      ...secretUses(definition).map(useReference),
      ...plan.moves.map(({ reference }) => reference),
    ],
    files: environmentFileArns(definition).map((objectArn) => ({ objectArn })),
    allowMissing: false,
    keyArns: [],
  });
  return ensureRole(
    aws,
    {
      name: roleName(role),
      grants,
      exact: false,
      oversize: 'fail',
      managedPolicy: undefined,
      sourceCondition: true,
      path: undefined,
      description: undefined,
      permissionsBoundary: undefined,
      tags: [],
      dryRun: false,
      onWarning,
      onCompact: () => undefined,
      onLoss: () => Promise.resolve(),
    },
    clock,
  );
}

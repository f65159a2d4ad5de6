import type { Aws } from '../../aws/index.ts';
import { CliError } from '../../errors.ts';
import type { Grant } from '../../model/roles/execution-policy.ts';
import { editTaskDefinition } from '../../model/definitions/task-definition-edit.ts';
import { checkTaskDefinition } from '../../model/definitions/task-definition-checks.ts';
import { ensureRole } from '../roles/ensure-role.ts';
import {
  migrationEdits,
  migrationGrants,
  migrationRole,
  type MigrationRequest,
} from './migrate-secrets.ts';
import { ahead } from '../ahead.ts';
import { ifAllowed } from '../if-allowed.ts';
import { expectedArn, grantsFor } from '../roles/role-grants.ts';
import { readRoleName } from '../roles/role-policies.ts';

/**
 * Checks, without a write, everything that could stop a migration between its writes: the form of
 * the role and of the new revision, the secrets that it already refers to, the key, whether the
 * role exists or can be created, and whether its policies can be read and have room for the grants.
 * Throws InvalidInput or CliError.
 */
export async function checkMigration(aws: Aws, request: MigrationRequest): Promise<void> {
  const { definition, plan, executionRole, keepRole, kmsKeyId, clock } = request;
  const written = executionRole ?? definition.executionRoleArn;
  if (written === undefined && plan.moves.length > 0) {
    throw new CliError('no-execution-role', 'the task definition has no execution role', {
      hint: 'give --execution-role NAME; it is made if it does not exist',
    });
  }
  const edits = { ...migrationEdits(plan), executionRoleArn: executionRole };
  const edited = editTaskDefinition(definition, edits, 'parameter-store');
  checkTaskDefinition(edited, (await aws.ecs()).formOf(edited).faults, { substitutes: true });
  const here = await aws.caller();
  const role = written === undefined ? undefined : readRoleName(written, here);
  const reading = role && ahead((await aws.iam()).role(role.name));
  const stored = plan.moves.filter((move) => move.stored);
  const present = await grantsFor(aws, migrationGrants(definition, stored));
  const key =
    kmsKeyId === undefined ? undefined : await ifAllowed((await aws.kms()).describeKey(kmsKeyId));
  if (!role) return;
  if (keepRole) {
    if (await reading) return;
    throw new CliError('role-not-found', `there is no role ${role.name}`, {
      hint: 'without --no-role it is made; or give another --execution-role',
    });
  }
  const kmsKeyArn =
    key !== undefined && key !== 'denied' && key.customerManaged ? key.arn : undefined;
  const toStore = plan.moves
    .filter((move) => !move.stored)
    .map(({ reference }): Grant => ({
      store: reference.store,
      arn: expectedArn(reference, here),
      kmsKeyArn,
    }));
  const grants = { ...present, secrets: [...present.secrets, ...toStore] };
  const planned = migrationRole(role, grants, () => undefined);
  await ensureRole(aws, { ...planned, dryRun: true }, clock, reading);
}

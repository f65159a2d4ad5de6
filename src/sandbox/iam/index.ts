import type { Environment } from '../service.ts';
import { attachmentOperations } from './attachments.ts';
import type { IamWorld } from './common.ts';
import { inlinePolicyOperations } from './inline-policies.ts';
import { createManagedPolicies } from './managed-policies.ts';
import { questionsOf } from './permissions.ts';
import { managedPolicyOperations } from './policy-operations.ts';
import { policyVersionOperations } from './policy-versions.ts';
import { roleOperations } from './role-operations.ts';
import { createRoleBook, type RoleBook } from './roles.ts';
import { simulationOperations } from './simulation.ts';
import type { GuardedService } from '../access.ts';

/**
 * Creates IAM and the roles that the other services use for decisions. `delay`: propagation in ms.
 */
export function createIam(
  environment: Environment,
  delay: number,
): { service: GuardedService; roles: RoleBook } {
  const managed = createManagedPolicies(environment, delay);
  const roles = createRoleBook(environment, managed, delay);
  const world = { environment, roles, managed };
  const service: GuardedService = {
    name: 'iam',
    attempts: (operation, input) => questionsOf(world, operation, input),
    operations: operationsOf(world),
    fork() {
      const policies = managed.copy();
      return operationsOf({ environment, roles: roles.copy(policies), managed: policies });
    },
  };
  return { service, roles };
}

// --- internal ---

function operationsOf(world: IamWorld): GuardedService['operations'] {
  return {
    ...roleOperations(world),
    ...inlinePolicyOperations(world),
    ...attachmentOperations(world),
    ...managedPolicyOperations(world),
    ...policyVersionOperations(world),
    ...simulationOperations(world),
  };
}

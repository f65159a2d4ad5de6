import type { GuardedService } from '../dispatch.ts';
import type { Environment } from '../service.ts';
import { attachmentOperations } from './attachments.ts';
import { inlinePolicyOperations } from './inline-policies.ts';
import { createManagedPolicies } from './managed-policies.ts';
import { managedPolicyOperations } from './policy-operations.ts';
import { roleOperations } from './role-operations.ts';
import { createRoleBook, type RoleBook } from './roles.ts';

/** Makes IAM and the roles that the other services decide by. `delay`: propagation in ms. */
export function createIam(
  environment: Environment,
  delay: number,
): { service: GuardedService; roles: RoleBook } {
  const { account, partition } = environment;
  const managed = createManagedPolicies(partition);
  const roles = createRoleBook(environment, managed, delay);
  const world = { environment, roles, managed };
  const service: GuardedService = {
    name: 'iam',
    attempts(_, input) {
      const { RoleName: name, PolicyArn: policy } = input;
      if (typeof name === 'string') {
        const role = roles.all().find((one) => one.name === name);
        return [{ resource: role?.arn ?? `arn:${partition}:iam::${account}:role/${name}` }];
      }
      return [{ resource: typeof policy === 'string' ? policy : '*' }];
    },
    operations: {
      ...roleOperations(world),
      ...inlinePolicyOperations(world),
      ...attachmentOperations(world),
      ...managedPolicyOperations(world),
    },
  };
  return { service, roles };
}

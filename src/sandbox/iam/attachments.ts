import { operation, optional, text } from '../protocol/input.ts';
import { sortBy } from '../protocol/page.ts';
import { ServiceError, type Operation } from '../service.ts';
import {
  cut,
  limitExceeded,
  noSuchPolicy,
  paging,
  policyArn,
  roleName,
  type IamWorld,
} from './common.ts';

/** Maximum managed policies per role, by the default quota of AWS. */
const mostAttached = 10;

/** Managed policies on roles. */
export function attachmentOperations({ managed, roles }: IamWorld): Record<string, Operation> {
  const named = { RoleName: roleName, PolicyArn: policyArn };
  return {
    AttachRolePolicy: operation(named, ({ RoleName, PolicyArn }) => {
      const role = roles.get(RoleName);
      if (!managed.find(PolicyArn)) {
        throw new ServiceError(
          'NoSuchEntity',
          `Policy ${PolicyArn} does not exist or is not attachable.`,
          404,
        );
      }
      const { attached } = role.rules;
      if (attached.includes(PolicyArn)) return;
      if (attached.length >= mostAttached) {
        throw limitExceeded(`Cannot exceed quota for PoliciesPerRole: ${mostAttached}`);
      }
      roles.change(role, { attached: [...attached, PolicyArn] });
    }),

    DetachRolePolicy: operation(named, ({ RoleName, PolicyArn }) => {
      const role = roles.get(RoleName);
      const { attached } = role.rules;
      if (!attached.includes(PolicyArn)) throw noSuchPolicy(PolicyArn);
      roles.change(role, { attached: attached.filter((arn) => arn !== PolicyArn) });
    }),

    ListAttachedRolePolicies: operation(
      { RoleName: roleName, PathPrefix: optional(text(1, 512)), ...paging },
      (input) => {
        const role = roles.get(input.RoleName);
        const policies = role.rules.attached
          .flatMap((arn) => managed.find(arn) ?? [])
          .filter(({ path }) => path.startsWith(input.PathPrefix ?? '/'));
        const sorted = sortBy(policies, ({ arn }) => arn);
        const { items, ...rest } = cut(sorted, ({ arn }) => arn, input);
        return {
          AttachedPolicies: items.map(({ name, arn }) => ({ PolicyName: name, PolicyArn: arn })),
          ...rest,
        };
      },
    ),
  };
}

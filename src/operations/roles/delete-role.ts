import type { Aws } from '../../aws/index.ts';
import type { OnProgress } from '../progress.ts';
import type { Role } from '../../aws/iam.ts';
import { CliError, isAccessDenied } from '../../errors.ts';
import { ahead } from '../ahead.ts';
import { ownPolicies } from './own-policies.ts';
import { roleName } from './role-policies.ts';
import { checkOurs } from './role-guards.ts';
import { roleUsers } from './role-users.ts';

/** What goes with a role. */
export interface RoleRemains {
  role: Role;
  inline: string[];
  /**
   * Managed policies: those of our own (`own`) are deleted, the others are detached and stay. `loose`:
   * not attached, since an earlier run broke off.
   */
  attached: { arn: string; own: boolean; loose: boolean }[];
}

/** Reads what is on a role. Throws CliError `role-not-found`, or when it was made for something else. */
export async function roleRemains(aws: Aws, written: string): Promise<RoleRemains> {
  const iam = await aws.iam();
  const name = roleName(written);
  void ahead(aws.caller());
  const role = await iam.role(name);
  if (!role) throw new CliError('role-not-found', `there is no role ${name}`);
  checkOurs(role, 'aws iam delete-role deletes it, if nothing needs it any more');
  const [here, attached, inline] = await Promise.all([
    aws.caller(),
    iam.attachedPolicies(name),
    iam.inlinePolicies(name),
  ]);
  const { own } = await ownPolicies(iam, here, role, attached, 'if-allowed');
  return {
    role,
    inline,
    attached: [
      ...own.map(({ arn, attached: isOn }) => ({ arn, own: true, loose: !isOn })),
      ...attached
        .filter((arn) => !own.some((one) => one.arn === arn))
        .map((arn) => ({ arn, own: false, loose: false })),
    ],
  };
}

/**
 * Throws CliError `in-use` while a service, a running task, a rule or a schedule has this role. Answers
 * what could not be looked at, e.g. `EventBridge rules`.
 */
export async function checkRoleUnused(
  aws: Aws,
  role: Role,
  onProgress: OnProgress,
): Promise<string[]> {
  try {
    const { users, unchecked } = await roleUsers(aws, role, onProgress);
    if (users.length === 0) return unchecked;
    const names = [...new Set(users.map(({ name }) => name))];
    throw new CliError('in-use', `the role ${role.name} is used by ${names.join(', ')}`, {
      hint: 'give their task definition another role first; --force deletes it anyway',
    });
  } catch (error) {
    if (!isAccessDenied(error)) throw error;
    throw new CliError(
      'access-denied',
      `whether a service uses the role cannot be checked: ${error.message}`,
      { hint: `${error.hint ?? 'allow it'}; --force deletes without this check`, cause: error },
    );
  }
}

/** Takes everything off a role and deletes it; done again after a crash, it completes what is left. */
export async function deleteRole(aws: Aws, { role, inline, attached }: RoleRemains): Promise<void> {
  const iam = await aws.iam();
  for (const { arn, own, loose } of attached) {
    if (!loose) await iam.detach(role.name, arn);
    if (own) await iam.deletePolicy(arn);
  }
  for (const policy of inline) await iam.deleteInlinePolicy(role.name, policy);
  await iam.deleteRole(role.name);
}

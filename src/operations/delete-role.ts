import type { Aws } from '../aws/index.ts';
import type { Role } from '../aws/iam.ts';
import { CliError, isAccessDenied } from '../errors.ts';
import type { TaskDefinition } from '../model/task-definition.ts';
import { isOwnPolicy, ownPolicies } from './own-policies.ts';
import { roleName } from './role-policies.ts';
import { checkOurs } from './role-guards.ts';
import { scan, standaloneTasks } from './scan.ts';
import { serviceName } from './service-name.ts';

/** What goes with a role. */
export interface RoleRemains {
  role: Role;
  inline: string[];
  /** Managed policies that are detached; those of our own are deleted. */
  attached: { arn: string; own: boolean; loose: boolean }[];
}

/** Reads what is on a role. Throws CliError `role-not-found`, or when it was made for something else. */
export async function roleRemains(aws: Aws, written: string): Promise<RoleRemains> {
  const iam = await aws.iam();
  const name = roleName(written);
  const role = await iam.role(name);
  if (!role) throw new CliError('role-not-found', `there is no role ${name}`);
  checkOurs(role, { name, path: undefined });
  const attached = await iam.attachedPolicies(name);
  // A run that broke off may have left some of ours detached.
  const own = await ownPolicies(iam, await aws.caller(), role.path, name, false);
  const loose = own.map(({ arn }) => arn).filter((arn) => !attached.includes(arn));
  return {
    role,
    inline: await iam.inlinePolicies(name),
    attached: [
      ...attached.map((arn) => ({ arn, own: isOwnPolicy(arn, name), loose: false })),
      ...loose.map((arn) => ({ arn, own: true, loose: true })),
    ],
  };
}

/** Throws CliError `in-use` while a service or a running task has this role. */
export async function checkRoleUnused(
  aws: Aws,
  { arn, name }: Role,
  onProgress: (text: string) => void,
): Promise<void> {
  const uses = (definition: TaskDefinition | undefined): boolean =>
    [definition?.executionRoleArn, definition?.taskRoleArn].some(
      (role) => role === arn || role === name,
    );
  try {
    const found = await scan(
      aws,
      { clusters: [], services: [] },
      { tasks: 'required', onProgress },
    );
    const users = [
      ...found.services
        .filter(({ taskDefinition = '' }) => uses(found.revisions.get(taskDefinition)?.definition))
        .map((service) => `service ${serviceName(service)}`),
      ...standaloneTasks(found)
        .filter(({ taskDefinition }) => uses(found.revisions.get(taskDefinition)?.definition))
        .map((task) => `task ${task.arn}`),
    ];
    if (users.length === 0) return;
    throw new CliError('in-use', `the role ${name} is used by ${users.join(', ')}`, {
      hint: 'give their task definition another role first; --force deletes all the same',
    });
  } catch (error) {
    if (!isAccessDenied(error)) throw error;
    throw new CliError(
      'access-denied',
      `whether a service uses the role cannot be checked: ${error.message}`,
      { hint: `${error.hint ?? 'allow it'}; --force deletes without looking`, cause: error },
    );
  }
}

/** Takes everything off a role and deletes it; done again after a crash, it does what is left. */
export async function deleteRole(aws: Aws, { role, inline, attached }: RoleRemains): Promise<void> {
  const iam = await aws.iam();
  for (const { arn, own, loose } of attached) {
    if (!loose) await iam.detach(role.name, arn);
    if (own) await iam.deletePolicy(arn);
  }
  for (const policy of inline) await iam.deleteInlinePolicy(role.name, policy);
  await iam.deleteRole(role.name);
}

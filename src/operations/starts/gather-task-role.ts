import type { Aws } from '../../aws/index.ts';
import { CliError } from '../../errors.ts';
import type { TaskRoleFact } from '../../model/starts/checks/facts.ts';
import { isRole } from '../../model/definitions/task-definition-checks.ts';
import type { TaskDefinition } from '../../model/definitions/task-definition.ts';
import { InvalidInput } from '../../model/problems.ts';
import { parseArn } from '../../model/secrets/partition.ts';
import { judgeTrust } from '../roles/judge-role.ts';
import { roleName, rolePath } from '../roles/role-policies.ts';
import { whyUnseen } from '../if-allowed.ts';

/**
 * The task role of a task definition and its trust policy; undefined if it names none. A malformed
 * name is reported with the form of the task definition.
 */
export async function gatherTaskRole(
  aws: Aws,
  { taskRoleArn: written }: TaskDefinition,
): Promise<TaskRoleFact | undefined> {
  if (!written || !isRole(written)) return undefined;
  const name = roleName(written);
  const here = await aws.caller();
  const { account = here.account } = parseArn(written) ?? {};
  if (account !== here.account) return { state: 'foreign', name, account };
  try {
    const role = await (await aws.iam()).role(name);
    if (!role) return { state: 'missing', name, path: rolePath(written) };
    const { arn, trustPolicy } = role;
    const trust = judgeTrust({ role }, here);
    return { state: 'found', name: role.name, arn, written, trust, trustPolicy };
  } catch (error) {
    // A trust policy may contain elements that our parser does not support.
    if (error instanceof InvalidInput) return { state: 'unseen', name, why: error.message };
    if (error instanceof CliError) return { state: 'unseen', name, why: whyUnseen(error) };
    throw error;
  }
}

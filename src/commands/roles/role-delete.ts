import { Argument } from '@commander-js/extra-typings';
import { defineCommand, type Result } from '../../cli.ts';
import { checkRoleUnused, deleteRole, roleRemains } from '../../operations/roles/delete-role.ts';
import { confirmed } from '../confirm.ts';
import { withProgress } from '../progress.ts';
import type { RoleDeleteDocument } from './documents.ts';

/** `role delete NAME`: delete an execution role that nothing uses. */
export const roleDelete = defineCommand({
  declare: (command) =>
    command
      .addArgument(new Argument('<name>', 'name or ARN of the role'))
      .option('--force', 'delete without checking for users')
      .option('--dry-run', 'print what would be deleted, and do nothing')
      .addHelpText(
        'after',
        `
Asks first (--yes skips the question). Fails while a service, running task, rule or schedule of this
region uses the role. Deletes its policies as well; managed policies that others made or use are only
detached.

Examples:
  $ ecs-secrets role delete shop-execution`,
      ),

  async run(context, [written], { force, dryRun = false }): Promise<Result<RoleDeleteDocument>> {
    const { aws, report } = context;
    const remains = await roleRemains(aws, written);
    const { role, inline, attached } = remains;
    if (!force) {
      const unchecked = await withProgress(context, (onProgress) =>
        checkRoleUnused(aws, role, onProgress),
      );
      for (const what of unchecked) {
        report.warn(`not checked: ${what}`);
      }
    }
    const lines = [
      ...inline.map((policy) => `  inline policy ${policy}`),
      ...attached.map(({ arn, own }) => `  ${own ? 'managed policy' : 'detached:'} ${arn}`),
    ];
    const data = {
      name: role.name,
      arn: role.arn,
      inlinePolicies: inline,
      managedPolicies: attached.filter(({ own }) => own).map(({ arn }) => arn),
      detached: attached.filter(({ own }) => !own).map(({ arn }) => arn),
      dryRun,
    };
    if (dryRun) {
      return { data, text: [`role ${role.name} would be deleted`, ...lines].join('\n') };
    }
    for (const line of lines) report.event(line.trim());
    await confirmed(context, `Delete the role ${role.name} and its policies?`);
    await deleteRole(aws, remains);
    return { data, text: `role ${role.name} deleted` };
  },
});

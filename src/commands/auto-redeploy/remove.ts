import { defineCommand, type Result } from '../../cli.ts';
import { removeStack } from '../../operations/auto-redeploy/deploy-stack.ts';
import { deployedTemplate } from '../../operations/auto-redeploy/deployed-template.ts';
import { ownStack } from '../../operations/auto-redeploy/own-stack.ts';
import { confirmed } from '../confirm.ts';
import { table } from '../table.ts';
import type { AutoRedeployRemoveDocument } from './documents.ts';
import { following } from './follow.ts';
import { withStackName } from './stack-options.ts';

/** `auto-redeploy remove`: delete the stack. */
export const autoRedeployRemove = defineCommand({
  handlesInterrupt: true,

  declare: (command) =>
    withStackName(command)
      .option('--dry-run', 'print what would be deleted, and do nothing')
      .addHelpText(
        'after',
        `
Asks first (--yes skips the question), then waits until CloudFormation has deleted the stack and all
its resources. Secrets and services stay as they are. Executions in progress are stopped.

Examples:
  $ ecs-secrets auto-redeploy remove
  $ ecs-secrets auto-redeploy remove --name shop-auto-redeploy --yes`,
      ),

  async run(context, _args, { name, dryRun = false }): Promise<Result<AutoRedeployRemoveDocument>> {
    const { aws, world } = context;
    const stack = await ownStack(aws, name);
    if (!stack) {
      return {
        data: { stack: name, action: 'unchanged', dryRun, resources: [] },
        text: `there is no stack ${name}`,
      };
    }
    const { resources } = await deployedTemplate(await aws.cloudFormation(), stack.id);
    const data = { stack: name, action: 'deleted' as const, dryRun, resources };
    if (dryRun) {
      const rows = resources.map(({ resource, type }) => ['remove', resource, type]);
      const text = table(['ACTION', 'RESOURCE', 'TYPE'], rows, { output: world.stdout });
      return { data, tabs: true, text };
    }
    await confirmed(
      context,
      `Delete the stack ${name} (${stack.status})? Services are then no longer redeployed when a secret changes.`,
    );
    await following(context, (how) => removeStack(aws, stack, how));
    return { data, text: `stack ${name} deleted` };
  },
});

import { defineCommand, type Result } from '../../cli.ts';
import { removeStack } from '../../operations/auto-redeploy/deploy-stack.ts';
import { ownStack } from '../../operations/auto-redeploy/own-stack.ts';
import { confirmed } from '../confirm.ts';
import type { AutoRedeployRemoveDocument } from './documents.ts';
import { following } from './follow.ts';
import { withStackName } from './stack-options.ts';

/** `auto-redeploy remove`: delete the stack. */
export const autoRedeployRemove = defineCommand({
  handlesInterrupt: true,

  declare: (command) =>
    withStackName(command).addHelpText(
      'after',
      `
Asks first (--yes skips the question), then waits until CloudFormation has deleted the stack and all
its resources. Secrets and services stay as they are. Executions in progress are stopped.

Examples:
  $ ecs-secrets auto-redeploy remove
  $ ecs-secrets auto-redeploy remove --name shop-auto-redeploy --yes`,
    ),

  async run(context, _args, { name }): Promise<Result<AutoRedeployRemoveDocument>> {
    const stack = await ownStack(context.aws, name);
    if (!stack) {
      return { data: { stack: name, action: 'unchanged' }, text: `there is no stack ${name}` };
    }
    await confirmed(
      context,
      `Delete the stack ${name} (${stack.status})? Services are then no longer redeployed when a secret changes.`,
    );
    await following(context, (how) => removeStack(context.aws, stack, how));
    return { data: { stack: name, action: 'deleted' }, text: `stack ${name} deleted` };
  },
});

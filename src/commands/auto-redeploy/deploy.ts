import { canAsk, defineCommand, type Result } from '../../cli.ts';
import { UsageError } from '../../errors.ts';
import type { ResourceChange, Stack } from '../../aws/cloudformation.ts';
import type { AutoRedeployOptions } from '../../model/auto-redeploy/options.ts';
import {
  applyPlan,
  discardPlan,
  planStack,
  type StackPlan,
} from '../../operations/auto-redeploy/deploy-stack.ts';
import { untilInterrupted } from '../../operations/until-interrupted.ts';
import { confirmed } from '../confirm.ts';
import { table } from '../table.ts';
import { describedOptions } from './described-options.ts';
import type { AutoRedeployDeployDocument, ChangeDocument } from './documents.ts';
import { following } from './follow.ts';
import { describedStack, readStackOptions, withStackOptions } from './stack-options.ts';

/** `auto-redeploy deploy`: create or update the stack with CloudFormation. */
export const autoRedeployDeploy = defineCommand({
  handlesInterrupt: true,

  declare: (command) =>
    withStackOptions(command)
      .option('--dry-run', 'print the changes, and make none')
      .addHelpText(
        'after',
        `
Shows the changes and asks first (--yes skips the question), then waits until CloudFormation has
made them. Safe to run twice: without changes it does nothing. Options that are left out get their
defaults: give all options each time. Fails if the stack was created by something else.

Examples:
  $ ecs-secrets auto-redeploy deploy --prefix /shop/prod --reconcile 1h
  $ ecs-secrets auto-redeploy deploy --secret sm:shop/prod/db --cluster shop --yes
  $ ecs-secrets auto-redeploy deploy --prefix sm:shop --dry-run`,
      ),

  async run(context, _args, given): Promise<Result<AutoRedeployDeployDocument>> {
    const { aws, report, world, globals } = context;
    const { name } = readStackOptions(given);
    const { dryRun = false } = given;
    const question = `Deploy the stack ${name}?`;
    if (!dryRun && !globals.yes && !canAsk(world)) {
      throw new UsageError(`cannot ask without a terminal: ${question}`, 'pass --yes');
    }
    const template = await untilInterrupted(
      describedStack(context, given),
      world.interrupted,
      'interrupted; nothing was changed',
    );
    const { options } = template.Metadata.EcsSecrets;
    const plan = await following(context, (how) => planStack(aws, options.name, template, how));
    if (plan.action === 'unchanged') {
      return {
        data: documentOf(options.name, plan, plan.stack, dryRun),
        text: `the stack ${options.name} is up to date`,
      };
    }
    if (dryRun) {
      await discardPlan(aws, plan);
      const rows = plan.changes
        .map(changeOf)
        .map(({ action, resource, type }) => [action, resource, type]);
      return {
        data: documentOf(options.name, plan, undefined, dryRun),
        tabs: true,
        text: table(['ACTION', 'RESOURCE', 'TYPE'], rows, { output: world.stdout }),
      };
    }
    for (const line of planned(plan, options)) report.event(line);
    try {
      await confirmed(context, question);
    } catch (error) {
      await discardPlan(aws, plan);
      throw error;
    }
    const stack = await following(context, (how) =>
      applyPlan(aws, options.name, template, plan, how),
    );
    if (options.email !== undefined && plan.action !== 'update') {
      report.note(`${options.email} gets a message from SNS: confirm the subscription in it`);
    }
    return {
      data: documentOf(options.name, plan, stack, dryRun),
      text: `stack ${options.name} ${doneWords[plan.action]}`,
    };
  },
});

// --- internal ---

const doneWords = {
  create: 'created',
  update: 'updated',
  replace: 'replaced',
  unchanged: 'unchanged',
} as const;

function planned({ action, changes, stack }: StackPlan, options: AutoRedeployOptions): string[] {
  return [
    `Changes to the stack ${options.name}:`,
    ...(action === 'replace' && stack
      ? [`  delete the stack that failed before (${stack.status})`]
      : []),
    ...changes.map(changeOf).map((one) => `  ${one.action} ${one.resource} (${one.type})`),
    ...describedOptions(options).map((line) => `It ${line}.`),
  ];
}

function changeOf({ action, logicalId, type, replacement }: ResourceChange): ChangeDocument {
  const words = { Add: 'add', Remove: 'remove' } as const;
  const word = Object.hasOwn(words, action) ? words[action as keyof typeof words] : undefined;
  return {
    action: word ?? (replacement === 'True' ? 'replace' : 'modify'),
    resource: logicalId,
    type,
  };
}

function documentOf(
  stack: string,
  { action, changes }: StackPlan,
  deployed: Stack | undefined,
  dryRun: boolean,
): AutoRedeployDeployDocument {
  return {
    stack,
    action: doneWords[action],
    dryRun,
    changes: changes.map(changeOf),
    stateMachineArn: deployed?.outputs.get('StateMachineArn'),
    topicArn: deployed?.outputs.get('TopicArn'),
  };
}

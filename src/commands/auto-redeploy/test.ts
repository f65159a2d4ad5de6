import { Argument } from '@commander-js/extra-typings';
import { defineCommand, type Result } from '../../cli.ts';
import { watches } from '../../model/auto-redeploy/watched.ts';
import { parseReference } from '../../model/secrets/reference.ts';
import { deployedTemplate } from '../../operations/auto-redeploy/deployed-template.ts';
import { existingStack, outputOf } from '../../operations/auto-redeploy/own-stack.ts';
import { dryRun } from '../../operations/auto-redeploy/runs.ts';
import { resolveReference } from '../../operations/secrets/resolve-references.ts';
import { referenceArgument } from '../reference-argument.ts';
import { storeOption } from '../secrets/store-option.ts';
import { table, withWide } from '../table.ts';
import type { AutoRedeployTestDocument } from './documents.ts';
import { following } from './follow.ts';
import { shownService } from './shown.ts';
import { withStackName } from './stack-options.ts';

/** `auto-redeploy test REF`: what the state machine would do if a secret changed. */
export const autoRedeployTest = defineCommand({
  declare: (command) =>
    withWide(
      withStackName(
        command
          .addArgument(new Argument('<ref>', 'NAME or /path/NAME, sm:NAME, or an ARN'))
          .addOption(storeOption()),
      ),
    ).addHelpText(
      'after',
      `
Runs the state machine of the deployed stack once, without deploying anything and without sending a
report. Prints which services it would redeploy, which it would skip, and why.

Examples:
  $ ecs-secrets auto-redeploy test /shop/prod/db-password
  $ ecs-secrets auto-redeploy test sm:shop/prod/db --json`,
    ),

  async run(context, [ref], options): Promise<Result<AutoRedeployTestDocument>> {
    const { aws, report, world } = context;
    const reference = referenceArgument(ref, options.store);
    const stack = await existingStack(aws, options.name);
    const stateMachine = outputOf(stack, 'StateMachineArn');
    const [secret, { options: made }] = await Promise.all([
      resolveReference(aws, reference),
      aws.cloudFormation().then((cloudFormation) => deployedTemplate(cloudFormation, stack.id)),
    ]);
    const watched = made === undefined || watches(made, parseReference(secret.arn));
    const run = await following(context, (how) => dryRun(aws, stateMachine, secret, how));
    if (!watched) {
      report.warn(`the rules of the stack ${options.name} do not match changes of ${secret.name}`);
    }
    const services = (
      [
        ['redeploy', run.report.redeployed],
        ['skip', run.report.skipped],
        ['fail', run.report.failed],
      ] as const
    ).flatMap(([action, list]) =>
      list.map(({ service, reason }) => ({
        service,
        action,
        ...(reason !== undefined && { reason }),
      })),
    );
    const rows = services.map((one) => [one.action, shownService(one.service), one.reason ?? '']);
    const layout = { output: world.stdout, wide: options.wide };
    return {
      data: { secret: secret.arn, watched, execution: run.execution.arn, services },
      tabs: true,
      text:
        rows.length === 0
          ? `no service uses ${secret.name}`
          : table(['ACTION', 'SERVICE', 'REASON'], rows, layout),
    };
  },
});

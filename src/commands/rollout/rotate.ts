import { Argument } from '@commander-js/extra-typings';
import { defineCommand, type Result } from '../../cli.ts';
import { UsageError } from '../../errors.ts';
import { Problems } from '../../model/problems.ts';
import { formatReference, type Reference } from '../../model/secrets/reference.ts';
import { rotateSecret } from '../../operations/rollout/rotate-secret.ts';
import { checkTarget } from '../../operations/secrets/put-secret.ts';
import { referenceArgument } from '../reference-argument.ts';
import type { RotateDocument } from './documents.ts';
import { rotateResult } from './rotate-result.ts';
import { rotationPlan, withRotationOptions } from './rotation-options.ts';
import { storeOption } from '../secrets/store-option.ts';
import { checkSources, readValue, withValueOptions } from '../secrets/value-source.ts';

/** `rotate REF`: stores a new value and redeploys the services that use it. */
export const rotate = defineCommand({
  handlesInterrupt: true,

  declare: (command) =>
    withValueOptions(
      withRotationOptions(
        command
          .addArgument(new Argument('<ref>', 'NAME or /path/NAME, sm:NAME, sm:NAME:KEY, or an ARN'))
          .addOption(storeOption()),
      )
        .option('--replace-json', 'replace a JSON object with a value that is not one')
        .option('--invoke', 'run the rotation function of the secret to make the value')
        .option('--dry-run', 'print which services would be redeployed, and store nothing'),
    ).addHelpText(
      'after',
      `
A container reads its secrets only when it starts: without --redeploy the services are only listed.
If a deployment fails, no further one starts, the old value becomes current again and the services
that took the new one are redeployed; not with --invoke, where the function has changed the
credential itself. Exit code 3: services still hold the old value. 4: a deployment failed. 5: timed
out; the deployments continue in ECS.

Examples:
  $ ecs-secrets rotate /shop/prod/db-password --generate 40 --redeploy
  $ printf %s "$NEW" | ecs-secrets rotate sm:shop/prod/db:password --redeploy --first shop/canary`,
    ),

  async run(context, [ref], options): Promise<Result<RotateDocument>> {
    const { aws, world, report } = context;
    const problems = new Problems();
    const reference = problems.attempt(() => referenceArgument(ref, options.store));
    const { timeout, ...plan } = rotationPlan(context, options, problems);
    problems.throwIfAny();
    if (!reference) throw new Error('a reference without problems is parsed');

    checkSources(options);
    checkTarget(reference, {});
    if (options.invoke) checkInvoke(reference, options);
    const written = formatReference(reference);
    const outcome = await rotateSecret(aws, {
      ...plan,
      reference,
      value: options.invoke
        ? { invoke: { timeout, clock: world.clock } }
        : () => readValue(context, options, written),
      replaceJson: options.replaceJson ?? false,
      dryRun: options.dryRun ?? false,
    });
    report.clearLive();
    const call = { ref: written, command: 'rotate', invoked: options.invoke ?? false } as const;
    return rotateResult(context, call, outcome);
  },
});

// --- internal ---

function checkInvoke(
  reference: Reference,
  { valueFile, fromEnv, generate }: { valueFile?: unknown; fromEnv?: unknown; generate?: unknown },
): void {
  if (reference.store === 'parameter-store') {
    throw new UsageError('--invoke is for Secrets Manager: parameters have no rotation function');
  }
  if (valueFile !== undefined || fromEnv !== undefined || generate !== undefined) {
    throw new UsageError('--invoke and a value cannot be combined', 'give one of them');
  }
}

import { Argument } from '@commander-js/extra-typings';
import { defineCommand, type Context, type Result } from '../../cli.ts';
import { InvalidInput, Problems } from '../../model/problems.ts';
import { formatReference, type Reference } from '../../model/secrets/reference.ts';
import { ahead } from '../../operations/ahead.ts';
import { parameterStoreOf } from '../../operations/parameter-store-of.ts';
import { resolveReference } from '../../operations/secrets/resolve-references.ts';
import { restoreEarlier, type EarlierVersion } from '../../operations/secrets/restore-earlier.ts';
import { rotateSecret } from '../../operations/rollout/rotate-secret.ts';
import { untilInterrupted } from '../../operations/until-interrupted.ts';
import { referenceArgument } from '../reference-argument.ts';
import type { RestoredDocument, RollbackDocument } from './documents.ts';
import { rotateResult } from './rotate-result.ts';
import { rotationPlan, withRotationOptions } from './rotation-options.ts';
import { storeOption } from '../secrets/store-option.ts';

/** `rollback REF`: makes an earlier version current again. */
export const rollback = defineCommand({
  handlesInterrupt: true,

  declare: (command) =>
    withRotationOptions(
      command
        .addArgument(new Argument('<ref>', 'NAME or /path/NAME, sm:NAME, or an ARN'))
        .addOption(storeOption())
        .option(
          '--to <version>',
          'version or label of a parameter, version id or stage of a secret (default: the one before)',
        )
        .option('--dry-run', 'print what would be done, and do nothing'),
    ).addHelpText(
      'after',
      `
Secrets Manager moves AWSCURRENT back to an older version, and stores the value of a newer one as a new
version. Parameter Store always stores a new version. With --redeploy the services that use it are
redeployed, as by rotate.

Examples:
  $ ecs-secrets rollback /shop/prod/db-password
  $ ecs-secrets rollback sm:shop/prod/db --redeploy
  $ ecs-secrets rollback /shop/prod/db-password --to 3`,
    ),

  async run(context, [ref], options): Promise<Result<RollbackDocument>> {
    const problems = new Problems();
    const reference = problems.attempt(() => wholeSecret(referenceArgument(ref, options.store)));
    const { timeout: _, ...plan } = rotationPlan(context, options, problems);
    problems.throwIfAny();
    if (!reference) throw new Error('a reference without problems is parsed');
    const earlier = {
      to: options.to,
      dryRun: options.dryRun ?? false,
      onNote: (text: string) => {
        context.report.note(text);
      },
    };
    const restored =
      plan.redeploy && !earlier.dryRun
        ? undefined
        : await untilInterrupted(
            restoreOnly(context, reference, earlier),
            context.world.interrupted,
            'interrupted; the write under way may have been made',
          );
    if (!plan.redeploy && restored) return restored;
    const written = formatReference(reference);
    const outcome = await rotateSecret(context.aws, {
      ...plan,
      reference,
      value: { earlier },
      replaceJson: false,
      dryRun: earlier.dryRun,
    });
    context.report.clearLive();
    const call = { ref: written, command: 'rollback', invoked: false } as const;
    const result = rotateResult(context, call, outcome);
    if (restored) {
      return {
        ...result,
        data: { ...result.data, ...restored.data },
        text: `${restored.text}\n${result.text}`,
      };
    }
    const { put } = outcome;
    if (!put || !('restored' in put)) throw new Error('a rollback stores an earlier version');
    return { ...result, data: { ...result.data, ...put, arn: outcome.holders.secret.arn } };
  },
});

// --- internal ---

function wholeSecret(reference: Reference): Reference {
  if (reference.store === 'parameter-store') return reference;
  const { jsonKey, versionStage, versionId } = reference;
  if ((jsonKey ?? versionStage ?? versionId) === undefined) return reference;
  throw new InvalidInput(
    `${formatReference(reference)} names a part of a secret; a rollback affects the whole secret`,
    'omit the key, and name the version with --to',
  );
}

/** Without a redeployment, no ECS calls are made, for which the caller may lack permission. */
async function restoreOnly(
  { aws }: Context,
  reference: Reference,
  earlier: EarlierVersion & { dryRun: boolean },
): Promise<Result<RestoredDocument>> {
  const versions =
    reference.store === 'parameter-store'
      ? ahead(parameterStoreOf(aws, reference).then((store) => store.history(reference.name)))
      : undefined;
  const secret = await resolveReference(aws, reference);
  const outcome = await restoreEarlier(aws, secret, earlier, versions);
  const { action, store, name, version, previousVersion, restored } = outcome;
  const written = formatReference(reference).replace(/^ssm:/, '');
  const undo = `ecs-secrets rollback ${written} --to ${previousVersion ?? ''}`;
  const noun = store === 'secrets-manager' ? 'secret' : 'parameter';
  const changed = action !== 'unchanged' && !earlier.dryRun;
  const was = `was ${previousVersion ?? ''}`;
  const would = earlier.dryRun ? ' would be' : ' is';
  const what =
    action === 'unchanged'
      ? `${name} has the value of version ${restored} already`
      : version === restored
        ? `secret ${name}: version ${restored}${would} current again (${was})`
        : `${noun} ${name}: the value of version ${restored}${would} current again (${[version && `version ${version}`, was].filter(Boolean).join(', ')})`;
  return {
    data: { ...outcome, dryRun: earlier.dryRun, ...(changed && { undo }) },
    text: changed
      ? `${what}\nundo: ${undo}\nrunning tasks keep their value: ecs-secrets redeploy ${written} --stale`
      : what,
  };
}

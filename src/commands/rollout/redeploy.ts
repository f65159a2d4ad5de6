import { Argument } from '@commander-js/extra-typings';
import { defineCommand, type Result } from '../../cli.ts';
import { UsageError } from '../../errors.ts';
import { Problems } from '../../model/problems.ts';
import { redeployConsumers } from '../../operations/rollout/redeploy-consumers.ts';
import type { RedeployDocument } from './documents.ts';
import {
  redeployData,
  redeployFailure,
  summaryOf,
  warnOfOthers,
  warnOfStandalone,
} from './redeploy-result.ts';
import { tellOutcome } from './conclusion.ts';
import { referenceArgument } from '../reference-argument.ts';
import { rolloutView } from './rollout-view.ts';
import {
  isService,
  rolloutLimits,
  serviceFilter,
  wholeNumber,
  withRolloutOptions,
  withServiceOptions,
} from '../usage/service-options.ts';
import { storeOption } from '../secrets/store-option.ts';

/**
 * `redeploy [REF]`: starts new deployments of services, so that their tasks read their secrets
 * again.
 */
export const redeploy = defineCommand({
  handlesInterrupt: true,

  declare: (command) =>
    withRolloutOptions(
      withServiceOptions(
        command
          .addArgument(
            new Argument('[ref]', 'services that refer to this secret; or one CLUSTER/SERVICE'),
          )
          .addOption(storeOption())
          .option('--stale', 'only services with a task that may hold an old value'),
      ),
    )
      .option('--max-failures <n>', 'start no further deployments after this many failures')
      .addHelpText(
        'after',
        `
With --stale it continues an interrupted rotation: it decides by the dates that AWS reports, and
follows a deployment that began after the value was stored instead of starting another one. A secret
that cannot be described is reported as not checked, and no service is redeployed for it.

Examples:
  $ ecs-secrets redeploy /shop/prod/db-password --stale
  $ ecs-secrets redeploy shop/web
  $ ecs-secrets redeploy --service shop/web --service shop/api
  $ ecs-secrets redeploy --stale --cluster shop`,
      ),

  async run({ aws, world, report }, [target], given): Promise<Result<RedeployDocument>> {
    const problems = new Problems();
    const ref = target !== undefined && isService(target, given.store) ? undefined : target;
    const options =
      target === ref ? given : { ...given, service: [...(given.service ?? []), target ?? ''] };
    const reference =
      ref === undefined ? undefined : problems.attempt(() => referenceArgument(ref, options.store));
    const filter = serviceFilter(options, problems);
    const limits = rolloutLimits(options, problems);
    const maxFailures =
      options.maxFailures === undefined
        ? undefined
        : wholeNumber('--max-failures', options.maxFailures, 0, problems);
    problems.throwIfAny();
    const stale = options.stale ?? false;
    if (ref === undefined && !stale && filter.services.length === 0) {
      throw new UsageError(
        'specify services: REF, --service or --stale',
        'ecs-secrets redeploy REF, or ecs-secrets redeploy --service CLUSTER/SERVICE',
      );
    }
    const view = rolloutView(report, world);
    const outcome = await redeployConsumers(aws, {
      reference,
      filter,
      stale,
      onProgress: view.onProgress,
      onConsumers: (count) => {
        report.clearLive();
        report.event(`${count} ${count === 1 ? 'service' : 'services'} to redeploy`);
      },
      onUnchecked: ({ reference, why, services: [first = '', ...others] }) => {
        const left = others.length === 0 ? first : `${first} and ${others.length} more`;
        report.warn(`not checked: ${reference}: ${why}; not redeployed for it: ${left}`);
      },
      redeploy: {
        ...limits,
        wait: options.wait,
        codeDeploy: options.codedeploy ?? false,
        clock: world.clock,
        interrupted: world.interrupted,
        gate: { maxFailures: maxFailures ?? Number.POSITIVE_INFINITY, abandon: false },
        onEvent: view.onEvent,
      },
    });
    report.clearLive();
    const again = 'run the command again with --stale to redeploy what is left';
    const failure = redeployFailure(outcome, {
      goOn: again,
      failed: `fix the cause, then ${again}`,
    });
    warnOfOthers(outcome, report, failure);
    warnOfStandalone(outcome.standalone, report);
    return {
      data: redeployData(outcome),
      text: tellOutcome(outcome, undefined, world.stdout.size()).join('\n'),
      summary: summaryOf('redeploy', outcome),
      failure,
    };
  },
});

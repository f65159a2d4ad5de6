import { Argument } from '@commander-js/extra-typings';
import { defineCommand } from '../cli.ts';
import { UsageError } from '../errors.ts';
import { Problems } from '../model/problems.ts';
import { parseReference } from '../model/reference.ts';
import { redeployConsumers } from '../operations/redeploy-consumers.ts';
import {
  redeployData,
  redeployFailure,
  summaryOf,
  tellDeployments,
  warnOfOthers,
  warnOfStandalone,
} from './redeploy-result.ts';
import { rolloutView } from './rollout-view.ts';
import {
  rolloutLimits,
  serviceFilter,
  withRolloutOptions,
  withServiceOptions,
} from './service-options.ts';
import { storeOption } from './store-option.ts';

/** `redeploy [REF]`: new deployments of services, so that their tasks read their secrets again. */
export const redeploy = defineCommand({
  handlesInterrupt: true,

  declare: (command) =>
    withRolloutOptions(
      withServiceOptions(
        command
          .addArgument(new Argument('[ref]', 'only services that refer to this secret'))
          .addOption(storeOption())
          .option('--stale', 'only services with a task that may hold an old value'),
      ),
    ).addHelpText(
      'after',
      `
With --stale it takes up a rotation that was interrupted: nothing but AWS's own dates is needed.

Examples:
  $ ecs-secrets redeploy /shop/prod/db-password --stale
  $ ecs-secrets redeploy --service shop/web --service shop/api
  $ ecs-secrets redeploy --stale --cluster shop`,
    ),

  async run({ aws, world, report }, [ref], options) {
    const problems = new Problems();
    const reference =
      ref === undefined ? undefined : problems.attempt(() => parseReference(ref, options.store));
    const filter = serviceFilter(options, problems);
    const limits = rolloutLimits(options, problems);
    problems.throwIfAny();
    const stale = options.stale ?? false;
    if (ref === undefined && !stale && filter.services.length === 0) {
      throw new UsageError(
        'nothing says which services to redeploy',
        'give REF, --service CLUSTER/SERVICE, or --stale',
      );
    }
    const view = rolloutView(report, world.stderr.style);
    const outcome = await redeployConsumers(aws, {
      reference,
      filter,
      stale,
      onProgress: view.onProgress,
      onConsumers: (count) => {
        report.clearLive();
        report.event(`${count} ${count === 1 ? 'service' : 'services'} to redeploy`);
      },
      redeploy: {
        ...limits,
        wait: options.wait,
        codeDeploy: options.codedeploy ?? false,
        clock: world.clock,
        interrupted: world.interrupted,
        onStarted: view.onStarted,
        onEvent: view.onEvent,
      },
    });
    report.endLive();
    warnOfOthers(outcome, report);
    warnOfStandalone(outcome.standalone, report);
    const again = 'run the command again with --stale to redeploy what is left';
    return {
      data: redeployData(outcome),
      text: tellDeployments(outcome).join('\n'),
      summary: summaryOf('redeploy', outcome),
      failure: redeployFailure(outcome, { goOn: again, failed: `mend the cause, then ${again}` }),
    };
  },
});

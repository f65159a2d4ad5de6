import { Argument, Option } from '@commander-js/extra-typings';
import { defineCommand, fromEnv, type Result } from '../../cli.ts';
import { CliError, exitCodes } from '../../errors.ts';
import { parseDuration } from '../../model/duration.ts';
import { lastPart } from '../../model/last-part.ts';
import { Problems } from '../../model/problems.ts';
import { primaryOf } from '../../model/usage/deployment.ts';
import { redeployServices } from '../../operations/rollout/redeploy-services.ts';
import { untilInterrupted } from '../../operations/until-interrupted.ts';
import type { Consumer } from '../../operations/usage/find-consumers.ts';
import { scan } from '../../operations/usage/scan.ts';
import { serviceName } from '../../operations/usage/service-name.ts';
import { serviceNames } from '../usage/service-options.ts';
import { tellOpen } from './conclusion.ts';
import type { WaitDocument } from './documents.ts';
import { redeployData, redeployFailure, summaryOf } from './redeploy-result.ts';
import { rolloutView } from './rollout-view.ts';

/** `wait CLUSTER/SERVICE…`: follows the deployments that are in progress. */
export const wait = defineCommand({
  handlesInterrupt: true,

  declare: (command) =>
    command
      .addArgument(new Argument('<cluster/service...>', 'services, also by their ARNs'))
      .addOption(
        fromEnv(
          new Option('--timeout <duration>', 'stop following after this time').default('15m'),
        ),
      )
      .addHelpText(
        'after',
        `
Starts nothing. A deployment has completed when all its tasks run and no task of another one is left.
A service whose last deployment has completed is done at once; one whose last deployment failed is a
failure.

Examples:
  $ ecs-secrets wait shop/web
  $ ecs-secrets wait shop/web shop/api --timeout 30m`,
      ),

  async run({ aws, world, report }, [targets], options): Promise<Result<WaitDocument>> {
    const problems = new Problems();
    const services = serviceNames('CLUSTER/SERVICE', targets, problems);
    const timeout = problems.attempt(() => parseDuration(options.timeout), '--timeout') ?? 0;
    problems.throwIfAny();
    const found = await untilInterrupted(scan(aws, { clusters: [], services }), world.interrupted);
    const all: Consumer[] = found.services.map((service) => {
      const arn = service.taskDefinition ?? '';
      const none = { arn, status: '', definition: { containerDefinitions: [] } };
      const follow = primaryOf(service)?.id;
      return { service, revision: found.revisions.get(arn) ?? none, uses: [], follow };
    });
    const others = all.filter(({ follow }) => follow === undefined);
    if (others.length > 0) {
      throw new CliError(
        'not-followed',
        others
          .map(({ service }) => `${serviceName(service)}: ECS lists no deployment of it`)
          .join('\n'),
        { hint: 'a service of the CODE_DEPLOY controller is deployed by CodeDeploy' },
      );
    }
    const state = ({ service }: Consumer) => primaryOf(service)?.rolloutState;
    const done = all.filter((one) => state(one) === 'COMPLETED');
    const view = rolloutView(report, world);
    const outcome = await redeployServices(
      aws,
      all.filter((one) => !done.includes(one)),
      {
        wait: true,
        maxParallel: Number.POSITIVE_INFINITY,
        gate: undefined,
        // Starting a deployment again is up to whoever started it.
        restart: false,
        timeout,
        clock: world.clock,
        interrupted: world.interrupted,
        onEvent: view.onEvent,
      },
    );
    report.clearLive();
    const again = `to continue: ecs-secrets wait ${targets.join(' ')}`;
    const names = outcome.deployments
      .filter((one) => one.state === 'service-deleted')
      .map(({ service }) => serviceName(service));
    const deleted =
      names.length > 0
        ? new CliError('service-deleted', `deleted meanwhile: ${names.join(', ')}`, {
            exitCode: exitCodes.failed,
          })
        : undefined;
    const followed = outcome.deployments.filter((one) => one.state === 'completed');
    const lines = [...done, ...followed].map(
      ({ service }) => `${serviceName(service)} runs ${lastPart(service.taskDefinition ?? '')}`,
    );
    return {
      data: {
        ...redeployData(outcome),
        completed: done.map(({ service }) => ({ cluster: service.cluster, service: service.name })),
      },
      text: [...lines, ...tellOpen(outcome.deployments, world.stdout.size())].join('\n'),
      summary: summaryOf('wait', outcome),
      failure: redeployFailure(outcome, { goOn: again, failed: 'fix the cause' }) ?? deleted,
    };
  },
});

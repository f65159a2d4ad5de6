import { Argument, Option } from '@commander-js/extra-typings';
import { defineCommand, fromEnv, type Result } from '../../cli.ts';
import { parseDuration } from '../../model/duration.ts';
import { lastPart } from '../../model/last-part.ts';
import { Problems } from '../../model/problems.ts';
import { primaryOf } from '../../model/usage/deployment.ts';
import { earlierRevision } from '../../operations/rollout/earlier-revision.ts';
import { untilInterrupted } from '../../operations/until-interrupted.ts';
import { scan } from '../../operations/usage/scan.ts';
import { serviceName } from '../../operations/usage/service-name.ts';
import { serviceNames } from '../usage/service-options.ts';
import { checkServices, deployRevision } from './deploy-revision.ts';
import type { DeployRollbackDocument } from './documents.ts';

/** `deploy rollback CLUSTER/SERVICE`: has a service run an earlier revision. */
export const deployRollback = defineCommand({
  handlesInterrupt: true,

  declare: (command) =>
    command
      .addArgument(new Argument('<cluster/service>', 'the service, also by its ARN'))
      .option('--to <revision>', 'number, FAMILY:REVISION or ARN (default: the one before)')
      .option('--codedeploy', 'deploy a service of the CODE_DEPLOY controller through CodeDeploy')
      .option('--no-wait', 'start the deployment without following it')
      .addOption(
        fromEnv(
          new Option('--timeout <duration>', 'stop following after this time').default('15m'),
        ),
      )
      .option('--dry-run', 'print the revision, and deploy nothing')
      .addHelpText(
        'after',
        `
The revision before is the one that ran before a deployment that is in progress or has failed. If the
last deployment has completed, it is the ACTIVE revision before the current one: each run goes one
further back. A rollback that is in progress is followed.

Examples:
  $ ecs-secrets deploy rollback shop/web
  $ ecs-secrets deploy rollback shop/web --to 41`,
      ),

  async run(context, [target], options): Promise<Result<DeployRollbackDocument>> {
    const { aws, world } = context;
    const problems = new Problems();
    const services = serviceNames('CLUSTER/SERVICE', [target], problems);
    const timeout = problems.attempt(() => parseDuration(options.timeout), '--timeout') ?? 0;
    problems.throwIfAny();
    const codeDeploy = options.codedeploy ?? false;
    const dryRun = options.dryRun ?? false;
    const plan = async () => {
      const found = await scan(aws, { clusters: [], services });
      await checkServices(aws, found, codeDeploy, 'nothing was deployed');
      const [service] = found.services;
      if (!service) throw new Error('a service that was named is found');
      return { found, service, arn: await earlierRevision(aws, service, options.to) };
    };
    const { found, service, arn } = await untilInterrupted(
      plan(),
      world.interrupted,
      'interrupted; nothing was deployed',
    );
    const from = primaryOf(service)?.taskDefinition ?? service.taskDefinition;
    const name = serviceName(service);
    const result: Result<DeployRollbackDocument> = {
      data: { dryRun, from, to: arn, deployments: [], skipped: [], refused: [], notStarted: [] },
      text: `${name}${dryRun ? ' would run' : ':'} ${lastPart(arn)} instead of ${lastPart(from ?? 'nothing')}`,
    };
    if (dryRun) return result;
    const goOn = `to continue: ecs-secrets deploy rollback ${name} --to ${lastPart(arn)}`;
    const { wait } = options;
    return deployRevision(context, { arn, found, timeout, wait, codeDeploy, goOn }, result);
  },
});

import type { Aws } from '../../aws/index.ts';
import type { Context, Result } from '../../cli.ts';
import { CliError, Interrupted } from '../../errors.ts';
import { lastPart } from '../../model/last-part.ts';
import { primaryOf } from '../../model/usage/deployment.ts';
import { checkNoExpress } from '../../operations/register/check-express.ts';
import { checkCodeDeploy } from '../../operations/rollout/code-deploy.ts';
import {
  putRevisionsBack,
  type PutBack,
  type PutBackOutcome,
} from '../../operations/rollout/put-revisions-back.ts';
import {
  failuresOf,
  notDeployable,
  planRedeploy,
} from '../../operations/rollout/redeploy-outcome.ts';
import {
  redeployServices,
  type RedeployOptions,
} from '../../operations/rollout/redeploy-services.ts';
import type { Consumer } from '../../operations/usage/find-consumers.ts';
import type { Scan } from '../../operations/usage/scan.ts';
import { serviceName } from '../../operations/usage/service-name.ts';
import { tellOutcome } from '../rollout/conclusion.ts';
import type { RedeployDocument } from '../rollout/documents.ts';
import {
  redeployData,
  redeployFailure,
  summaryOf,
  warnOfOthers,
} from '../rollout/redeploy-result.ts';
import { rolloutView } from '../rollout/rollout-view.ts';
import { defaultParallel } from '../usage/service-options.ts';
import type { PutBackDocument } from './documents.ts';

/** Which revision to deploy, and how. */
export interface Deploy {
  arn: string;
  found: Scan;
  timeout: number;
  wait: boolean;
  codeDeploy?: boolean;
  /** Put a service whose deployment fails back to the revision that it ran before. */
  rollback?: boolean;
  /** How to continue, for hints. */
  goOn?: string;
}

/** Deploys a revision to services, and follows their deployments. */
export async function deployRevision<Registered extends object>(
  { aws, world, report }: Context,
  { arn, found, timeout, wait, codeDeploy = false, rollback = false, ...hints }: Deploy,
  registered: Result<Registered>,
): Promise<Result<Registered & RedeployDocument & { putBack?: PutBackDocument[] }>> {
  const view = rolloutView(report, world);
  const consumers = servicesToDeploy(found).flatMap((one) => toDeploy(one, arn) ?? []);
  const options: RedeployOptions = {
    taskDefinition: arn,
    codeDeploy,
    wait,
    timeout,
    maxParallel: Number(defaultParallel),
    gate: { maxFailures: 0, abandon: false },
    roleMayBeNew: true,
    clock: world.clock,
    interrupted: world.interrupted,
    onEvent: view.onEvent,
  };
  const outcome = await redeployServices(aws, consumers, options);
  report.clearLive();
  const already = found.services.length - consumers.length;
  if (already > 0) {
    const what = already === 1 ? '1 service already runs' : `${already} services already run`;
    report.note(`${what} ${lastPart(arn)}`);
  }
  let back: PutBackOutcome = { services: [], interrupted: false };
  if (rollback && wait && failuresOf(outcome) > 0 && !outcome.interrupted) {
    report.event('the deployment failed: putting back the revision that ran before');
    const request = { outcome, taskDefinition: arn };
    back = await putRevisionsBack(aws, request, { ...options, roleMayBeNew: false });
    report.clearLive();
  }
  const again = `${arn} is registered; run the command again to deploy what is left`;
  const { goOn = again } = hints;
  const failed = redeployFailure(outcome, { goOn, failed: `fix the cause; ${goOn}` });
  warnOfOthers(outcome, report, failed);
  const lines = back.services.map(putBackLine);
  return {
    data: {
      ...registered.data,
      ...redeployData(outcome),
      ...(back.services.length > 0 ? { putBack: back.services.map(putBackData) } : {}),
    },
    text: [registered.text, ...tellOutcome(outcome, undefined, world.stdout.size()), ...lines].join(
      '\n',
    ),
    summary: summaryOf(`register ${lastPart(arn)}`, outcome),
    failure: withPutBack(failed, back),
  };
}

/**
 * Checks that the named services can be deployed, before anything is done. Throws CliError
 * `express-service`, `not-deployable` with those that cannot, and `no-deployment-group`. `nothing` says what was not done.
 */
export async function checkServices(
  aws: Aws,
  found: Scan,
  codeDeploy: boolean,
  nothing = 'nothing was registered',
): Promise<void> {
  checkNoExpress(found.services, nothing);
  const { redeploy, skipped } = planRedeploy(servicesToDeploy(found), { codeDeploy });
  if (skipped.length > 0) throw notDeployable(skipped, nothing);
  await checkCodeDeploy(aws, redeploy);
}

// --- internal ---

/** The services of a scan, including those without a task definition, which get their first one. */
function servicesToDeploy({ services, revisions }: Scan): Consumer[] {
  const none = { arn: '', status: 'ACTIVE', definition: { containerDefinitions: [] } };
  return services.map((service) => {
    const revision = revisions.get(service.taskDefinition ?? '') ?? none;
    return { service, revision, uses: [] };
  });
}

/**
 * How to deploy a revision: a deployment of it that is in progress is followed, since an earlier run
 * may have started it. Undefined if the service runs it already.
 */
function toDeploy(consumer: Consumer, arn: string): Consumer | undefined {
  if (consumer.revision.arn !== arn) return consumer;
  const primary = primaryOf(consumer.service);
  if (primary?.rolloutState === 'FAILED') return consumer;
  return primary?.rolloutState === 'IN_PROGRESS' ? { ...consumer, follow: primary.id } : undefined;
}

function putBackData({ service, revision, by, why }: PutBack): PutBackDocument {
  return {
    cluster: service.cluster,
    service: service.name,
    taskDefinitionArn: revision,
    by,
    why,
  };
}

function putBackLine({ service, revision, by, why }: PutBack): string {
  const name = serviceName(service);
  if (by === undefined) return `${name} was not rolled back: ${why ?? ''}`;
  const who = by === 'ECS' ? ' (rolled back by ECS)' : '';
  return `${name} runs ${lastPart(revision ?? '')} again${who}`;
}

/** The failure of the deployments, with what became of the services. */
function withPutBack(
  failure: CliError | undefined,
  { services, interrupted }: PutBackOutcome,
): CliError | undefined {
  if (!failure || services.length === 0) return failure;
  const back = services.filter(({ by }) => by !== undefined);
  const left = services.filter(({ by }) => by === undefined);
  const named = (some: readonly PutBack[]): string =>
    some
      .map(({ service, revision }) => `${serviceName(service)} to ${lastPart(revision ?? '')}`)
      .join(', ');
  const message = [
    failure.message,
    ...(back.length > 0 ? [`rolled back ${named(back)}`] : []),
    ...(left.length > 0
      ? [`not rolled back: ${left.map(({ service }) => serviceName(service)).join(', ')}`]
      : []),
  ].join('; ');
  return interrupted
    ? new Interrupted(`interrupted; ${message}`, failure.hint)
    : new CliError(failure.code, message, { hint: failure.hint, exitCode: failure.exitCode });
}

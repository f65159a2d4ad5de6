import type { Aws } from '../../aws/index.ts';
import { CliError, isAccessDenied } from '../../errors.ts';
import { parseArn } from '../../model/secrets/partition.ts';
import { mutableImages } from '../../model/definitions/task-definition.ts';
import type { Consumer } from '../usage/find-consumers.ts';
import type { ResolvedSecret } from '../secrets/resolve-references.ts';
import { rotationWarnings } from '../secrets/rotation-warnings.ts';
import type { ServiceName } from '../usage/scan.ts';
import { serviceName } from '../usage/service-name.ts';
import { checkCodeDeploy } from './code-deploy.ts';
import type { Holders } from './find-holders.ts';
import { notReady, obstacles } from './preflight.ts';
import { planRedeploy } from './redeploy-outcome.ts';

/** What to check before a rotation stores anything. */
export interface RotationDemands {
  /** Each service is named explicitly. */
  isNamed: boolean;
  /** The secret's rotation function generates the value. */
  isInvoked: boolean;
  /** Undefined: the services are only listed. */
  redeploy:
    | {
        /** Services to redeploy first; the others follow when these have completed. */
        first: readonly ServiceName[];
        codeDeploy?: boolean;
        rollback: boolean;
        /** Proceed even if a service is not ready. */
        force: boolean;
      }
    | undefined;
}

/** What was found before anything is stored. */
export interface RotationPlan {
  /** Images with a mutable tag: a forced deployment pulls them again. */
  images: string[];
  /** Warnings to show before the value is stored. */
  warnings: string[];
}

/**
 * Checks everything that can fail without a write. Only reads. Throws CliError `not-a-consumer` for
 * a named service that does not refer to the secret, `not-ready` with every service that is not
 * ready, and `no-deployment-group`.
 */
export async function checkRotation(
  aws: Aws,
  { secret, consumers, strangers }: Holders,
  { redeploy: demands, isNamed, isInvoked }: RotationDemands,
): Promise<RotationPlan> {
  if (strangers.length > 0) {
    throw new CliError(
      'not-a-consumer',
      strangers
        .map((service) => `${serviceName(service)} does not refer to ${secret.name}`)
        .join('\n'),
      { hint: 'nothing was stored; ecs-secrets where-used lists the services that do' },
    );
  }
  const byHand = isInvoked ? [] : await handWarnings(aws, secret);
  if (!demands) return { images: [], warnings: byHand };
  const { redeploy, skipped } = planRedeploy(consumers, demands);
  checkFirst(redeploy, demands.first);
  const problems = [
    ...obstacles(redeploy),
    ...(isNamed
      ? skipped.map(({ consumer, why }) => `${serviceName(consumer.service)}: ${why}`)
      : []),
  ];
  if (problems.length > 0 && !demands.force) throw notReady(problems);
  await checkCodeDeploy(aws, redeploy);
  return {
    images: [...new Set(redeploy.flatMap(({ revision }) => mutableImages(revision.definition)))],
    warnings: [...byHand, ...(demands.rollback ? await whyNotPutBack(aws, secret) : [])],
  };
}

/** The consumers in the order of their redeployment; empty stages are omitted. */
export function stagesOf(
  consumers: readonly Consumer[],
  first: readonly ServiceName[],
): Consumer[][] {
  const names = new Set(first.map(nameOf));
  const isEarly = ({ service }: Consumer): boolean => names.has(serviceName(service));
  return [
    consumers.filter((consumer) => isEarly(consumer)),
    consumers.filter((consumer) => !isEarly(consumer)),
  ].filter((stage) => stage.length > 0);
}

// --- internal ---

function nameOf({ cluster, service }: ServiceName): string {
  return serviceName({ cluster, name: service });
}

function checkFirst(redeploy: readonly Consumer[], first: readonly ServiceName[]): void {
  const known = new Set(redeploy.map(({ service }) => serviceName(service)));
  const unknown = first.map(nameOf).filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new CliError(
    'not-a-consumer',
    unknown
      .map((name) => `--first: ${name} is not one of the services to redeploy for this secret`)
      .join('\n'),
  );
}

/** A value stored by hand does not reach the database that a rotation function changes. */
async function handWarnings(aws: Aws, { store, arn }: ResolvedSecret): Promise<string[]> {
  if (store === 'parameter-store') return [];
  const description = await (await aws.secretsManager(parseArn(arn)?.region)).describe(arn);
  return description ? rotationWarnings(description) : [];
}

/**
 * Parameter Store cannot make an old version current: its value has to be read and written again.
 */
async function whyNotPutBack(aws: Aws, { store, name, arn }: ResolvedSecret): Promise<string[]> {
  if (store === 'secrets-manager') return [];
  try {
    await (await aws.parameterStore(parseArn(arn)?.region)).read(name);
    return [];
  } catch (error) {
    if (!isAccessDenied(error)) throw error;
    return [
      `the value of ${name} cannot be read, so it cannot be put back if a deployment fails: ${error.message}`,
    ];
  }
}

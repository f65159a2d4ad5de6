import { Option, type Command, type OptionValues } from '@commander-js/extra-typings';
import { fromEnv, repeatable } from '../../cli.ts';
import { parseDuration } from '../../model/duration.ts';
import { parseArn, type Arn } from '../../model/secrets/partition.ts';
import { InvalidInput, type Problems } from '../../model/problems.ts';
import type { Store } from '../../model/secrets/reference.ts';
import { withoutValue } from '../../model/secrets/shown-text.ts';
import type { ServiceFilter, ServiceName } from '../../operations/usage/scan.ts';

/** Adds `--cluster` and `--service`, which narrow a search for services. */
export function withServiceOptions<Args extends unknown[], Opts extends OptionValues>(
  command: Command<Args, Opts>,
) {
  return command
    .addOption(
      fromEnv(
        new Option('--cluster <cluster>', 'only this cluster, by name or ARN (repeatable)'),
      ).argParser(repeatable),
    )
    .option(
      '--service <cluster/service>',
      'only this service, also by its ARN (repeatable)',
      repeatable,
    );
}

/** Adds `--all-regions`, which searches every region that has the secret. */
export function withAllRegions<Args extends unknown[], Opts extends OptionValues>(
  command: Command<Args, Opts>,
) {
  return command.option('--all-regions', 'search every region that has the secret or a replica');
}

/**
 * How many services are redeployed at the same time: enough for what most secrets are used by, few
 * enough that a bad value reaches a small part of a large estate; Fargate launches 20 tasks a second
 * (ECS API reference, "request throttling").
 */
export const defaultParallel = '20';

/** Adds the options of whatever starts deployments and follows them. */
export function withRolloutOptions<Args extends unknown[], Opts extends OptionValues>(
  command: Command<Args, Opts>,
) {
  return command
    .option('--codedeploy', 'deploy services of the CODE_DEPLOY controller through CodeDeploy')
    .option('--no-wait', 'start the deployments without following them')
    .addOption(
      fromEnv(
        new Option('--timeout <duration>', 'stop following a deployment after this time').default(
          '15m',
        ),
      ),
    )
    .addOption(
      fromEnv(
        new Option('--max-parallel <n>', 'number of services redeployed at the same time').default(
          defaultParallel,
        ),
      ),
    );
}

/**
 * Whether an argument that may be a secret is a service: its ARN, or `CLUSTER/SERVICE` where that can be
 * no secret (a parameter of several levels begins with a slash).
 */
export function isService(text: string, store: Store | undefined): boolean {
  if (/^arn:[^:]+:ecs:/.test(text)) return true;
  return store !== 'secrets-manager' && /^[\w-]+\/[\w-]+$/.test(text);
}

/**
 * Reads `--cluster` and `--service`; adds to the problems what is malformed. With one cluster the name of
 * a service may stand alone.
 */
export function serviceFilter(
  options: { cluster?: string[] | undefined; service?: string[] | undefined },
  problems: Problems,
): ServiceFilter {
  const clusters = options.cluster ?? [];
  const [cluster] = clusters;
  const isAlone = (name: string): boolean => clusters.length === 1 && /^[\w-]+$/.test(name);
  const services = (options.service ?? []).flatMap((name) =>
    cluster !== undefined && isAlone(name)
      ? [{ cluster, service: name }]
      : serviceNames('--service', [name], problems),
  );
  return { clusters, services };
}

/** Reads `CLUSTER/SERVICE` names and ARNs of services; adds to the problems what is malformed. */
export function serviceNames(
  option: string,
  written: readonly string[] | undefined,
  problems: Problems,
): ServiceName[] {
  return (written ?? []).flatMap(
    (name) => problems.attempt(() => parseServiceName(name), option) ?? [],
  );
}

/** Reads `--timeout` (answer in milliseconds) and `--max-parallel`. */
export function rolloutLimits(
  options: { timeout: string; maxParallel: string },
  problems: Problems,
): { timeout: number; maxParallel: number } {
  return {
    timeout: problems.attempt(() => parseDuration(options.timeout), '--timeout') ?? 0,
    maxParallel: wholeNumber('--max-parallel', options.maxParallel, 1, problems),
  };
}

/** Reads a whole number of at least `least`. */
export function wholeNumber(
  option: string,
  written: string,
  least: number,
  problems: Problems,
): number {
  const number = /^\d{1,9}$/.test(written) ? Number(written) : Number.NaN;
  if (!(number >= least))
    problems.add(`${option}: "${written}" is not a whole number of at least ${least}`);
  return number;
}

// --- internal ---

function parseServiceName(written: string): ServiceName {
  const arn = parseArn(written);
  if (arn) return serviceOf(arn, written);
  const match = /^([^/]+)\/([^/]+)$/.exec(written);
  if (!match) throw new InvalidInput(`"${withoutValue(written)}" is not CLUSTER/SERVICE`);
  return { cluster: match[1] ?? '', service: match[2] ?? '' };
}

/** ECS has ARNs of services without their cluster, from before November 2018 (Amazon ECS guide, "ARNs"). */
function serviceOf({ partition, service, region, account, resource }: Arn, written: string) {
  const [kind, ...names] = resource.split('/');
  if (service !== 'ecs' || kind !== 'service') {
    throw new InvalidInput(`${written} is not the ARN of a service`);
  }
  const [cluster = '', name = '', ...more] = names;
  if (name === '' || more.length > 0) {
    throw new InvalidInput(`${written} is an ARN without a cluster`, 'give CLUSTER/SERVICE');
  }
  return { cluster: `arn:${partition}:ecs:${region}:${account}:cluster/${cluster}`, service: name };
}

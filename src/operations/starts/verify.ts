import type { Aws } from '../../aws/index.ts';
import { describeError, CliError } from '../../errors.ts';
import { checkStarts } from '../../model/starts/checks/index.ts';
import { ahead } from '../ahead.ts';
import { askingOnce } from '../asking-once.ts';
import { gatherStartFacts, type StartTarget } from './gather-start-facts.ts';
import type { Variables } from '../../model/definitions/substitute.ts';
import { isFile } from '../definitions/is-file.ts';
import { describeTaskDefinition, readDefinitionFile } from '../definitions/read-task-definition.ts';
import { describedService } from '../usage/described-service.ts';
import type { Sources } from '../read-source.ts';
import { describeDaemons, type Daemon } from '../usage/find-daemons.ts';
import { isDaemonDefinition } from '../../model/usage/daemon.ts';
import { serviceName } from '../usage/service-name.ts';
import type { StartReport } from '../../model/starts/checks/remedies.ts';

/** The target of `verify`, and the findings. */
export interface Verification extends StartReport {
  target: string;
  /** ARN of the revision; undefined for a file. */
  taskDefinition: string | undefined;
  service: string | undefined;
  /** `CLUSTER/NAME` of a managed daemon. */
  daemon: string | undefined;
}

/** How to read and check targets. */
export interface VerifyOptions {
  readValues: boolean;
  /** Read manifests of images, also from other registries. */
  readImages: boolean;
  /** For a file with several task definitions, the family to use. */
  family: string | undefined;
  /** Values of placeholders in a file; undefined leaves them unchanged. */
  variables: Variables | undefined;
  /** The options that give these values, for printed commands. */
  substitution: readonly string[];
}

/**
 * Reports for each target what would prevent its tasks from starting: a file, `FAMILY[:REVISION]`,
 * `CLUSTER/SERVICE`, `CLUSTER/daemon:NAME`, or an ARN. Throws CliError if targets do not exist.
 */
export async function verify(
  given: Aws,
  written: readonly string[],
  sources: Sources,
  options: VerifyOptions,
): Promise<Verification[]> {
  const aws = askingOnce(given);
  void ahead(given.caller());
  const targets = await readTargets(aws, written, sources, options);
  const facts = await gatherStartFacts(given, targets, options);
  return checkStarts(facts).map((report, index) => {
    const { target = '', arn, service, daemon } = targets[index] ?? {};
    return {
      target,
      taskDefinition: arn,
      service: service && serviceName(service),
      daemon: daemon && serviceName(daemon),
      ...report,
    };
  });
}

// --- internal ---

interface Target extends StartTarget {
  arn: string | undefined;
  daemon?: Daemon;
}

/** Reports all unreadable targets at once. */
async function readTargets(
  aws: Aws,
  written: readonly string[],
  sources: Sources,
  options: VerifyOptions,
): Promise<Target[]> {
  const read = await Promise.allSettled(
    written.map((one) => readTarget(aws, one, sources, options)),
  );
  const errors = read.flatMap((one): unknown[] =>
    one.status === 'rejected' ? [one.reason as unknown] : [],
  );
  const [first] = errors;
  if (errors.length > 1) {
    const reports = errors.map(describeError);
    const { code, exitCode } = describeError(first);
    const lines = (parts: readonly (string | undefined)[]): string =>
      [...new Set(parts)].filter(Boolean).join('\n');
    throw new CliError(code, lines(reports.map(({ message }) => message)), {
      hint: lines(reports.map(({ hint }) => hint)) || undefined,
      exitCode,
      cause: first,
    });
  }
  if (errors.length > 0) throw first;
  return read.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

async function readTarget(
  aws: Aws,
  target: string,
  sources: Sources,
  { family: chosen, variables, substitution }: VerifyOptions,
): Promise<Target> {
  const [, cluster, service] =
    /^(?:arn:[^:]+:ecs:[^:]*:\d*:service\/)?([\w-]+)\/([\w-]+)$/.exec(target) ?? [];
  if (cluster !== undefined && service !== undefined) {
    return serviceTarget(aws, target, cluster, service);
  }
  const [, inCluster, daemon] =
    /^(?:arn:[^:]+:ecs:[^:]*:\d*:daemon\/([\w-]+)\/|([\w-]+)\/daemon:)([\w-]+)$/
      .exec(target)
      ?.filter(Boolean) ?? [];
  if (inCluster !== undefined && daemon !== undefined) {
    return daemonTarget(aws, target, inCluster, daemon);
  }
  if (isFile(target)) {
    const { definition, format } = await readDefinitionFile(target, sources, {
      aws,
      choosable: true,
      family: chosen,
      variables,
      accepts: ['CloudFormation template', 'list of containers'],
    });
    const options = [...(chosen === undefined ? [] : ['--family', chosen]), ...substitution];
    const isTemplate = format === 'CloudFormation template';
    const name = { file: target, family: definition.family ?? '', options, isTemplate };
    return { target, name, definition, status: undefined, service: undefined, arn: undefined };
  }
  if (isDaemonDefinition(target)) return daemonDefinitionTarget(aws, target, target);
  const { arn, definition, status } = await describeTaskDefinition(target, aws);
  const family = target.replace(/^arn:.*:task-definition\//, '');
  const name = { file: undefined, family, options: [] };
  return { target, name, definition, status, service: undefined, arn };
}

/** A managed daemon, with the revision that its next task uses. */
async function daemonTarget(
  aws: Aws,
  target: string,
  cluster: string,
  name: string,
): Promise<Target> {
  const { partition, region, account } = await aws.caller();
  const own = `arn:${partition}:ecs:${region}:${account}:daemon/${cluster}/${name}`;
  const arn = target.startsWith('arn:') ? target : own;
  const [daemon] = await describeDaemons(await aws.ecs(), [arn]);
  if (!daemon) {
    throw new CliError('daemon-not-found', `there is no daemon ${cluster}/${name}`, {
      hint: 'aws ecs list-daemons lists the daemons of the region',
    });
  }
  const [taskDefinition] = daemon.taskDefinitions;
  if (daemon.unseen !== undefined || taskDefinition === undefined) {
    throw new CliError(
      'task-definition-unseen',
      `the task definition that ${target} runs cannot be seen: ${daemon.unseen ?? 'it has none'}`,
      {
        hint: 'allow ecs:DescribeDaemon, ecs:DescribeDaemonDeployments and ecs:DescribeDaemonRevisions',
      },
    );
  }
  return { ...(await daemonDefinitionTarget(aws, target, taskDefinition)), daemon };
}

/** A revision of the task definition of daemons, which run on Managed Instances only (UpdateDaemon). */
async function daemonDefinitionTarget(aws: Aws, target: string, id: string): Promise<Target> {
  const { arn, definition, status } = await describeTaskDefinition(id, aws);
  return {
    ...{ target, status, service: undefined, arn },
    name: { file: undefined, family: arn, options: [] },
    definition: { ...definition, requiresCompatibilities: ['MANAGED_INSTANCES'] },
  };
}

/** A service, with the revision that its next task uses. */
async function serviceTarget(
  aws: Aws,
  target: string,
  cluster: string,
  name: string,
): Promise<Target> {
  const service = await describedService(
    await aws.ecs(),
    { cluster, service: name },
    'give CLUSTER/SERVICE; name a file with its extension, or as ./FILE',
  );
  const { taskDefinition } = service;
  if (taskDefinition === undefined && service.unseen !== undefined) {
    throw new CliError(
      'task-definition-unseen',
      `the task definition that ${target} runs cannot be seen: ${service.unseen}`,
      { hint: 'ecs:DescribeServiceRevisions returns that of an Express service' },
    );
  }
  if (taskDefinition === undefined) {
    throw new CliError('no-task-definition', `the service ${target} runs no task definition yet`);
  }
  const { arn, definition, status } = await describeTaskDefinition(taskDefinition, aws);
  const family = arn.replace(/^arn:.*:task-definition\//, '');
  return {
    target,
    name: { file: undefined, family, options: [] },
    definition,
    status,
    service,
    arn,
  };
}

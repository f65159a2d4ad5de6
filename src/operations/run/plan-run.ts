import { randomUUID } from 'node:crypto';
import type { Service } from '../../aws/ecs-answers.ts';
import type { RunRequest } from '../../aws/ecs-runs.ts';
import type { Aws } from '../../aws/index.ts';
import { CliError } from '../../errors.ts';
import type { TaskDefinition } from '../../model/definitions/task-definition.ts';
import { InvalidInput, Problems } from '../../model/problems.ts';
import { launchOf, type LaunchOptions } from '../../model/run/launch.ts';
import { chosenContainer, taskOverrides, type RunEdits } from '../../model/run/task-overrides.ts';
import type { Tag } from '../../model/secrets/secret-rules.ts';
import { ahead } from '../ahead.ts';
import { describeTaskDefinition } from '../definitions/read-task-definition.ts';
import { describedService } from '../usage/described-service.ts';
import type { ServiceName } from '../usage/scan.ts';

/** Which task to run, as the user wrote it. */
export interface RunWish {
  /** `FAMILY[:REVISION]` or an ARN; default: the family that the service runs. */
  definition: string | undefined;
  /** Name or ARN; default: that of the service. */
  cluster: string | undefined;
  /** Its network and capacity are used. */
  service: ServiceName | undefined;
  edits: RunEdits;
  launch: LaunchOptions;
  startedBy: string;
  tags: readonly Tag[];
  /** Default: a random one. */
  clientToken: string | undefined;
}

/** A task that can be run. */
export interface RunPlan {
  request: RunRequest;
  definition: TaskDefinition;
  /** `ACTIVE` or `INACTIVE`. */
  status: string;
  /** The container whose exit code and output count. */
  container: string;
  service: Service | undefined;
}

/**
 * Looks up the service and the revision, and decides how to run it. Changes nothing. Throws
 * InvalidInput with all problems, and CliError if the service or the task definition does not exist.
 */
export async function planRun(aws: Aws, wish: RunWish): Promise<RunPlan> {
  const { definition: written, cluster = wish.service?.cluster } = wish;
  if (cluster === undefined) {
    throw new InvalidInput('no cluster is given', 'give --cluster CLUSTER, or --service');
  }
  const named =
    written === undefined
      ? undefined
      : ahead(describeTaskDefinition(written, aws, 'give FAMILY or FAMILY:REVISION'));
  const service =
    wish.service &&
    (await describedService(await aws.ecs(), wish.service, 'give --service CLUSTER/SERVICE'));
  const revision = await (named ?? describeTaskDefinition(familyOf(service), aws));
  const { arn, definition, status } = revision;
  const problems = new Problems();
  const container = chosenContainer(definition, wish.edits.container, problems);
  const overrides = taskOverrides(definition, wish.edits, container, problems);
  const launch = launchOf(definition, service, wish.launch, problems);
  if (launch.enableExecuteCommand && definition.taskRoleArn === undefined) {
    problems.add('--enable-execute-command: the task definition has no task role');
  }
  problems.throwIfAny();
  return {
    request: {
      cluster,
      taskDefinition: arn,
      ...launch,
      overrides,
      startedBy: wish.startedBy,
      tags: wish.tags,
      clientToken: wish.clientToken ?? randomUUID(),
    },
    definition,
    status,
    container: container ?? '',
    service,
  };
}

// --- internal ---

/** The latest revision of the family, which the service may not run yet. */
function familyOf(service: Service | undefined): string {
  const family = service?.taskDefinition?.replace(/^arn:.*:task-definition\/|:\d+$/g, '');
  if (family !== undefined) return family;
  throw service
    ? new CliError('no-task-definition', `the service ${service.name} runs no task definition yet`)
    : new InvalidInput('no task definition is given', 'give FAMILY[:REVISION], or --service');
}

import { randomBytes, randomUUID } from 'node:crypto';
import { ServiceError } from '../../service.ts';
import { Unreachable } from './network.ts';
import { logFailure, type StartFailure } from './start-failures.ts';
import type { ContainerDefinition, Task } from '../state.ts';
import type { Invoke } from './invoke.ts';

const logLabel = 'ecs-secrets.sandbox/log';

/**
 * Opens the log stream of each container with the awslogs driver, as Docker's driver does, and writes
 * the lines of its label `ecs-secrets.sandbox/log`.
 */
export async function openLogStreams(
  invoke: Invoke,
  task: Task,
  { ec2, now }: { ec2: boolean; now: number },
): Promise<void> {
  for (const container of task.definition.registration.containerDefinitions) {
    if (container.logConfiguration?.logDriver !== 'awslogs') continue;
    // On an instance a container that is not essential fails for itself alone.
    if (ec2 && container.essential === false) continue;
    await openLogStream(invoke, task, container, { ec2, now });
  }
}

// --- internal ---

async function openLogStream(
  invoke: Invoke,
  task: Task,
  container: ContainerDefinition,
  { ec2, now }: { ec2: boolean; now: number },
): Promise<void> {
  const options = container.logConfiguration?.options ?? {};
  const failed = (what: string): StartFailure => logFailure(container.name, what, ec2);
  const group = options['awslogs-group'];
  // Docker asks the instance for its region; on Fargate it has to be configured.
  const region = options['awslogs-region'] ?? (ec2 ? task.region : undefined);
  if (!group) throw failed(missing('awslogs-group', ec2));
  if (!region) throw failed(missing('awslogs-region', ec2));
  if (options['awslogs-create-stream'] === 'false') return;

  const create = (operation: string, input: Record<string, unknown>): Promise<unknown> =>
    invoke('logs', operation, input, region).catch((error: unknown) => {
      if (codeOf(error) !== 'ResourceAlreadyExistsException') throw error;
    });
  const stream = { logGroupName: group, logStreamName: streamName(options, container, task) };
  const createStream = async (): Promise<void> => {
    await create('CreateLogStream', stream);
    const lines = container.dockerLabels?.[logLabel]?.split('\n') ?? [];
    if (lines.length === 0) return;
    const logEvents = lines.map((message) => ({ timestamp: now, message: message || ' ' }));
    // The driver drops what it may not write.
    await errorOf(invoke('logs', 'PutLogEvents', { ...stream, logEvents }, region));
  };
  const failedCall = (what: string, error: unknown): StartFailure =>
    error instanceof Unreachable
      ? failed(noWay)
      : failed(`failed to create Cloudwatch log ${what}: ${described(error)}`);

  // The stream comes first: who may not create groups can still use one that is there.
  const error = await errorOf(createStream());
  if (error === undefined) return;
  const groupIsMissing = codeOf(error) === 'ResourceNotFoundException';
  if (!groupIsMissing || !isTrue(options['awslogs-create-group'])) {
    throw failedCall('stream', error);
  }
  const groupError = await errorOf(create('CreateLogGroup', { logGroupName: group }));
  if (groupError !== undefined) throw failedCall('group', groupError);
  const streamError = await errorOf(createStream());
  if (streamError !== undefined) throw failedCall('stream', streamError);
}

const noWay =
  'The task cannot find the Amazon CloudWatch log group defined in the task definition. There is a ' +
  'connection issue between the task and Amazon CloudWatch. Check your network configuration.';

async function errorOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
    return undefined;
  } catch (error) {
    return error;
  }
}

/** `PREFIX/CONTAINER/TASK`; without a prefix the id that Docker gave the container. */
function streamName(
  { 'awslogs-stream-prefix': prefix }: Record<string, string>,
  { name }: ContainerDefinition,
  { id }: Task,
): string {
  return prefix ? `${prefix}/${name}/${id}` : randomBytes(32).toString('hex');
}

function missing(option: string, ec2: boolean): string {
  return ec2
    ? `must specify a value for log opt '${option}'`
    : `unable to get awslogs driver arguments: ${option} is required`;
}

/** A missing group is reported without the request ID, as quoted in bug reports. */
function described(error: unknown): string {
  return error instanceof ServiceError && error.code === 'ResourceNotFoundException'
    ? `${error.code}: ${error.message}`
    : driverError(error);
}

/** A failed call, as version 1 of the SDK for Go prints it in Docker's driver. */
function driverError(error: unknown): string {
  if (!(error instanceof ServiceError)) return 'RequestError: send request failed caused by: EOF';
  return `${error.code}: ${error.message} status code: ${error.status}, request id: ${randomUUID()}`;
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof ServiceError ? error.code : undefined;

/** As strconv.ParseBool of Go reads it. */
function isTrue(option: unknown): boolean {
  return ['1', 't', 'T', 'true', 'True', 'TRUE'].includes(String(option));
}

import { randomUUID } from 'node:crypto';
import { ServiceError } from '../service.ts';
import type { Reference } from './secret-references.ts';

/** Why a task cannot start, in the words of DescribeTasks. */
export class StartFailure extends Error {
  /** The container that it is told of; the task then says only that it failed to start. */
  readonly container: string | undefined;

  constructor(message: string, container?: string) {
    super(message);
    this.container = container;
  }
}

/** The execution role could not be assumed. */
export function roleFailure(roleArn: string): StartFailure {
  return new StartFailure(
    `ECS was unable to assume the role '${roleArn}' that was provided for this task. Please verify ` +
      'that the role being passed has the proper trust relationship and permissions and that your ' +
      'IAM user has permissions to pass this role.',
  );
}

/** What AWS calls a failed call, as the agent's SDK prints it. */
export function callError(error: unknown): string {
  if (!(error instanceof ServiceError)) {
    return `RequestError: send request failed caused by: ${error instanceof Error ? error.message : 'unknown'}`;
  }
  return `${error.code}: ${error.message} status code: ${error.status}, request id: ${randomUUID()}`;
}

/** A secret of Secrets Manager could not be read. */
export function secretFailure(reference: Reference, detail: string, ec2: boolean): StartFailure {
  const { region } = reference;
  return new StartFailure(
    ec2
      ? `fetching secret data from AWS Secrets Manager in region ${region}: ${detail}`
      : fargate('unable to retrieve secret from asm', detail),
  );
}

/** Parameters could not be read. */
export function parameterFailure(region: string, detail: string, ec2: boolean): StartFailure {
  return new StartFailure(
    ec2
      ? `fetching secret data from SSM Parameter Store in ${region}: ${detail}`
      : fargate('unable to retrieve secrets from ssm', detail),
  );
}

/** The registry of the image does not let the task in. */
export function registryFailure(detail: string, ec2: boolean): StartFailure {
  return new StartFailure(
    ec2
      ? `CannotPullECRContainerError: ${detail}`
      : fargate('unable to retrieve ecr registry auth', detail),
  );
}

/** No packet of the task arrives at Parameter Store. */
export function parametersUnreachable(): StartFailure {
  return new StartFailure(
    `${initialization}: unable to retrieve secrets from ssm: The task cannot pull secrets from AWS ` +
      'Systems Manager. There is a connection issue between the task and AWS Systems Manager Parameter ' +
      `Store. Check your task network configuration. ${timedOut('SSM', 'GetParameters')}`,
  );
}

/** No packet of the task arrives at Secrets Manager. */
export function secretUnreachable(secretId: string): StartFailure {
  return new StartFailure(
    `${initialization}: unable to retrieve secret from asm: There is a connection issue between the ` +
      'task and AWS Secrets Manager. Check your task network configuration. failed to fetch secret ' +
      `${secretId} from secrets manager: ${timedOut('Secrets Manager', 'GetSecretValue')}`,
  );
}

/** No packet of the task arrives at the API of ECR. */
export function registryUnreachable(region: string): StartFailure {
  return new StartFailure(
    `${initialization}: The task cannot pull registry auth from Amazon ECR: There is a connection ` +
      'issue between the task and Amazon ECR. Check your task network configuration. RequestError: ' +
      `send request failed caused by: Post "https://api.ecr.${region}.amazonaws.com/": dial tcp ` +
      '52.94.0.5:443: i/o timeout',
  );
}

/** The task needs values and has no role to fetch them with. */
export function noCredentials(ec2: boolean): StartFailure {
  const detail = 'unable to find execution role credentials';
  return new StartFailure(
    ec2 ? `ASM secret resource: ${detail}` : fargate('unable to retrieve secret from asm', detail),
  );
}

/** The log driver of a container could not be set up. */
export function logFailure(container: string, detail: string, ec2: boolean): StartFailure {
  if (ec2) {
    return new StartFailure(
      `CannotStartContainerError: Error response from daemon: failed to initialize logging driver: ${detail}`,
      container,
    );
  }
  // Only calls are tried again, and their failures end in the status of the helper.
  const called = detail.startsWith('failed to create');
  return new StartFailure(
    'ResourceInitializationError: failed to validate logger args: ' +
      (called ? `create stream has been retried 1 times: ${detail} : exit status 1` : detail),
  );
}

// --- internal ---

const initialization = 'ResourceInitializationError: unable to pull secrets or registry auth';

function fargate(what: string, detail: string): string {
  return `${initialization}: execution resource retrieval failed: ${what}: service call has been retried 1 time(s): ${detail}`;
}

function timedOut(service: string, operation: string): string {
  return (
    `operation error ${service}: ${operation}, https response error StatusCode: 0, RequestID: , ` +
    'canceled, context deadline exceeded'
  );
}

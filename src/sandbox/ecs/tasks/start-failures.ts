import { randomUUID } from 'node:crypto';
import { AnswerLost } from '../../faults.ts';
import { ServiceError } from '../../service.ts';

/** Why a task cannot start, in the words of DescribeTasks. */
export class StartFailure extends Error {
  /** The container that reports it; the task then only has a general reason. */
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

/** A call that the agent makes for a task. */
export interface AgentCall {
  /** As the SDK for Go names it. */
  service: 'SSM' | 'Secrets Manager' | 'ECR';
  operation: string;
  region: string;
}

/** A failed call, as version 2 of the SDK for Go prints it in the agent and on Fargate. */
export function callError({ service, operation, region }: AgentCall, error: unknown): string {
  const failed = `operation error ${service}: ${operation}, `;
  const tried = 'exceeded maximum number of attempts, 3, ';
  if (!(error instanceof ServiceError) || error instanceof AnswerLost) {
    const url = `https://${hosts[service]}.${region}.amazonaws.com/`;
    return `${failed}${tried}https response error StatusCode: 0, RequestID: , request send failed, Post "${url}": EOF`;
  }
  const { code, message, status } = error;
  const again = status >= 500 || code === 'ThrottlingException' ? tried : '';
  const kind = modelled.has(code) ? code : `api error ${code}`;
  return `${failed}${again}https response error StatusCode: ${status}, RequestID: ${randomUUID()}, ${kind}: ${message}`;
}

/** A reference to Secrets Manager could not be resolved. */
export function secretFailure(detail: string, ec2: boolean): StartFailure {
  return new StartFailure(ec2 ? detail : fargate('unable to retrieve secret from asm', detail));
}

/** GetSecretValue failed. */
export function secretCallFailure(
  secretId: string,
  region: string,
  error: unknown,
  ec2: boolean,
): StartFailure {
  const call = { service: 'Secrets Manager', operation: 'GetSecretValue', region } as const;
  const text = callError(call, error);
  if (!ec2) {
    return secretFailure(`failed to fetch secret ${secretId} from secrets manager: ${text}`, ec2);
  }
  const missing = error instanceof ServiceError && error.code === 'ResourceNotFoundException';
  return secretFailure(
    missing
      ? `ResourceNotFoundException: The task can't retrieve the secret with ARN '${secretId}' from AWS ` +
          `Secrets Manager. Check whether the secret exists in the specified Region: ${text}`
      : // The agent says the error twice.
        `secret ${secretId}: ${text}: ${text}`,
    ec2,
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

/** There is no such image in ECR. */
export function imageFailure(container: string, image: string, ec2: boolean): StartFailure {
  const detail = ec2
    ? `Error response from daemon: manifest for ${image} not found: manifest unknown: Requested image not found`
    : `pull image manifest has been retried 7 time(s): failed to resolve ref ${image}: ${image}: not found`;
  return new StartFailure(`CannotPullContainerError: ${detail}`, ec2 ? container : undefined);
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

/** What a task needs a role for: the names that the agent gives to what it gets ready. */
export type Resource = 'ssm secret' | 'asm secret' | 'asm';

/** The task needs values and has no role to fetch them with. */
export function noCredentials(resource: Resource, ec2: boolean): StartFailure {
  const detail = 'unable to find execution role credentials';
  return new StartFailure(
    ec2 ? `${resource} resource: ${detail}` : fargate('unable to retrieve secret from asm', detail),
  );
}

/**
 * All failures of Secrets Manager as one (agent/taskresource/asmsecret). That Fargate tells one only is a
 * guess.
 */
export function joined(failures: readonly StartFailure[], ec2: boolean): StartFailure {
  const texts = failures.map(({ message }) => message);
  return new StartFailure(ec2 ? texts.join(';') : (texts[0] ?? ''));
}

/**
 * A key of a binary secret makes the agent of an instance panic. AWS then says nothing of the task, which
 * waits for the agent; here it stops, with what the agent's log says. What Fargate does is not known.
 */
export function agentCrash(ec2: boolean): StartFailure {
  return ec2
    ? new StartFailure('panic: runtime error: invalid memory address or nil pointer dereference')
    : secretFailure('unexpected end of JSON input', ec2);
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

const hosts = { SSM: 'ssm', 'Secrets Manager': 'secretsmanager', ECR: 'api.ecr' };

/** Errors that the models of these operations list; the SDK prints all others as `api error`. */
const modelled: ReadonlySet<string> = new Set([
  'DecryptionFailure',
  'InternalServerError',
  'InternalServiceError',
  'InvalidKeyId',
  'InvalidParameterException',
  'InvalidRequestException',
  'ResourceNotFoundException',
]);

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

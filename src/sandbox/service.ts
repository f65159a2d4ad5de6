/**
 * The caller of the sandbox: the account's owner, who may do everything, or a role, restricted by
 * its policies.
 */
export type Principal =
  | { kind: 'owner' }
  | {
      kind: 'role';
      roleArn: string;
      /** Name of the role's session, as in its ARN; for a task, its ID. */
      sessionName?: string;
    };

/** The owner of the sandbox's account: the caller over HTTP, except in sessions of roles. */
export const owner: Principal = { kind: 'owner' };

/** The context of one call. */
export interface Call {
  principal: Principal;
  /** Region of the request, e.g. `eu-west-1` (from the credential scope of its signature). */
  region: string;
}

/** An error of AWS: its wire code, message and HTTP status. */
export class ServiceError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/**
 * One API operation: takes the members of the request; returns those of the response or throws a
 * ServiceError.
 */
export type Operation = (input: never, call: Call) => unknown;

/** One AWS service of the sandbox. */
export interface Service {
  /** Prefix of its IAM actions, and its SigV4 signing name here: `ssm`, `secretsmanager`, … */
  name: string;
  operations: Record<string, Operation>;
}

/** An event of a service for EventBridge. */
export interface SentEvent {
  /** For example `aws.ssm`. */
  source: string;
  detailType: string;
  /** Milliseconds since the epoch. */
  at: number;
  /** ARNs. */
  resources: readonly string[];
  detail: object;
}

/** The parts shared by the services of one sandbox. */
export interface Environment {
  /** The account ID: 12 digits. */
  account: string;
  /** `aws`, `aws-cn`, … */
  partition: string;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Sends an event to the default bus of a region. */
  emit(region: string, event: SentEvent): void;
  /**
   * Calls another service in this process, e.g. as the role of a task. Throws a ServiceError, also
   * if a permission is missing (`AccessDeniedException` with AWS's text).
   */
  invoke(
    service: string,
    operation: string,
    input: Record<string, unknown>,
    call: Call,
  ): Promise<unknown>;
}

/**
 * Who makes a call to the sandbox: the account's owner, who may do everything, or a role, whose
 * policies decide.
 */
export type Principal =
  | { kind: 'owner' }
  | {
      kind: 'role';
      roleArn: string;
      /** Name of the role's session, as it shows in its ARN; for a task its id. */
      sessionName?: string;
    };

/** The owner of the sandbox's account: who asks over HTTP, but for the sessions of roles. */
export const owner: Principal = { kind: 'owner' };

/** The circumstances of one call. */
export interface Call {
  principal: Principal;
  /** Region of the request, e.g. `eu-west-1` (from the credential scope of its signature). */
  region: string;
}

/** An error that AWS would answer with: its wire code, message and HTTP status. */
export class ServiceError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** One API operation: takes the request's members, returns the response's or throws a ServiceError. */
export type Operation = (input: never, call: Call) => unknown;

/** One AWS service of the sandbox. */
export interface Service {
  /** Prefix of its IAM actions, which is also its SigV4 signing name here: `ssm`, `secretsmanager`, … */
  name: string;
  operations: Record<string, Operation>;
}

/** What the services of one sandbox share. */
export interface Environment {
  /** The account's id: 12 digits. */
  account: string;
  /** `aws`, `aws-cn`, … */
  partition: string;
  /** Milliseconds since the epoch. */
  now(): number;
  /**
   * Calls another service in this process, e.g. as the role of a task. Throws a ServiceError, for
   * want of a permission too (`AccessDeniedException` with AWS's text).
   */
  invoke(
    service: string,
    operation: string,
    input: Record<string, unknown>,
    call: Call,
  ): Promise<unknown>;
}

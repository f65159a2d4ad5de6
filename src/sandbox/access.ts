import { parsePolicy, type Policy } from '../model/roles/parse-policy.ts';
import {
  evaluateAccess,
  type AccessDecision,
  type RequestPrincipal,
} from '../model/roles/policy-evaluation.ts';
import type { PolicyContext } from '../model/roles/policy-conditions.ts';
import { ServiceError, type Call, type Environment, type Service } from './service.ts';

/** The effective policies of a role, and what its requests contain about it. */
export interface RolePolicies {
  /** Its unique ID, `AROA…`. */
  id: string;
  tags: ReadonlyMap<string, string>;
  identity: readonly Policy[];
  boundary: Policy | undefined;
}

/** A request that needs permission. */
export interface Attempt {
  /** `service:Operation`. */
  action: string;
  /** ARN, or `*`. */
  resource: string;
  /** Condition keys in addition to the global ones. */
  context?: PolicyContext;
  resourcePolicy?: Policy | undefined;
  /** True for KMS keys and roles, whose own policy must allow it or delegate to IAM. */
  resourceDecides?: boolean;
}

/** An attempt whose action defaults to the requested operation. */
export type Question = Omit<Attempt, 'action'> & { action?: string };

/**
 * Decides whether the principal of a call may do something. The owner is a user who may do
 * everything.
 */
export type Decide = (call: Call, attempt: Attempt) => AccessDecision;

/** The same for roles only; throws AccessDeniedException if denied. */
export type Access = (call: Call, attempt: Attempt) => void;

/** A request of a role that its policies allowed. */
export interface Allowed {
  roleArn: string;
  /** `service:Operation`. */
  action: string;
  /** ARN, or `*`. */
  resource: string;
}

/**
 * Decides by the policies of the call's role; `policiesOf` returns undefined for an unknown role.
 */
export function createDecide(
  environment: Environment,
  policiesOf: (roleArn: string) => RolePolicies | undefined,
): Decide {
  return (call, attempt) => {
    const { action, resource, resourcePolicy, resourceDecides } = attempt;
    const { policies, principal, context } = callerOf(environment, call, policiesOf);
    return evaluateAccess(
      { ...policies, resource: resourcePolicy, resourceDecides },
      {
        action,
        resource,
        principal,
        context: {
          ...context,
          'aws:PrincipalAccount': environment.account,
          'aws:RequestedRegion': call.region,
          'aws:SecureTransport': 'true',
          'aws:CurrentTime': new Date(environment.now()).toISOString(),
          ...attempt.context,
        },
      },
    );
  };
}

/** Refuses what `decide` denies to a role, with AWS's message; reports what it allows. */
export function createAccess(
  environment: Environment,
  decide: Decide,
  onAllowed?: (allowed: Allowed) => void,
): Access {
  return (call, attempt) => {
    if (call.principal.kind === 'owner') return;
    const { action, resource } = attempt;
    const { decision, by } = decide(call, attempt);
    if (decision === 'allowed') {
      onAllowed?.({ roleArn: call.principal.roleArn, action, resource });
      return;
    }
    const policy = policyNames[by];
    const reason =
      decision === 'explicitDeny'
        ? `with an explicit deny in ${by === 'identity' ? 'an' : 'a'} ${policy}`
        : `because no ${policy} allows the ${action} action`;
    throw new ServiceError(
      'AccessDeniedException',
      `User: ${callerArn(environment, call)} is not authorized to perform: ${action} on resource: ${resource} ${reason}`,
    );
  };
}

/** ARN of the caller: the sandbox's user, or the session of a role. */
export function callerArn(environment: Environment, call: Call): string {
  const { account, partition } = environment;
  const { principal } = call;
  if (principal.kind === 'owner') return `arn:${partition}:iam::${account}:user/sandbox`;
  const role = principal.roleArn.slice(principal.roleArn.lastIndexOf('/') + 1);
  return `arn:${partition}:sts::${account}:assumed-role/${role}/${sessionName(call)}`;
}

/** Unique ID of the caller: that of the user, or that of the role with the session name. */
export function callerId(call: Call, role: RolePolicies | undefined): string {
  if (call.principal.kind === 'owner') return 'AIDASANDBOXUSER00000';
  return `${role?.id ?? 'AROASANDBOXROLE00000'}:${sessionName(call)}`;
}

// --- internal ---

interface Caller {
  policies: { identity: readonly Policy[]; boundary?: Policy | undefined };
  principal: RequestPrincipal;
  context: PolicyContext;
}

function callerOf(
  environment: Environment,
  call: Call,
  policiesOf: (roleArn: string) => RolePolicies | undefined,
): Caller {
  const arn = callerArn(environment, call);
  if (call.principal.kind === 'owner') {
    return {
      policies: { identity: [everything] },
      principal: { kind: 'user', arn },
      context: {
        'aws:PrincipalArn': arn,
        'aws:PrincipalType': 'User',
        'aws:userid': callerId(call, undefined),
        'aws:username': 'sandbox',
      },
    };
  }
  const { roleArn } = call.principal;
  const role = policiesOf(roleArn);
  return {
    policies: { identity: role?.identity ?? [], boundary: role?.boundary },
    principal: { kind: 'role', arn: roleArn, sessionArn: arn },
    context: {
      'aws:PrincipalArn': roleArn,
      'aws:PrincipalType': 'AssumedRole',
      'aws:userid': callerId(call, role),
      'aws:MultiFactorAuthPresent': 'false',
      ...Object.fromEntries(
        [...(role?.tags ?? [])].map(([key, value]) => [`aws:PrincipalTag/${key}`, value]),
      ),
    },
  };
}

function sessionName({ principal }: Call): string {
  return (principal.kind === 'role' ? principal.sessionName : undefined) ?? 'sandbox';
}

const everything = parsePolicy(
  { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } },
  'identity',
);

const policyNames = {
  identity: 'identity-based policy',
  boundary: 'permissions boundary',
  resource: 'resource-based policy',
};

/** A service that knows the resources of a request, for the policies of roles. */
export interface GuardedService extends Service {
  /**
   * The permissions that a role needs for a request; none if the operation itself checks. A service
   * without this function requires its action on `*`.
   */
  attempts?(operation: string, input: Record<string, unknown>, call: Call): Question[];
  /** Throws SerializationException for a request with members of a wrong type. */
  checkRequest?(operation: string, input: Record<string, unknown>): void;
  /** Operations for other services of the sandbox, not available over HTTP. */
  internal?: Service['operations'];
  /** The operations on a copy of the service's current state; lagging reads require it. */
  fork?(): Service['operations'];
}

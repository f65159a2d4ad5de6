import { evaluateAccess, type Policy } from '../model/policy-evaluation.ts';
import type { PolicyContext } from '../model/policy-conditions.ts';
import { ServiceError, type Call, type Environment } from './service.ts';

/** The policies of a role that are in force. */
export interface RolePolicies {
  identity: readonly Policy[];
  boundary: Policy | undefined;
}

/** What a call is about to be allowed to do. */
export interface Attempt {
  /** `service:Operation`. */
  action: string;
  /** ARN, or `*`. */
  resource: string;
  /** Condition keys besides the global ones. */
  context?: PolicyContext;
  resourcePolicy?: Policy | undefined;
  /** True for KMS keys, whose own policy must allow it or delegate to IAM. */
  resourceDecides?: boolean;
}

/** Decides whether a call's principal may do something; throws AccessDeniedException if not. */
export type Access = (call: Call, attempt: Attempt) => void;

/** Access by the policies of the call's role; `policiesOf` answers undefined for an unknown role. */
export function createAccess(
  environment: Environment,
  policiesOf: (roleArn: string) => RolePolicies | undefined,
): Access {
  return (call, attempt) => {
    const { principal } = call;
    if (principal.kind === 'owner') return;
    const policies = policiesOf(principal.roleArn);
    const session = callerArn(environment, call);
    const { action, resource, resourcePolicy, resourceDecides } = attempt;
    const { decision, by } = evaluateAccess(
      {
        identity: policies?.identity ?? [],
        boundary: policies?.boundary,
        resource: resourcePolicy,
        resourceDecides,
      },
      {
        action,
        resource,
        principal: { kind: 'role', arn: principal.roleArn, sessionArn: session },
        context: {
          'aws:PrincipalArn': principal.roleArn,
          'aws:PrincipalAccount': environment.account,
          'aws:PrincipalType': 'AssumedRole',
          'aws:RequestedRegion': call.region,
          'aws:SecureTransport': 'true',
          'aws:CurrentTime': new Date(environment.now()).toISOString(),
          ...attempt.context,
        },
      },
    );
    if (decision === 'allowed') return;
    const policy = policyNames[by];
    const reason =
      decision === 'explicitDeny'
        ? `with an explicit deny in ${by === 'identity' ? 'an' : 'a'} ${policy}`
        : `because no ${policy} allows the ${action} action`;
    throw new ServiceError(
      'AccessDeniedException',
      `User: ${session} is not authorized to perform: ${action} on resource: ${resource} ${reason}`,
    );
  };
}

/** ARN of who makes a call: the sandbox's user, or the session of a role. */
export function callerArn(environment: Environment, call: Call): string {
  const { account, partition } = environment;
  const { principal } = call;
  if (principal.kind === 'owner') return `arn:${partition}:iam::${account}:user/sandbox`;
  const role = principal.roleArn.slice(principal.roleArn.lastIndexOf('/') + 1);
  const session = principal.sessionName ?? 'sandbox';
  return `arn:${partition}:sts::${account}:assumed-role/${role}/${session}`;
}

// --- internal ---

const policyNames = {
  identity: 'identity-based policy',
  boundary: 'permissions boundary',
  resource: 'resource-based policy',
};

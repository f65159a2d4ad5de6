import { hasVariables, type Policy } from './parse-policy.ts';
import { conditionsHold, variablesOf, type PolicyContext } from './policy-conditions.ts';
import {
  matchesPattern,
  matchesWildcard,
  patternOf,
  plainPattern,
  variablesIn,
} from './wildcard.ts';
import { distinctBy } from '../distinct-by.ts';

/** What policies say of a request. A deny always wins; without an allow the answer is no. */
export type Decision = 'allowed' | 'explicitDeny' | 'implicitDeny';

/** Who asks: an AWS service, a user, or a role (by its ARN; `sessionArn` is that of the assumed role). */
export type RequestPrincipal =
  | { kind: 'service'; service: string }
  | { kind: 'user'; arn: string }
  | { kind: 'role'; arn: string; sessionArn?: string | undefined };

/** One request to decide on. */
export interface PolicyRequest {
  /** `service:Operation`, compared without regard to case. */
  action: string;
  /** An ARN, or `*` for actions that have no resource; compared with regard to case. */
  resource: string;
  /** Needed for policies that name principals: trust, key and resource policies. */
  principal?: RequestPrincipal | undefined;
  /** Condition keys and their values, e.g. `kms:ViaService`. Keys are compared in any case. */
  context?: PolicyContext | undefined;
}

/** All policies that bear on one request of a role or user. */
export interface AccessPolicies {
  /** Inline and attached policies. */
  identity: readonly Policy[];
  /** The permissions boundary. */
  boundary?: Policy | undefined;
  /** The policy of the resource. */
  resource?: Policy | undefined;
  /** True for KMS keys: identity policies count only where the resource's policy delegates to them. */
  resourceDecides?: boolean | undefined;
}

/** A decision, and for a refusal the kind of policy that it comes from. */
export interface AccessDecision {
  decision: Decision;
  by: 'identity' | 'boundary' | 'resource';
}

/**
 * Decides a request by these policies alone, taken together. In policies that name principals a
 * statement counts only if it names the request's (an account's root names everybody in it).
 */
export function evaluate(policies: readonly Policy[], request: PolicyRequest): Decision {
  return decide(policies, request, false);
}

/**
 * Keys that policies ask for in their conditions and variables, in the order of their first use
 * (IAM API, "GetContextKeysForPrincipalPolicy").
 */
export function contextKeysIn(policies: readonly Policy[]): string[] {
  const keys = policies.flatMap((policy) =>
    policy.Statement.flatMap((statement) => {
      const conditions = Object.values(statement.Condition ?? {}).flatMap(Object.entries<string[]>);
      const texts = [
        ...(statement.Resource ?? []),
        ...(statement.NotResource ?? []),
        ...conditions.flatMap(([, wanted]) => wanted),
      ];
      const variables = hasVariables(policy) ? texts.flatMap(variablesIn) : [];
      return [...conditions.map(([key]) => key), ...variables];
    }),
  );
  return distinctBy(keys, (key) => key.toLowerCase());
}

/**
 * Decides a request of a role or user within its account: its own policies, its permissions boundary
 * and the resource's policy together (IAM guide, "policy evaluation logic").
 */
export function evaluateAccess(policies: AccessPolicies, request: PolicyRequest): AccessDecision {
  const identity = evaluate(policies.identity, request);
  const boundary = policies.boundary ? evaluate([policies.boundary], request) : 'allowed';
  const resource = decide(
    policies.resource ? [policies.resource] : [],
    request,
    policies.boundary !== undefined,
  );
  if (identity === 'explicitDeny') return { decision: identity, by: 'identity' };
  if (boundary === 'explicitDeny') return { decision: boundary, by: 'boundary' };
  if (resource === 'explicitDeny') return { decision: resource, by: 'resource' };

  const granted = policies.resource ? grantOf(policies.resource, request) : 'no';
  if (granted === 'everyone') return { decision: 'allowed', by: 'resource' };
  const delegated = !policies.resourceDecides || granted !== 'no';
  if (!delegated) return { decision: 'implicitDeny', by: 'resource' };
  if (granted !== 'role' && identity !== 'allowed') {
    return { decision: 'implicitDeny', by: 'identity' };
  }
  if (boundary !== 'allowed') return { decision: 'implicitDeny', by: 'boundary' };
  return { decision: 'allowed', by: 'identity' };
}

// --- internal ---

type Statement = Policy['Statement'][number];
type Principals = NonNullable<Statement['Principal']>;

function decide(
  policies: readonly Policy[],
  request: PolicyRequest,
  behindBoundary: boolean,
): Decision {
  const effects = new Set(
    policies.flatMap((policy) =>
      policy.Statement.filter(
        (statement) =>
          names(statement, request.principal, behindBoundary) !== 'no' &&
          covers(policy, statement, request),
      ).map((statement) => statement.Effect),
    ),
  );
  if (effects.has('Deny')) return 'explicitDeny';
  return effects.has('Allow') ? 'allowed' : 'implicitDeny';
}

function covers(policy: Policy, statement: Statement, request: PolicyRequest): boolean {
  const action = request.action.toLowerCase();
  const context = request.context ?? {};
  const variables = hasVariables(policy) ? variablesOf(context) : undefined;
  const matchesAction = (pattern: string): boolean =>
    matchesWildcard(pattern.toLowerCase(), action);
  const matchesResource = (written: string): boolean => {
    // Variables have their place behind the fifth colon of an ARN only.
    const head = /^(?:[^:]*:){5}/.exec(written)?.[0] ?? '';
    const pattern = patternOf(written.slice(head.length), variables);
    return (
      pattern !== undefined && matchesPattern([...plainPattern(head), ...pattern], request.resource)
    );
  };
  return (
    (statement.Action?.some(matchesAction) ?? true) &&
    !statement.NotAction?.some(matchesAction) &&
    (statement.Resource?.some(matchesResource) ?? true) &&
    !statement.NotResource?.some(matchesResource) &&
    conditionsHold(statement.Condition ?? {}, context, variables)
  );
}

/**
 * How near a resource's policy allows the request: to everyone (or the very session or user), the
 * role, its account, or not.
 */
function grantOf(policy: Policy, request: PolicyRequest): Named {
  const granted = policy.Statement.filter(
    (statement) => statement.Effect === 'Allow' && covers(policy, statement, request),
  ).map((statement) => names(statement, request.principal));
  return (['everyone', 'role', 'account'] as const).find((near) => granted.includes(near)) ?? 'no';
}

type Named = 'everyone' | 'role' | 'account' | 'no';

/** Whether a statement is about the principal of the request. */
function names(
  statement: Statement,
  principal: RequestPrincipal | undefined,
  behindBoundary = false,
): Named {
  if (statement.NotPrincipal) {
    // Such a deny concerns identities with a boundary (IAM guide, "permissions boundaries").
    if (behindBoundary && statement.Effect === 'Deny') return 'everyone';
    return nearest(statement.NotPrincipal, principal) === 'no' ? 'everyone' : 'no';
  }
  // An identity policy names no principal: it applies to the identity it is attached to.
  return statement.Principal ? nearest(statement.Principal, principal) : 'everyone';
}

function nearest(principals: Principals, principal: RequestPrincipal | undefined): Named {
  const aws = principals.AWS ?? [];
  if (aws.includes('*')) return 'everyone';
  if (!principal) return 'no';
  if (principal.kind === 'service') {
    return principals.Service?.includes(principal.service) ? 'role' : 'no';
  }
  const caller = principal.kind === 'user' ? principal.arn : principal.sessionArn;
  if (caller !== undefined && aws.includes(caller)) return 'everyone';
  if (aws.includes(principal.arn)) return 'role';
  const [, partition = '', , , account = ''] = principal.arn.split(':');
  return aws.includes(account) || aws.includes(`arn:${partition}:iam::${account}:root`)
    ? 'account'
    : 'no';
}

import * as z from 'zod/mini';
import '../english.ts';
import {
  conditionsHold,
  isConditionOperator,
  variablesOf,
  type PolicyContext,
} from './policy-conditions.ts';
import { InvalidInput } from '../problems.ts';
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

/** Where a policy hangs: on an identity, on a role as its trust, or on a resource (secret, key). */
export type PolicyKind = 'identity' | 'trust' | 'resource';

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

/** A policy document that was read: lists are always lists. */
export type Policy = z.output<typeof policySchema>;

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
 * Reads a policy document (JSON text, or the value it holds) and checks its structure. Throws
 * InvalidInput with a sentence for each problem.
 */
export function parsePolicy(document: unknown, kind: PolicyKind): Policy {
  let value = document;
  if (typeof document === 'string') {
    try {
      value = JSON.parse(document) as unknown;
    } catch {
      throw new InvalidInput('the policy is not valid JSON');
    }
  }
  const parsed = policySchema.safeParse(value);
  if (!parsed.success) {
    throw new InvalidInput(
      parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'policy'}: ${message}`),
    );
  }
  const problems = parsed.data.Statement.flatMap((statement, index) =>
    statementProblems(statement, kind).map((problem) => `Statement.${index}: ${problem}`),
  );
  if (problems.length > 0) throw new InvalidInput(problems);
  return parsed.data;
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
    listOf(policies.resource ?? []),
    request,
    policies.boundary !== undefined,
  );
  if (identity === 'explicitDeny') return { decision: identity, by: 'identity' };
  if (boundary === 'explicitDeny') return { decision: boundary, by: 'boundary' };
  if (resource === 'explicitDeny') return { decision: resource, by: 'resource' };

  const granted = policies.resource ? grantOf(policies.resource, request) : 'no';
  if (granted === 'everyone') return { decision: 'allowed', by: 'resource' };
  const delegated = !policies.resourceDecides || granted !== 'no';
  if (granted !== 'role' && !delegated) return { decision: 'implicitDeny', by: 'resource' };
  if (granted !== 'role' && identity !== 'allowed') {
    return { decision: 'implicitDeny', by: 'identity' };
  }
  if (boundary !== 'allowed') return { decision: 'implicitDeny', by: 'boundary' };
  return { decision: 'allowed', by: 'identity' };
}

// --- internal ---

const listOf = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

const listOfText = z.pipe(z.union([z.string(), z.array(z.string())]), z.transform(listOf<string>));

const scalar = z.pipe(z.union([z.string(), z.number(), z.boolean()]), z.transform(String));

const conditionValues = z.pipe(z.union([scalar, z.array(scalar)]), z.transform(listOf<string>));

const principalTypes = ['AWS', 'Service', 'Federated', 'CanonicalUser'] as const;
type PrincipalType = (typeof principalTypes)[number];

const principals = z.union([
  z.pipe(
    z.literal('*'),
    z.transform((): Partial<Record<PrincipalType, string[]>> => ({ AWS: ['*'] })),
  ),
  z.partialRecord(z.enum(principalTypes), listOfText),
]);

const statementSchema = z.strictObject({
  Sid: z.optional(z.string()),
  Effect: z.enum(['Allow', 'Deny']),
  Principal: z.optional(principals),
  NotPrincipal: z.optional(principals),
  Action: z.optional(listOfText),
  NotAction: z.optional(listOfText),
  Resource: z.optional(listOfText),
  NotResource: z.optional(listOfText),
  Condition: z.optional(z.record(z.string(), z.record(z.string(), conditionValues))),
});

const policySchema = z.strictObject({
  Version: z.optional(z.enum(['2012-10-17', '2008-10-17'])),
  Id: z.optional(z.string()),
  Statement: z.pipe(
    z.union([z.array(statementSchema).check(z.minLength(1)), statementSchema]),
    z.transform((value) => (Array.isArray(value) ? value : [value])),
  ),
});

type Statement = z.output<typeof statementSchema>;
type Principals = NonNullable<Statement['Principal']>;

/** What is missing or forbidden in a statement for where its policy hangs. */
function statementProblems(statement: Statement, kind: PolicyKind): string[] {
  const problems: string[] = [];
  const exactlyOne = (a: keyof Statement, b: keyof Statement): void => {
    if ((statement[a] === undefined) === (statement[b] === undefined)) {
      problems.push(`it needs either ${a} or ${b}`);
    }
  };
  const forbidden = (member: keyof Statement): void => {
    if (statement[member] !== undefined) problems.push(`${member} is not allowed in such a policy`);
  };
  exactlyOne('Action', 'NotAction');
  for (const action of [...(statement.Action ?? []), ...(statement.NotAction ?? [])]) {
    if (action !== '*' && !/^[a-zA-Z0-9-]+:[a-zA-Z0-9*?]+$/.test(action)) {
      problems.push(`"${action}" is not an action: write service:Operation`);
    }
  }
  if (kind === 'trust') {
    forbidden('Resource');
    forbidden('NotResource');
  } else {
    exactlyOne('Resource', 'NotResource');
  }
  if (kind === 'identity') {
    forbidden('Principal');
    forbidden('NotPrincipal');
  } else {
    exactlyOne('Principal', 'NotPrincipal');
  }
  for (const member of ['Action', 'NotAction', 'Resource', 'NotResource'] as const) {
    if (statement[member]?.length === 0) problems.push(`${member} is an empty list`);
  }
  if (kind === 'identity') {
    for (const resource of [...(statement.Resource ?? []), ...(statement.NotResource ?? [])]) {
      if (resource !== '*' && !/^arn:([^:]*:){4}./s.test(resource)) {
        problems.push(`"${resource}" is neither an ARN nor "*"`);
      }
    }
  }
  for (const operator of Object.keys(statement.Condition ?? {})) {
    if (!isConditionOperator(operator)) problems.push(`"${operator}" is not a condition operator`);
  }
  return problems;
}

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

/** Policies of the older version have no variables: `${…}` is text in them. */
function hasVariables({ Version }: Policy): boolean {
  return Version === '2012-10-17';
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
    // Such a deny is for whoever has a boundary (IAM guide, "permissions boundaries").
    if (behindBoundary && statement.Effect === 'Deny') return 'everyone';
    return nearest(statement.NotPrincipal, principal) === 'no' ? 'everyone' : 'no';
  }
  // A policy of an identity names nobody: it is about whoever it hangs on.
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

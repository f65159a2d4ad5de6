import type { Iam, Role } from '../../aws/iam.ts';
import { grantedBy, grantsBesides, policyOf } from '../../model/roles/parse-execution-policy.ts';
import type { Scope } from '../../model/secrets/partition.ts';
import {
  executionRolePolicyArn,
  trustPolicy,
  type PolicyDocument,
} from '../../model/roles/policy.ts';
import { unneededGrants } from '../../model/roles/policy-difference.ts';
import type { Clock } from '../../world.ts';
import { fitGrants } from './fit-grants.ts';
import { inlinePolicyName } from './own-policies.ts';
import { checkOurs, checkPath, otherPrincipals, trustAdded } from './role-guards.ts';
import type { RoleChange, RoleLoss, RoleRequest } from './role-request.ts';
import { documentsInForce, type RoleState } from './role-state.ts';
import { roleSteps, type Step } from './role-steps.ts';

/** What is to be done to a role, and what it is then. */
export interface RolePlan {
  steps: Step[];
  /** What goes; undefined where nothing does. */
  loss: RoleLoss | undefined;
  trustPolicy: PolicyDocument;
  /** Undefined when there is nothing to grant, or it is in managed policies. */
  inlinePolicy: PolicyDocument | undefined;
  /** Managed policies of our own, with `split`. */
  managedPolicies: PolicyDocument[];
  /** What our policies grant and the request does not need; with `exact` it goes. */
  unneeded: string[];
  /** Policies of the role that are not ours, and stay. */
  others: string[];
}

/**
 * Compares a role with what it is to be, without a write. What our policies were seen to grant earlier
 * (`earlier`) is added to what is asked for. Throws InvalidInput when the policy is too large, CliError
 * when the role serves something else.
 */
export async function planRole(
  iam: Iam,
  here: Scope,
  asked: RoleRequest,
  state: RoleState,
  { earlier, clock }: { earlier: readonly unknown[]; clock: Clock },
): Promise<RolePlan> {
  const { name } = asked;
  const { role, own, otherInline, otherAttached } = state;
  const managedArn = executionRolePolicyArn(here.partition);
  const added = role !== undefined && !asked.exact ? role : undefined;
  if (role) checkPath(role, asked.path);
  if (role && asked.exact) checkOurs(role, 'omit --exact to only add, or choose another name');
  const ourTrust = trustPolicy(here, asked.sourceCondition);
  const trust = added ? trustAdded(added, ourTrust, here, asked.sourceCondition) : ourTrust;
  const request = added ? withoutLoss(asked, added, state, managedArn) : asked;

  const present = documentsInForce(state);
  const grants = added
    ? grantsBesides(request.grants, present, earlier)
    : { ...request.grants, others: [] };
  const fitted =
    grants &&
    (await fitGrants(
      iam,
      { name, grants, oversize: request.oversize },
      {
        inline: otherInline,
        attached: otherAttached.length,
        parts: own.map(({ document }) => grantedBy(document)),
      },
    ));
  if (fitted && fitted.wildcards.length > 0) request.onCompact(fitted.wildcards);
  const policies = fitted && {
    inline: fitted.inline && policyOf(fitted.inline),
    parts: fitted.parts.flatMap((part) => policyOf({ ...part, others: [] }) ?? []),
  };

  const path = role?.path ?? request.path ?? '/';
  const arnOf = (policyName: string): string =>
    `arn:${here.partition}:iam::${here.account}:policy${path}${policyName}`;
  const steps = roleSteps(iam, request, { trust, policies, managedArn, arnOf, path }, state, clock);
  const others = added && steps.length > 0 ? otherPrincipals(added.trustPolicy) : [];
  if (others.length > 0) {
    request.onWarning(
      `${others.join(', ')} may assume the role ${name} too, and may then do what it grants`,
    );
  }
  const parts = own.filter(({ attached }) => attached).map(({ document }) => document);
  const { inline, parts: managed } = policies ?? { inline: state.inline, parts };
  const wanted = policyOf({ ...request.grants, others: [] });
  return {
    steps,
    loss: role && lossOf(request, steps, state, { inline, managed, managedArn }),
    trustPolicy: trust,
    inlinePolicy: inline as PolicyDocument | undefined,
    managedPolicies: managed as PolicyDocument[],
    unneeded: unneededGrants(present, [wanted]),
    others: [
      ...otherInline,
      ...otherAttached.filter((arn) => arn !== managedArn || request.managedPolicy === undefined),
      ...state.foreign.filter((arn) => !otherAttached.includes(arn)),
    ],
  };
}

// --- internal ---

/** What is asked for, without what could take something away from a role that is there. */
function withoutLoss(
  asked: RoleRequest,
  { name, permissionsBoundary: present }: Role,
  { own, otherAttached }: RoleState,
  managedArn: string,
): RoleRequest {
  const { permissionsBoundary: boundary } = asked;
  if (boundary !== undefined && boundary !== present) {
    asked.onWarning(
      `the permissions boundary of ${name} stays ${present ?? 'unset'}; --exact sets it, which can take grants away`,
    );
  }
  if (asked.managedPolicy === false && otherAttached.includes(managedArn)) {
    asked.onWarning(
      `AmazonECSTaskExecutionRolePolicy stays attached to ${name}; --exact detaches it`,
    );
  }
  const hasParts = own.some(({ attached }) => attached);
  return {
    ...asked,
    permissionsBoundary: undefined,
    managedPolicy: asked.managedPolicy === true || undefined,
    // What is in managed policies already may stay there.
    oversize: hasParts && asked.oversize === 'fail' ? 'split' : asked.oversize,
  };
}

function lossOf(
  { name, managedPolicy, permissionsBoundary: boundary }: RoleRequest,
  steps: readonly Step[],
  { own }: RoleState,
  after: { inline: unknown; managed: readonly unknown[]; managedArn: string },
): RoleLoss | undefined {
  const changes = steps
    .filter(
      ({ what, revokes = [], denials = [] }) =>
        revokes.length + denials.length > 0 ||
        what === 'detach managed policy' ||
        what === 'set permissions boundary',
    )
    .map(({ run: _run, overwrites: _overwrites, ...change }): RoleChange => change);
  if (changes.length === 0) return undefined;
  return {
    name,
    changes,
    documents: [after.inline, ...after.managed].filter((one) => one !== undefined),
    replaced: [
      inlinePolicyName,
      ...own.map(({ arn }) => arn),
      ...(managedPolicy === false ? [after.managedArn] : []),
    ],
    boundary,
  };
}

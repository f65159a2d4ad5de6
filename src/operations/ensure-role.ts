import type { Role } from '../aws/iam.ts';
import type { Aws } from '../aws/index.ts';
import { isAwsError } from '../errors.ts';
import { grantedBy, grantsBesides, policyOf } from '../model/granted.ts';
import { executionRolePolicyArn, trustPolicy, type PolicyDocument } from '../model/policy.ts';
import type { Clock } from '../world.ts';
import { fitGrants } from './fit-grants.ts';
import { inlinePolicyName, isOwnPolicy, ownPolicies, ownPolicyArn } from './own-policies.ts';
import { checkOurs, checkPath, trustAdded } from './role-guards.ts';
import {
  planRole,
  type Current,
  type Desired,
  type RoleChange,
  type RoleRequest,
} from './role-plan.ts';

/** What a role is now, and what was done. */
export interface RoleOutcome {
  name: string;
  /** Undefined when the role would be created. */
  arn: string | undefined;
  changes: RoleChange[];
  trustPolicy: PolicyDocument;
  /** Undefined when there is nothing to grant, or it is in managed policies. */
  inlinePolicy: PolicyDocument | undefined;
  /** Managed policies of our own, with `split`. */
  managedPolicies: PolicyDocument[];
  /** Policies of the role that are not ours, and stay. */
  others: string[];
}

/**
 * Creates the execution role, or brings it to exactly the requested state, or with `add` to that besides
 * its own; says what changed. Every step compares first, so a second run, or one after a crash, does
 * what is left; what is new is granted before what is old goes. Throws InvalidInput when the policy is
 * too large, CliError when the role serves something else.
 */
export async function ensureRole(aws: Aws, asked: RoleRequest, clock: Clock): Promise<RoleOutcome> {
  const caller = await aws.caller();
  const iam = await aws.iam();
  const { name } = asked;
  const role = await iam.role(name);
  const isAdding = role !== undefined && asked.add;
  if (isAdding) checkPath(role, asked.path);
  else if (role) checkOurs(role, asked);
  const ourTrust = trustPolicy(caller, asked.sourceCondition);
  const trust = isAdding ? trustAdded(role, ourTrust, caller) : ourTrust;

  const attached = role ? await iam.attachedPolicies(name) : [];
  const inlineNames = role ? await iam.inlinePolicies(name) : [];
  const foreign = inlineNames.filter((one) => one !== inlinePolicyName);
  const foreignAttached = attached.filter((arn) => !isOwnPolicy(arn, name));
  const hasParts = foreignAttached.length < attached.length;
  const request = isAdding ? withoutLoss(asked, role, hasParts) : asked;
  const path = role?.path ?? request.path ?? '/';
  const isSplit = request.oversize === 'split' || hasParts;
  const existing = await ownPolicies(iam, caller, path, name, isSplit);
  const inline = inlineNames.includes(inlinePolicyName)
    ? await iam.inlinePolicy(name, inlinePolicyName)
    : undefined;
  const parts = existing.map(({ document }) => document);
  const inForce = [
    ...(inline === undefined ? [] : [inline]),
    ...existing.filter(({ arn }) => attached.includes(arn)).map(({ document }) => document),
  ];
  const grants = isAdding
    ? grantsBesides(request.grants, inForce)
    : { ...request.grants, others: [] };
  const fitted =
    grants &&
    (await fitGrants(
      iam,
      { name, grants, oversize: request.oversize },
      { inline: foreign, attached: foreignAttached.length, parts: parts.map(grantedBy) },
    ));
  if (fitted && fitted.wildcards.length > 0) request.onCompact(fitted.wildcards);
  const policies = fitted && {
    inline: fitted.inline && policyOf(fitted.inline),
    parts: fitted.parts.flatMap((part) => policyOf({ ...part, others: [] }) ?? []),
  };

  const managedArn = executionRolePolicyArn(caller.partition);
  const partArn = (index: number): string => ownPolicyArn(caller, path, name, index + 1);
  const current: Current = { role, attached, inline, parts };
  const desired: Desired = { trust, policies, partArn, managedArn, path };
  const steps = planRole(iam, request, desired, current, clock);
  let arn = role?.arn;
  if (!request.dryRun) {
    for (const step of steps) arn = (await untilVisible(step.run, clock)) ?? arn;
  }
  const [inlineThere, partsThere] =
    inline === undefined ? [undefined, inForce] : [inline, inForce.slice(1)];
  return {
    name,
    arn,
    changes: steps.map(({ run: _run, ...change }) => change),
    trustPolicy: trust,
    inlinePolicy: policies ? policies.inline : (inlineThere as PolicyDocument | undefined),
    managedPolicies: policies ? policies.parts : (partsThere as PolicyDocument[]),
    others: [
      ...foreign,
      ...foreignAttached.filter(
        (policy) => policy !== managedArn || request.managedPolicy === undefined,
      ),
    ],
  };
}

// --- internal ---

/** What is asked for, without what could take something away from a role that is there. */
function withoutLoss(asked: RoleRequest, role: Role, hasParts: boolean): RoleRequest {
  const { permissionsBoundary: boundary } = asked;
  if (boundary !== undefined && boundary !== role.permissionsBoundary) {
    asked.onNote(
      `the permissions boundary of ${role.name} stays ${role.permissionsBoundary ?? 'unset'}: another one could take grants away`,
    );
  }
  return {
    ...asked,
    permissionsBoundary: undefined,
    managedPolicy: asked.managedPolicy === true || undefined,
    // What is in managed policies already may go on there.
    oversize: hasParts && asked.oversize === 'fail' ? 'split' : asked.oversize,
  };
}

/** A role just created is not seen by every part of IAM at once. */
async function untilVisible<T>(run: () => Promise<T>, clock: Clock): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      if (attempt === 10 || !isAwsError(error, 'NoSuchEntityException')) throw error;
      await clock.sleep(1_000, new AbortController().signal);
    }
  }
}

import type { Aws } from '../aws/index.ts';
import { isAwsError } from '../errors.ts';
import { executionPolicy, type Grants } from '../model/execution-policy.ts';
import { grantedBy } from '../model/granted.ts';
import { executionRolePolicyArn, trustPolicy, type PolicyDocument } from '../model/policy.ts';
import type { Clock } from '../world.ts';
import { fitGrants } from './fit-grants.ts';
import { inlinePolicyName, isOwnPolicy, ownPolicies, ownPolicyArn } from './own-policies.ts';
import { checkOurs } from './role-guards.ts';
import { planRole, type Current, type RoleChange, type RoleRequest } from './role-plan.ts';

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
 * Creates the execution role, or brings it to exactly the requested state; says what changed. Every
 * step compares first, so a second run, or one after a crash, does what is left; what is new is
 * granted before what is old goes. Throws InvalidInput when the policy is too large, CliError when the
 * role serves something else.
 */
export async function ensureRole(
  aws: Aws,
  request: RoleRequest,
  clock: Clock,
): Promise<RoleOutcome> {
  const caller = await aws.caller();
  const iam = await aws.iam();
  const trust = trustPolicy(caller, request.sourceCondition);

  const role = await iam.role(request.name);
  if (role) checkOurs(role, request);
  const attached = role ? await iam.attachedPolicies(role.name) : [];
  const inlineNames = role ? await iam.inlinePolicies(role.name) : [];
  const foreign = inlineNames.filter((name) => name !== inlinePolicyName);
  const path = role?.path ?? request.path ?? '/';
  const isSplit =
    request.oversize === 'split' || attached.some((arn) => isOwnPolicy(arn, request.name));
  const existing = await ownPolicies(iam, caller, path, request.name, isSplit);
  const foreignAttached = attached.filter((arn) => !isOwnPolicy(arn, request.name));
  const fitted = await fitGrants(iam, request, {
    inline: foreign,
    attached: foreignAttached.length,
    parts: existing.map(({ document }) => grantedBy(document)),
  });
  if (fitted.wildcards.length > 0) request.onCompact(fitted.wildcards);
  const policyOf = ({ secrets, files }: Grants): PolicyDocument | undefined =>
    executionPolicy(secrets, files);
  const inline = fitted.inline && policyOf(fitted.inline);
  const parts = fitted.parts.flatMap((part) => policyOf(part) ?? []);
  const own = (index: number): string => ownPolicyArn(caller, path, request.name, index + 1);
  const current: Current = {
    role,
    attached,
    inline: inlineNames.includes(inlinePolicyName)
      ? await iam.inlinePolicy(request.name, inlinePolicyName)
      : undefined,
    parts: existing.map(({ document }) => document),
  };
  const managedArn = executionRolePolicyArn(caller.partition);
  const desired = { trust, inline, parts, partArn: own, managedArn, path };
  const steps = planRole(iam, request, desired, current, clock);
  let arn = role?.arn;
  if (!request.dryRun) {
    for (const step of steps) arn = (await untilVisible(step.run, clock)) ?? arn;
  }
  return {
    name: request.name,
    arn,
    changes: steps.map(({ run: _run, ...change }) => change),
    trustPolicy: trust,
    inlinePolicy: inline,
    managedPolicies: parts,
    others: [
      ...foreign,
      ...attached.filter(
        (policy) =>
          !isOwnPolicy(policy, request.name) &&
          (policy !== managedArn || request.managedPolicy === undefined),
      ),
    ],
  };
}

// --- internal ---

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

import type { Aws } from '../aws/index.ts';
import type { Iam, Role } from '../aws/iam.ts';
import { CliError, isAwsError } from '../errors.ts';
import { executionPolicy, type Grants } from '../model/execution-policy.ts';
import { grantedBy } from '../model/granted.ts';
import {
  executionRolePolicyArn,
  grantsIn,
  samePolicy,
  trustPolicy,
  type PolicyDocument,
} from '../model/policy.ts';
import { missingTags, type Tag } from '../model/secret-rules.ts';
import type { Clock } from '../world.ts';
import { fitGrants, type Fitted } from './fit-grants.ts';
import { checkOurs } from './role-guards.ts';
import { isOwnPolicy, ownPolicies, ownPolicyArn, ownPolicyName } from './own-policies.ts';

/** Name of the one inline policy that is ours; others are left alone. */
export const inlinePolicyName = 'ecs-secrets';

/** The state a role is to be brought to. */
export interface RoleRequest {
  name: string;
  grants: Grants;
  /** What to do when the policy is too large for the role. */
  oversize: 'fail' | 'compact' | 'split';
  /** Attach AmazonECSTaskExecutionRolePolicy; false takes it off, undefined leaves it as it is. */
  managedPolicy: boolean | undefined;
  sourceCondition: boolean;
  /** Leave the trust policy of a role that is there as it is. */
  keepTrust?: boolean;
  path: string | undefined;
  description: string | undefined;
  permissionsBoundary: string | undefined;
  tags: readonly Tag[];
  dryRun: boolean;
  /** Told what `compact` widens, before it is done. */
  onCompact: (wildcards: Fitted['wildcards']) => void;
}

/** One thing that was changed, or with `dryRun` would be. */
export interface RoleChange {
  /** e.g. `create role`, `add inline policy` */
  what: string;
  detail: string;
  /** What tasks may do from now on, as `ACTION on RESOURCE`. */
  grants?: string[];
  /** What they may do no longer. */
  revokes?: string[];
}

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
  const steps = plan(iam, request, desired, current, clock);
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

interface Current {
  role: Role | undefined;
  attached: string[];
  inline: unknown;
  /** The documents of our managed policies as they are, by part. */
  parts: unknown[];
}

interface Desired {
  trust: PolicyDocument;
  inline: PolicyDocument | undefined;
  parts: PolicyDocument[];
  partArn: (index: number) => string;
  managedArn: string;
  path: string;
}

interface Step extends RoleChange {
  /** Answers with the role's ARN where it made the role. */
  run: () => Promise<string | undefined>;
}

function plan(
  iam: Iam,
  request: RoleRequest,
  desired: Desired,
  current: Current,
  clock: Clock,
): Step[] {
  const { name, managedPolicy } = request;
  const { inline, parts, partArn, managedArn, path } = desired;
  const { role, attached, inline: currentInline } = current;
  const steps: Step[] = [];
  const step: AddStep = (what, detail, run, more = {}) => {
    steps.push({
      what,
      detail,
      ...more,
      run: async () => {
        const answer = await run();
        return typeof answer === 'string' ? answer : undefined;
      },
    });
  };
  if (role) planRole(iam, request, desired.trust, role, step);
  else step('create role', name, () => create(iam, request, desired.trust, clock));

  // Told once: a grant that goes from one policy to another neither comes nor goes.
  let told = difference([currentInline, ...current.parts], [inline, ...parts]);
  const change: AddStep = (what, detail, run) => {
    step(what, detail, run, told);
    told = {};
  };
  if (inline && !samePolicy(currentInline, inline)) {
    change(
      currentInline === undefined ? 'add inline policy' : 'replace inline policy',
      inlinePolicyName,
      () => iam.putInlinePolicy(name, inlinePolicyName, inline),
    );
  }
  parts.forEach((document, index) => {
    const arn = partArn(index);
    const before = current.parts[index];
    if (before === undefined) {
      const own = ownPolicyName(name, index + 1);
      change('create managed policy', arn, () => iam.createPolicy(own, path, document));
    } else if (!samePolicy(before, document)) {
      change('replace managed policy', arn, () => iam.replacePolicy(arn, document));
    }
    if (!attached.includes(arn)) step('attach managed policy', arn, () => iam.attach(name, arn));
  });
  current.parts.slice(parts.length).forEach((_, index) => {
    const arn = partArn(parts.length + index);
    change('delete managed policy', arn, async () => {
      if (attached.includes(arn)) await iam.detach(name, arn);
      await iam.deletePolicy(arn);
    });
  });
  if (!inline && currentInline !== undefined) {
    change('delete inline policy', inlinePolicyName, () =>
      iam.deleteInlinePolicy(name, inlinePolicyName),
    );
  }
  if (managedPolicy === true && !attached.includes(managedArn)) {
    step('attach managed policy', managedArn, () => iam.attach(name, managedArn));
  }
  if (managedPolicy === false && attached.includes(managedArn)) {
    step('detach managed policy', managedArn, () => iam.detach(name, managedArn));
  }
  return steps;
}

type AddStep = (
  what: string,
  detail: string,
  run: () => Promise<unknown>,
  more?: Pick<RoleChange, 'grants' | 'revokes'>,
) => void;

/** What differs at a role itself. */
function planRole(
  iam: Iam,
  { name, tags, permissionsBoundary: boundary, description, keepTrust = false }: RoleRequest,
  trust: PolicyDocument,
  role: Role,
  step: AddStep,
): void {
  if (!keepTrust && !samePolicy(role.trustPolicy, trust)) {
    step('set trust policy', 'ecs-tasks.amazonaws.com', () => iam.setTrustPolicy(name, trust));
  }
  if (boundary !== undefined && role.permissionsBoundary !== boundary) {
    step('set permissions boundary', boundary, () => iam.setPermissionsBoundary(name, boundary));
  }
  if (description !== undefined && role.description !== description) {
    step('set description', description, () => iam.setDescription(name, description));
  }
  const missing = missingTags(role.tags, tags);
  if (missing.length > 0) {
    step('set tags', missing.map(({ key }) => key).join(', '), () => iam.tag(name, missing));
  }
}

/** What policies grant and revoke against the old ones, taken together. */
function difference(
  old: readonly unknown[],
  wanted: readonly unknown[],
): Pick<RoleChange, 'grants' | 'revokes'> {
  const before = new Set(old.flatMap(grantsIn));
  const after = new Set(wanted.flatMap(grantsIn));
  return {
    grants: [...after].filter((grant) => !before.has(grant)).sort(),
    revokes: [...before].filter((grant) => !after.has(grant)).sort(),
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

async function create(
  iam: Iam,
  { name, path, permissionsBoundary, tags, description }: RoleRequest,
  trust: PolicyDocument,
  clock: Clock,
): Promise<string> {
  try {
    const { arn } = await iam.createRole({
      name,
      path,
      description: description ?? 'Execution role of ECS tasks, kept by ecs-secrets',
      trustPolicy: trust,
      permissionsBoundary,
      tags,
    });
    // IAM is eventually consistent: what follows must find the role.
    for (let attempt = 1; attempt <= 20 && !(await iam.role(name)); attempt += 1) {
      await clock.sleep(1_000, new AbortController().signal);
    }
    return arn;
  } catch (error) {
    if (!isAwsError(error, 'EntityAlreadyExistsException')) throw error;
    throw new CliError(
      'concurrent-write',
      `the role ${name} was created by somebody else just now`,
      {
        hint: 'run the command again to bring it to the requested state',
      },
    );
  }
}

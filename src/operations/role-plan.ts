import type { Iam, Role } from '../aws/iam.ts';
import { CliError, isAwsError } from '../errors.ts';
import type { Grants } from '../model/execution-policy.ts';
import { grantsIn, samePolicy, type PolicyDocument } from '../model/policy.ts';
import { missingTags, type Tag } from '../model/secret-rules.ts';
import { matchesWildcard } from '../model/wildcard.ts';
import type { Clock } from '../world.ts';
import type { Fitted } from './fit-grants.ts';
import { inlinePolicyName, ownPolicyName } from './own-policies.ts';

/** The state a role is to be brought to. */
export interface RoleRequest {
  name: string;
  grants: Grants;
  /** What to do when the policy is too large for the role. */
  oversize: 'fail' | 'compact' | 'split';
  /** Attach AmazonECSTaskExecutionRolePolicy; false takes it off, undefined leaves it as it is. */
  managedPolicy: boolean | undefined;
  sourceCondition: boolean;
  /**
   * Take nothing away from a role that is there: its trust, its grants and its boundary stay, and what
   * it lacks is added.
   */
  add: boolean;
  path: string | undefined;
  description: string | undefined;
  permissionsBoundary: string | undefined;
  tags: readonly Tag[];
  dryRun: boolean;
  /** Told what is asked for and not done. */
  onNote: (text: string) => void;
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

/** A role as it is. */
export interface Current {
  role: Role | undefined;
  attached: string[];
  inline: unknown;
  /** The documents of our managed policies as they are, by part; not all need to be attached. */
  parts: unknown[];
}

/** What it is to be. */
export interface Desired {
  trust: PolicyDocument;
  /** Our policies; undefined where they are to stay as they are. */
  policies: { inline: PolicyDocument | undefined; parts: PolicyDocument[] } | undefined;
  partArn: (index: number) => string;
  managedArn: string;
  path: string;
}

/** A change, and how it is made. */
export interface Step extends RoleChange {
  /** Answers with the role's ARN where it made the role. */
  run: () => Promise<string | undefined>;
}

/** What is to be done, in this order: what is new is granted before what is old goes. */
export function planRole(
  iam: Iam,
  request: RoleRequest,
  desired: Desired,
  current: Current,
  clock: Clock,
): Step[] {
  const { name, managedPolicy } = request;
  const { policies, managedArn } = desired;
  const { role, attached } = current;
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
  if (role) planItself(iam, request, desired.trust, role, step);
  else step('create role', name, () => create(iam, request, desired.trust, clock));

  if (policies) planPolicies(iam, name, { ...desired, ...policies }, current, step);
  if (managedPolicy === true && !attached.includes(managedArn)) {
    step('attach managed policy', managedArn, () => iam.attach(name, managedArn));
  }
  if (managedPolicy === false && attached.includes(managedArn)) {
    step('detach managed policy', managedArn, () => iam.detach(name, managedArn));
  }
  return steps;
}

// --- internal ---

type AddStep = (
  what: string,
  detail: string,
  run: () => Promise<unknown>,
  more?: Pick<RoleChange, 'grants' | 'revokes'>,
) => void;

/** What differs at a role itself. */
function planItself(
  iam: Iam,
  { name, tags, permissionsBoundary: boundary, description }: RoleRequest,
  trust: PolicyDocument,
  role: Role,
  step: AddStep,
): void {
  if (!samePolicy(role.trustPolicy, trust)) {
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

/** What differs at our policies. */
function planPolicies(
  iam: Iam,
  name: string,
  {
    inline,
    parts,
    partArn,
    path,
  }: Pick<Desired, 'partArn' | 'path'> & NonNullable<Desired['policies']>,
  { attached, inline: currentInline, parts: currentParts }: Current,
  step: AddStep,
): void {
  // Told once: a grant that goes from one policy to another neither comes nor goes.
  const inForce = currentParts.filter((_, index) => attached.includes(partArn(index)));
  let told = difference([currentInline, ...inForce], [inline, ...parts]);
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
    const before = currentParts[index];
    if (before === undefined) {
      const own = ownPolicyName(name, index + 1);
      change('create managed policy', arn, () => iam.createPolicy(own, path, document));
    } else if (!samePolicy(before, document)) {
      change('replace managed policy', arn, () => iam.replacePolicy(arn, document));
    }
    if (!attached.includes(arn)) change('attach managed policy', arn, () => iam.attach(name, arn));
  });
  // From the last: broken off, what is left is still found by counting.
  for (let index = currentParts.length - 1; index >= parts.length; index -= 1) {
    const arn = partArn(index);
    change('delete managed policy', arn, async () => {
      if (attached.includes(arn)) await iam.detach(name, arn);
      await iam.deletePolicy(arn);
    });
  }
  if (!inline && currentInline !== undefined) {
    change('delete inline policy', inlinePolicyName, () =>
      iam.deleteInlinePolicy(name, inlinePolicyName),
    );
  }
}

/**
 * What policies grant and revoke against the old ones, taken together. What a pattern stands for from
 * now on is not revoked.
 */
function difference(
  old: readonly unknown[],
  wanted: readonly unknown[],
): Pick<RoleChange, 'grants' | 'revokes'> {
  const before = new Set(old.flatMap(grantsIn));
  const after = new Set(wanted.flatMap(grantsIn));
  const patterns = [...after].filter((grant) => /[*?]/.test(grant));
  const isCovered = (grant: string): boolean =>
    after.has(grant) || patterns.some((pattern) => matchesWildcard(pattern, grant));
  return {
    grants: [...after].filter((grant) => !before.has(grant)).sort(),
    revokes: [...before].filter((grant) => !isCovered(grant)).sort(),
  };
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

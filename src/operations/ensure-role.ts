import type { Aws } from '../aws/index.ts';
import type { Iam, Role } from '../aws/iam.ts';
import { CliError, isAwsError } from '../errors.ts';
import {
  executionPolicy,
  executionRolePolicyArn,
  grantsIn,
  samePolicy,
  trustPolicy,
  type Grant,
  type PolicyDocument,
} from '../model/policy.ts';
import { missingTags, type Tag } from '../model/secret-rules.ts';
import type { Clock } from '../world.ts';
import { checkOurs, checkSize } from './role-guards.ts';

/** Name of the one inline policy that is ours; others are left alone. */
export const inlinePolicyName = 'ecs-secrets';

/** The state a role is to be brought to. */
export interface RoleRequest {
  name: string;
  grants: readonly Grant[];
  /** Attach AmazonECSTaskExecutionRolePolicy; false takes it off, undefined leaves it as it is. */
  managedPolicy: boolean | undefined;
  sourceCondition: boolean;
  path: string | undefined;
  permissionsBoundary: string | undefined;
  tags: readonly Tag[];
  dryRun: boolean;
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
  /** Undefined when there is nothing to grant. */
  inlinePolicy: PolicyDocument | undefined;
  /** Policies of the role that are not ours, and stay. */
  others: string[];
}

/**
 * Creates the execution role, or brings it to exactly the requested state; says what changed. Every
 * step compares first, so a second run, or one after a crash, does what is left. Throws
 * InvalidInput when the policy is too large, CliError when the role serves something else.
 */
export async function ensureRole(
  aws: Aws,
  request: RoleRequest,
  clock: Clock,
): Promise<RoleOutcome> {
  const caller = await aws.caller();
  const iam = await aws.iam();
  const trust = trustPolicy(caller, request.sourceCondition);
  const inline = executionPolicy(request.grants);

  const role = await iam.role(request.name);
  if (role) checkOurs(role, request);
  const attached = role ? await iam.attachedPolicies(role.name) : [];
  const inlineNames = role ? await iam.inlinePolicies(role.name) : [];
  const foreign = inlineNames.filter((name) => name !== inlinePolicyName);
  await checkSize(iam, request, inline, foreign);
  const current: Current = {
    role,
    attached,
    inline: inlineNames.includes(inlinePolicyName)
      ? await iam.inlinePolicy(request.name, inlinePolicyName)
      : undefined,
  };
  const managedArn = executionRolePolicyArn(caller.partition);
  const steps = plan(iam, request, { trust, inline, managedArn }, current, clock);
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
    others: [
      ...foreign,
      ...attached.filter((policy) => policy !== managedArn || request.managedPolicy === undefined),
    ],
  };
}

// --- internal ---

interface Current {
  role: Role | undefined;
  attached: string[];
  inline: unknown;
}

interface Desired {
  trust: PolicyDocument;
  inline: PolicyDocument | undefined;
  managedArn: string;
}

interface Step extends RoleChange {
  /** Answers with the role's ARN where it made the role. */
  run: () => Promise<string | undefined>;
}

function plan(
  iam: Iam,
  request: RoleRequest,
  { trust, inline, managedArn }: Desired,
  { role, attached, inline: currentInline }: Current,
  clock: Clock,
): Step[] {
  const { name, tags, permissionsBoundary: boundary, managedPolicy } = request;
  const steps: Step[] = [];
  const step = (
    what: string,
    detail: string,
    run: () => Promise<unknown>,
    more: Pick<RoleChange, 'grants' | 'revokes'> = {},
  ): void => {
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
  if (!role) {
    step('create role', name, () => create(iam, request, trust, clock));
  } else {
    if (!samePolicy(role.trustPolicy, trust)) {
      step('set trust policy', 'ecs-tasks.amazonaws.com', () => iam.setTrustPolicy(name, trust));
    }
    if (boundary !== undefined && role.permissionsBoundary !== boundary) {
      step('set permissions boundary', boundary, () => iam.setPermissionsBoundary(name, boundary));
    }
    const missing = missingTags(role.tags, tags);
    if (missing.length > 0) {
      step('set tags', missing.map(({ key }) => key).join(', '), () => iam.tag(name, missing));
    }
  }
  if (inline && !samePolicy(currentInline, inline)) {
    step(
      currentInline === undefined ? 'add inline policy' : 'replace inline policy',
      inlinePolicyName,
      () => iam.putInlinePolicy(name, inlinePolicyName, inline),
      difference(currentInline, inline),
    );
  }
  if (!inline && currentInline !== undefined) {
    step(
      'delete inline policy',
      inlinePolicyName,
      () => iam.deleteInlinePolicy(name, inlinePolicyName),
      difference(currentInline, undefined),
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

/** What a new inline policy grants and revokes against the old one. */
function difference(old: unknown, wanted: unknown): { grants: string[]; revokes: string[] } {
  const before = grantsIn(old);
  const after = grantsIn(wanted);
  return {
    grants: after.filter((grant) => !before.includes(grant)),
    revokes: before.filter((grant) => !after.includes(grant)),
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
  { name, path, permissionsBoundary, tags }: RoleRequest,
  trust: PolicyDocument,
  clock: Clock,
): Promise<string> {
  try {
    const { arn } = await iam.createRole({
      name,
      path,
      description: 'Execution role of ECS tasks, kept by ecs-secrets',
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

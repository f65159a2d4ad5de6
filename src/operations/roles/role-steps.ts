import type { Iam, Role } from '../../aws/iam.ts';
import { samePolicy, type PolicyDocument } from '../../model/roles/policy.ts';
import { policyDifference } from '../../model/roles/policy-difference.ts';
import { missingTags } from '../../model/secrets/secret-rules.ts';
import type { Clock } from '../../world.ts';
import { inlinePolicyName, ownPolicyDescription } from './own-policies.ts';
import type { RoleChange, RoleRequest } from './role-request.ts';
import { documentsInForce, type RoleState } from './role-state.ts';

/** What a role is to be. */
export interface Desired {
  trust: PolicyDocument;
  /** Our policies; undefined where they are to stay as they are. */
  policies: { inline: PolicyDocument | undefined; parts: PolicyDocument[] } | undefined;
  /** ARN of AmazonECSTaskExecutionRolePolicy. */
  managedArn: string;
  /** ARN of the managed policy of ours that has this name. */
  arnOf: (policyName: string) => string;
  path: string;
}

/** A change, and how it is made. */
export interface Step extends RoleChange {
  /** Replaces a document as a whole, so that what someone else writes at the same time can get lost. */
  overwrites: boolean;
  /** Answers with the role's ARN where it made the role. Throws Overtaken. */
  run: () => Promise<string | undefined>;
}

/** Thrown by a step that would overwrite something else than what was read. Nothing was written. */
export class Overtaken extends Error {}

/**
 * What is to be done to a role, in this order: what is new is granted before what is old goes. A step
 * that replaces or deletes a document reads it once more and stops where it is not what it was: IAM has
 * no write that does so itself.
 */
export function roleSteps(
  iam: Iam,
  request: RoleRequest,
  desired: Desired,
  state: RoleState,
  clock: Clock,
): Step[] {
  const { name, managedPolicy } = request;
  const { policies, managedArn, trust } = desired;
  const { role } = state;
  const steps: Step[] = [];
  const step: AddStep = (what, detail, run, more = {}, overwrites = false) => {
    steps.push({
      what,
      detail,
      ...more,
      overwrites,
      run: async () => {
        const answer = await run();
        return typeof answer === 'string' ? answer : undefined;
      },
    });
  };
  if (role) addOwnSteps(iam, request, trust, role, step);
  else step('create role', name, () => create(iam, request, trust, clock));

  if (policies) addPolicySteps(iam, name, { ...desired, ...policies }, state, step);
  const isAttached = state.otherAttached.includes(managedArn);
  if (managedPolicy === true && !isAttached) {
    step('attach managed policy', managedArn, () => iam.attach(name, managedArn));
  }
  if (managedPolicy === false && isAttached) {
    step('detach managed policy', managedArn, () => iam.detach(name, managedArn));
  }
  return steps;
}

// --- internal ---

type AddStep = (
  what: string,
  detail: string,
  run: () => Promise<unknown>,
  more?: Pick<RoleChange, 'grants' | 'revokes' | 'denials'>,
  overwrites?: boolean,
) => void;

/** What differs at a role itself. */
function addOwnSteps(
  iam: Iam,
  { name, tags, permissionsBoundary: boundary, description }: RoleRequest,
  trust: PolicyDocument,
  role: Role,
  step: AddStep,
): void {
  if (!samePolicy(role.trustPolicy, trust)) {
    const read = async (): Promise<unknown> => (await iam.role(name))?.trustPolicy;
    const write = unlessOvertaken(read, role.trustPolicy, () => iam.setTrustPolicy(name, trust));
    const told = policyDifference([role.trustPolicy], [trust]);
    step('set trust policy', 'ecs-tasks.amazonaws.com', write, told, true);
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
function addPolicySteps(
  iam: Iam,
  name: string,
  { inline, parts, arnOf, path }: Desired & NonNullable<Desired['policies']>,
  state: RoleState,
  step: AddStep,
): void {
  const { own, inline: currentInline } = state;
  // Told once: a grant that goes from one policy to another neither comes nor goes.
  let told: Parameters<AddStep>[3] = policyDifference(documentsInForce(state), [inline, ...parts]);
  const change = (what: string, detail: string, run: () => Promise<unknown>): void => {
    step(what, detail, run, told, !/^(create|attach) managed/.test(what));
    told = {};
  };
  const unlessInlineChanged = (write: () => Promise<void>): (() => Promise<void>) =>
    unlessOvertaken(() => iam.inlinePolicy(name, inlinePolicyName), currentInline, write);
  const unlessPartChanged = (
    { arn, document }: RoleState['own'][number],
    write: () => Promise<void>,
  ): (() => Promise<void>) =>
    unlessOvertaken(async () => (await iam.managedPolicy(arn))?.document, document, write);

  if (inline && !samePolicy(currentInline, inline)) {
    change(
      currentInline === undefined ? 'add inline policy' : 'replace inline policy',
      inlinePolicyName,
      unlessInlineChanged(() => iam.putInlinePolicy(name, inlinePolicyName, inline)),
    );
  }
  parts.forEach((document, index) => {
    const before = own[index];
    const freeName = before ? '' : state.freeName(index - own.length);
    const arn = before?.arn ?? arnOf(freeName);
    if (!before) {
      const policy = { name: freeName, path, description: ownPolicyDescription, document };
      change('create managed policy', arn, () => iam.createPolicy(policy));
    } else if (!samePolicy(before.document, document)) {
      const write = unlessPartChanged(before, () => iam.replacePolicy(arn, document));
      change('replace managed policy', arn, write);
    }
    if (!before?.attached) change('attach managed policy', arn, () => iam.attach(name, arn));
  });
  // From the last: broken off, what is left is still found by counting.
  for (const gone of own.slice(parts.length).reverse()) {
    const { arn, attached } = gone;
    change(
      'delete managed policy',
      arn,
      unlessPartChanged(gone, async () => {
        if (attached) await iam.detach(name, arn);
        await iam.deletePolicy(arn);
      }),
    );
  }
  if (!inline && currentInline !== undefined) {
    const write = unlessInlineChanged(() => iam.deleteInlinePolicy(name, inlinePolicyName));
    change('delete inline policy', inlinePolicyName, write);
  }
}

/** A write that is made only where what it replaces is still there. */
function unlessOvertaken(
  read: () => Promise<unknown>,
  expected: unknown,
  write: () => Promise<void>,
): () => Promise<void> {
  return async () => {
    if (!samePolicy(await read(), expected)) throw new Overtaken();
    await write();
  };
}

/** Throws AwsError EntityAlreadyExistsException. */
async function create(
  iam: Iam,
  { name, path, permissionsBoundary, tags, description }: RoleRequest,
  trustPolicy: PolicyDocument,
  clock: Clock,
): Promise<string> {
  const { arn } = await iam.createRole({
    name,
    path,
    description: description ?? 'Execution role of ECS tasks, kept by ecs-secrets',
    trustPolicy,
    permissionsBoundary,
    tags,
  });
  // IAM is eventually consistent: what follows must find the role.
  for (let attempt = 1; attempt <= 20 && !(await iam.role(name)); attempt += 1) {
    await clock.sleep(1_000, new AbortController().signal);
  }
  return arn;
}

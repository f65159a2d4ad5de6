import { randomUUID } from 'node:crypto';
import type { ChangeSet, CloudFormation, ResourceChange, Stack } from '../../aws/cloudformation.ts';
import type { Aws } from '../../aws/index.ts';
import { CliError, isAwsError } from '../../errors.ts';
import { largestTemplate, type Template } from '../../model/auto-redeploy/stack.ts';
import { untilInterrupted } from '../until-interrupted.ts';
import { followStack, isUnderWay, stackFailure, type Following } from './follow-stack.ts';
import { changeSetPrefix, ownStack, stackTag } from './own-stack.ts';

/** What a deployment would do. */
export interface StackPlan {
  /** `replace`: a stack whose creation failed is deleted first. */
  action: 'create' | 'update' | 'replace' | 'unchanged';
  changes: ResourceChange[];
  /** The stack as it was; undefined if there was none. */
  stack: Stack | undefined;
  /** Undefined for `replace`, whose change set cannot be created before, and for `unchanged`. */
  changeSet: { id: string; stackId: string } | undefined;
}

/**
 * Plans the deployment of a template. Waits first for an operation on the stack that is in
 * progress. Creates a change set: call `applyPlan` or `discardPlan`. Throws CliError if the stack is
 * not ours or cannot be updated, or if CloudFormation does not accept the template.
 */
export async function planStack(
  aws: Aws,
  name: string,
  template: Template,
  following: Following,
): Promise<StackPlan> {
  const body = JSON.stringify(template);
  checkSize(body, name);
  const cloudFormation = await aws.cloudFormation();
  const stack = await settledStack(aws, name, following);
  const kind = kindOf(stack);
  if (kind === 'replace') {
    const changes = Object.entries(template.Resources).map(([logicalId, { Type }]) => ({
      action: 'Add',
      logicalId,
      type: Type,
      replacement: undefined,
    }));
    return { action: kind, changes, stack, changeSet: undefined };
  }
  const { made, changeSet } = await newChangeSet(cloudFormation, name, kind, body, following);
  const changes = changeSet.changes;
  if (changeSet.status !== 'FAILED') return { action: kind, changes, stack, changeSet: made };
  await discard(cloudFormation, made, kind);
  const { statusReason = '' } = changeSet;
  if (kind === 'update' && isUnchanged(statusReason)) {
    return { action: 'unchanged', changes: [], stack, changeSet: undefined };
  }
  throw new CliError(
    'change-set-failed',
    `CloudFormation did not accept the changes to the stack ${name}: ${statusReason}`,
  );
}

/** Deletes the change set of a plan, and the stack that was created for it. */
export async function discardPlan(aws: Aws, { action, changeSet }: StackPlan): Promise<void> {
  if (!changeSet) return;
  await discard(await aws.cloudFormation(), changeSet, action);
}

/**
 * Carries out a plan, and waits until CloudFormation has completed it. Throws CliError
 * `stack-failed` with the reasons if it failed, and `stack-changed` if somebody else was faster.
 */
export async function applyPlan(
  aws: Aws,
  name: string,
  template: Template,
  plan: StackPlan,
  following: Following,
): Promise<Stack> {
  const cloudFormation = await aws.cloudFormation();
  const body = JSON.stringify(template);
  if (plan.action === 'replace' && plan.stack) {
    await removeStack(aws, plan.stack, following);
  }
  const { id, stackId } =
    plan.changeSet ?? (await newChangeSet(cloudFormation, name, 'create', body, following)).made;
  const after = await cloudFormation.newestEvent(stackId);
  await execute(cloudFormation, { id, stackId, name });
  const isUpdate = plan.action === 'update';
  const stack = await followStack(
    cloudFormation,
    {
      stackId,
      step: `${isUpdate ? 'updating' : 'creating'} the stack ${name}`,
      total: plan.changes.length,
      after,
      changeSetId: id,
    },
    following,
  );
  if (stack && /^(CREATE|UPDATE)_COMPLETE$/.test(stack.status)) return stack;
  if (!stack) throw changedMeanwhile(name);
  const what = `the stack ${name} was not ${isUpdate ? 'updated' : 'created'}`;
  throw await stackFailure(cloudFormation, what, stack, after);
}

/** Deletes a stack, and waits until it is gone. Throws CliError `stack-failed` if that fails. */
export async function removeStack(aws: Aws, stack: Stack, following: Following): Promise<void> {
  const cloudFormation = await aws.cloudFormation();
  const after = await cloudFormation.newestEvent(stack.id);
  // By its ARN: a new stack of the same name is not meant.
  await cloudFormation.deleteStack(stack.id);
  const operation = { stackId: stack.id, step: `deleting the stack ${stack.name}`, after };
  const left = await followStack(cloudFormation, operation, following);
  if (!left) return;
  const what = `the stack ${stack.name} was not deleted`;
  throw await stackFailure(cloudFormation, what, left, after);
}

// --- internal ---

/** Milliseconds. */
const pause = 1_000;

function checkSize(body: string, name: string): void {
  const size = Buffer.byteLength(body);
  if (size <= largestTemplate) return;
  throw new CliError(
    'template-too-large',
    `the template has ${size} bytes; CloudFormation takes at most ${largestTemplate} without a bucket`,
    {
      hint: `save it with ecs-secrets auto-redeploy print, then run aws cloudformation deploy --stack-name ${name} --capabilities CAPABILITY_NAMED_IAM --s3-bucket BUCKET --template-file FILE`,
    },
  );
}

/** The stack, when nobody is changing it any more. */
async function settledStack(
  aws: Aws,
  name: string,
  following: Following,
): Promise<Stack | undefined> {
  const stack = await ownStack(aws, name);
  if (!stack || !isUnderWay(stack.status)) return stack;
  const cloudFormation = await aws.cloudFormation();
  const after = await cloudFormation.newestEvent(stack.id);
  const step = `waiting for the stack ${name} (${stack.status})`;
  await followStack(cloudFormation, { stackId: stack.id, step, after }, following);
  return ownStack(aws, name);
}

function kindOf(stack: Stack | undefined): 'create' | 'update' | 'replace' {
  if (!stack || stack.status === 'REVIEW_IN_PROGRESS') return 'create';
  // Such a stack can only be deleted (CloudFormation guide, "stack status codes").
  if (/^(CREATE_FAILED|ROLLBACK_COMPLETE|ROLLBACK_FAILED|DELETE_FAILED)$/.test(stack.status)) {
    return 'replace';
  }
  if (stack.status.endsWith('_COMPLETE')) return 'update';
  throw new CliError(
    'stack-failed',
    `the stack ${stack.name} cannot be updated (${stack.status})`,
    {
      hint: `aws cloudformation continue-update-rollback --stack-name ${stack.name}, or ecs-secrets auto-redeploy remove --name ${stack.name}`,
    },
  );
}

/** Creates a change set, and waits until CloudFormation has computed it. */
async function newChangeSet(
  cloudFormation: CloudFormation,
  name: string,
  kind: 'create' | 'update',
  template: string,
  { clock, interrupted, onProgress }: Following,
): Promise<{ made: { id: string; stackId: string }; changeSet: ChangeSet }> {
  const step = 'computing the changes';
  onProgress({ step });
  const made = await cloudFormation.createChangeSet({
    stack: name,
    name: `${changeSetPrefix}${randomUUID()}`,
    type: kind === 'create' ? 'CREATE' : 'UPDATE',
    description: 'ecs-secrets auto-redeploy deploy',
    template,
    tags: { [stackTag.key]: stackTag.value },
  });
  try {
    for (;;) {
      const changeSet = await untilInterrupted(
        cloudFormation.changeSet(made.id),
        interrupted,
        'interrupted; nothing was changed',
      );
      if (/^(CREATE_COMPLETE|FAILED)$/.test(changeSet.status)) return { made, changeSet };
      onProgress({ step });
      await clock.sleep(pause, interrupted);
    }
  } catch (error) {
    await discard(cloudFormation, made, kind);
    throw error;
  }
}

/** CloudFormation has no error code for it; both texts are in use. */
function isUnchanged(reason: string): boolean {
  return /didn't contain changes|No updates are to be performed/i.test(reason);
}

/** Deletes a change set, and the stack in review that it was the last one of. */
async function discard(
  cloudFormation: CloudFormation,
  { id, stackId }: { id: string; stackId: string },
  action: StackPlan['action'],
): Promise<void> {
  await cloudFormation.deleteChangeSet(id);
  if (action !== 'create') return;
  const stack = await cloudFormation.stack(stackId);
  if (stack?.status !== 'REVIEW_IN_PROGRESS') return;
  if ((await cloudFormation.changeSets(stackId)).length > 0) return;
  await cloudFormation.deleteStack(stackId);
}

async function execute(
  cloudFormation: CloudFormation,
  { id, stackId, name }: { id: string; stackId: string; name: string },
): Promise<void> {
  try {
    await cloudFormation.executeChangeSet(id, randomUUID());
  } catch (error) {
    const isRefused = isAwsError(
      error,
      'InvalidChangeSetStatus',
      'InvalidChangeSetStatusException',
      'ChangeSetNotFound',
      'ChangeSetNotFoundException',
    );
    if (!isRefused) throw error;
    // The answer to our request may have been lost: then it is refused as executed already.
    const stack = await cloudFormation.stack(stackId);
    if (stack?.changeSetId !== id) throw changedMeanwhile(name);
  }
}

function changedMeanwhile(name: string): CliError {
  return new CliError('stack-changed', `the stack ${name} was changed by somebody else meanwhile`, {
    hint: 'run the command again to see what is left to change',
  });
}

import type { CloudFormation, Stack } from '../../aws/cloudformation.ts';
import type { Aws } from '../../aws/index.ts';
import { CliError } from '../../errors.ts';
import { deployedTemplate } from './deployed-template.ts';

/** The tag by which a stack of `auto-redeploy deploy` is recognized. */
export const stackTag = { key: 'ecs-secrets:stack', value: 'auto-redeploy' };

/** The start of the names of the change sets of this tool. */
export const changeSetPrefix = 'ecs-secrets-';

/**
 * The stack of this name; undefined if there is none. Throws CliError `not-our-stack` if something
 * else created it.
 */
export async function ownStack(aws: Aws, name: string): Promise<Stack | undefined> {
  const cloudFormation = await aws.cloudFormation();
  const stack = await cloudFormation.stack(name);
  if (!stack || stack.status === 'DELETE_COMPLETE') return undefined;
  if (await isOwn(cloudFormation, stack)) return stack;
  throw new CliError(
    'not-our-stack',
    `the stack ${name} was not created by ecs-secrets auto-redeploy`,
    { hint: 'choose another name: --name NAME' },
  );
}

/** The same, which must exist. Throws CliError `stack-not-found` too. */
export async function existingStack(aws: Aws, name: string): Promise<Stack> {
  const stack = await ownStack(aws, name);
  if (stack && stack.status !== 'REVIEW_IN_PROGRESS') return stack;
  throw new CliError('stack-not-found', `there is no stack ${name}`, {
    hint: 'ecs-secrets auto-redeploy deploy creates it; --name NAME selects another one',
  });
}

/** An output of a stack. Throws CliError `stack-incomplete` if it has none of this name. */
export function outputOf({ name, status, outputs }: Stack, key: string): string {
  const value = outputs.get(key);
  if (value !== undefined) return value;
  throw new CliError('stack-incomplete', `the stack ${name} (${status}) has no output ${key}`, {
    hint: 'ecs-secrets auto-redeploy deploy completes it',
  });
}

// --- internal ---

async function isOwn(cloudFormation: CloudFormation, stack: Stack): Promise<boolean> {
  if (stack.tags.get(stackTag.key) === stackTag.value) return true;
  // Its name is free when it is gone.
  if (stack.status === 'DELETE_IN_PROGRESS') return true;
  if (stack.status === 'REVIEW_IN_PROGRESS') {
    // It has no resources and no template yet, only change sets.
    const names = await cloudFormation.changeSets(stack.id);
    return names.every((name) => name.startsWith(changeSetPrefix));
  }
  // Another tool may have deployed the printed template.
  return (await deployedTemplate(cloudFormation, stack.id)).options !== undefined;
}

import type { Iam } from '../aws/iam.ts';
import type { Scope } from '../model/partition.ts';
import { orDenied } from './or-denied.ts';

/** Name of the one inline policy that is ours; others are left alone. */
export const inlinePolicyName = 'ecs-secrets';

/** Name of a managed policy that holds a part of a role's grants; parts count from 1. */
export function ownPolicyName(role: string, part: number): string {
  return `${role}-ecs-secrets-${part}`;
}

/** Its ARN, under the path of the role. */
export function ownPolicyArn(here: Scope, path: string, role: string, part: number): string {
  return `arn:${here.partition}:iam::${here.account}:policy${path}${ownPolicyName(role, part)}`;
}

/** Whether a managed policy is one that we made for a role. */
export function isOwnPolicy(arn: string, role: string): boolean {
  const [name = ''] = arn.split('/').slice(-1);
  const part = name.startsWith(`${role}-ecs-secrets-`) ? name.slice(role.length + 13) : '';
  return /^\d+$/.test(part) && !arn.includes(':iam::aws:');
}

/**
 * The documents of the managed policies that we made for a role, by part; attached or, after a run that
 * broke off, not. Where none is expected a caller who may not look is told of none.
 */
export async function ownPolicies(
  iam: Iam,
  here: Scope,
  path: string,
  role: string,
  isExpected: boolean,
): Promise<{ arn: string; document: unknown }[]> {
  const found: { arn: string; document: unknown }[] = [];
  for (let part = 1; ; part += 1) {
    const arn = ownPolicyArn(here, path, role, part);
    const looked = iam.managedPolicy(arn);
    const document = await (isExpected ? looked : orDenied(looked));
    if (document === undefined || document === 'denied') return found;
    found.push({ arn, document });
  }
}

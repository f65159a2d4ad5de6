import type { Scope } from '../model/partition.ts';

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

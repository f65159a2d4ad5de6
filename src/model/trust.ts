import type { Scope } from './partition.ts';
import { evaluate, parsePolicy, type Decision } from './policy-evaluation.ts';

/** The service that assumes execution roles. */
export const ecsTasks = 'ecs-tasks.amazonaws.com';

/**
 * Whether a role's trust policy lets ECS assume it for tasks of this account in this region. Throws
 * InvalidInput for what is no policy.
 */
export function trustDecision(trustPolicy: unknown, roleArn: string, here: Scope): Decision {
  const { partition, region, account } = here;
  return evaluate([parsePolicy(trustPolicy, 'trust')], {
    action: 'sts:AssumeRole',
    resource: roleArn,
    principal: { kind: 'service', service: ecsTasks },
    context: {
      'aws:SourceAccount': account,
      'aws:SourceArn': `arn:${partition}:ecs:${region}:${account}:task/cluster/0123456789abcdef`,
    },
  });
}

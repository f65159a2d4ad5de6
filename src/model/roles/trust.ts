import type { Scope } from '../secrets/partition.ts';
import { withDistinctSids, type PolicyDocument, type Statement } from './policy.ts';
import { parsePolicy } from './parse-policy.ts';
import { evaluate, type Decision, type PolicyRequest } from './policy-evaluation.ts';
import { assumeUnknownsPass } from './policy-unknowns.ts';

/** The service that assumes execution roles. */
export const ecsTasks = 'ecs-tasks.amazonaws.com';

/**
 * Whether a role's trust policy lets ECS assume it for tasks of this account in this region; without a
 * `source`, whether it does so without a condition on who ECS acts for. Throws InvalidInput for what is
 * no policy.
 */
export function trustDecision(
  trustPolicy: unknown,
  roleArn: string,
  here: Scope,
  { source = true }: { source?: boolean } = {},
): Decision {
  const request = requestTo(roleArn, here);
  return evaluate(
    [parsePolicy(trustPolicy, 'trust')],
    source ? request : { ...request, context: {} },
  );
}

/**
 * The condition keys that a refusal hangs on, where values of theirs that are not known here may let ECS
 * in; none where it is refused whatever they are. Throws InvalidInput for what is no policy.
 */
export function trustHangsOn(trustPolicy: unknown, roleArn: string, here: Scope): string[] {
  const request = requestTo(roleArn, here);
  const identity = [parsePolicy(trustPolicy, 'trust')];
  const isAbsent = (key: string): boolean => /^(sts|aws:PrincipalTag\/|aws:Multi)/i.test(key);
  const { policies, unknown } = assumeUnknownsPass({ identity }, request.context ?? {}, isAbsent);
  return evaluate(policies.identity, request) === 'allowed' ? unknown : [];
}

/**
 * Our trust policy (`trustPolicy`) besides every statement of one that is there. Throws InvalidInput for
 * what is no policy.
 */
export function trustBesides(present: unknown, ours: PolicyDocument): PolicyDocument {
  // They are passed on, whatever is in them.
  const kept = parsePolicy(present, 'trust').Statement as unknown as Statement[];
  return { ...ours, Statement: withDistinctSids([...kept, ...ours.Statement]) };
}

// --- internal ---

function requestTo(roleArn: string, { partition, region, account }: Scope): PolicyRequest {
  return {
    action: 'sts:AssumeRole',
    resource: roleArn,
    principal: { kind: 'service', service: ecsTasks },
    context: {
      'aws:SourceAccount': account,
      'aws:SourceArn': `arn:${partition}:ecs:${region}:${account}:task/cluster/0123456789abcdef`,
    },
  };
}

import type { Scope } from './partition.ts';
import { withDistinctSids, type PolicyDocument, type Statement } from './policy.ts';
import {
  evaluate,
  parsePolicy,
  type Decision,
  type Policy,
  type PolicyRequest,
} from './policy-evaluation.ts';
import { atBest } from './policy-unknowns.ts';
import { matchesWildcard } from './wildcard.ts';

/** The service that assumes execution roles. */
export const ecsTasks = 'ecs-tasks.amazonaws.com';

/**
 * Whether a role's trust policy lets ECS assume it for tasks of this account in this region. Throws
 * InvalidInput for what is no policy.
 */
export function trustDecision(trustPolicy: unknown, roleArn: string, here: Scope): Decision {
  return evaluate([parsePolicy(trustPolicy, 'trust')], requestTo(roleArn, here));
}

/**
 * The condition keys that a refusal hangs on, where values of theirs that are not known here may let ECS
 * in; none where it is refused whatever they are. Throws InvalidInput for what is no policy.
 */
export function trustHangsOn(trustPolicy: unknown, roleArn: string, here: Scope): string[] {
  const request = requestTo(roleArn, here);
  const identity = [parsePolicy(trustPolicy, 'trust')];
  const isAbsent = (key: string): boolean => /^(sts|aws:PrincipalTag\/|aws:Multi)/i.test(key);
  const { policies, unknown } = atBest({ identity }, request.context ?? {}, isAbsent);
  return evaluate(policies.identity, request) === 'allowed' ? unknown : [];
}

/**
 * Our trust policy (`trustPolicy`) besides the statements of one that is there: those for anybody but
 * ECS, and those for ECS in other regions of this account. Throws InvalidInput for what is no policy.
 */
export function trustBesides(present: unknown, ours: PolicyDocument, here: Scope): PolicyDocument {
  const kept = parsePolicy(present, 'trust').Statement.filter((one) => isForOthers(one, here));
  // They are passed on, whatever is in them.
  const statements = [...(kept as unknown as Statement[]), ...ours.Statement];
  return { ...ours, Statement: withDistinctSids(statements) };
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

function isForOthers(
  { Effect, Principal, Condition = {} }: Policy['Statement'][number],
  here: Scope,
): boolean {
  const named = Principal && Object.values(Principal).flat();
  if (!named?.every((one) => one === ecsTasks)) return true;
  const sources = Object.values(Condition)
    .flatMap((test) => Object.entries(test))
    .flatMap(([key, values]) => (key.toLowerCase() === 'aws:sourcearn' ? values : []));
  return (
    Effect === 'Allow' &&
    sources.some((source) => {
      const [, , , region = '', account = ''] = source.split(':');
      return region !== here.region && matchesWildcard(account, here.account);
    })
  );
}

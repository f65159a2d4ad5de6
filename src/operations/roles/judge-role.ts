import { parseArn, type Scope } from '../../model/secrets/partition.ts';
import { parsePolicy, type Policy } from '../../model/roles/parse-policy.ts';
import {
  evaluate,
  evaluateAccess,
  type AccessPolicies,
  type PolicyRequest,
} from '../../model/roles/policy-evaluation.ts';
import type { RoleFinding, RoleNeed } from '../../model/roles/role-check.ts';
import { assumeUnknownsPass, isAbsentForTasks } from '../../model/roles/policy-unknowns.ts';
import { ecsTasks, trustDecision, trustHangsOn } from '../../model/roles/trust.ts';
import { isResourceTag, tagReading, type ResourceTags } from './gather-resource-tags.ts';
import type { RoleWithPolicies } from './role-policies.ts';
import type { Facts } from './gather-role-policies.ts';

/** The request that ECS makes under a role for one of its needs. */
export function requestOf({ role }: RoleWithPolicies, need: RoleNeed, here: Scope): PolicyRequest {
  return {
    action: need.action,
    resource: need.resource,
    principal: { kind: 'role', arn: role.arn },
    context: {
      'aws:PrincipalArn': role.arn,
      'aws:PrincipalAccount': here.account,
      'aws:PrincipalType': 'AssumedRole',
      'aws:RequestedRegion': parseArn(need.resource)?.region ?? here.region,
      'aws:SecureTransport': 'true',
      ...Object.fromEntries(role.tags.map(({ key, value }) => [`aws:PrincipalTag/${key}`, value])),
      ...(need.action.startsWith('kms:') && { 'kms:CallerAccount': here.account }),
      ...(need.action === 'secretsmanager:GetSecretValue' && {
        'secretsmanager:SecretId': need.resource,
      }),
      ...need.context,
    },
  };
}

/** Whether the policies of a role, of the resource and of its key let it do what a task needs. */
export function judge(
  found: RoleWithPolicies,
  need: RoleNeed,
  facts: Facts,
  here: Scope,
): RoleFinding {
  const { what, action, resource } = need;
  const request = requestOf(found, need, here);
  const own = facts.policies.get(resource);
  const account = parseArn(resource)?.account ?? '';
  const foreign = account !== '' && account !== here.account;
  const isKey = action.startsWith('kms:');
  const finding = (
    verdict: RoleFinding['verdict'],
    why: string,
    by?: RoleFinding['by'],
  ): RoleFinding => ({ what, action, resource, verdict, why, ...(by && { by }) });
  const state = facts.keyStates.get(resource);
  if (state !== undefined && state !== 'Enabled')
    return finding('denied', `the key is ${state}`, 'key-state');
  const unseen = own === 'denied';
  const access: AccessPolicies = {
    identity: found.policies.map(({ policy }) => policy),
    boundary: found.boundary?.policy,
    resource: unseen ? undefined : own,
    resourceDecides: isKey && !unseen,
  };
  const { decision, by } = evaluateAccess(access, request);
  if (decision !== 'allowed') {
    const why = whyUnknown(access, request, { unseen: unseen && !foreign, tags: facts.tags });
    if (why !== undefined) return finding('unknown', why);
  }
  if (decision === 'explicitDeny') return finding('denied', denier(found, request, by), by);
  if (decision === 'implicitDeny') return finding('missing', reasonFor(found, request, by), by);
  if (foreign) {
    return finding(
      'unknown',
      `allowed by the role; whether account ${account} lets it in, its own policy decides`,
    );
  }
  if (unseen && isKey)
    return finding(
      'unknown',
      'allowed by the role; the policy of the key cannot be read (kms:GetKeyPolicy)',
    );
  const policy = allower(found, request) ?? 'the policy of the resource';
  if (!unseen) return finding('allowed', policy);
  const read = 'secretsmanager:GetResourcePolicy';
  return {
    ...finding('allowed', `${policy}; its own policy cannot be read (${read})`),
    unseen: read,
  };
}

/** Whether ECS may assume a role for tasks of this account and region. */
export function judgeTrust({ role }: Pick<RoleWithPolicies, 'role'>, here: Scope): RoleFinding {
  const finding = { what: 'trust', action: 'sts:AssumeRole', resource: role.arn };
  const decision = trustDecision(role.trustPolicy, role.arn, here);
  if (decision === 'allowed') return { ...finding, verdict: 'allowed', why: 'the trust policy' };
  const keys = trustHangsOn(role.trustPolicy, role.arn, here);
  if (keys.length > 0) return { ...finding, verdict: 'unknown', why: dependsOn(keys) };
  return {
    ...finding,
    verdict: decision === 'explicitDeny' ? 'denied' : 'missing',
    why: `the trust policy does not let ${ecsTasks} assume it for account ${here.account} in ${here.region}`,
  };
}

// --- internal ---

/**
 * What the decision hangs on, where it may as well be yes; undefined where it is no in any case. `unseen`:
 * the resource's policy, which alone may allow it within an account. `tags`: those of secrets.
 */
function whyUnknown(
  access: AccessPolicies,
  request: PolicyRequest,
  { unseen, tags }: { unseen: boolean; tags: ResourceTags },
): string | undefined {
  const own = tags.get(request.resource);
  // A tag that is not among those that were read is not there.
  const isAbsent = (key: string): boolean =>
    isAbsentForTasks(key) || (own !== undefined && own !== 'denied' && isResourceTag(key));
  const { policies, unknown } = assumeUnknownsPass(access, request.context ?? {}, isAbsent);
  if (evaluateAccess(policies, request).decision === 'allowed') {
    const reading = own === 'denied' && unknown.some(isResourceTag);
    return `${dependsOn(unknown)}${reading ? ` (${tagReading(request.resource)})` : ''}`;
  }
  if (!unseen) return undefined;
  const resource = openTo(request);
  if (evaluateAccess({ ...policies, resource }, request).decision !== 'allowed') return undefined;
  const [what, action] = request.action.startsWith('kms:')
    ? ['key', 'kms:GetKeyPolicy']
    : ['secret', 'secretsmanager:GetResourcePolicy'];
  return `no policy of the role allows it; whether that of the ${what} does cannot be read (${action})`;
}

function dependsOn(keys: readonly string[]): string {
  return `it depends on ${keys.join(', ')}, which ${keys.length === 1 ? 'is' : 'are'} not known here`;
}

/** A resource's policy that lets the role in. */
function openTo({ action, principal }: PolicyRequest): Policy {
  const Principal = { AWS: principal?.kind === 'role' ? principal.arn : '' };
  const Statement = { Effect: 'Allow', Principal, Action: action, Resource: '*' };
  return parsePolicy({ Version: '2012-10-17', Statement }, 'resource');
}

function allower({ policies }: RoleWithPolicies, request: PolicyRequest): string | undefined {
  return policies.find(({ policy }) => evaluate([policy], request) === 'allowed')?.name;
}

function denier(found: RoleWithPolicies, request: PolicyRequest, by: string): string {
  if (by === 'boundary') return `the permissions boundary ${found.boundary?.name ?? ''} denies it`;
  if (by === 'resource') return 'the policy of the resource denies it';
  const policy = found.policies.find((one) => evaluate([one.policy], request) === 'explicitDeny');
  return `the policy ${policy?.name ?? ''} denies it`;
}

function reasonFor(found: RoleWithPolicies, request: PolicyRequest, by: string): string {
  if (by === 'boundary') {
    return `the permissions boundary ${found.boundary?.name ?? ''} does not allow it`;
  }
  if (by === 'resource') {
    return 'the policy of the key neither names the role nor delegates to IAM';
  }
  const { action, resource } = request;
  const has = (other: PolicyRequest): boolean => allower(found, other) !== undefined;
  if (action === 'ssm:GetParameters' && has({ ...request, action: 'ssm:GetParameter' })) {
    return 'ssm:GetParameter is allowed, but ECS calls ssm:GetParameters';
  }
  const [, base] = /^(arn:.*)-[A-Za-z0-9]{6}$/.exec(resource) ?? [];
  if (base?.includes(':secret:') && has({ ...request, resource: base })) {
    return 'a policy names the secret without the six characters at the end of its ARN';
  }
  const doubled = resource.replace(':parameter/', ':parameter//');
  if (doubled !== resource && has({ ...request, resource: doubled })) {
    return 'a policy writes parameter//; the name follows without its own slash';
  }
  if (action === 'kms:Decrypt' && has({ ...request, context: {} })) {
    return 'a policy allows it under conditions that ECS does not meet';
  }
  return 'no policy of the role allows it';
}

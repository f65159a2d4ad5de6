import pMap from 'p-map';
import type { Aws } from '../../aws/index.ts';
import { CliError, isAwsError } from '../../errors.ts';
import { parseArn, type Scope } from '../../model/secrets/partition.ts';
import {
  evaluate,
  evaluateAccess,
  parsePolicy,
  type AccessPolicies,
  type Policy,
  type PolicyRequest,
} from '../../model/roles/policy-evaluation.ts';
import {
  containerNeeds,
  fileNeeds,
  readNeeds,
  type RoleFinding,
  type RoleNeed,
} from '../../model/roles/role-check.ts';
import { assumeUnknownsPass, isAbsentForTasks } from '../../model/roles/policy-unknowns.ts';
import type { TaskDefinition } from '../../model/definitions/task-definition.ts';
import { ecsTasks, trustDecision, trustHangsOn } from '../../model/roles/trust.ts';
import { matchesWildcard } from '../../model/roles/wildcard.ts';
import { ifAllowed, whyUnseen } from '../if-allowed.ts';
import type { DerivedGrants } from './role-grants.ts';
import type { AttachedPolicy, RoleWithPolicies } from './role-policies.ts';

/** What a role check found. */
export interface RoleCheck {
  findings: RoleFinding[];
  /** Grants that none of the references needs, as `ACTION on RESOURCE (POLICY)`. */
  unused: string[];
  /** False when IAM's own simulation was not there to confirm it. */
  simulated: boolean;
  /** Why it was not. */
  notSimulated: string | undefined;
}

/**
 * Whether a role covers what tasks read under it: its trust, its policies and its boundary, the
 * policies of keys and secrets where they decide, and IAM's simulation, which alone knows the
 * organization's policies, where the caller may use it. Reads no value.
 */
export async function checkRole(
  aws: Aws,
  found: RoleWithPolicies,
  grants: DerivedGrants,
  definitions: readonly TaskDefinition[],
  {
    simulate = true,
    keyStates = new Map(),
  }: {
    simulate?: boolean;
    /** States of keys that are known already, by ARN. */
    keyStates?: ReadonlyMap<string, string>;
  } = {},
): Promise<RoleCheck> {
  const here = await aws.caller();
  const needs = [
    ...grants.secrets.flatMap((grant) => readNeeds(grant)),
    ...grants.files.flatMap(({ objectArn }) => fileNeeds(objectArn)),
    ...definitions.flatMap((definition) => containerNeeds(definition, here)),
  ];
  const distinct = [...new Map(needs.map((need) => [JSON.stringify(need), need])).values()];
  const facts = await gatherFacts(aws, distinct, keyStates);
  const simulation = createSimulation(aws, found);
  const findings = await pMap(
    distinct,
    async (need) => {
      const own = judge(found, need, facts, here);
      return simulate && own.verdict === 'allowed' ? simulation.confirm(need, own, found) : own;
    },
    { concurrency: 5 },
  );
  return {
    findings: [judgeTrust(found, here), ...findings],
    unused: unusedGrants(found.policies, distinct),
    simulated: simulation.whyNot() === undefined,
    notSimulated: simulation.whyNot(),
  };
}

// --- internal ---

/** The policies of keys and secrets, and the states of keys, by ARN. */
interface Facts {
  /** `denied` where the caller may not see it. */
  policies: Map<string, Policy | 'denied' | undefined>;
  keyStates: Map<string, string>;
}

async function gatherFacts(
  aws: Aws,
  needs: readonly RoleNeed[],
  known: ReadonlyMap<string, string>,
): Promise<Facts> {
  const facts: Facts = { policies: new Map(), keyStates: new Map(known) };
  const resources = new Set(
    needs
      .filter(({ action }) => /^(kms:Decrypt|secretsmanager:)/.test(action))
      .map(({ resource }) => resource),
  );
  await pMap(
    resources,
    async (arn) => {
      const { service, region } = parseArn(arn) ?? {};
      if (service === 'kms') {
        const kms = await aws.kms(region);
        const [policy, state] = await Promise.all([
          unlessUnseen(kms.keyPolicy(arn)),
          known.get(arn) ?? unlessUnseen(kms.describeKey(arn).then((key) => key.state)),
        ]);
        facts.policies.set(arn, policy === 'denied' ? policy : parsed(policy));
        if (state !== 'denied' && state !== undefined) facts.keyStates.set(arn, state);
      } else {
        const policy = await unlessUnseen((await aws.secretsManager(region)).resourcePolicy(arn));
        facts.policies.set(arn, policy === 'denied' ? policy : parsed(policy));
      }
    },
    { concurrency: 5 },
  );
  return facts;
}

/** Another account's key or secret is not seen, and one that does not exist yet has no policy. */
async function unlessUnseen<T>(call: Promise<T>): Promise<T | 'denied' | undefined> {
  try {
    return await ifAllowed(call);
  } catch (error) {
    if (isAwsError(error, 'ResourceNotFoundException')) return undefined;
    if (error instanceof CliError) return 'denied';
    throw error;
  }
}

function parsed(document: unknown): Policy | undefined {
  return document === undefined ? undefined : parsePolicy(document, 'resource');
}

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

function judge(found: RoleWithPolicies, need: RoleNeed, facts: Facts, here: Scope): RoleFinding {
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
    const why = whyUnknown(access, request, unseen && !foreign);
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
      'allowed by the role; the policy of the key is not seen (kms:GetKeyPolicy)',
    );
  const policy = allower(found, request) ?? 'the policy of the resource';
  if (!unseen) return finding('allowed', policy);
  const read = 'secretsmanager:GetResourcePolicy';
  return {
    ...finding('allowed', `${policy}; its own policy is not seen (${read})`),
    unseen: read,
  };
}

/**
 * What the decision hangs on, where it may as well be yes; undefined where it is no in any case. `unseen`:
 * the resource's policy, which alone may allow it within an account.
 */
function whyUnknown(
  access: AccessPolicies,
  request: PolicyRequest,
  unseen: boolean,
): string | undefined {
  const { policies, unknown } = assumeUnknownsPass(access, request.context ?? {}, isAbsentForTasks);
  if (evaluateAccess(policies, request).decision === 'allowed') {
    return dependsOn(unknown);
  }
  if (!unseen) return undefined;
  const resource = openTo(request);
  if (evaluateAccess({ ...policies, resource }, request).decision !== 'allowed') return undefined;
  const [what, action] = request.action.startsWith('kms:')
    ? ['key', 'kms:GetKeyPolicy']
    : ['secret', 'secretsmanager:GetResourcePolicy'];
  return `no policy of the role allows it; whether that of the ${what} does is not seen (${action})`;
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
    return 'the policy of the key neither names the role nor leaves it to IAM';
  }
  const { action, resource } = request;
  const has = (other: PolicyRequest): boolean => allower(found, other) !== undefined;
  if (action === 'ssm:GetParameters' && has({ ...request, action: 'ssm:GetParameter' })) {
    return 'ssm:GetParameter is allowed, but ECS calls ssm:GetParameters';
  }
  const [, base] = /^(arn:.*:secret:.*)-[A-Za-z0-9]{6}$/.exec(resource) ?? [];
  if (base !== undefined && has({ ...request, resource: base })) {
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

function judgeTrust({ role }: RoleWithPolicies, here: Scope): RoleFinding {
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

/** Asks IAM itself, as long as the caller may. */
function createSimulation(aws: Aws, { role, policies }: RoleWithPolicies) {
  let whyNot: string | undefined;
  return {
    whyNot: (): string | undefined => whyNot,
    async confirm(
      need: RoleNeed,
      finding: RoleFinding,
      found: RoleWithPolicies,
    ): Promise<RoleFinding> {
      if (whyNot !== undefined) return finding;
      const here = await aws.caller();
      try {
        const request = requestOf(found, need, here);
        const { decision, byOrganization, isOpen } = await (
          await aws.iam()
        ).simulate(role.arn, need.action, need.resource, request.context ?? {});
        const identity = policies.map(({ policy }) => policy);
        // The simulation does not know policies of resources: what only they allow it denies.
        const ownAllow = evaluate(identity, request) === 'allowed';
        const refuses =
          (decision === 'explicitDeny' || (decision === 'implicitDeny' && ownAllow)) &&
          (byOrganization || !isOpen);
        if (!refuses) return finding;
        const who = byOrganization ? 'a policy of the organization' : "IAM's own simulation";
        return { ...finding, verdict: 'denied', why: `${who} denies it`, by: 'simulation' };
      } catch (error) {
        if (!(error instanceof CliError)) throw error;
        whyNot = whyUnseen(error);
        return finding;
      }
    },
  };
}

function unusedGrants(policies: readonly AttachedPolicy[], needs: readonly RoleNeed[]): string[] {
  const reading = ['ssm:GetParameters', 'secretsmanager:GetSecretValue', 'kms:Decrypt'];
  return policies.flatMap(({ name, policy }) =>
    policy.Statement.filter(({ Effect }) => Effect === 'Allow').flatMap((statement) =>
      (statement.Action ?? []).flatMap((action) => {
        const meant = reading.filter((one) =>
          matchesWildcard(action.toLowerCase(), one.toLowerCase()),
        );
        if (meant.length === 0) return [];
        const used = (pattern: string): boolean =>
          needs.some(
            (need) => meant.includes(need.action) && matchesWildcard(pattern, need.resource),
          );
        return (statement.Resource ?? [])
          .filter((pattern) => !used(pattern))
          .map((pattern) => `${action} on ${pattern} (${name})`);
      }),
    ),
  );
}

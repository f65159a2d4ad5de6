import pMap from 'p-map';
import type { Aws } from '../../aws/index.ts';
import { CliError, isAwsError } from '../../errors.ts';
import { batches } from '../../model/batches.ts';
import { evaluate, type PolicyRequest } from '../../model/roles/policy-evaluation.ts';
import type { RoleFinding, RoleNeed } from '../../model/roles/role-check.ts';
import { whyUnseen } from '../if-allowed.ts';
import type { RoleWithPolicies } from './role-policies.ts';
import { requestOf } from './judge-role.ts';

/** Something that a task needs, and what was found out about it so far. */
export interface JudgedNeed {
  need: RoleNeed;
  finding: RoleFinding;
}

/** What IAM itself says of needs. */
export interface Simulation {
  /** In the order of the needs. */
  findings: RoleFinding[];
  /** Why IAM did not confirm them; undefined if it did. */
  whyNot: string | undefined;
}

/**
 * Asks IAM itself about the needs that policies allow, as long as the caller may. Needs that differ
 * in their resource only share a call.
 */
export async function simulateRole(
  aws: Aws,
  found: RoleWithPolicies,
  judged: readonly JudgedNeed[],
): Promise<Simulation> {
  const here = await aws.caller();
  const iam = await aws.iam();
  const { role, policies } = found;
  let whyNot: string | undefined;
  const asked = judged
    .filter(({ finding }) => finding.verdict === 'allowed')
    .map(({ need, finding }) => ({ finding, request: requestOf(found, need, here) }));
  const confirmed = new Map<RoleFinding, RoleFinding>();
  await pMap(groups(asked), confirmGroup, { concurrency: atOnce });
  return { findings: judged.map(({ finding }) => confirmed.get(finding) ?? finding), whyNot };

  async function confirmGroup(group: readonly Asked[]): Promise<void> {
    const [{ request } = { request: undefined }] = group;
    if (whyNot !== undefined || !request) return;
    const { action, context = {} } = request;
    const resources = group.map((one) => one.request.resource);
    try {
      const allowed =
        group.length > 1
          ? await iam.simulateAll(role.arn, action, resources, context).catch(noneIfTooMany)
          : new Set<string>();
      const others = group.filter((one) => !allowed.has(one.request.resource));
      await pMap(others, confirmOne, { concurrency: atOnce });
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      whyNot = whyUnseen(error);
    }
  }

  async function confirmOne({ finding, request }: Asked): Promise<void> {
    const { action, resource, context = {} } = request;
    const { decision, byOrganization, isOpen } = await iam.simulate(
      role.arn,
      action,
      resource,
      context,
    );
    const identity = policies.map(({ policy }) => policy);
    // The simulation does not know policies of resources: what only they allow it denies.
    const ownAllow = evaluate(identity, request) === 'allowed';
    const refuses =
      (decision === 'explicitDeny' || (decision === 'implicitDeny' && ownAllow)) &&
      (byOrganization || !isOpen);
    if (!refuses) return;
    const who = byOrganization ? 'a policy of the organization' : "IAM's own simulation";
    confirmed.set(finding, {
      ...finding,
      verdict: 'denied',
      why: `${who} denies it`,
      by: 'simulation',
    });
  }
}

// --- internal ---

/** Calls under way at the same time; IAM does not publish its rate. */
const atOnce = 8;

/** Resources of one call. The API reference names no limit. */
const mostResources = 50;

/** For a call with more resources than IAM takes: each is simulated by itself then. */
function noneIfTooMany(error: unknown): Set<string> {
  if (['InvalidInput', 'ValidationError'].some((code) => isAwsError(error, code))) return new Set();
  throw error;
}

interface Asked {
  finding: RoleFinding;
  request: PolicyRequest;
}

/** Requests that differ in their resource only, so many that one call simulates them. */
function groups(asked: readonly Asked[]): Asked[][] {
  const alike = new Map<string, Asked[]>();
  for (const one of asked) {
    const { action, context } = one.request;
    const key = JSON.stringify([action, context]);
    alike.set(key, [...(alike.get(key) ?? []), one]);
  }
  return [...alike.values()].flatMap((group) => batches(group, mostResources));
}

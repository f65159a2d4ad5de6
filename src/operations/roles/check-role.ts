import type { Aws } from '../../aws/index.ts';
import {
  containerNeeds,
  fileNeeds,
  readNeeds,
  type RoleFinding,
  type RoleNeed,
} from '../../model/roles/role-check.ts';
import type { TaskDefinition } from '../../model/definitions/task-definition.ts';
import { matchesWildcard } from '../../model/roles/wildcard.ts';
import type { DerivedGrants } from './role-grants.ts';
import type { AttachedPolicy, RoleWithPolicies } from './role-policies.ts';
import { gatherFacts } from './gather-role-policies.ts';
import { judge, judgeTrust } from './judge-role.ts';
import { simulateRole } from './simulate-role.ts';
import { distinctBy } from '../../model/distinct-by.ts';

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
  const distinct = distinctBy(needs, (need) => JSON.stringify(need));
  const facts = await gatherFacts(aws, distinct, keyStates, [
    ...found.policies.map(({ policy }) => policy),
    found.boundary?.policy,
  ]);
  const judged = distinct.map((plain) => {
    const tags = facts.tags.get(plain.resource) ?? 'denied';
    const context = { ...plain.context, ...(tags !== 'denied' && tags) };
    const need = { ...plain, context };
    return { need, finding: judge(found, need, facts, here) };
  });
  const { findings, whyNot } = simulate
    ? await simulateRole(aws, found, judged)
    : { findings: judged.map(({ finding }) => finding), whyNot: undefined };
  return {
    findings: [judgeTrust(found, here), ...findings],
    unused: unusedGrants(found.policies, distinct),
    simulated: whyNot === undefined,
    notSimulated: whyNot,
  };
}

// --- internal ---

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

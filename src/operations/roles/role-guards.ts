import type { Role } from '../../aws/iam.ts';
import { CliError } from '../../errors.ts';
import type { Scope } from '../../model/secrets/partition.ts';
import type { PolicyDocument } from '../../model/roles/policy.ts';
import { ecsTasks, trustBesides, trustDecision } from '../../model/roles/trust.ts';

/**
 * Checks that a role is ours to replace or delete: one that was made for something else must not lose
 * its trust policy. Throws CliError with the hint.
 */
export function checkOurs({ name, trustPolicy }: Role, hint: string): void {
  const others = otherPrincipals(trustPolicy);
  if (others.length === 0) return;
  throw new CliError(
    'not-an-execution-role',
    `the role ${name} exists and may be assumed by ${others.join(', ')}: it was made for something else`,
    { hint },
  );
}

/** Checks that a role is where it is asked for. Throws CliError. */
export function checkPath(role: Role, path: string | undefined): void {
  if (path === undefined || path === role.path) return;
  throw new CliError('path-differs', `the role ${role.name} exists under the path ${role.path}`, {
    hint: 'IAM does not move roles: omit --path, or choose another name',
  });
}

/**
 * The trust policy that lets ECS assume a role and takes nothing away: the present one where it does, or
 * else `ours` besides all that it says. Throws CliError where it denies that.
 */
export function trustAdded(
  role: Role,
  ours: PolicyDocument,
  here: Scope,
  sourceCondition: boolean,
): PolicyDocument {
  const isTrusted = (document: unknown): boolean =>
    trustDecision(document, role.arn, here, { source: sourceCondition }) === 'allowed';
  if (isTrusted(role.trustPolicy)) return role.trustPolicy as PolicyDocument;
  const trust = trustBesides(role.trustPolicy, ours);
  if (isTrusted(trust)) return trust;
  throw new CliError(
    'trust-denied',
    `the trust policy of the role ${role.name} denies ${ecsTasks} to assume it`,
    {
      hint: 'remove the Deny statement, or choose another role; --exact replaces the trust policy',
    },
  );
}

/** Who may assume a role besides ECS tasks, by its trust policy. */
export function otherPrincipals(trustPolicy: unknown): string[] {
  const { Statement = [] } = (trustPolicy ?? {}) as { Statement?: unknown };
  const statements = (Array.isArray(Statement) ? Statement : [Statement]) as {
    Effect?: string;
    Principal?: string | Record<string, string | string[]>;
  }[];
  const principals = statements
    .filter(({ Effect }) => Effect !== 'Deny')
    .flatMap(({ Principal = {} }) =>
      typeof Principal === 'string' ? [Principal] : Object.values(Principal).flat(),
    );
  return [...new Set(principals)].filter((principal) => principal !== 'ecs-tasks.amazonaws.com');
}

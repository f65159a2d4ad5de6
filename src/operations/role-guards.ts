import type { Role } from '../aws/iam.ts';
import { CliError } from '../errors.ts';
import type { Scope } from '../model/partition.ts';
import type { PolicyDocument } from '../model/policy.ts';
import { ecsTasks, trustBesides, trustDecision } from '../model/trust.ts';

/**
 * Checks that a role is ours to change: one that was made for something else must not lose its trust
 * policy. Throws CliError.
 */
export function checkOurs(
  role: Role,
  { name, path }: { name: string; path: string | undefined },
): void {
  const others = otherPrincipals(role.trustPolicy);
  if (others.length > 0) {
    throw new CliError(
      'not-an-execution-role',
      `the role ${name} exists and may be assumed by ${others.join(', ')}: it was made for something else`,
      { hint: 'choose another name: this one would lose that trust' },
    );
  }
  checkPath(role, path);
}

/** Checks that a role is where it is asked for. Throws CliError. */
export function checkPath(role: Role, path: string | undefined): void {
  if (path === undefined || path === role.path) return;
  throw new CliError('path-differs', `the role ${role.name} exists under the path ${role.path}`, {
    hint: 'IAM does not move roles: leave --path out, or choose another name',
  });
}

/**
 * The trust policy that lets ECS assume a role and takes nobody's trust away: the present one where it
 * does, or else `ours` besides it. Throws CliError where something else in it denies that.
 */
export function trustAdded(role: Role, ours: PolicyDocument, here: Scope): PolicyDocument {
  const isTrusted = (document: unknown): boolean =>
    trustDecision(document, role.arn, here) === 'allowed';
  if (isTrusted(role.trustPolicy)) return role.trustPolicy as PolicyDocument;
  const trust = trustBesides(role.trustPolicy, ours, here);
  if (isTrusted(trust)) return trust;
  throw new CliError(
    'trust-denied',
    `the trust policy of the role ${role.name} denies ${ecsTasks}, and a denial is not taken away`,
    { hint: 'take the denial out of it, or choose another role' },
  );
}

// --- internal ---

/** Principals of a trust policy besides ECS tasks. */
function otherPrincipals(trustPolicy: unknown): string[] {
  const { Statement = [] } = (trustPolicy ?? {}) as { Statement?: unknown };
  const statements = (Array.isArray(Statement) ? Statement : [Statement]) as {
    Principal?: string | Record<string, string | string[]>;
  }[];
  const principals = statements.flatMap(({ Principal = {} }) =>
    typeof Principal === 'string' ? [Principal] : Object.values(Principal).flat(),
  );
  return [...new Set(principals)].filter((principal) => principal !== 'ecs-tasks.amazonaws.com');
}

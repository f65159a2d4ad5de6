import type { Role } from '../aws/iam.ts';
import { CliError } from '../errors.ts';

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
  if (path !== undefined && path !== role.path) {
    throw new CliError('path-differs', `the role ${name} exists under the path ${role.path}`, {
      hint: 'IAM does not move roles: leave --path out, or choose another name',
    });
  }
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

import type { Iam, Role } from '../aws/iam.ts';
import { CliError } from '../errors.ts';
import { InvalidInput } from '../model/problems.ts';
import type { PolicyDocument } from '../model/policy.ts';
import type { RoleRequest } from './ensure-role.ts';

/**
 * Checks that a role is ours to change: one that was made for something else must not lose its trust
 * policy. Throws CliError.
 */
export function checkOurs(role: Role, { name, path }: RoleRequest): void {
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

/**
 * Checks that the inline policy fits beside the role's others, which IAM counts together (IAM quotas).
 * Throws InvalidInput.
 */
export async function checkSize(
  iam: Iam,
  { name, grants }: RoleRequest,
  policy: PolicyDocument | undefined,
  foreign: readonly string[],
): Promise<void> {
  const own = policy ? JSON.stringify(policy).length : 0;
  if (own === 0) return;
  const documents = await Promise.all(foreign.map((other) => iam.inlinePolicy(name, other)));
  const others = documents.reduce<number>(
    (sum, document) => sum + JSON.stringify(document ?? '').length,
    0,
  );
  if (own + others <= inlinePolicyCharacters) return;
  const rest = others === 0 ? '' : `, its other inline policies ${others}`;
  throw new InvalidInput(
    `the inline policy for ${grants.length} secrets has ${own} characters${rest}; IAM takes ${inlinePolicyCharacters} for all inline policies of a role`,
    'use several roles, each for fewer secrets',
  );
}

// --- internal ---

/** Most characters of a role's inline policies together, white space not counted (IAM quotas). */
const inlinePolicyCharacters = 10_240;

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

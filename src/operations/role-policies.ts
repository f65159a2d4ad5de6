import type { Iam, Role } from '../aws/iam.ts';
import { CliError } from '../errors.ts';
import { parsePolicy, type Policy } from '../model/policy-evaluation.ts';

/** A policy that bears on what a role may do. */
export interface AttachedPolicy {
  kind: 'inline' | 'managed' | 'boundary';
  /** Name of an inline policy, ARN of another. */
  name: string;
  policy: Policy;
}

/** A role with everything that bears on what it may do. */
export interface RoleWithPolicies {
  role: Role;
  policies: AttachedPolicy[];
  boundary: AttachedPolicy | undefined;
}

/** Reads a role and all its policies. Throws CliError `role-not-found`. */
export async function readRole(iam: Iam, name: string): Promise<RoleWithPolicies> {
  const role = await iam.role(roleName(name));
  if (!role) {
    throw new CliError('role-not-found', `there is no role ${name}`, {
      hint: 'ecs-secrets role create makes it',
    });
  }
  const [inline, attached] = await Promise.all([
    iam.inlinePolicies(role.name),
    iam.attachedPolicies(role.name),
  ]);
  const policies = await Promise.all([
    ...inline.map(async (own): Promise<AttachedPolicy> => {
      const document = await iam.inlinePolicy(role.name, own);
      return { kind: 'inline', name: own, policy: parsePolicy(document, 'identity') };
    }),
    ...attached.map((arn) => managed(iam, arn, 'managed')),
  ]);
  const { permissionsBoundary: arn } = role;
  const boundary = arn === undefined ? undefined : await managed(iam, arn, 'boundary');
  return { role, policies, boundary };
}

/** The name of a role that is given by its name or ARN. */
export function roleName(written: string): string {
  return written.replace(/^arn:[^:]+:iam::\d{12}:role\/(?:.*\/)?/, '');
}

// --- internal ---

async function managed(
  iam: Iam,
  arn: string,
  kind: 'managed' | 'boundary',
): Promise<AttachedPolicy> {
  const found = await iam.managedPolicy(arn);
  if (!found) {
    throw new CliError('policy-not-found', `the policy ${arn} of the role does not exist`);
  }
  return { kind, name: arn, policy: parsePolicy(found.document, 'identity') };
}

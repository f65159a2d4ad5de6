import type { Iam, Role } from '../../aws/iam.ts';
import { CliError } from '../../errors.ts';
import type { Scope } from '../../model/secrets/partition.ts';
import { InvalidInput } from '../../model/problems.ts';
import { parsePolicy, type Policy } from '../../model/roles/parse-policy.ts';
import { ahead } from '../ahead.ts';
import { inlinePolicyName } from './own-policies.ts';

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

/**
 * Reads a role and all its policies; those that others delete meanwhile are left out. Throws CliError
 * `role-not-found`, and `policy-not-found` for a permissions boundary that does not exist.
 */
export async function readRole(iam: Iam, name: string): Promise<RoleWithPolicies> {
  const short = roleName(name);
  // All need only the name of the role. Roles that this tool creates have this inline policy.
  const lists = ahead(Promise.all([iam.inlinePolicies(short), iam.attachedPolicies(short)]));
  const ours = ahead(iam.inlinePolicy(short, inlinePolicyName));
  const role = await iam.role(short);
  if (!role) {
    throw new CliError('role-not-found', `there is no role ${name}`, {
      hint: 'ecs-secrets role create makes it',
    });
  }
  const { permissionsBoundary: arn } = role;
  const bounding = arn === undefined ? undefined : ahead(managed(iam, arn, 'boundary'));
  const [inline, attached] = await lists;
  const policies = await Promise.all([
    ...inline.map(async (own): Promise<AttachedPolicy | undefined> => {
      const document = await (own === inlinePolicyName ? ours : iam.inlinePolicy(short, own));
      if (document === undefined) return undefined;
      return { kind: 'inline', name: own, policy: parsePolicy(document, 'identity') };
    }),
    ...attached.map((arn) => managed(iam, arn, 'managed')),
  ]);
  const boundary = await bounding;
  if (arn !== undefined && !boundary) {
    throw new CliError('policy-not-found', `the policy ${arn} of the role does not exist`);
  }
  return { role, policies: policies.filter((policy) => policy !== undefined), boundary };
}

/**
 * The name of a role and, of one that is given by its ARN, its path (`/` or `/team/`). Throws InvalidInput
 * for what is neither a name nor an ARN, and for a role of another account: ECS takes none.
 */
export function readRoleName(
  written: string,
  { account }: Scope,
): { name: string; path: string | undefined } {
  const [, own, path, inArn] =
    /^arn:aws[a-z-]*:iam::(\d{12}):role(\/(?:[\x21-\x7e]+\/)?)([\w+=,.@-]{1,64})$/.exec(written) ??
    [];
  if (own !== undefined && own !== account) {
    throw new InvalidInput(
      `the execution role ${written} belongs to another account (${own}) than you do (${account})`,
      'give a role of this account (--execution-role)',
    );
  }
  const name = inArn ?? written;
  if (/^[\w+=,.@-]{1,64}$/.test(name)) return { name, path };
  throw new InvalidInput(
    `the execution role "${written}" is neither the name of a role nor its ARN`,
    'give a name or arn:aws:iam::ACCOUNT:role/NAME (--execution-role)',
  );
}

/** The name of a role that is given by its name or ARN. */
export function roleName(written: string): string {
  return written.replace(/^arn:[^:]+:iam::\d{12}:role\/(?:.*\/)?/, '');
}

/** The path of a role that is given by its ARN, e.g. `/team/`; undefined for `/` and for a name. */
export function rolePath(written: string): string | undefined {
  return /^[^/]*:role(\/.+\/)[^/]+$/.exec(written)?.[1];
}

// --- internal ---

async function managed(
  iam: Iam,
  arn: string,
  kind: 'managed' | 'boundary',
): Promise<AttachedPolicy | undefined> {
  const found = await iam.managedPolicy(arn);
  return found && { kind, name: arn, policy: parsePolicy(found.document, 'identity') };
}

import type { Iam, Role } from '../../aws/iam.ts';
import type { Scope } from '../../model/secrets/partition.ts';
import { ahead } from '../ahead.ts';
import { inlinePolicyName, ownPolicies, type Loose, type OwnPolicies } from './own-policies.ts';

/** A role as it is, with all that we may change of it. */
export interface RoleState extends OwnPolicies {
  role: Role | undefined;
  /** Our inline policy; undefined when there is none. */
  inline: unknown;
  /** Names of the inline policies of others. */
  otherInline: string[];
  /** ARNs of the managed policies that are attached and not ours. */
  otherAttached: string[];
}

/** What is read, besides what every role has. */
export interface StateRequest {
  name: string;
  /** Where the role would be made; `/` when left out. */
  path?: string | undefined;
  /** Whether our managed policies are looked for that are not attached. */
  loose: Loose;
}

/**
 * Reads a role and its policies, all at the same time. With `first`, a read of the role that is under
 * way, the policies are read only if there is a role.
 */
export async function readRoleState(
  iam: Iam,
  here: Scope,
  { name, path, loose }: StateRequest,
  first: Promise<Role | undefined> | undefined,
): Promise<RoleState> {
  const readPolicies = () =>
    Promise.all([
      iam.attachedPolicies(name),
      iam.inlinePolicies(name),
      iam.inlinePolicy(name, inlinePolicyName),
    ]);
  const reading = first ? undefined : ahead(readPolicies());
  const role = await (first ?? iam.role(name));
  const [attached, inlineNames, inline] = role
    ? await (reading ?? readPolicies())
    : [[], [], undefined];
  const where = { name, path: role?.path ?? path ?? '/' };
  const named = await ownPolicies(iam, here, where, attached, loose);
  return {
    ...named,
    role,
    otherInline: inlineNames.filter((one) => one !== inlinePolicyName),
    otherAttached: attached.filter((arn) => !named.own.some((own) => own.arn === arn)),
    inline,
  };
}

/** The documents of our policies that count for the role now. */
export function documentsInForce({ inline, own }: RoleState): unknown[] {
  return [
    ...(inline === undefined ? [] : [inline]),
    ...own.filter(({ attached }) => attached).map(({ document }) => document),
  ];
}

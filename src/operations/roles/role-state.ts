import type { Iam, Role } from '../../aws/iam.ts';
import type { Scope } from '../../model/secrets/partition.ts';
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

/** Reads a role. Our own inline policy is read last: what is written next follows from it. */
export async function readRoleState(
  iam: Iam,
  here: Scope,
  { name, path, loose }: StateRequest,
): Promise<RoleState> {
  const role = await iam.role(name);
  const where = { name, path: role?.path ?? path ?? '/' };
  const [attached, inlineNames] = role
    ? await Promise.all([iam.attachedPolicies(name), iam.inlinePolicies(name)])
    : [[], []];
  const named = await ownPolicies(iam, here, where, attached, loose);
  return {
    ...named,
    role,
    otherInline: inlineNames.filter((one) => one !== inlinePolicyName),
    otherAttached: attached.filter((arn) => !named.own.some((own) => own.arn === arn)),
    inline: inlineNames.includes(inlinePolicyName)
      ? await iam.inlinePolicy(name, inlinePolicyName)
      : undefined,
  };
}

/** The documents of our policies that count for the role now. */
export function documentsInForce({ inline, own }: RoleState): unknown[] {
  return [
    ...(inline === undefined ? [] : [inline]),
    ...own.filter(({ attached }) => attached).map(({ document }) => document),
  ];
}

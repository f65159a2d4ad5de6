import type { Iam, ManagedPolicy } from '../../aws/iam.ts';
import { grantedBy } from '../../model/roles/parse-execution-policy.ts';
import type { Scope } from '../../model/secrets/partition.ts';
import { InvalidInput } from '../../model/problems.ts';
import { ifAllowed } from '../if-allowed.ts';

/** Name of the one inline policy that is ours; others are left alone. */
export const inlinePolicyName = 'ecs-secrets';

/** Description of the managed policies that we make. */
export const ownPolicyDescription = 'Part of an execution role of ECS tasks, kept by ecs-secrets';

/** A managed policy that we made for a role. */
export interface OwnPolicy {
  arn: string;
  document: unknown;
  /** False after a run that broke off. */
  attached: boolean;
}

/** Whether policies that are not attached are looked for; `if-allowed`: without the permission none are reported. */
export type Loose = 'required' | 'if-allowed' | 'no';

/** The managed policies of a role that have a name of ours. */
export interface OwnPolicies {
  own: OwnPolicy[];
  /** ARNs of those that are not ours though: attached elsewhere too, or written by someone else. */
  foreign: string[];
  /** Names for new ones, in their order. */
  freeName(index: number): string;
}

/**
 * Finds the managed policies that we made for a role, by part. One counts as ours if nothing else has
 * it and it has our description, or grants in our form only. `loose`: also looks for those that are not
 * attached, after a run that broke off, from 1 up to the first name that is free.
 */
export async function ownPolicies(
  iam: Iam,
  here: Scope,
  { name, path }: { name: string; path: string },
  attached: readonly string[],
  loose: Loose,
): Promise<OwnPolicies> {
  const arnOf = (part: number): string =>
    `arn:${here.partition}:iam::${here.account}:policy${path}${ownPolicyName(name, part)}`;
  const numbers = attached.flatMap((arn) => {
    const part = Number(/-(\d+)$/.exec(arn)?.[1]);
    return arn === arnOf(part) ? [part] : [];
  });
  const own: OwnPolicy[] = [];
  const foreign: string[] = [];
  const isTaken = async (part: number): Promise<boolean> => {
    const arn = arnOf(part);
    const isAttached = attached.includes(arn);
    const looked = iam.managedPolicy(arn);
    const policy = await (loose === 'required' || isAttached ? looked : ifAllowed(looked));
    if (policy === undefined || policy === 'denied') return false;
    if (isOurs(policy, isAttached))
      own.push({ arn, document: policy.document, attached: isAttached });
    else foreign.push(arn);
    return true;
  };
  let free = 1;
  if (loose !== 'no' || numbers.length > 0) while (await isTaken(free)) free += 1;
  const beyond = numbers.filter((part) => part > free).sort((a, b) => a - b);
  for (const part of beyond) await isTaken(part);
  return {
    own,
    foreign,
    freeName: (index) =>
      ownPolicyName(name, index === 0 ? free : Math.max(free, ...numbers) + index),
  };
}

// --- internal ---

/** Name of a managed policy that holds a part of a role's grants; parts count from 1. */
function ownPolicyName(role: string, part: number): string {
  return `${role}-ecs-secrets-${part}`;
}

function isOurs(
  { document, description, attachments }: ManagedPolicy,
  isAttached: boolean,
): boolean {
  const elsewhere = attachments - (isAttached ? 1 : 0);
  return elsewhere <= 0 && (description === ownPolicyDescription || isOurForm(document));
}

/** Whether a policy grants something, and only what `executionPolicy` writes. */
function isOurForm(document: unknown): boolean {
  try {
    const { secrets, files, others } = grantedBy(document);
    return others.length === 0 && secrets.length + files.length > 0;
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return false;
  }
}

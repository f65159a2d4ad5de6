import type { Iam } from '../../aws/iam.ts';
import {
  compactGrants,
  inlinePolicyCharacters,
  managedPolicyCharacters,
  splitGrants,
  type CompactGrants,
  type Grants,
} from '../../model/roles/execution-policy.ts';
import { policyOf, type Granted } from '../../model/roles/parse-execution-policy.ts';
import { policySize } from '../../model/roles/policy.ts';
import { InvalidInput } from '../../model/problems.ts';

/** Grants in the form that the role takes. */
export interface Fitted {
  /** What the inline policy grants; undefined when managed policies grant everything. */
  inline: Granted | undefined;
  /** What each managed policy of our own grants. */
  parts: Grants[];
  wildcards: CompactGrants['wildcards'];
}

/**
 * Makes grants fit beside the other inline policies of a role, which IAM counts together (IAM quotas):
 * as they are, by common prefixes (`compact`) or in parts (`split`). Throws InvalidInput with the
 * numbers when they do not.
 */
export async function fitGrants(
  iam: Iam,
  {
    name,
    grants,
    oversize,
  }: { name: string; grants: Granted; oversize: 'fail' | 'compact' | 'split' },
  {
    inline: foreign,
    attached,
    parts: current,
  }: {
    /** Names of its inline policies that are not ours. */
    inline: readonly string[];
    /** How many managed policies of others it has. */
    attached: number;
    /** What our managed policies grant now. */
    parts: readonly Grants[];
  },
): Promise<Fitted> {
  const own = policySize(policyOf(grants));
  const documents = await Promise.all(foreign.map((other) => iam.inlinePolicy(name, other)));
  const others = documents.reduce<number>((sum, document) => sum + policySize(document), 0);
  if (own + others <= inlinePolicyCharacters) {
    return { inline: grants, parts: [], wildcards: [] };
  }

  const numbers = `the inline policy for ${count(grants)} has ${own} characters${others === 0 ? '' : `, its other inline policies ${others}`}; IAM allows ${inlinePolicyCharacters} for all inline policies of a role`;
  if (oversize === 'fail') {
    throw new InvalidInput(
      numbers,
      '--compact grants common prefixes, --split spreads over managed policies, or use several roles',
    );
  }
  if (oversize === 'compact') {
    const kept = own - policySize(policyOf({ ...grants, others: [] }));
    const compact = compactGrants(grants, inlinePolicyCharacters - others - kept);
    if (compact) {
      const inline = { ...compact.grants, others: grants.others };
      return { inline, parts: [], wildcards: compact.wildcards };
    }
    throw new InvalidInput(
      `${numbers}, and it does not fit with common prefixes either`,
      '--split spreads it over managed policies',
    );
  }
  const parts = splitGrants(grants, managedPolicyCharacters, current);
  if (parts.length + attached > mostManagedPolicies) {
    throw new InvalidInput(
      `${numbers}; ${parts.length} managed policies would be needed${attached === 0 ? '' : ` beside ${attached} of others`}, and a role takes ${mostManagedPolicies} at most`,
      'use several roles, each for fewer secrets',
    );
  }
  const inline = grants.others.length > 0 ? { ...grants, secrets: [], files: [] } : undefined;
  return { inline, parts, wildcards: [] };
}

// --- internal ---

/** Managed policies of a role when its quota of 10 is raised as far as it goes (IAM quotas). */
const mostManagedPolicies = 20;

function count({ secrets, files }: Grants): string {
  const distinct = new Set(secrets.map(({ arn }) => arn)).size;
  return `${distinct} secrets${files.length > 0 ? ` and ${files.length} files` : ''}`;
}

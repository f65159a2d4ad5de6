import pMap from 'p-map';
import type { Aws } from '../../aws/index.ts';
import { CliError, isAwsError } from '../../errors.ts';
import { parseArn } from '../../model/secrets/partition.ts';
import { parsePolicy, type Policy } from '../../model/roles/parse-policy.ts';
import type { RoleNeed } from '../../model/roles/role-check.ts';
import { gatherResourceTags, type ResourceTags } from './gather-resource-tags.ts';
import { ifAllowed } from '../if-allowed.ts';

/** The policies of keys and secrets, and the states of keys, by ARN. */
export interface Facts {
  /** `denied` where the caller may not see it. */
  policies: Map<string, Policy | 'denied' | undefined>;
  keyStates: Map<string, string>;
  /** Of secrets, if a policy asks for them. */
  tags: ResourceTags;
}

/**
 * Reads what decides besides the role's own policies, which are `own`. `known` has states of keys that need not be asked
 * for again, by ARN. What another account has, or what does not exist yet, is left out.
 */
export async function gatherFacts(
  aws: Aws,
  needs: readonly RoleNeed[],
  known: ReadonlyMap<string, string>,
  own: readonly (Policy | undefined)[],
): Promise<Facts> {
  const facts: Facts = { policies: new Map(), keyStates: new Map(known), tags: new Map() };
  const resources = new Set(
    needs
      .filter(({ action }) => /^(kms:Decrypt|secretsmanager:)/.test(action))
      .map(({ resource }) => resource),
  );
  await pMap(
    resources,
    async (arn) => {
      const { service, region } = parseArn(arn) ?? {};
      if (service === 'kms') {
        const kms = await aws.kms(region);
        const [policy, state] = await Promise.all([
          unlessUnseen(kms.keyPolicy(arn)),
          known.get(arn) ?? unlessUnseen(kms.describeKey(arn).then((key) => key.state)),
        ]);
        facts.policies.set(arn, policy === 'denied' ? policy : parsed(policy));
        if (state !== 'denied' && state !== undefined) facts.keyStates.set(arn, state);
      } else {
        const policy = await unlessUnseen((await aws.secretsManager(region)).resourcePolicy(arn));
        facts.policies.set(arn, policy === 'denied' ? policy : parsed(policy));
      }
    },
    { concurrency: 5 },
  );
  const seen = [...facts.policies.values()].filter((policy) => policy !== 'denied');
  facts.tags = await gatherResourceTags(aws, needs, [...own, ...seen]);
  return facts;
}

// --- internal ---

/** Another account's key or secret is not seen, and one that does not exist yet has no policy. */
async function unlessUnseen<T>(call: Promise<T>): Promise<T | 'denied' | undefined> {
  try {
    return await ifAllowed(call);
  } catch (error) {
    if (isAwsError(error, 'ResourceNotFoundException')) return undefined;
    if (error instanceof CliError) return 'denied';
    throw error;
  }
}

function parsed(document: unknown): Policy | undefined {
  return document === undefined ? undefined : parsePolicy(document, 'resource');
}

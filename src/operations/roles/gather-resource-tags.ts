import pMap from 'p-map';
import type { Aws } from '../../aws/index.ts';
import { CliError } from '../../errors.ts';
import { parseArn } from '../../model/secrets/partition.ts';
import type { Policy } from '../../model/roles/parse-policy.ts';
import { contextKeysIn } from '../../model/roles/policy-evaluation.ts';
import type { RoleNeed } from '../../model/roles/role-check.ts';
import { ifAllowed } from '../if-allowed.ts';

/** Condition keys with the value of a tag. */
type TagContext = Readonly<Record<string, string>>;

/** The condition keys of a secret's tags by its ARN; `denied` where the caller may not read them. */
export type ResourceTags = ReadonlyMap<string, TagContext | 'denied'>;

/** The action that reads the tags of a secret, for messages. */
export function tagReading(arn: string): string {
  return isParameter(arn) ? 'ssm:ListTagsForResource' : 'secretsmanager:DescribeSecret';
}

/** Whether a condition key is about a tag of the resource, in the words of IAM or of a store. */
export function isResourceTag(key: string): boolean {
  return /^(aws|ssm|secretsmanager):resourcetag\//i.test(key);
}

/**
 * Reads the tags of the secrets of this account that are needed, only if one of the policies asks
 * for tags.
 */
export async function gatherResourceTags(
  aws: Aws,
  needs: readonly RoleNeed[],
  policies: readonly (Policy | undefined)[],
): Promise<ResourceTags> {
  const all = policies.filter((policy) => policy !== undefined);
  if (!contextKeysIn(all).some(isResourceTag)) return new Map();
  const { account } = await aws.caller();
  const reading = /^(ssm:GetParameters|secretsmanager:GetSecretValue)$/;
  const resources = needs
    .filter(({ action, resource }) => {
      return reading.test(action) && parseArn(resource)?.account === account;
    })
    .map(({ resource }) => resource);
  const found = await pMap(
    new Set(resources),
    async (arn) => [arn, await tagsOf(aws, arn)] as const,
    { concurrency: 5 },
  );
  return new Map(found.flatMap(([arn, tags]) => (tags === undefined ? [] : [[arn, tags]])));
}

// --- internal ---

/** Undefined for a secret that does not exist. */
async function tagsOf(aws: Aws, arn: string): Promise<TagContext | 'denied' | undefined> {
  const { region, resource = '' } = parseArn(arn) ?? {};
  try {
    if (isParameter(arn)) {
      const path = resource.replace(/^parameter\//, '');
      const name = path.includes('/') ? `/${path}` : path;
      const tags = await ifAllowed((await aws.parameterStore(region)).tags(name));
      return tags === 'denied' ? tags : contextOf(tags, 'ssm:resourceTag');
    }
    const secret = await ifAllowed((await aws.secretsManager(region)).describe(arn));
    if (secret === 'denied' || !secret) return secret;
    return contextOf(secret.tags, 'secretsmanager:ResourceTag');
  } catch (error) {
    // A parameter that does not exist is an invalid ID.
    if (error instanceof CliError) return undefined;
    throw error;
  }
}

function contextOf(tags: readonly { key: string; value: string }[], own: string): TagContext {
  return Object.fromEntries(
    tags.flatMap(({ key, value }) =>
      ['aws:ResourceTag', own].map((prefix) => [`${prefix}/${key}`, value]),
    ),
  );
}

function isParameter(arn: string): boolean {
  return parseArn(arn)?.service === 'ssm';
}

import type { Aws } from '../../aws/index.ts';
import { isAwsError } from '../../errors.ts';
import { InvalidInput } from '../../model/problems.ts';
import {
  checkWritable,
  formatReference,
  lookupId,
  parameterArn,
  type Reference,
  type Store,
} from '../../model/secrets/reference.ts';
import { missingTags, type Tag } from '../../model/secrets/secret-rules.ts';
import { parameterStoreOf } from '../parameter-store-of.ts';
import { secretNotFound } from './missing-value.ts';

/** Tags to set, and keys of tags to remove. */
export interface TagChange {
  set: readonly Tag[];
  remove: readonly string[];
  dryRun: boolean;
}

/** A secret with its tags after the change. */
export interface TaggedSecret {
  action: 'updated' | 'unchanged';
  store: Store;
  name: string;
  arn: string;
  tags: Tag[];
}

/**
 * Changes tags of a secret; makes no write if it has them already. Throws InvalidInput for a part of a
 * secret, and CliError `secret-not-found`.
 */
export async function tagSecret(
  aws: Aws,
  reference: Reference,
  change: TagChange,
): Promise<TaggedSecret> {
  if (
    reference.store === 'secrets-manager' &&
    (reference.jsonKey ?? reference.versionStage ?? reference.versionId) !== undefined
  ) {
    throw new InvalidInput(
      `${formatReference(reference)} names a part of a secret; only whole secrets have tags`,
    );
  }
  checkWritable(reference);
  const { store, name, arn, tags, write } = await tagged(aws, reference);
  const set = missingTags(tags, change.set);
  const remove = change.remove.filter((key) => tags.some((tag) => tag.key === key));
  if (!change.dryRun) await write(set, remove);
  const replaced = new Set([...remove, ...set.map(({ key }) => key)]);
  return {
    action: replaced.size === 0 ? 'unchanged' : 'updated',
    store,
    name,
    arn,
    tags: [...tags.filter(({ key }) => !replaced.has(key)), ...set],
  };
}

// --- internal ---

interface Taggable extends Omit<TaggedSecret, 'action'> {
  write: (set: readonly Tag[], remove: readonly string[]) => Promise<void>;
}

async function tagged(aws: Aws, reference: Reference): Promise<Taggable> {
  if (reference.store === 'secrets-manager') {
    const manager = await aws.secretsManager(reference.scope?.region);
    const found = await manager.describe(lookupId(reference));
    if (!found) throw await secretNotFound(aws, reference);
    const { name, arn, tags } = found;
    return {
      ...{ store: 'secrets-manager', name, arn, tags },
      write: async (set, remove) => {
        if (set.length > 0) await manager.addTags(arn, set);
        if (remove.length > 0) await manager.removeTags(arn, remove);
      },
    };
  }
  const { name } = reference;
  const store = await parameterStoreOf(aws, reference);
  const [tags, here] = await Promise.all([
    store.tags(name).catch(async (error: unknown) => {
      if (!isAwsError(error, 'InvalidResourceId')) throw error;
      throw await secretNotFound(aws, reference);
    }),
    reference.scope ?? aws.caller(),
  ]);
  return {
    ...{ store: 'parameter-store', name, arn: parameterArn(name, here), tags },
    write: async (set, remove) => {
      if (set.length > 0) await store.addTags(name, set);
      if (remove.length > 0) await store.removeTags(name, remove);
    },
  };
}

/**
 * Since when a secret has its current value. AWS's dates only give bounds: AWSCURRENT moves to a
 * version after the version was created, and the move itself has no date.
 */
export interface CurrentValue {
  /** When the current version was created: a task started earlier cannot hold it. */
  from: Date;
  /** When the secret last changed: a task created later holds the current version. */
  until: Date;
}

/** What a running task holds: the current value, an older one (`stale`), or `unknown`. */
export type Holding = 'current' | 'stale' | 'unknown';

/** What a task holds of one secret; `why` explains `unknown`. */
export interface Judgement {
  holding: Holding;
  why?: string;
}

/**
 * Determines from dates which value a task got. ECS reads secrets once, between the creation of the
 * task and its start (ECS agent, `ssmsecret` and `asmsecret`).
 */
export function judgeHolding(
  { createdAt, startedAt }: { createdAt?: Date | undefined; startedAt?: Date | undefined },
  { from, until }: CurrentValue,
): Judgement {
  if (!createdAt) return unknown('ECS does not say when the task was created');
  if (startedAt && startedAt < from) return { holding: 'stale' };
  if (createdAt < from) return unknown('the current value was stored while the task started');
  if (createdAt >= until) return { holding: 'current' };
  return unknown('the secret changed after the task was created: the task may hold an older value');
}

/** The worst of several: one old value makes a task stale. */
export function worstHolding(all: readonly Holding[]): Holding {
  if (all.includes('stale')) return 'stale';
  return all.includes('unknown') ? 'unknown' : 'current';
}

/** A version of a secret, as returned by ListSecretVersionIds. */
export interface SecretVersion {
  versionId: string;
  stages: readonly string[];
  createdAt: Date;
}

/**
 * Since when AWSCURRENT is on its version. `versions` are all versions of the secret, read after
 * its description. Undefined if there is no value.
 *
 * LastChangedDate changes with every update, including tags and descriptions (DescribeSecret). A
 * rotation also has its own date.
 */
export function currentSecretValue(
  secret: {
    currentVersionId: string | undefined;
    changedAt: Date | undefined;
    lastRotatedAt?: Date | undefined;
  },
  versions: readonly Pick<SecretVersion, 'versionId' | 'createdAt'>[],
): CurrentValue | undefined {
  const { currentVersionId, changedAt, lastRotatedAt } = secret;
  const from = versions.find(({ versionId }) => versionId === currentVersionId)?.createdAt;
  if (!from || !changedAt) return undefined;
  // The first version gets AWSCURRENT at once (PutSecretValue), and no other version can have had
  // it.
  if (versions.length === 1 && !lastRotatedAt) return { from, until: from };
  const times = [from, changedAt, lastRotatedAt].map((date) => date?.getTime() ?? 0);
  return { from, until: new Date(Math.max(...times)) };
}

// --- internal ---

function unknown(why: string): Judgement {
  return { holding: 'unknown', why };
}

/** Since when a secret has the value that it has. */
export interface CurrentValue {
  /** When the current version was stored. */
  since: Date;
  /**
   * Set when an older version was made current again: some time in between, at the latest until
   * `until`, another value was current.
   */
  interlude?: { from: Date; until: Date } | undefined;
}

/** What a running task holds: the current value, an older one, or one that cannot be told. */
export type Holding = 'current' | 'stale' | 'unknown';

/**
 * Judges by time what value a task was given. ECS reads secrets once, between the task's creation
 * and its start (ECS agent, `ssmsecret` and `asmsecret`); a change in between cannot be told.
 */
export function judgeHolding(
  task: { createdAt?: Date | undefined; startedAt?: Date | undefined },
  value: CurrentValue,
): Holding {
  const { since, interlude } = value;
  if (!task.createdAt) return 'unknown';
  const created = task.createdAt.getTime();
  const started = task.startedAt?.getTime() ?? Number.POSITIVE_INFINITY;
  if (started < since.getTime()) return 'stale';
  if (created < since.getTime()) return 'unknown';
  if (!interlude || created >= interlude.until.getTime()) return 'current';
  return started < interlude.from.getTime() ? 'current' : 'unknown';
}

/** The worst of several: one old value makes a task stale. */
export function worstHolding(all: readonly Holding[]): Holding {
  if (all.includes('stale')) return 'stale';
  return all.includes('unknown') ? 'unknown' : 'current';
}

/** A version of a secret, as ListSecretVersionIds tells it. */
export interface SecretVersion {
  versionId: string;
  stages: readonly string[];
  createdAt: Date;
}

/**
 * Since when AWSCURRENT has its value. A label moved back to an older version leaves no date of its
 * own: the secret's last change bounds it. Undefined while there is no value.
 */
export function currentSecretValue(
  versions: readonly SecretVersion[],
  changedAt: Date | undefined,
): CurrentValue | undefined {
  const current = versions.find(({ stages }) => stages.includes('AWSCURRENT'));
  if (!current) return undefined;
  const later = versions
    .filter(
      ({ createdAt, stages }) => createdAt > current.createdAt && !stages.includes('AWSPENDING'),
    )
    .map(({ createdAt }) => createdAt.getTime());
  if (later.length === 0) return { since: current.createdAt };
  const from = new Date(Math.min(...later));
  return { since: current.createdAt, interlude: { from, until: changedAt ?? from } };
}

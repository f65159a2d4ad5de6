import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  currentSecretValue,
  judgeHolding,
  worstHolding,
  type Holding,
} from '../../../src/model/usage/staleness.ts';

const at = (time: number): Date => new Date(time);
const maybe = (time: number | undefined): Date | undefined =>
  time === undefined ? undefined : at(time);

const storedMeanwhile = 'the current value was stored while the task started';
const changedSince =
  'the secret changed after the task was created: the task may hold an older value';
const undated = 'ECS does not say when the task was created';

describe('judgeHolding', () => {
  // The current version was created at 10, and the secret last changed at 20.
  const between = { from: at(10), until: at(20) };
  // A parameter, or the only version of a secret: stored and current at once.
  const atOnce = { from: at(10), until: at(10) };

  it.each<[number | undefined, number | undefined, Holding, string?]>([
    [8, 9, 'stale'],
    [9, 9, 'stale'],
    [9, 10, 'unknown', storedMeanwhile],
    [9, 11, 'unknown', storedMeanwhile],
    [9, 15, 'unknown', storedMeanwhile],
    [9, 25, 'unknown', storedMeanwhile],
    [9, undefined, 'unknown', storedMeanwhile],
    [10, 10, 'unknown', changedSince],
    [10, 11, 'unknown', changedSince],
    [11, 12, 'unknown', changedSince],
    [19, 19, 'unknown', changedSince],
    [19, 20, 'unknown', changedSince],
    [19, 25, 'unknown', changedSince],
    [19, undefined, 'unknown', changedSince],
    [20, 20, 'current'],
    [20, 21, 'current'],
    [20, undefined, 'current'],
    [25, 26, 'current'],
    [undefined, 9, 'unknown', undated],
    [undefined, 25, 'unknown', undated],
    [undefined, undefined, 'unknown', undated],
  ])('created at %s, started at %s: %s', (createdAt, startedAt, holding, why) => {
    const task = { createdAt: maybe(createdAt), startedAt: maybe(startedAt) };
    expect(judgeHolding(task, between)).toEqual(why === undefined ? { holding } : { holding, why });
  });

  it.each<[number, number | undefined, Holding, string?]>([
    [8, 9, 'stale'],
    [9, 10, 'unknown', storedMeanwhile],
    [9, undefined, 'unknown', storedMeanwhile],
    [10, 10, 'current'],
    [10, undefined, 'current'],
    [11, 12, 'current'],
  ])('of a value that was current at once, created at %s, started at %s: %s', (...given) => {
    const [createdAt, startedAt, holding, why] = given;
    const task = { createdAt: at(createdAt), startedAt: maybe(startedAt) };
    expect(judgeHolding(task, atOnce)).toEqual(why === undefined ? { holding } : { holding, why });
  });
});

describe('worstHolding', () => {
  it.each<[Holding[], Holding]>([
    [[], 'current'],
    [['current', 'current'], 'current'],
    [['current', 'unknown'], 'unknown'],
    [['unknown', 'stale', 'current'], 'stale'],
    [['stale', 'unknown'], 'stale'],
  ])('of %j is %s', (all, worst) => {
    expect(worstHolding(all)).toBe(worst);
  });
});

describe('currentSecretValue', () => {
  const version = (versionId: string, createdAt: number) => ({
    versionId,
    createdAt: at(createdAt),
  });
  const one = version('one', 10);
  const two = version('two', 20);

  it.each([
    ['no value', { currentVersionId: undefined, changedAt: at(5) }, [one]],
    ['no version', { currentVersionId: undefined, changedAt: at(5) }, []],
    ['a version that came after the list', { currentVersionId: 'two', changedAt: at(20) }, [one]],
    ['no date of a change', { currentVersionId: 'two', changedAt: undefined }, [one, two]],
  ])('is not known with %s', (_, secret, versions) => {
    expect(currentSecretValue(secret, versions)).toBeUndefined();
  });

  it.each([
    ['the only version', 'one', 30, undefined, [one], 10, 10],
    ['the only version, which a rotation made', 'one', 30, 25, [one], 10, 30],
    ['the newer of two', 'two', 20, undefined, [one, two], 20, 20],
    ['the newer of two, changed since', 'two', 30, undefined, [two, one], 20, 30],
    ['the older of two', 'one', 30, undefined, [one, two], 10, 30],
    ['a change dated before the version', 'two', 19, undefined, [one, two], 20, 20],
    ['a rotation after the change', 'two', 25, 30, [one, two], 20, 30],
    ['a rotation before the change', 'two', 30, 25, [one, two], 20, 30],
  ])('is bounded by dates: %s', (_, id, changed, rotated, versions, from, until) => {
    const secret = { currentVersionId: id, changedAt: at(changed), lastRotatedAt: maybe(rotated) };
    expect(currentSecretValue(secret, versions)).toEqual({ from: at(from), until: at(until) });
  });
});

/** What happens to a secret, one after the other; `after` is the time since the one before. */
type Change = { after: number } & (
  { what: 'put' | 'stage' | 'tag' | 'prune' } | { what: 'move' | 'rotated'; to: number }
);

const change = fc.oneof(
  fc.record({ after: fc.nat(4), what: fc.constantFrom('put', 'stage', 'tag', 'prune') }),
  fc.record({ after: fc.nat(4), what: fc.constantFrom('move', 'rotated'), to: fc.nat(9) }),
) as fc.Arbitrary<Change>;

/** Plays a history as Secrets Manager would: what it says afterwards, and what was current when. */
function play(changes: readonly Change[]) {
  let versions: { versionId: string; createdAt: Date }[] = [];
  const moves: { time: number; id: string }[] = [];
  let previous: string | undefined;
  let made = 0;
  let time = 100;
  let changedAt = at(time);
  let lastRotatedAt: Date | undefined;
  const currentId = (): string | undefined => moves.at(-1)?.id;
  const moveTo = (id: string): void => {
    if (id === currentId()) return;
    previous = currentId();
    moves.push({ time, id });
  };
  const add = (): string => {
    made += 1;
    const versionId = `v${made}`;
    versions.push({ versionId, createdAt: at(time) });
    return versionId;
  };
  for (const { after, ...what } of changes) {
    time += after;
    if (what.what === 'put') moveTo(add());
    // The first version is current, whatever labels it was put with.
    else if (what.what === 'stage' && versions.length > 0) add();
    else if (what.what === 'stage') moveTo(add());
    else if (what.what === 'prune') {
      versions = versions.filter(({ versionId: id }) => [currentId(), previous].includes(id));
      continue;
    } else if (what.what === 'move' || what.what === 'rotated') {
      const to = versions[what.to % Math.max(versions.length, 1)];
      if (to) moveTo(to.versionId);
      if (to && what.what === 'rotated') lastRotatedAt = at(time);
    }
    changedAt = at(time);
  }
  const secret = { currentVersionId: currentId(), changedAt, lastRotatedAt };
  const currentAt = (when: number) => moves.findLast((one) => one.time <= when)?.id;
  return { secret, versions, currentAt, end: time };
}

describe('of a secret with any history', () => {
  const history = fc.array(change, { minLength: 1, maxLength: 8 }).map(play);
  const steps = fc.record({ created: fc.nat(30), toRead: fc.nat(3), toStart: fc.nat(3) });
  const started = fc.boolean();

  it('no task is called current or stale that is not', () => {
    fc.assert(
      fc.property(history, steps, started, (played, { created, toRead, toStart }, isStarted) => {
        const { secret, versions, currentAt } = played;
        const value = currentSecretValue(secret, versions);
        const createdAt = 98 + created;
        const read = createdAt + toRead;
        // Without a value the task does not start.
        if (!value || currentAt(read) === undefined) return;
        const startedAt = isStarted ? at(read + toStart) : undefined;
        const { holding } = judgeHolding({ createdAt: at(createdAt), startedAt }, value);
        const truth = currentAt(read) === secret.currentVersionId ? 'current' : 'stale';
        if (holding !== 'unknown') expect(holding).toBe(truth);
      }),
      { numRuns: 5_000 },
    );
  });

  it('a task that was created after the last change is current', () => {
    fc.assert(
      fc.property(history, fc.nat(5), ({ secret, versions, end }, later) => {
        const value = currentSecretValue(secret, versions);
        if (!value) return;
        const task = { createdAt: at(end + later), startedAt: at(end + later + 1) };
        expect(judgeHolding(task, value).holding).toBe('current');
      }),
    );
  });
});

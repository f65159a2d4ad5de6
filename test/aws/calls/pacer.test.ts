import { describe, expect, test } from 'vitest';
import { createPacer } from '../../../src/aws/calls/pacer.ts';

/** A service that takes so many calls a second, and throttles a share of them without a reason. */
function service(limit: number, noise: number, now: () => number) {
  let left = limit;
  let at = 0;
  let call = 0;
  return (): boolean => {
    call += 1;
    left = Math.min(limit, left + ((now() - at) / 1_000) * limit);
    at = now();
    // Every tenth call for a noise of 0.1, and so on: the same in each run.
    if (Math.floor(call * noise) !== Math.floor((call - 1) * noise)) return false;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
}

/** How many calls a second get through, of so many that have to. */
async function paceAgainst(limit: number, noise: number, wanted: number): Promise<number> {
  let time = 0;
  const pacer = createPacer(
    () => time,
    (milliseconds) => {
      time += milliseconds;
      return Promise.resolve();
    },
  );
  const take = service(limit, noise, () => time);
  let through = 0;
  while (through < wanted) {
    await pacer.wait('ssm:PutParameter');
    // What a call takes when thirty are under way at once.
    time += 1;
    const passed = take();
    pacer.answered('ssm:PutParameter', !passed);
    if (passed) through += 1;
  }
  return (through / time) * 1_000;
}

describe('the rate of PutParameter', () => {
  test.each([
    [3, 0],
    [10, 0],
    [40, 0],
    [40, 0.1],
    [100, 0.1],
  ])('comes up to a limit of %d a second, with a noise of %d', async (limit, noise) => {
    const rate = await paceAgainst(limit, noise, 500);
    expect(rate).toBeGreaterThan(0.9 * limit);
  });

  test('starts at the documented rate', async () => {
    let time = 0;
    const waits: number[] = [];
    const pacer = createPacer(
      () => time,
      (milliseconds) => {
        waits.push(Math.round(milliseconds));
        time += milliseconds;
        return Promise.resolve();
      },
    );
    for (let call = 0; call < 6; call += 1) await pacer.wait('ssm:PutParameter');
    expect(waits).toEqual([333, 333, 333]);
  });

  test('is raised for those that wait already when calls pass', async () => {
    const pacer = createPacer(
      () => 0,
      (_milliseconds, woken) => woken,
    );
    // Nothing but answers lets the rest begin: the clock stands still.
    const waiting = Array.from({ length: 20 }, () =>
      pacer.wait('ssm:PutParameter').then(() => {
        pacer.answered('ssm:PutParameter', false);
      }),
    );
    await Promise.all(waiting);
  });

  test('falls when most calls are refused, and no lower than half of the documented one', async () => {
    let time = 0;
    const waits: number[] = [];
    const pacer = createPacer(
      () => time,
      (milliseconds) => {
        waits.push(milliseconds);
        time += milliseconds;
        return Promise.resolve();
      },
    );
    for (let call = 0; call < 100; call += 1) {
      time += 10_000;
      pacer.answered('ssm:PutParameter', true);
    }
    for (let call = 0; call < 4; call += 1) await pacer.wait('ssm:PutParameter');
    expect(waits).toEqual([1_000 / 1.5]);
  });
});

test('other actions without a known rate do not wait', async () => {
  const pacer = createPacer(
    () => 0,
    () => Promise.reject(new Error('waited')),
  );
  for (let call = 0; call < 1_000; call += 1) await pacer.wait('ssm:DescribeParameters');
});

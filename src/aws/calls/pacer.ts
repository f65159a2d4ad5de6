/** The number of calls that AWS allows at once, and per second after that. */
export interface Rate {
  burst: number;
  perSecond: number;
}

/** Actions that share one published rate. */
interface Family extends Rate {
  actions: readonly string[];
  /** The rate is only the start: the actual rate of this account is learned. */
  learned?: true;
}

/**
 * Request rates per account and region. ECS: API reference, "request throttling". Reads of
 * parameters: endpoints and quotas of Systems Manager. PutParameter: 3 per second by default and 10
 * with higher throughput, as reported by users from AWS Support; more for accounts with an
 * increased quota.
 */
const families: readonly Family[] = [
  {
    burst: 20,
    perSecond: 1,
    actions: ['ecs:RegisterTaskDefinition', 'ecs:DeregisterTaskDefinition'],
  },
  { burst: 5, perSecond: 1, actions: ['ecs:DeleteTaskDefinitions'] },
  {
    burst: 50,
    perSecond: 20,
    actions: [
      'ecs:DescribeTaskDefinition',
      'ecs:ListTaskDefinitions',
      'ecs:ListTaskDefinitionFamilies',
    ],
  },
  { burst: 50, perSecond: 5, actions: ['ecs:UpdateService'] },
  { burst: 100, perSecond: 20, actions: ['ecs:DescribeServices', 'ecs:ListServices'] },
  {
    burst: 50,
    perSecond: 20,
    actions: ['ecs:ListServiceDeployments', 'ecs:DescribeServiceDeployments'],
  },
  { burst: 100, perSecond: 20, actions: ['ecs:ListTasks', 'ecs:DescribeTasks'] },
  { burst: 100, perSecond: 40, actions: ['ecs:RunTask', 'ecs:StopTask'] },
  { burst: 50, perSecond: 20, actions: ['ecs:ListClusters', 'ecs:DescribeClusters'] },
  {
    burst: 40,
    perSecond: 40,
    actions: ['ssm:GetParameter', 'ssm:GetParameters', 'ssm:GetParametersByPath'],
  },
  { burst: 3, perSecond: 3, actions: ['ssm:PutParameter'], learned: true },
];

/** Keeps calls within the rates of AWS, to avoid throttling. */
export interface Pacer {
  /** Waits until an action may be called; returns at once for actions without a known rate. */
  wait(action: string): Promise<void>;
  /** Records the result of a call; used for actions with a learned rate. */
  answered(action: string, throttled: boolean): void;
}

/** Resolves after this many milliseconds, or earlier if `woken` resolves. */
type Sleep = (milliseconds: number, woken: Promise<void>) => Promise<void>;

/** Creates the pacer of a run. Times are in milliseconds. */
export function createPacer(
  now: () => number = () => performance.now(),
  sleep: Sleep = sleepOrWake,
): Pacer {
  const lanes = new Map(
    families.flatMap((family) => {
      const lane = createLane(family, now, sleep);
      return family.actions.map((action) => [action, lane] as const);
    }),
  );
  return {
    wait(action) {
      return lanes.get(action)?.turn() ?? Promise.resolve();
    },
    answered(action, throttled) {
      lanes.get(action)?.answered(throttled);
    },
  };
}

// --- internal ---

/** Number of responses evaluated together to learn a rate. */
const sample = 20;

/**
 * The part of a token that may be missing: a timer may fire early by a fraction of a millisecond.
 */
const early = 0.02;

/**
 * The share of throttled responses that indicates a limit; a failing service throttles some at any
 * rate.
 */
const tooMany = 0.3;

function sleepOrWake(milliseconds: number, woken: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    void woken.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function createLane({ burst, perSecond: start, learned }: Family, now: () => number, sleep: Sleep) {
  let perSecond = start;
  let tokens = burst;
  let at = now();
  let limitSeen = false;
  let seen = { since: at, passed: 0, throttled: 0 };
  let last = Promise.resolve();
  let wake = (): void => undefined;

  const refill = (): void => {
    const time = now();
    // Successful calls may have added more than a burst.
    tokens = Math.max(tokens, Math.min(burst, tokens + ((time - at) / 1_000) * perSecond));
    at = time;
  };

  const takeToken = async (): Promise<void> => {
    refill();
    while (tokens < 1 - early) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      await sleep(((1 - tokens) / perSecond) * 1_000, woken);
      refill();
    }
    tokens = Math.max(0, tokens - 1);
  };

  return {
    /** Sequential, so that waiting calls use a rate that was learned meanwhile. */
    turn(): Promise<void> {
      last = last.then(takeToken);
      return last;
    },

    /**
     * Until a limit is found, every successful call lets 2 more begin at once, and adds the initial
     * rate. Then the rate is reset to the successful throughput, and increased by 10% after each
     * sample without too much throttling.
     */
    answered(throttled: boolean): void {
      if (!learned) return;
      if (throttled) seen.throttled += 1;
      else {
        seen.passed += 1;
        if (!limitSeen) {
          perSecond += start;
          tokens += 2;
          wake();
        }
      }
      const { since, passed } = seen;
      if (passed + seen.throttled < sample) return;
      if (seen.throttled > tooMany * sample) {
        const measured = passed / ((now() - since) / 1_000);
        // A sample of a few milliseconds measures the burst or the refusals after it, not the rate.
        const near = Math.min(Math.max(measured, perSecond / 3), perSecond * 0.7);
        perSecond = Math.max(start / 2, near);
        limitSeen = true;
        tokens = Math.min(burst, tokens);
      } else if (limitSeen) {
        perSecond *= 1.1;
      }
      seen = { since: now(), passed: 0, throttled: 0 };
    },
  };
}

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
 * Request rates for each account and region. ECS: API reference, "request throttling". Reads of parameters:
 * endpoints and quotas of Systems Manager. PutParameter: 3 a second by default and 10 with higher
 * throughput, as AWS Support told users; more where an account was given more.
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

/** Resolves after so many milliseconds, or earlier when `woken` does. */
type Sleep = (milliseconds: number, woken: Promise<void>) => Promise<void>;

/** Makes the pacer of a run. Times are in milliseconds. */
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

/** How much of a token may be missing: a timer may be early by a fraction of a millisecond. */
const early = 0.02;

/** The share of throttled answers that tells of a limit; a service in trouble throttles some at any rate. */
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
    // Calls that passed may have given more than a burst.
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
     * Until a limit shows, every call that passes lets two more begin at once, and adds the rate we began
     * with; then we go back to what got through, and try a tenth more after each sample without too many
     * refusals.
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

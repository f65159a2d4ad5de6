/** How many calls AWS takes at once, and how many a second after that. */
export interface Rate {
  burst: number;
  perSecond: number;
}

/** Actions that share one published rate. */
interface Family extends Rate {
  actions: readonly string[];
}

/** Request rates of ECS for each account and region (ECS API reference, "request throttling"). */
const families: readonly Family[] = [
  { burst: 20, perSecond: 1, actions: ['ecs:RegisterTaskDefinition'] },
  { burst: 50, perSecond: 20, actions: ['ecs:DescribeTaskDefinition', 'ecs:ListTaskDefinitions'] },
  { burst: 50, perSecond: 5, actions: ['ecs:UpdateService'] },
  { burst: 100, perSecond: 20, actions: ['ecs:DescribeServices', 'ecs:ListServices'] },
  {
    burst: 50,
    perSecond: 20,
    actions: ['ecs:ListServiceDeployments', 'ecs:DescribeServiceDeployments'],
  },
  { burst: 100, perSecond: 20, actions: ['ecs:ListTasks', 'ecs:DescribeTasks'] },
  { burst: 50, perSecond: 20, actions: ['ecs:ListClusters', 'ecs:DescribeClusters'] },
];

/**
 * Makes the function that waits until a call may be made at the rate that AWS publishes for it;
 * actions without a published rate pass at once. Keeps us from being throttled in the first place.
 */
export function createPacer(
  now: () => number = () => performance.now(),
  sleep: (milliseconds: number) => Promise<void> = (milliseconds) =>
    new Promise((resolve) => setTimeout(resolve, milliseconds)),
): (action: string) => Promise<void> {
  const buckets = new Map<Family, { tokens: number; at: number }>();
  return async (action) => {
    const family = families.find(({ actions }) => actions.includes(action));
    if (!family) return;
    const { burst, perSecond } = family;
    const at = now();
    const last = buckets.get(family) ?? { tokens: burst, at };
    const tokens = Math.min(burst, last.tokens + ((at - last.at) / 1_000) * perSecond) - 1;
    // Below zero the token is taken in advance, so that those who wait keep their order.
    buckets.set(family, { tokens, at });
    if (tokens < 0) await sleep((-tokens / perSecond) * 1_000);
  };
}

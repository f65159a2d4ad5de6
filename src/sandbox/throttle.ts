import { ServiceError } from './service.ts';

/** A limit shared by the listed operations of a service, per region. */
export interface Rate {
  /** `ssm`, `secretsmanager`, `ecs`, … */
  service: string;
  operations: readonly string[];
  perSecond: number;
  /** Calls allowed at once after a pause; default: `perSecond`. */
  burst?: number;
}

/** Rates published by AWS (see README.md for their sources). */
export const publishedRates: readonly Rate[] = [
  {
    service: 'ssm',
    operations: ['GetParameter', 'GetParameters', 'GetParametersByPath'],
    perSecond: 40,
  },
  { service: 'ssm', operations: ['PutParameter'], perSecond: 3 },
  {
    service: 'secretsmanager',
    operations: ['DescribeSecret', 'GetSecretValue'],
    perSecond: 10_000,
  },
  {
    service: 'secretsmanager',
    operations: ['PutSecretValue', 'UpdateSecret', 'UpdateSecretVersionStage'],
    perSecond: 50,
  },
  ...['CreateSecret', 'DeleteSecret', 'RestoreSecret'].map((name) => ({
    service: 'secretsmanager',
    operations: [name],
    perSecond: 50,
  })),
  { service: 'secretsmanager', operations: ['RotateSecret', 'CancelRotateSecret'], perSecond: 50 },
  { service: 'secretsmanager', operations: ['TagResource', 'UntagResource'], perSecond: 50 },
  {
    service: 'secretsmanager',
    operations: ['PutResourcePolicy', 'GetResourcePolicy', 'DeleteResourcePolicy'],
    perSecond: 50,
  },
  { service: 'secretsmanager', operations: ['BatchGetSecretValue'], perSecond: 100 },
  { service: 'secretsmanager', operations: ['ListSecrets'], perSecond: 100 },
  ...(
    [
      ['RegisterTaskDefinition DeregisterTaskDefinition', 20, 1],
      ['DeleteTaskDefinitions', 5, 1],
      ['DescribeTaskDefinition ListTaskDefinitions ListTaskDefinitionFamilies', 50, 20],
      ['CreateService DeleteService UpdateService', 50, 5],
      ['DescribeServices ListServices', 100, 20],
      ['ListServiceDeployments DescribeServiceDeployments DescribeServiceRevisions', 50, 20],
      ['RunTask StopTask', 100, 40],
      ['ListTasks DescribeTasks', 100, 20],
      ['DescribeClusters ListClusters', 50, 20],
      ['CreateCluster DeleteCluster UpdateCluster', 20, 1],
      ['TagResource UntagResource', 20, 10],
      ['ListTagsForResource', 50, 20],
    ] as const
  ).map(([operations, burst, perSecond]) => ({
    service: 'ecs',
    operations: operations.split(' '),
    perSecond,
    burst,
  })),
];

/**
 * Counts a call of `service:operation` in a region against its rate. The returned function throws
 * ThrottlingException if the rate is exceeded.
 */
export function createThrottle(
  rates: readonly Rate[],
  now: () => number,
): (service: string, operation: string, region: string) => void {
  const rateOf = new Map(
    rates.flatMap((rate) =>
      rate.operations.map((operation) => [`${rate.service}:${operation}`, rate]),
    ),
  );
  const buckets = new Map<Rate, Map<string, { left: number; at: number }>>();
  return (service, operation, region) => {
    const rate = rateOf.get(`${service}:${operation}`);
    if (!rate) return;
    const size = rate.burst ?? rate.perSecond;
    const regions = buckets.get(rate) ?? new Map<string, { left: number; at: number }>();
    buckets.set(rate, regions);
    const bucket = regions.get(region) ?? { left: size, at: now() };
    regions.set(region, bucket);
    const elapsed = Math.max(0, now() - bucket.at);
    bucket.left = Math.min(size, bucket.left + (elapsed * rate.perSecond) / 1000);
    bucket.at = now();
    if (bucket.left < 1) throw new ServiceError('ThrottlingException', 'Rate exceeded');
    bucket.left -= 1;
  };
}

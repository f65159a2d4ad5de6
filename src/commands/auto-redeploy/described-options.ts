import { servicesIn, type AutoRedeployOptions } from '../../model/auto-redeploy/options.ts';
import { formatDuration } from '../../model/duration.ts';
import { formatPrefix } from '../../model/secrets/prefix.ts';
import { formatReference } from '../../model/secrets/reference.ts';

/** What a stack does, one line each. */
export function describedOptions(options: AutoRedeployOptions): string[] {
  const { prefixes, secrets, clusters, services, window, reconcile, rollback } = options;
  const watched = [
    ...prefixes.map((prefix) => `${formatPrefix(prefix).replace(/\/$/, '')}/*`),
    ...secrets.map(formatReference),
  ];
  const place =
    services !== undefined
      ? `of a list of ${servicesIn(services)}`
      : clusters.length > 0
        ? `in ${clusters.join(', ')}`
        : 'in all clusters of the region';
  return [
    `watches ${watched.length > 0 ? watched.join(', ') : 'all secrets and parameters of the region'}`,
    `redeploys the services ${place} that use a changed secret, ${formatDuration(window * 1_000)} after the change`,
    ...(reconcile === undefined
      ? []
      : [`looks for missed changes every ${formatDuration(reconcile * 1_000)}`]),
    ...(rollback
      ? [
          `makes the previous value of a secret current if deployments fail (accepted failures: ${options.maxFailures})`,
        ]
      : []),
    ...(options.distributed ? ['searches with a Distributed Map'] : []),
    ...(options.email === undefined ? [] : [`sends reports to ${options.email}`]),
  ];
}

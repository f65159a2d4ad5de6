import type { Finding } from '../../model/failures/finding.ts';

/** Makes the commands of findings use the same account and region later; see `reachingSame`. */
export function findingsReaching(
  findings: readonly Finding[],
  reach: (command: string) => string,
): Finding[] {
  return findings.map((finding) => ({ ...finding, fix: finding.fix.map(reach) }));
}

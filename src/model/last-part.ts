/**
 * What stands behind the last slash of an ARN, or the whole text where there is none: the `web` of a
 * cluster's ARN, the `web:3` of a revision's.
 */
export function lastPart(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

/** The last part of an ARN, for people: `alice` of `arn:aws:iam::123456789012:user/alice`. */
export function shortArn(arn: string | undefined): string {
  return arn?.replace(/^arn:.*[:/]/, '') ?? '';
}

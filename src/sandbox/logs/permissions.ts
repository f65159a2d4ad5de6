import type { Question } from '../access.ts';
import { requestTags, tagging, textOf } from '../condition-keys.ts';
import type { Call, Environment } from '../service.ts';
import { logGroupArn } from './store.ts';

/**
 * The permissions that a role needs for a request (service authorization reference of CloudWatch
 * Logs). A group counts as its streams without a name, as AWS's denials show: a policy for the
 * group's ARN alone does not match, one that ends in `:*` does.
 */
export function questionsOf(
  environment: Environment,
  operation: string,
  input: Record<string, unknown>,
  { region }: Call,
): Question[] {
  if (operation === 'DescribeLogGroups') return [{ resource: '*' }];
  const group = logGroupArn(environment, region, textOf(input.logGroupName));
  if (['CreateLogStream', 'PutLogEvents', 'GetLogEvents'].includes(operation)) {
    return [{ resource: `${group}:log-stream:${textOf(input.logStreamName)}` }];
  }
  const resource = `${group}:log-stream:`;
  if (operation !== 'CreateLogGroup') return [{ resource }];
  const tags = tagsOf(input.tags);
  return [{ resource, context: requestTags(tags) }, ...tagging('logs:TagResource', group, tags)];
}

// --- internal ---

/** Tags as a list; CloudWatch Logs uses an object. */
function tagsOf(tags: unknown): { key: string; value: unknown }[] {
  if (typeof tags !== 'object' || tags === null) return [];
  return Object.entries(tags).map(([key, value]: [string, unknown]) => ({ key, value }));
}

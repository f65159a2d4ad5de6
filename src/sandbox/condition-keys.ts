import type { PolicyContext } from '../model/roles/policy-conditions.ts';
import type { Question } from './access.ts';
import type { Environment } from './service.ts';

/** Keys for the tags of a resource: `aws:ResourceTag/…` and the service's own variants. */
export function resourceTags(
  tags: Iterable<readonly [key: string, value: string]> = [],
  ...own: readonly string[]
): PolicyContext {
  return Object.fromEntries(
    [...tags].flatMap(([key, value]) =>
      ['aws:ResourceTag', ...own].map((prefix) => [`${prefix}/${key}`, value]),
    ),
  );
}

/** Keys for the tags in a request, in any service's notation of tags. */
export function requestTags(tags: unknown): PolicyContext {
  const pairs = listOf(tags).map((tag) => {
    const { Key, key, TagKey, Value, value, TagValue } = membersOf(tag);
    return [textOf(Key ?? key ?? TagKey), textOf(Value ?? value ?? TagValue)] as const;
  });
  if (pairs.length === 0) return {};
  return {
    ...Object.fromEntries(pairs.map(([key, value]) => [`aws:RequestTag/${key}`, value])),
    'aws:TagKeys': pairs.map(([key]) => key),
  };
}

/** Keys for members of a request; omits those that are missing or not plain values. */
export function requestKeys(members: Readonly<Record<string, unknown>>): PolicyContext {
  return Object.fromEntries(
    Object.entries(members).flatMap(([key, value]): [string, string][] =>
      ['string', 'number', 'boolean'].includes(typeof value) ? [[key, String(value)]] : [],
    ),
  );
}

/** The permissions that a caller needs to pass roles, by name or ARN, to a service. */
export function passRoles(
  { account, partition }: Environment,
  roles: readonly unknown[],
  service: string,
): Question[] {
  return [...new Set(roles.map(textOf))]
    .filter((role) => role !== '')
    .map((role) => ({
      action: 'iam:PassRole',
      resource: role.startsWith('arn:') ? role : `arn:${partition}:iam::${account}:role/${role}`,
      context: { 'iam:PassedToService': service },
    }));
}

/** The permission to tag what a request creates; none if there are no tags. */
export function tagging(
  action: string,
  resource: string,
  tags: unknown,
  more: PolicyContext = {},
): Question[] {
  if (listOf(tags).length === 0) return [];
  return [{ action, resource, context: { ...requestTags(tags), ...more } }];
}

/** The text of a member; an empty text for anything else. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The list of a member; an empty one for anything else. */
export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The members of an object; none for anything else. */
export function membersOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

import { randomBytes } from 'node:crypto';
import { integer, optional, text } from '../protocol/input.ts';
import { page } from '../protocol/page.ts';
import { ServiceError, type Environment } from '../service.ts';
import type { ManagedPolicies } from './managed-policies.ts';
import type { RoleBook } from './roles.ts';

/** The parts shared by the operations of IAM. */
export interface IamWorld {
  environment: Environment;
  roles: RoleBook;
  managed: ManagedPolicies;
}

/** Name of a role. */
export const roleName = text(1, 64, /^[\w+=,.@-]+$/);
/** Name of a policy. */
export const policyName = text(1, 128, /^[\w+=,.@-]+$/);
/** ARN of a policy. */
export const policyArn = text(20, 2048);
/** A policy document. */
export const policyDocument = text(1, 131_072);
/** Path of a role or policy. */
export const path = text(1, 512, /^(\/|\/[\x21-\x7e]+\/)$/);
/** Members for paging. */
export const paging = { Marker: optional(text(1, 320)), MaxItems: optional(integer(1, 1000)) };

/** Returns a page; throws ValidationException for an invalid marker. */
export function cut<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  { Marker, MaxItems = 100 }: { Marker: string | undefined; MaxItems: number | undefined },
): { items: T[]; IsTruncated: boolean; Marker: string | undefined } {
  const found = page(items, keyOf, Marker, MaxItems);
  if (!found) throw new ServiceError('ValidationException', 'Invalid Marker.');
  return { items: found.items, IsTruncated: found.next !== undefined, Marker: found.next };
}

/** A unique ID with its prefix: `AROA…` for a role, `ANPA…` for a policy. */
export function uniqueId(prefix: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  return prefix + [...randomBytes(17)].map((byte) => alphabet.charAt(byte % 32)).join('');
}

/** Tags in the form of the API. */
export function tagList(tags: ReadonlyMap<string, string>): { Key: string; Value: string }[] {
  return [...tags].map(([Key, Value]) => ({ Key, Value }));
}

/** Tags after setting some; throws LimitExceeded over 50 and InvalidInput for `aws:` keys. */
export function withTags(
  tags: ReadonlyMap<string, string>,
  added: readonly { Key: string; Value: string }[],
): Map<string, string> {
  const all = new Map([...tags, ...added.map(({ Key, Value }) => [Key, Value] as const)]);
  if (added.some(({ Key }) => /^aws:/i.test(Key))) {
    throw new ServiceError('InvalidInput', 'Tag keys that begin with "aws:" are reserved for AWS.');
  }
  if (all.size > 50) {
    throw new ServiceError(
      'LimitExceeded',
      'The number of tags has reached the maximum limit.',
      409,
    );
  }
  return all;
}

/** The error for exceeding an IAM limit. */
export function limitExceeded(message: string): ServiceError {
  return new ServiceError('LimitExceeded', message, 409);
}

/** The error for a managed policy that does not exist. */
export function noSuchPolicy(arn: string): ServiceError {
  return new ServiceError('NoSuchEntity', `Policy ${arn} was not found.`, 404);
}

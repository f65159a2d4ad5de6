import type { Question } from '../access.ts';
import { requestKeys, requestTags, tagging, textOf } from '../condition-keys.ts';
import type { KeyRing } from './keys.ts';
import type { Call, Environment } from '../service.ts';

/** The permissions that a role needs for a request (service authorization reference of KMS). */
export function questionsOf(
  { account, partition }: Environment,
  ring: KeyRing,
  operation: string,
  input: Record<string, unknown>,
  call: Call,
): Question[] {
  const arnOf = (resource: string): string =>
    `arn:${partition}:kms:${call.region}:${account}:${resource}`;

  function ofKey(id: string): Question[] {
    const key = ring.find(call.region, id);
    const alias = /^(?:arn:[^/]*:)?(alias\/.*)$/.exec(id)?.[1];
    // An alias without a target names no key to check: the operation reports that it is missing.
    if (!key && alias !== undefined) return [];
    if (!key) return [{ resource: id.startsWith('arn:') ? id : arnOf(`key/${id}`) }];
    const { PendingWindowInDays: days } = input;
    const context = {
      ...ring.conditionKeys(call.region, key),
      ...requestKeys({
        'kms:RequestAlias': alias,
        'kms:ScheduleKeyDeletionPendingWindowInDays': days,
      }),
    };
    return [{ resource: key.arn, resourcePolicy: key.policy, resourceDecides: true, context }];
  }

  const id = textOf(input.KeyId);
  switch (operation) {
    case 'CreateKey': {
      const context = {
        'kms:CallerAccount': account,
        'kms:KeySpec': textOf(input.KeySpec) || 'SYMMETRIC_DEFAULT',
        'kms:KeyUsage': textOf(input.KeyUsage) || 'ENCRYPT_DECRYPT',
        ...requestTags(input.Tags),
      };
      const ofAccount = { 'kms:CallerAccount': account };
      return [
        { resource: '*', context },
        ...tagging('kms:TagResource', arnOf('key/*'), input.Tags, ofAccount),
      ];
    }
    case 'CreateAlias':
      return [
        { resource: arnOf(textOf(input.AliasName)), context: { 'kms:CallerAccount': account } },
        ...ofKey(textOf(input.TargetKeyId)),
      ];
    case 'ListAliases':
    case 'ListKeys':
      return [{ resource: '*' }];
    default:
      return id === '' ? [{ resource: '*' }] : ofKey(id);
  }
}

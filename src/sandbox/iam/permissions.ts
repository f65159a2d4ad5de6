import type { Question } from '../access.ts';
import { requestKeys, requestTags, resourceTags, tagging, textOf } from '../condition-keys.ts';
import type { IamWorld } from './common.ts';

/** Operations on a role that do not depend on its permissions boundary. */
const unbounded = new Set([
  'ListRoleTags',
  'GetRolePolicy',
  'ListRolePolicies',
  'ListAttachedRolePolicies',
  'ListInstanceProfilesForRole',
  'TagRole',
  'UntagRole',
]);

/** The permissions that a role needs for a request (service authorization reference of IAM). */
export function questionsOf(
  { environment: { account, partition }, managed, roles }: IamWorld,
  operation: string,
  input: Record<string, unknown>,
): Question[] {
  const { Path, PolicyArn, PolicyName, PolicySourceArn, RoleName, Tags } = input;
  const arnOf = (kind: string, name: string): string =>
    `arn:${partition}:iam::${account}:${kind}${textOf(Path) || '/'}${name}`;

  if (typeof RoleName === 'string') {
    const role = roles.all().find(({ name }) => name === RoleName);
    const boundary = input.PermissionsBoundary ?? role?.rules.boundary;
    const own: Question = {
      resource: role?.arn ?? arnOf('role', RoleName),
      context: {
        ...resourceTags(role?.tags, 'iam:ResourceTag'),
        ...requestTags(Tags),
        ...requestKeys({
          'iam:PolicyARN': PolicyArn,
          'iam:PermissionsBoundary': unbounded.has(operation) ? undefined : boundary,
        }),
      },
    };
    return [own, ...(operation === 'CreateRole' ? tagging('iam:TagRole', own.resource, Tags) : [])];
  }
  if (typeof PolicyArn === 'string') {
    const context = resourceTags(managed.find(PolicyArn)?.tags);
    return [{ resource: PolicyArn, context }];
  }
  if (operation === 'CreatePolicy') {
    const resource = arnOf('policy', textOf(PolicyName));
    return [{ resource, context: requestTags(Tags) }, ...tagging('iam:TagPolicy', resource, Tags)];
  }
  return [{ resource: textOf(PolicySourceArn) || '*' }];
}

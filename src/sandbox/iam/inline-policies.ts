import { operation } from '../protocol/input.ts';
import { sortBy } from '../protocol/page.ts';
import { ServiceError, type Operation } from '../service.ts';
import {
  cut,
  limitExceeded,
  paging,
  policyDocument,
  policyName,
  roleName,
  type IamWorld,
} from './common.ts';
import { countedSize, encodeDocument, readDocument } from './documents.ts';

/** Maximum total size of a role's inline policies, without whitespace. */
const largestInline = 10_240;

/** Inline policies of roles. */
export function inlinePolicyOperations({ roles }: IamWorld): Record<string, Operation> {
  const named = { RoleName: roleName, PolicyName: policyName };
  const missing = (name: string): ServiceError =>
    new ServiceError('NoSuchEntity', `The role policy with name ${name} cannot be found.`, 404);

  return {
    PutRolePolicy: operation({ ...named, PolicyDocument: policyDocument }, (input) => {
      const role = roles.get(input.RoleName);
      const document = readDocument(input.PolicyDocument, 'identity');
      const inline = new Map(role.rules.inline).set(input.PolicyName, document);
      const size = [...inline.values()].reduce((sum, { text }) => sum + countedSize(text), 0);
      if (size > largestInline) {
        throw limitExceeded(
          `Maximum policy size of ${largestInline} bytes exceeded for role ${role.name}`,
        );
      }
      roles.change(role, { inline });
    }),

    GetRolePolicy: operation(named, ({ RoleName, PolicyName }) => {
      const document = roles.get(RoleName).rules.inline.get(PolicyName);
      if (!document) throw missing(PolicyName);
      return { RoleName, PolicyName, PolicyDocument: encodeDocument(document.text) };
    }),

    ListRolePolicies: operation({ RoleName: roleName, ...paging }, (input) => {
      const names = sortBy(roles.get(input.RoleName).rules.inline.keys(), (name) => name);
      const { items, ...rest } = cut(names, (name) => name, input);
      return { PolicyNames: items, ...rest };
    }),

    DeleteRolePolicy: operation(named, ({ RoleName, PolicyName }) => {
      const role = roles.get(RoleName);
      const inline = new Map(role.rules.inline);
      if (!inline.delete(PolicyName)) throw missing(PolicyName);
      roles.change(role, { inline });
    }),
  };
}

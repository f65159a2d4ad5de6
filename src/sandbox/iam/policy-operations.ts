import { list, operation, optional, tag, text } from '../protocol/input.ts';
import { ServiceError, type Operation } from '../service.ts';
import {
  path,
  policyArn,
  policyDocument,
  policyName,
  tagList,
  uniqueId,
  withTags,
  type IamWorld,
} from './common.ts';
import type { ManagedPolicy } from './managed-policies.ts';
import { getOwnPolicy, getPolicy, readManaged } from './policy-versions.ts';

/** Managed policies. */
export function managedPolicyOperations(world: IamWorld): Record<string, Operation> {
  const { environment, managed, roles } = world;
  const { account, partition } = environment;

  function detail(policy: ManagedPolicy): Record<string, unknown> {
    const rules = roles.all().map((role) => role.rules);
    return {
      PolicyName: policy.name,
      PolicyId: policy.id,
      Arn: policy.arn,
      Path: policy.path,
      DefaultVersionId: policy.defaultVersion.id,
      AttachmentCount: rules.filter(({ attached }) => attached.includes(policy.arn)).length,
      PermissionsBoundaryUsageCount: rules.filter(({ boundary }) => boundary === policy.arn).length,
      IsAttachable: true,
      Description: policy.description,
      CreateDate: policy.created,
      UpdateDate: policy.changed,
      Tags: tagList(policy.tags),
    };
  }

  return {
    CreatePolicy: operation(
      {
        PolicyName: policyName,
        Path: optional(path),
        PolicyDocument: policyDocument,
        Description: optional(text(0, 1000)),
        Tags: optional(list(tag, 0, 50)),
      },
      (input) => {
        const document = readManaged(input.PolicyDocument);
        const ownPath = input.Path ?? '/';
        const arn = `arn:${partition}:iam::${account}:policy${ownPath}${input.PolicyName}`;
        if (managed.find(arn)) {
          throw new ServiceError(
            'EntityAlreadyExists',
            `A policy called ${input.PolicyName} already exists. Duplicate names are not allowed.`,
            409,
          );
        }
        const policy = managed.add(
          {
            name: input.PolicyName,
            path: ownPath,
            id: uniqueId('ANPA'),
            arn,
            description: input.Description,
            created: new Date(environment.now()),
            tags: withTags(new Map(), input.Tags ?? []),
          },
          document,
        );
        return { Policy: detail(policy) };
      },
    ),

    GetPolicy: operation({ PolicyArn: policyArn }, ({ PolicyArn }) => ({
      Policy: detail(getPolicy(world, PolicyArn)),
    })),

    DeletePolicy: operation({ PolicyArn: policyArn }, ({ PolicyArn }) => {
      const policy = getOwnPolicy(world, PolicyArn);
      const used = roles
        .all()
        .some(({ rules }) => rules.attached.includes(PolicyArn) || rules.boundary === PolicyArn);
      if (used) {
        throw new ServiceError(
          'DeleteConflict',
          'Cannot delete a policy attached to entities.',
          409,
        );
      }
      if (policy.versions.length > 1) {
        throw new ServiceError(
          'DeleteConflict',
          "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
          409,
        );
      }
      managed.remove(policy);
    }),
  };
}

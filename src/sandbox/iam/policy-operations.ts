import { list, operation, optional, tag, text } from '../input.ts';
import { ServiceError, type Operation } from '../service.ts';
import {
  limitExceeded,
  noSuchPolicy,
  path,
  policyArn,
  policyDocument,
  policyName,
  tagList,
  uniqueId,
  withTags,
  type IamWorld,
} from './common.ts';
import { countedSize, encodeDocument, readDocument } from './documents.ts';
import type { ManagedPolicy } from './managed-policies.ts';

/** Size of a managed policy, without whitespace. */
const largestManaged = 6144;

/** Managed policies, of one version each. */
export function managedPolicyOperations(world: IamWorld): Record<string, Operation> {
  const { environment, managed, roles } = world;
  const { account, partition } = environment;

  function get(arn: string): ManagedPolicy {
    const policy = managed.find(arn);
    if (!policy) throw noSuchPolicy(arn);
    return policy;
  }

  function detail(policy: ManagedPolicy): Record<string, unknown> {
    const rules = roles.all().map((role) => role.rules);
    return {
      PolicyName: policy.name,
      PolicyId: policy.id,
      Arn: policy.arn,
      Path: policy.path,
      DefaultVersionId: 'v1',
      AttachmentCount: rules.filter(({ attached }) => attached.includes(policy.arn)).length,
      PermissionsBoundaryUsageCount: rules.filter(({ boundary }) => boundary === policy.arn).length,
      IsAttachable: true,
      Description: policy.description,
      CreateDate: policy.created,
      UpdateDate: policy.created,
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
        const document = readDocument(input.PolicyDocument, 'identity');
        if (countedSize(input.PolicyDocument) > largestManaged) {
          throw limitExceeded(`Cannot exceed quota for PolicySize: ${largestManaged}`);
        }
        const ownPath = input.Path ?? '/';
        const arn = `arn:${partition}:iam::${account}:policy${ownPath}${input.PolicyName}`;
        if (managed.find(arn)) {
          throw new ServiceError(
            'EntityAlreadyExists',
            `A policy called ${input.PolicyName} already exists. Duplicate names are not allowed.`,
            409,
          );
        }
        const policy: ManagedPolicy = {
          name: input.PolicyName,
          path: ownPath,
          id: uniqueId('ANPA'),
          arn,
          description: input.Description,
          created: new Date(environment.now()),
          document,
          tags: withTags(new Map(), input.Tags ?? []),
        };
        managed.add(policy);
        return { Policy: detail(policy) };
      },
    ),

    GetPolicy: operation({ PolicyArn: policyArn }, ({ PolicyArn }) => ({
      Policy: detail(get(PolicyArn)),
    })),

    GetPolicyVersion: operation(
      { PolicyArn: policyArn, VersionId: text(1) },
      ({ PolicyArn, VersionId }) => {
        const policy = get(PolicyArn);
        if (VersionId !== 'v1') {
          throw new ServiceError(
            'NoSuchEntity',
            `Policy ${PolicyArn} version ${VersionId} does not exist or is not attachable.`,
            404,
          );
        }
        return {
          PolicyVersion: {
            Document: encodeDocument(policy.document.text),
            VersionId,
            IsDefaultVersion: true,
            CreateDate: policy.created,
          },
        };
      },
    ),

    DeletePolicy: operation({ PolicyArn: policyArn }, ({ PolicyArn }) => {
      const policy = get(PolicyArn);
      if (!PolicyArn.startsWith(`arn:${partition}:iam::${account}:`)) {
        throw new ServiceError('AccessDenied', `Policy ${PolicyArn} belongs to AWS.`, 403);
      }
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
      managed.remove(policy);
    }),
  };
}

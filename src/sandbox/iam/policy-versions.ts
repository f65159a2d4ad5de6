import { flag, operation, optional, text } from '../protocol/input.ts';
import { ServiceError, type Operation } from '../service.ts';
import {
  cut,
  limitExceeded,
  noSuchPolicy,
  paging,
  policyArn,
  policyDocument,
  type IamWorld,
} from './common.ts';
import { countedSize, encodeDocument, readDocument, type Document } from './documents.ts';
import type { ManagedPolicy, PolicyVersion } from './managed-policies.ts';

/** Maximum size of a managed policy, without whitespace. */
const largestManaged = 6144;
const mostVersions = 5;

/** Versions of managed policies. */
export function policyVersionOperations(world: IamWorld): Record<string, Operation> {
  const { environment, managed } = world;
  const named = {
    PolicyArn: policyArn,
    VersionId: text(1, 64, /^v[1-9][0-9]*(\.[A-Za-z0-9-]*)?$/),
  };

  return {
    CreatePolicyVersion: operation(
      { PolicyArn: policyArn, PolicyDocument: policyDocument, SetAsDefault: optional(flag) },
      ({ PolicyArn, PolicyDocument, SetAsDefault = false }) => {
        const policy = getOwnPolicy(world, PolicyArn);
        const document = readManaged(PolicyDocument);
        if (policy.versions.length >= mostVersions) {
          throw limitExceeded(
            `A managed policy can have up to ${mostVersions} versions. Before you create a new version, you must delete an existing version.`,
          );
        }
        const created = new Date(environment.now());
        const version = { id: `v${++policy.count}`, document, created };
        policy.versions = [...policy.versions, version];
        policy.changed = created;
        if (SetAsDefault) managed.setDefault(policy, version);
        return { PolicyVersion: summary(policy, version) };
      },
    ),

    GetPolicyVersion: operation(named, ({ PolicyArn, VersionId }) => {
      const policy = getPolicy(world, PolicyArn);
      const version = getVersion(policy, VersionId);
      const Document = encodeDocument(version.document.text);
      return { PolicyVersion: { Document, ...summary(policy, version) } };
    }),

    ListPolicyVersions: operation({ PolicyArn: policyArn, ...paging }, (input) => {
      const policy = getPolicy(world, input.PolicyArn);
      // Newest first; pages are based on the position in this order.
      const newest = policy.versions.toReversed();
      const keyOf = (version: PolicyVersion): string => String(newest.indexOf(version));
      const { items, ...rest } = cut(newest, keyOf, input);
      return { Versions: items.map((version) => summary(policy, version)), ...rest };
    }),

    SetDefaultPolicyVersion: operation(named, ({ PolicyArn, VersionId }) => {
      const policy = getOwnPolicy(world, PolicyArn);
      managed.setDefault(policy, getVersion(policy, VersionId));
    }),

    DeletePolicyVersion: operation(named, ({ PolicyArn, VersionId }) => {
      const policy = getOwnPolicy(world, PolicyArn);
      const version = getVersion(policy, VersionId);
      if (version === policy.defaultVersion) {
        throw new ServiceError(
          'DeleteConflict',
          'Cannot delete the default version of a policy.',
          409,
        );
      }
      policy.versions = policy.versions.filter((one) => one !== version);
    }),
  };
}

/** A managed policy; throws NoSuchEntity. */
export function getPolicy({ managed }: IamWorld, arn: string): ManagedPolicy {
  const policy = managed.find(arn);
  if (!policy) throw noSuchPolicy(arn);
  return policy;
}

/** A managed policy of the account; throws NoSuchEntity, and AccessDenied for one of AWS. */
export function getOwnPolicy(world: IamWorld, arn: string): ManagedPolicy {
  const policy = getPolicy(world, arn);
  const { account, partition } = world.environment;
  if (arn.startsWith(`arn:${partition}:iam::${account}:`)) return policy;
  throw new ServiceError('AccessDenied', `Policy ${arn} belongs to AWS.`, 403);
}

/** Parses the document of a managed policy; throws MalformedPolicyDocument and LimitExceeded. */
export function readManaged(written: string): Document {
  const document = readDocument(written, 'identity');
  if (countedSize(written) > largestManaged) {
    throw limitExceeded(`Cannot exceed quota for PolicySize: ${largestManaged}`);
  }
  return document;
}

// --- internal ---

function getVersion(policy: ManagedPolicy, id: string): PolicyVersion {
  const version = policy.versions.find((one) => one.id === id);
  if (version) return version;
  throw new ServiceError(
    'NoSuchEntity',
    `Policy ${policy.arn} version ${id} does not exist or is not attachable.`,
    404,
  );
}

function summary(policy: ManagedPolicy, version: PolicyVersion): object {
  return {
    VersionId: version.id,
    IsDefaultVersion: version === policy.defaultVersion,
    CreateDate: version.created,
  };
}

import {
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  ListPolicyVersionsCommand,
  type IAMClient,
} from '@aws-sdk/client-iam';
import { isAwsError } from '../errors.ts';
import type { PolicyDocument } from '../model/roles/policy.ts';
import { parsedDocument } from './calls/unreadable-answer.ts';

/** A managed policy as it is. */
export interface ManagedPolicy {
  /** Its default version, decoded; anything, since others may have written it. */
  document: unknown;
  description: string | undefined;
  /** How many roles, users and groups it is attached to or is the permissions boundary of. */
  attachments: number;
}

/** Managed policies, in the calls this tool makes. */
export interface ManagedPolicyCalls {
  /** Undefined when there is no such policy. */
  managedPolicy(arn: string): Promise<ManagedPolicy | undefined>;
  /** Throws AwsError EntityAlreadyExistsException. */
  createPolicy(policy: {
    name: string;
    path: string;
    description: string;
    document: PolicyDocument;
  }): Promise<void>;
  /** A new default version; the oldest goes where there are five (IAM quotas). */
  replacePolicy(arn: string, document: PolicyDocument): Promise<void>;
  /** With all its versions; it has to be detached. Does nothing when it is gone. */
  deletePolicy(arn: string): Promise<void>;
}

/** Makes the calls on managed policies. */
export function createManagedPolicyCalls(client: IAMClient): ManagedPolicyCalls {
  return {
    async managedPolicy(arn) {
      const found = await ifThere(client.send(new GetPolicyCommand({ PolicyArn: arn })));
      const policy = found?.Policy;
      const version = policy?.DefaultVersionId;
      if (!policy || version === undefined) return undefined;
      const { PolicyVersion } = await client.send(
        new GetPolicyVersionCommand({ PolicyArn: arn, VersionId: version }),
      );
      const { AttachmentCount = 0, PermissionsBoundaryUsageCount = 0, Description } = policy;
      return {
        document: decode('iam:GetPolicyVersion', PolicyVersion?.Document),
        description: Description,
        attachments: AttachmentCount + PermissionsBoundaryUsageCount,
      };
    },

    async createPolicy({ name, path, description, document }) {
      await client.send(
        new CreatePolicyCommand({
          PolicyName: name,
          Path: path,
          PolicyDocument: JSON.stringify(document),
          Description: description,
        }),
      );
    },

    async replacePolicy(arn, document) {
      const versions = await policyVersions(arn);
      const old = versions.filter(({ isDefault }) => !isDefault);
      if (versions.length >= 5 && old[0]) await deleteVersion(arn, old[0].id);
      await client.send(
        new CreatePolicyVersionCommand({
          PolicyArn: arn,
          PolicyDocument: JSON.stringify(document),
          SetAsDefault: true,
        }),
      );
    },

    async deletePolicy(arn) {
      const versions = (await ifThere(policyVersions(arn))) ?? [];
      for (const { id, isDefault } of versions) if (!isDefault) await deleteVersion(arn, id);
      await ifThere(client.send(new DeletePolicyCommand({ PolicyArn: arn })));
    },
  };

  /** Oldest first. */
  async function policyVersions(arn: string): Promise<{ id: string; isDefault: boolean }[]> {
    const { Versions = [] } = await client.send(new ListPolicyVersionsCommand({ PolicyArn: arn }));
    return Versions.sort(
      (a, b) => (a.CreateDate?.getTime() ?? 0) - (b.CreateDate?.getTime() ?? 0),
    ).map(({ VersionId = '', IsDefaultVersion = false }) => ({
      id: VersionId,
      isDefault: IsDefaultVersion,
    }));
  }

  async function deleteVersion(arn: string, id: string): Promise<void> {
    await ifThere(client.send(new DeletePolicyVersionCommand({ PolicyArn: arn, VersionId: id })));
  }
}

/** What a call answers, or undefined when what it is about is not there. */
export async function ifThere<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isAwsError(error, 'NoSuchEntityException')) return undefined;
    throw error;
  }
}

/**
 * Reads a policy in an answer: IAM sends documents in RFC 3986 encoding, which the SDK leaves as they are.
 * Throws AwsError `unreadable-answer`.
 */
export function decode(action: string, document: string | undefined): unknown {
  return parsedDocument(action, document, decodeURIComponent);
}

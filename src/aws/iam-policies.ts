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

/** A managed policy. */
export interface ManagedPolicy {
  /** Its default version, decoded; of unknown form, because others may have written it. */
  document: unknown;
  description: string | undefined;
  /** Number of roles, users and groups that have it attached or as permissions boundary. */
  attachments: number;
}

/** The calls on managed policies that this tool makes. */
export interface ManagedPolicyCalls {
  /** Undefined if the policy does not exist. */
  managedPolicy(arn: string): Promise<ManagedPolicy | undefined>;
  /** Throws AwsError EntityAlreadyExistsException. */
  createPolicy(policy: {
    name: string;
    path: string;
    description: string;
    document: PolicyDocument;
  }): Promise<void>;
  /** Creates a new default version; deletes the oldest one if there are 5 (IAM quotas). */
  replacePolicy(arn: string, document: PolicyDocument): Promise<void>;
  /** Deletes it with all its versions; it has to be detached. Does nothing if it is gone. */
  deletePolicy(arn: string): Promise<void>;
}

/** Creates the calls on managed policies. */
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

/** The result of a call, or undefined if its subject does not exist. */
export async function ifThere<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isAwsError(error, 'NoSuchEntityException')) return undefined;
    throw error;
  }
}

/**
 * Decodes a policy in a response: IAM uses RFC 3986 encoding for documents, which the SDK does not
 * decode. Throws AwsError `unreadable-answer`.
 */
export function decode(action: string, document: string | undefined): unknown {
  return parsedDocument(action, document, decodeURIComponent);
}

import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  paginateListAttachedRolePolicies,
  paginateListRolePolicies,
  paginateSimulatePrincipalPolicy,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  SimulatePrincipalPolicyCommand,
  TagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
  type SimulatePrincipalPolicyCommandInput,
} from '@aws-sdk/client-iam';
import { isAwsError } from '../errors.ts';
import type { PolicyDocument } from '../model/roles/policy.ts';
import type { PolicyContext } from '../model/roles/policy-conditions.ts';
import type { Tag } from '../model/secrets/secret-rules.ts';
import { clientSettings, supervised, type AwsConfig } from './calls/client.ts';
import {
  createManagedPolicyCalls,
  decode,
  ifThere,
  type ManagedPolicyCalls,
} from './iam-policies.ts';

export type { ManagedPolicy } from './iam-policies.ts';

/** An existing role. */
export interface Role {
  name: string;
  arn: string;
  path: string;
  /** The decoded document; of unknown form, because others may have written it. */
  trustPolicy: unknown;
  permissionsBoundary: string | undefined;
  tags: Tag[];
  description: string | undefined;
  createdAt: Date | undefined;
}

/** The result of IAM's own simulation for one action on one resource. */
export interface Simulated {
  decision: 'allowed' | 'explicitDeny' | 'implicitDeny';
  /** True if a policy of the organization denies it. */
  byOrganization: boolean;
  /** True if policies use condition keys that were not given: the result may then differ. */
  isOpen: boolean;
}

/** The settings of a new role. */
export interface NewRole {
  name: string;
  path: string | undefined;
  description: string;
  trustPolicy: PolicyDocument;
  permissionsBoundary: string | undefined;
  tags: readonly Tag[];
}

/** The IAM calls that this tool makes. */
export interface Iam extends ManagedPolicyCalls {
  /** Undefined if the role does not exist. */
  role(name: string): Promise<Role | undefined>;
  /** Throws AwsError EntityAlreadyExistsException. */
  createRole(role: NewRole): Promise<{ arn: string }>;
  setTrustPolicy(role: string, document: PolicyDocument): Promise<void>;
  /** Names of the inline policies. */
  inlinePolicies(role: string): Promise<string[]>;
  /** The decoded document; undefined if there is none with that name. */
  inlinePolicy(role: string, policy: string): Promise<unknown>;
  putInlinePolicy(role: string, policy: string, document: PolicyDocument): Promise<void>;
  /** Does nothing if it is gone: the SDK retries a call whose answer was lost. */
  deleteInlinePolicy(role: string, policy: string): Promise<void>;
  /** ARNs of the managed policies. */
  attachedPolicies(role: string): Promise<string[]>;
  attach(role: string, policyArn: string): Promise<void>;
  /** Does nothing if it is not attached. */
  detach(role: string, policyArn: string): Promise<void>;
  setPermissionsBoundary(role: string, policyArn: string): Promise<void>;
  tag(role: string, tags: readonly Tag[]): Promise<void>;
  setDescription(role: string, description: string): Promise<void>;
  /** Its policies have to be removed first. Does nothing if it is gone. */
  deleteRole(role: string): Promise<void>;
  /**
   * Simulates in IAM whether a role's policies, its boundary and those of its organization allow an
   * action. Resource policies are not included (API reference, SimulatePrincipalPolicy).
   */
  simulate(
    roleArn: string,
    action: string,
    resource: string,
    context: PolicyContext,
  ): Promise<Simulated>;
  /**
   * Simulates one action on several resources in one call. Returns those on which it is allowed in
   * any case; the others have to be simulated one by one, because AWS reports the decision of the
   * organization for all resources together.
   */
  simulateAll(
    roleArn: string,
    action: string,
    resources: readonly string[],
    context: PolicyContext,
  ): Promise<Set<string>>;
}

/** Creates the IAM gateway. */
export function createIam(config: AwsConfig): Iam {
  const client = supervised(new IAMClient(clientSettings(config, 'iam')), 'iam', config);
  return {
    ...createManagedPolicyCalls(client),

    async role(name) {
      try {
        const { Role } = await client.send(new GetRoleCommand({ RoleName: name }));
        return {
          name: Role?.RoleName ?? name,
          arn: Role?.Arn ?? '',
          path: Role?.Path ?? '/',
          trustPolicy: decode('iam:GetRole', Role?.AssumeRolePolicyDocument),
          permissionsBoundary: Role?.PermissionsBoundary?.PermissionsBoundaryArn,
          tags: (Role?.Tags ?? []).map(({ Key = '', Value = '' }) => ({ key: Key, value: Value })),
          description: Role?.Description,
          createdAt: Role?.CreateDate,
        };
      } catch (error) {
        if (isAwsError(error, 'NoSuchEntityException')) return undefined;
        throw error;
      }
    },

    async createRole({ name, path, description, trustPolicy, permissionsBoundary, tags }) {
      const { Role } = await client.send(
        new CreateRoleCommand({
          RoleName: name,
          Path: path,
          Description: description,
          AssumeRolePolicyDocument: JSON.stringify(trustPolicy),
          PermissionsBoundary: permissionsBoundary,
          ...(tags.length > 0 && { Tags: toAws(tags) }),
        }),
      );
      return { arn: Role?.Arn ?? '' };
    },

    async setTrustPolicy(role, document) {
      await client.send(
        new UpdateAssumeRolePolicyCommand({
          RoleName: role,
          PolicyDocument: JSON.stringify(document),
        }),
      );
    },

    async inlinePolicies(role) {
      const names: string[] = [];
      for await (const page of paginateListRolePolicies({ client }, { RoleName: role })) {
        names.push(...(page.PolicyNames ?? []));
      }
      return names;
    },

    async inlinePolicy(role, policy) {
      try {
        const { PolicyDocument } = await client.send(
          new GetRolePolicyCommand({ RoleName: role, PolicyName: policy }),
        );
        return decode('iam:GetRolePolicy', PolicyDocument);
      } catch (error) {
        if (isAwsError(error, 'NoSuchEntityException')) return undefined;
        throw error;
      }
    },

    async putInlinePolicy(role, policy, document) {
      await client.send(
        new PutRolePolicyCommand({
          RoleName: role,
          PolicyName: policy,
          PolicyDocument: JSON.stringify(document),
        }),
      );
    },

    async deleteInlinePolicy(role, policy) {
      const gone = new DeleteRolePolicyCommand({ RoleName: role, PolicyName: policy });
      await ifThere(client.send(gone));
    },

    async attachedPolicies(role) {
      const arns: string[] = [];
      for await (const page of paginateListAttachedRolePolicies({ client }, { RoleName: role })) {
        arns.push(...(page.AttachedPolicies ?? []).map(({ PolicyArn = '' }) => PolicyArn));
      }
      return arns;
    },

    async attach(role, policyArn) {
      await client.send(new AttachRolePolicyCommand({ RoleName: role, PolicyArn: policyArn }));
    },

    async detach(role, policyArn) {
      const gone = new DetachRolePolicyCommand({ RoleName: role, PolicyArn: policyArn });
      await ifThere(client.send(gone));
    },

    async setPermissionsBoundary(role, policyArn) {
      await client.send(
        new PutRolePermissionsBoundaryCommand({ RoleName: role, PermissionsBoundary: policyArn }),
      );
    },

    async tag(role, tags) {
      await client.send(new TagRoleCommand({ RoleName: role, Tags: toAws(tags) }));
    },

    async setDescription(role, description) {
      await client.send(new UpdateRoleCommand({ RoleName: role, Description: description }));
    },

    async deleteRole(role) {
      await ifThere(client.send(new DeleteRoleCommand({ RoleName: role })));
    },

    async simulate(roleArn, action, resource, context) {
      const { EvaluationResults = [] } = await client.send(
        new SimulatePrincipalPolicyCommand(simulation(roleArn, action, [resource], context)),
      );
      const result = EvaluationResults[0];
      const [own] = result?.ResourceSpecificResults ?? [];
      return {
        decision: own?.EvalResourceDecision ?? result?.EvalDecision ?? 'implicitDeny',
        byOrganization: result?.OrganizationsDecisionDetail?.AllowedByOrganizations === false,
        isOpen: [...(own ? [own] : []), ...(result ? [result] : [])].some(
          ({ MissingContextValues: missing = [] }) => missing.length > 0,
        ),
      };
    },

    async simulateAll(roleArn, action, resources, context) {
      const allowed = new Set<string>();
      const input = simulation(roleArn, action, resources, context);
      for await (const page of paginateSimulatePrincipalPolicy({ client }, input)) {
        for (const result of page.EvaluationResults ?? []) {
          if (result.OrganizationsDecisionDetail?.AllowedByOrganizations === false) continue;
          for (const one of result.ResourceSpecificResults ?? []) {
            if (one.EvalResourceDecision === 'allowed') allowed.add(one.EvalResourceName ?? '');
          }
        }
      }
      return allowed;
    },
  };
}

// --- internal ---

function simulation(
  roleArn: string,
  action: string,
  resources: readonly string[],
  context: PolicyContext,
): SimulatePrincipalPolicyCommandInput {
  return {
    PolicySourceArn: roleArn,
    ActionNames: [action],
    ResourceArns: [...resources],
    ContextEntries: Object.entries(context).map(([key, value]) => ({
      ContextKeyName: key,
      ContextKeyType: key === 'aws:SecureTransport' ? 'boolean' : 'string',
      ContextKeyValues: [value].flat(),
    })),
  };
}

function toAws(tags: readonly Tag[]): { Key: string; Value: string }[] {
  return tags.map(({ key, value }) => ({ Key: key, Value: value }));
}

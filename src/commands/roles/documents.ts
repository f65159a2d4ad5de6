import type { PolicyDocument } from '../../model/roles/policy.ts';

/** A role as it is now, and what was changed; with `--dry-run` what would be. */
export interface RoleCreateDocument {
  name: string;
  /** Absent if `--dry-run` would create the role. */
  arn?: string;
  /** True if nothing was changed because `--dry-run` was given. */
  dryRun: boolean;
  /** Empty if the role had everything already. */
  changes: RoleChangeDocument[];
  /** The trust policy: an IAM policy document. */
  trustPolicy: object;
  /** The inline policy `ecs-secrets`: an IAM policy document. Absent if the role has none. */
  inlinePolicy?: object;
  /** The managed policies of this tool (`--split`): IAM policy documents. */
  managedPolicies: object[];
  /** Grants that these references do not need, as `ACTION on RESOURCE`. */
  unneeded: string[];
  /** Names and ARNs of other policies of the role, which are left alone. */
  others: string[];
}

/** One change to a role. */
export interface RoleChangeDocument {
  /** For example `create role` or `add inline policy`. */
  what: string;
  detail: string;
  /** What the change allows, as `ACTION on RESOURCE`. Absent if it allows nothing new. */
  grants?: string[];
  /** What is no longer allowed. Absent if nothing is revoked. */
  revokes?: string[];
  /** What is no longer denied. Absent if no Deny statement is removed. */
  denials?: string[];
}

/** What a role grants. */
export interface RoleShowDocument {
  name: string;
  arn: string;
  /** The trust policy: an IAM policy document. */
  trustPolicy: unknown;
  /** ARN of the permissions boundary. Absent if the role has none. */
  permissionsBoundary?: string;
  grants: GrantDocument[];
}

/** One action on one resource. */
export interface GrantDocument {
  /** An ARN, a pattern, or `all but PATTERN`. */
  resource: string;
  /** An action, a pattern, or `all but PATTERN`. */
  action: string;
  /** `Allow` or `Deny`. */
  effect: string;
  /** Name of an inline policy, ARN of another. */
  policy: string;
  kind: 'inline' | 'managed' | 'boundary';
  /** The Sid of the statement. Absent if it has none. */
  statement?: string;
  /** Condition keys of the statement, for example `kms:ViaService`. */
  conditions: string[];
}

/** Whether a role covers what task definitions refer to. */
export interface RoleCheckDocument {
  name: string;
  arn: string;
  findings: RoleFindingDocument[];
  /** Grants that none of the references needs, as `ACTION on RESOURCE (POLICY)`. */
  unused: string[];
  /** False if IAM's policy simulation could not confirm the findings. */
  simulated: boolean;
}

/** Whether ECS may do one thing with the role. */
export interface RoleFindingDocument {
  /** What the action is for, for example `ssm:/shop/db` or `image of web`. */
  what: string;
  action: string;
  resource: string;
  /** `missing`: nothing allows it. `denied`: something denies it. `unknown`: it could not be seen. */
  verdict: 'allowed' | 'missing' | 'denied' | 'unknown';
  /** The policy that decides, or what is wrong; for people. */
  why: string;
  /** What denies it. Present for `denied` if it is known. */
  by?: 'identity' | 'boundary' | 'resource' | 'key-state' | 'simulation';
  /** The permission that you lack to see more. Absent if everything could be seen. */
  unseen?: string;
}

/** A role that was deleted, or with `--dry-run` would be. */
export interface RoleDeleteDocument {
  name: string;
  arn: string;
  /** Names of its inline policies. */
  inlinePolicies: string[];
  /** ARNs of the managed policies that are deleted with the role. */
  managedPolicies: string[];
  /** ARNs of the managed policies that are detached and stay. */
  detached: string[];
  /** True if nothing was deleted because `--dry-run` was given. */
  dryRun: boolean;
}

/** The IAM policy document that an execution role needs. */
export type PolicyExecutionDocument = PolicyDocument;

/** The IAM policy document that the caller of this tool needs. */
export type PolicyCallerDocument = PolicyDocument;

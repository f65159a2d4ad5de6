import type { Grants } from '../../model/roles/execution-policy.ts';
import type { Tag } from '../../model/secrets/secret-rules.ts';
import type { OnProgress } from '../progress.ts';
import type { Fitted } from './fit-grants.ts';

/** The state a role is to be brought to. */
export interface RoleRequest {
  name: string;
  grants: Grants;
  /** What to do when the policy is too large for the role. */
  oversize: 'fail' | 'compact' | 'split';
  /** Attach AmazonECSTaskExecutionRolePolicy; false takes it off, undefined leaves it as it is. */
  managedPolicy: boolean | undefined;
  sourceCondition: boolean;
  /**
   * Take away what is not asked for. Without it nothing is taken from a role that is there: its trust,
   * its grants and its boundary stay, and what it lacks is added.
   */
  exact: boolean;
  path: string | undefined;
  description: string | undefined;
  permissionsBoundary: string | undefined;
  tags: readonly Tag[];
  dryRun: boolean;
  /** Told while IAM does not show yet what was written. */
  onProgress?: OnProgress;
  /** Told what is asked for and not done, and who else gets what is granted. */
  onWarning: (text: string) => void;
  /** Told what `compact` widens, before it is done. */
  onCompact: (wildcards: Fitted['wildcards']) => void;
  /** Called with what `exact` will revoke (with `dryRun`: would revoke) before it does; throws to stop it. */
  onLoss: (loss: RoleLoss) => Promise<void>;
}

/** One thing that was changed, or with `dryRun` would be. */
export interface RoleChange {
  /** e.g. `create role`, `add inline policy` */
  what: string;
  detail: string;
  /** What is allowed from now on, as `ACTION on RESOURCE`. */
  grants?: string[];
  /** What is allowed no longer. */
  revokes?: string[];
  /** What was denied and is not any more. */
  denials?: string[];
}

/** What a role loses. */
export interface RoleLoss {
  name: string;
  /** Those of the changes that take something away. */
  changes: RoleChange[];
  /** The policies that are left of ours. */
  documents: unknown[];
  /** Names and ARNs of policies that are replaced by these, or go. */
  replaced: string[];
  /** ARN of the permissions boundary that it gets; undefined where it keeps what it has. */
  boundary: string | undefined;
}

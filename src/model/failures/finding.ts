/** A way in which the start of a task fails. */
// Each one has rows in the table, `start-failures.ts`.
export type FailureId =
  | 'secret-denied'
  | 'parameter-denied'
  | 'key-denied'
  | 'key-unusable'
  | 'secret-missing'
  | 'stage-missing'
  | 'version-missing'
  | 'secret-deleted'
  | 'json-key-missing'
  | 'secret-not-json'
  | 'arn-malformed'
  | 'version-id-malformed'
  | 'secret-name-malformed'
  | 'parameter-name-malformed'
  | 'parameter-missing'
  | 'reference-refused'
  | 'role-not-passed'
  | 'parameter-store-unreachable'
  | 'secrets-manager-unreachable'
  | 'registry-unreachable'
  | 'registry-denied'
  | 'environment-file-unreadable'
  | 'throttled'
  | 'role-not-assumable'
  | 'no-execution-role'
  | 'logs-unreachable'
  | 'logs-denied'
  | 'log-group-missing'
  | 'image-not-pulled'
  | 'attribute-missing'
  | 'no-capacity'
  | 'registry-credentials'
  | 'credentials-rejected'
  | 'service-unavailable'
  | 'network-timeout'
  | 'container-exited'
  | 'out-of-memory'
  | 'health-check-failed'
  | 'hook-failed'
  | 'starts-keep-failing';

/** Every `CheckName`; findings are grouped by check and shown in this order. */
export const checkNames = [
  'reference',
  'existence',
  'value',
  'role',
  'trust',
  'grant',
  'key',
  'image',
  'logs',
  'platform',
  'limits',
  'load-balancer',
  'caller',
  'network',
] as const;

/** The subject of a check. */
export type CheckName = (typeof checkNames)[number];

/** The result of one check for one prerequisite of a task start. */
export interface Finding {
  check: CheckName;
  /**
   * `problem`: the start would fail; `not-checked`: it could not be checked, see `message` for the
   * reason.
   */
  status: 'ok' | 'warning' | 'problem' | 'not-checked';
  /** What was checked: a place in the task definition, a reference, a role, a subnet … */
  subject: string;
  /** What was found, in one sentence without a final full stop. */
  message: string;
  /** Shell commands that fix it, in order; empty if there is nothing to fix. */
  fix: readonly string[];
  /** How a start would fail. */
  failure?: FailureId;
}

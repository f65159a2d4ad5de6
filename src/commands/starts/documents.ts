import type { CheckName, FailureId } from '../../model/failures/finding.ts';

/** What would stop tasks from starting. */
export interface VerifyDocument {
  targets: VerifiedDocument[];
  /** How many findings are problems. */
  problems: number;
  /** How many findings are warnings. */
  warnings: number;
  /** How many things could not be checked. */
  notChecked: number;
}

/** What was found out about one task definition. */
export interface VerifiedDocument {
  /** As it was written. */
  target: string;
  /** ARN of the revision. Absent for a file. */
  taskDefinition?: string;
  /** `CLUSTER/SERVICE`. Absent if the target is not a service. */
  service?: string;
  /** `CLUSTER/NAME` of a managed daemon. Absent if the target is not one. */
  daemon?: string;
  findings: FindingDocument[];
  /** Commands that fix every problem, in the order in which to run them. */
  fix: string[];
}

/** What one check found. */
export interface FindingDocument {
  check: CheckName;
  /** `problem`: a task would not start. `not-checked`: `message` says why it could not be checked. */
  status: 'ok' | 'warning' | 'problem' | 'not-checked';
  /** What was checked: a place in the task definition, a reference, a role, a subnet. */
  subject: string;
  /** What was found, for people. */
  message: string;
  /** Commands that fix it, in the order in which to run them. */
  fix: readonly string[];
  /** How a start would fail. Absent if it would not, or if that is not known. */
  failure?: FailureId;
}

/** Why tasks did not start. */
export interface DiagnoseDocument {
  /** As it was written. */
  target: string;
  failures: FailureDocument[];
  /** Other problems, which the next start would meet. */
  others: FindingDocument[];
  /** Commands that fix everything, in the order in which to run them. */
  fix: string[];
  /** Why nothing could be looked up. Absent if it could. */
  unseen?: string;
  /** What was not looked at, and why; there may be failures that are not listed. */
  notSeen: string[];
  /** What the service or task is doing. Absent for a text from standard input. */
  state?: string;
  /** True if the service is healthy now, so that the failures are over. */
  recovered: boolean;
}

/** One distinct failure. */
export interface FailureDocument {
  /** `unknown` if the reason is not recognized. */
  failure: FailureId | 'unknown';
  /** What happened, for people. */
  title: string;
  /** Why it happens, for people. */
  cause: string;
  /** The reason as returned by AWS. */
  reason: string;
  /** Where the reason is from: a task, an event or a deployment of the service, or standard input. */
  source: 'task' | 'event' | 'deployment' | 'text';
  /** How often it was seen. */
  count: number;
  /** When it was last seen. Absent if AWS gives no time. */
  lastAt?: Date;
  /** ARN of the revision that failed. Absent if it is not known. */
  taskDefinition?: string;
  /** The references that the reason is about, as far as it names them. */
  references: {
    container: string;
    /** The environment variable or log option. */
    name: string;
    reference: string;
  }[];
  /** What the checks found about it. */
  evidence: FindingDocument[];
  /** Commands that fix it, in the order in which to run them. */
  fix: string[];
  /** What to do if there is no command, for people. */
  advice: string;
}

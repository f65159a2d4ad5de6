import type { Finding } from '../../model/failures/finding.ts';
import type { ReportedFailure } from '../../model/starts/failure-report.ts';

/** The result of a diagnosis. */
export interface Diagnosis {
  failures: ReportedFailure[];
  /** Problems that no failure has reported yet, and that would affect the next start. */
  others: Finding[];
  /** All commands that fix the findings, each once, in the order to run them. */
  fix: string[];
  /** Why nothing could be looked up; undefined if it could. */
  unseen: string | undefined;
  /** What was not checked, and why: it may have further failures. */
  notSeen: string[];
  /** The current state of a service or task. */
  state: string | undefined;
  /** Whether the service is healthy now, so that the failures are over. */
  recovered: boolean;
}

/** The scope of a diagnosis. */
export interface DiagnosisOptions {
  /** Read secrets to check whether they have the referenced keys. */
  readValues: boolean;
  /** Ignore earlier failures. */
  since: Date;
}

/** A diagnosis without any findings. */
export const noDiagnosis: Diagnosis = {
  failures: [],
  others: [],
  fix: [],
  unseen: undefined,
  notSeen: [],
  state: undefined,
  recovered: false,
};

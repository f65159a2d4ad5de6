import type { Finding } from '../../model/failures/finding.ts';
import type { ReportedFailure } from '../../model/starts/failure-report.ts';

/** What came of a diagnosis. */
export interface Diagnosis {
  failures: ReportedFailure[];
  /** Problems that no failure has told of yet, and that the next start would meet. */
  others: Finding[];
  /** All commands that fix what was found, each once, in the order in which to run them. */
  fix: string[];
  /** Why nothing could be looked up; undefined where it could. */
  unseen: string | undefined;
  /** What was not looked at, and why: there may be failures that are not told. */
  notSeen: string[];
  /** What a service or task is doing. */
  state: string | undefined;
  /** Whether the service runs as it should by now: what failed is over. */
  recovered: boolean;
}

/** How far a diagnosis looks. */
export interface DiagnosisOptions {
  /** Read secrets, to see whether they have the keys that references name. */
  readValues: boolean;
  /** What failed before is left out. */
  since: Date;
}

/** A diagnosis of which nothing is known yet. */
export const noDiagnosis: Diagnosis = {
  failures: [],
  others: [],
  fix: [],
  unseen: undefined,
  notSeen: [],
  state: undefined,
  recovered: false,
};

import { failureKey } from '../failures/classify-failure.ts';
import { explainReason, type Explanation, type Known } from './explain-failure.ts';
import type { Finding } from '../failures/finding.ts';

/** One time that something failed. */
export interface SeenFailure {
  /** In AWS's words. */
  reason: string;
  /** `task`, `event` or `deployment` of a service; `text` that was pasted. */
  source: 'task' | 'event' | 'deployment' | 'text';
  at: Date | undefined;
  /** ARN of the revision that failed, where it is known. */
  taskDefinition: string | undefined;
}

/** A failure with where and how often it was seen. */
export interface ReportedFailure extends Explanation, Omit<SeenFailure, 'at'> {
  count: number;
  lastAt: Date | undefined;
}

/**
 * Each distinct failure once, explained by what is known of what it is about. A reason that only says
 * that something failed is no news beside another, and one that a task and an event both tell is one.
 */
export function reportFailures(
  seen: readonly SeenFailure[],
  knownOf: (failure: SeenFailure) => Known | undefined,
): ReportedFailure[] {
  const byKey = new Map<string, SeenFailure[]>();
  for (const one of seen) {
    const key = failureKey(one.reason);
    byKey.set(key, [...(byKey.get(key) ?? []), one]);
  }
  const failures = [...byKey.values()].flatMap((group): ReportedFailure[] => {
    const [last] = group.toSorted((a, b) => time(b.at) - time(a.at));
    if (!last) return [];
    const { at: lastAt, ...rest } = last;
    return explainReason(last.reason, knownOf(last)).map((explanation) => ({
      ...explanation,
      ...rest,
      count: group.length,
      lastAt,
    }));
  });
  return distinct(failures);
}

/** The problems that none of the failures has told of: the next start would meet them. */
export function unreported(
  findings: readonly Finding[],
  failures: readonly ReportedFailure[],
): Finding[] {
  const evidence = new Set(failures.flatMap((one) => one.evidence.map(keyOf)));
  return findings.filter(
    (finding) => finding.status === 'problem' && !evidence.has(keyOf(finding)),
  );
}

// --- internal ---

const time = (at: Date | undefined): number => at?.getTime() ?? 0;
const keyOf = ({ check, subject, message }: Finding): string =>
  JSON.stringify([check, subject, message]);

function distinct(failures: readonly ReportedFailure[]): ReportedFailure[] {
  const merged = new Map<string, ReportedFailure>();
  for (const failure of failures) {
    const references = failure.references.map(({ reference }) => reference).join();
    // An event wraps the reason of a task: without a reference nothing tells whether they differ.
    const about =
      references === '' && failure.source !== 'event' ? failureKey(failure.reason) : references;
    const key = `${failure.failure} ${about}`;
    const known =
      merged.get(key) ??
      [...merged.values()].find(
        (one) => failure.source !== 'task' && one.failure === failure.failure && references === '',
      );
    if (!known || failure.failure === 'unknown') merged.set(key, failure);
    else if (failure.source === known.source) known.count += failure.count;
  }
  const all = [...merged.values()];
  const telling = all.filter(({ failure }) => failure !== 'starts-keep-failing');
  return telling.length > 0 ? telling : all;
}

import { failureKey } from '../failures/classify-failure.ts';
import { explainReason, type Explanation, type Known } from './explain-failure.ts';
import type { Finding } from '../failures/finding.ts';

/** One occurrence of a failure. */
export interface SeenFailure {
  /** In AWS's words. */
  reason: string;
  /** `task`, `event` or `deployment` of a service; `text` for a pasted text. */
  source: 'task' | 'event' | 'deployment' | 'text';
  at: Date | undefined;
  /** ARN of the revision that failed, if known. */
  taskDefinition: string | undefined;
}

/** A failure with its sources and the number of occurrences. */
export interface ReportedFailure extends Explanation, Omit<SeenFailure, 'at'> {
  count: number;
  lastAt: Date | undefined;
}

/**
 * Each distinct failure once, explained by the facts about its task definition. A general reason is
 * omitted if there is another one. A reason reported by both a task and an event counts once.
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

/** The problems that no failure has reported: they would affect the next start. */
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
    // An event wraps the reason of a task: without a reference, the two cannot be distinguished.
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

import type { Finding, FailureId } from '../failures/finding.ts';
import type { StartFacts, UseFact } from './checks/facts.ts';
import { aboutSecret, subjectOf } from './checks/uses.ts';
import { classifyFailure, likelyChecks } from '../failures/classify-failure.ts';
import { parseArn } from '../secrets/partition.ts';
import { formatReference, lookupId } from '../secrets/reference.ts';
import type { StartFailure } from '../failures/start-failure.ts';
import type { StartReport } from './checks/remedies.ts';

/** One failure with its cause, the related findings, and what to do. */
export interface Explanation {
  failure: FailureId | 'unknown';
  title: string;
  cause: string;
  /** The references that the reason names. */
  references: { container: string; name: string; reference: string }[];
  /** The related findings of the checks. */
  evidence: Finding[];
  /** Commands that fix it, in order. */
  fix: string[];
  /** What to do if there is no command. */
  advice: string;
}

/** The facts about the failed task definition, and the findings of the checks. */
export interface Known {
  facts: StartFacts;
  report: StartReport;
}

/** Explains a reason: one entry per failure in it, or one entry for an unrecognized text. */
export function explainReason(text: string, known: Known | undefined): Explanation[] {
  const failures = classifyFailure(text);
  return failures.length === 0
    ? [explain(undefined, text, known)]
    : failures.map((failure) => explain(failure, text, known));
}

// --- internal ---

const unknown = {
  id: 'unknown' as const,
  title: 'unrecognized stop reason',
  cause: 'see the reason itself',
  checks: likelyChecks,
  advice: 'read the reason; ecs-secrets verify CLUSTER/SERVICE checks the usual causes',
};

function explain(
  failure: StartFailure | undefined,
  text: string,
  known: Known | undefined,
): Explanation {
  const { id, title, cause, checks, advice } = failure ?? unknown;
  const uses = known ? usesNamed(text, id, known.facts.uses) : [];
  const subjects = new Set(uses.flatMap((fact) => [subjectOf(fact), ...resourceOf(fact)]));
  const bearing = (known?.report.findings ?? []).filter(
    (finding) =>
      finding.failure === id || (checks.includes(finding.check) && !isOfAnother(finding, subjects)),
  );
  // An `ok` finding is related to a failure only if it concerns what the reason names.
  const evidence = bearing.filter(
    (finding) =>
      finding.status !== 'ok' || subjects.has(finding.subject) || finding.check === 'trust',
  );
  const wrong = evidence.filter(({ status }) => status === 'problem');
  // For intermittent failures, the finding is a warning.
  const telling = evidence.filter(({ status }) => status === 'problem' || status === 'warning');
  const meant = telling.filter((finding) => finding.failure === id);
  const fixes = new Set((meant.length > 0 ? meant : wrong).flatMap(({ fix }) => fix));
  const ordered = [...new Set([...(known?.report.fix ?? []), ...fixes])].filter((command) =>
    fixes.has(command),
  );
  return {
    failure: id,
    title,
    cause,
    references: uses.map(({ use, reference }) => ({
      container: use.container,
      name: use.name,
      reference: reference ? formatReference(reference) : use.valueFrom,
    })),
    evidence,
    fix: ordered.length > 0 ? ordered : told(id, uses, known),
    advice,
  };
}

/** The name of the secret in grants: `parameter/shop/db`. */
function resourceOf({ secret }: UseFact): string[] {
  return secret.state === 'found' ? [parseArn(secret.identity.arn)?.resource ?? ''] : [];
}

/** Whether a finding is about a reference that the reason does not name. */
function isOfAnother({ check, subject }: Finding, named: ReadonlySet<string>): boolean {
  const aboutUses = check === 'reference' || check === 'existence' || check === 'value';
  return aboutUses && named.size > 0 && !named.has(subject);
}

/** What the reason itself proves, even if no value was read. */
function told(id: string, uses: readonly UseFact[], known: Known | undefined): string[] {
  if (id !== 'json-key-missing' || !known) return [];
  return uses.flatMap(({ reference }) =>
    reference ? [aboutSecret('put', reference, known.facts.here)] : [],
  );
}

function usesNamed(text: string, id: string, uses: readonly UseFact[]): UseFact[] {
  const [, key] = /did not contain json key ["']?([^\s"',;]+)/i.exec(text) ?? [];
  return uses.filter((fact) => {
    const { use, reference, secret } = fact;
    if (id === 'json-key-missing' && key !== undefined) {
      return reference?.store === 'secrets-manager' && reference.jsonKey === key;
    }
    const names = [
      use.valueFrom,
      ...(reference ? [reference.name, lookupId(reference)] : []),
      ...(reference?.store === 'parameter-store'
        ? [`parameter/${reference.name.replace(/^\//, '')}`]
        : []),
      ...(secret.state === 'found' ? [secret.identity.arn] : []),
    ];
    return names.some((name) => stands(text, name));
  });
}

/** Whether a name occurs in a text as a whole, not as part of a longer one. */
function stands(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    const before = text[at - 1] ?? ' ';
    const after = text.slice(at + name.length, at + name.length + 2);
    if (!/[\w./-]/.test(before) && !/^([\w/-]|\.\w)/.test(after)) return true;
  }
  return false;
}

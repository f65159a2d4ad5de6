import type { Aws } from '../../aws/index.ts';
import { CliError } from '../../errors.ts';
import { checkStarts } from '../../model/starts/checks/index.ts';
import type { Known } from '../../model/starts/explain-failure.ts';
import { definitionNamedBy } from '../../model/failures/named-definition.ts';
import { pastedReasons } from '../../model/failures/pasted-reasons.ts';
import {
  reportFailures,
  type SeenFailure,
  type ReportedFailure,
} from '../../model/starts/failure-report.ts';
import { withoutCharacters } from '../../model/failures/without-characters.ts';
import { noDiagnosis, type Diagnosis, type DiagnosisOptions } from './diagnosis.ts';
import { gatherStartFacts, type StartTarget } from './gather-start-facts.ts';
import { whyUnseen } from '../if-allowed.ts';

/** Explains the reasons in a pasted text; works without an AWS account too. */
export async function diagnoseText(
  aws: Aws,
  text: string,
  options: DiagnosisOptions,
): Promise<Diagnosis> {
  const reasons = pastedReasons(text);
  const looked = reasons.slice(0, mostReasons);
  const seen = looked.map((reason): SeenFailure => ({
    reason: withoutCharacters(reason.text),
    source: 'text',
    at: undefined,
    taskDefinition: undefined,
  }));
  const notSeen =
    reasons.length > looked.length
      ? [`${reasons.length - looked.length} more reasons of the text: paste them by themselves`]
      : [];
  const cut = new Set<string>();
  const told = (knownOf: (failure: SeenFailure) => Known | undefined): Diagnosis => {
    const failures = reportFailures(seen, knownOf).map((one) =>
      cut.has(one.reason) ? withoutCommands(one) : one,
    );
    const fix = [...new Set(failures.flatMap((one) => one.fix))];
    return { ...noDiagnosis, failures, fix, notSeen };
  };
  try {
    const here = await aws.caller();
    const named = looked.map((reason) => definitionNamedBy(reason, here));
    for (const [index, { hasCutNames }] of named.entries()) {
      if (hasCutNames) cut.add(seen[index]?.reason ?? '');
    }
    if (cut.size > 0) notSeen.push(cutNames);
    const targets = named.map(({ definition }): StartTarget => ({
      target: '-',
      name: { file: undefined, family: 'FAMILY', options: [] },
      definition,
      status: undefined,
      service: undefined,
      partial: true,
    }));
    const facts = await gatherStartFacts(aws, targets, options);
    const reports = checkStarts(facts);
    const known = new Map(
      seen.flatMap((one, index) => {
        const [fact, report] = [facts[index], reports[index]];
        return fact && report ? [[one, { facts: fact, report }] as const] : [];
      }),
    );
    return told((one) => known.get(one));
  } catch (error) {
    // A text can be explained without an account too.
    if (!(error instanceof CliError)) throw error;
    return { ...told(() => undefined), unseen: whyUnseen(error) };
  }
}

// --- internal ---

const cutNames =
  'names next to a line break, which may be cut off: paste the reason as one line to check them';

/** The commands would lack the names that may be cut off. */
function withoutCommands(failure: ReportedFailure): ReportedFailure {
  return {
    ...failure,
    evidence: failure.evidence.map((finding) => ({ ...finding, fix: [] })),
    fix: [],
  };
}

/** Maximum distinct reasons of a text to look into. */
const mostReasons = 20;

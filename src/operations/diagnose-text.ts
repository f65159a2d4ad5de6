import type { Aws } from '../aws/index.ts';
import { CliError } from '../errors.ts';
import { checkStarts } from '../model/checks/index.ts';
import type { Known } from '../model/explain-failure.ts';
import { definitionNamedBy, pastedReasons } from '../model/pasted-reasons.ts';
import { reportFailures, type SeenFailure } from '../model/failure-report.ts';
import { withoutCharacters } from '../model/without-characters.ts';
import { noDiagnosis, type Diagnosis, type DiagnosisOptions } from './diagnosis.ts';
import { whyUnseen } from './gather-secret-facts.ts';
import { gatherStartFacts, type StartTarget } from './gather-start-facts.ts';

/** Explains the reasons in a text that somebody pasted; without an account too. */
export async function diagnoseText(
  aws: Aws,
  text: string,
  options: DiagnosisOptions,
): Promise<Diagnosis> {
  const reasons = pastedReasons(text).map(withoutCharacters);
  const seen = reasons.slice(0, mostReasons).map((reason): SeenFailure => ({
    reason,
    source: 'text',
    at: undefined,
    taskDefinition: undefined,
  }));
  const notSeen =
    reasons.length > seen.length
      ? [`${reasons.length - seen.length} more reasons of the text: paste them by themselves`]
      : [];
  const told = (knownOf: (failure: SeenFailure) => Known | undefined): Diagnosis => {
    const failures = reportFailures(seen, knownOf);
    const fix = [...new Set(failures.flatMap((one) => one.fix))];
    return { ...noDiagnosis, failures, fix, notSeen };
  };
  try {
    const here = await aws.caller();
    const targets = seen.map(({ reason }): StartTarget => ({
      target: '-',
      name: { file: undefined, family: 'FAMILY', options: [] },
      definition: definitionNamedBy(reason, here),
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

/** So many distinct reasons of a text are looked into. */
const mostReasons = 20;

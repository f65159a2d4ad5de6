import type { Aws } from '../../aws/index.ts';
import type { DescribedTask } from '../../aws/ecs-tasks.ts';
import { CliError } from '../../errors.ts';
import { checkStarts } from '../../model/starts/checks/index.ts';
import type { Known } from '../../model/starts/explain-failure.ts';
import {
  reportFailures,
  unreported,
  type SeenFailure,
  type ReportedFailure,
} from '../../model/starts/failure-report.ts';
import { noDiagnosis, type Diagnosis, type DiagnosisOptions } from './diagnosis.ts';
import { gatherStartFacts, type StartTarget } from './gather-start-facts.ts';
import { describeTaskDefinition } from '../definitions/read-task-definition.ts';
import { serviceName } from '../usage/service-name.ts';
import { whyUnseen } from '../if-allowed.ts';
import type { Service } from '../../aws/ecs-answers.ts';

/** What failed, and under what. */
export interface Failed {
  seen: readonly SeenFailure[];
  service: Service | undefined;
  /** The task that was asked about. */
  own: DescribedTask | undefined;
  /** What could not be looked at is added here. */
  notSeen: string[];
}

/**
 * Looks into the one revision that is still to be mended: the newest that failed, where ECS went back
 * from it, else what the service starts next. What older ones lacked is over.
 */
export async function lookInto(
  aws: Aws,
  { seen, service, own, notSeen }: Failed,
  options: DiagnosisOptions,
): Promise<Diagnosis> {
  if (seen.length === 0) return { ...noDiagnosis, notSeen };
  const current = service?.taskDefinition ?? own?.taskDefinition;
  const revision = newest([
    ...(current === undefined ? [] : [current]),
    ...seen.flatMap(({ taskDefinition }) => taskDefinition ?? []),
  ]);
  const known =
    revision === undefined
      ? undefined
      : await knownOf(aws, { revision, service, own }, notSeen, options);
  const failures = reportFailures(seen, () => known);
  const problems = known?.report.findings.filter(({ status }) => status === 'problem') ?? [];
  if (service && revision === current && problems.length === 0 && runs(service)) {
    return { ...noDiagnosis, failures: failures.map(withoutFix), notSeen, recovered: true };
  }
  const commands = [
    ...new Set([...(known?.report.fix ?? []), ...failures.flatMap(({ fix }) => fix)]),
  ];
  const deploys = commands.some(
    (command) =>
      command.startsWith('aws ecs update-service ') ||
      (command.includes(' register ') && command.includes(' --service ')),
  );
  const again = service && !deploys ? [deployCommand(service, revision)] : [];
  return {
    ...noDiagnosis,
    failures,
    others: unreported(problems, failures),
    fix: [...commands, ...again],
    notSeen,
  };
}

/** What a call answers; undefined where it fails, which is noted. */
export async function ifSeen<T>(
  what: string,
  call: Promise<T>,
  notSeen: string[],
): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    notSeen.push(`${what}: ${whyUnseen(error)}`);
    return undefined;
  }
}

// --- internal ---

const withoutFix = (failure: ReportedFailure): ReportedFailure => ({ ...failure, fix: [] });

async function knownOf(
  aws: Aws,
  { revision, service, own }: { revision: string } & Pick<Failed, 'service' | 'own'>,
  notSeen: string[],
  options: DiagnosisOptions,
): Promise<Known | undefined> {
  const family = familyOf(revision);
  const described = await ifSeen(
    `the task definition ${family}`,
    describeTaskDefinition(revision, aws),
    notSeen,
  );
  if (!described) return undefined;
  const role = own?.taskDefinition === revision ? own.executionRole : undefined;
  const target: StartTarget = {
    target: revision,
    name: { file: undefined, family, options: [] },
    definition: {
      ...described.definition,
      ...(role !== undefined && { executionRoleArn: role }),
    },
    status: described.status,
    service,
  };
  const [facts] = await gatherStartFacts(aws, [target], options);
  if (!facts) return undefined;
  const [report] = checkStarts([facts]);
  return report && { facts, report };
}

const familyOf = (arn: string): string => arn.replace(/^.*:task-definition\//, '');

/** The one with the highest number; the first of them where families differ. */
function newest(revisions: readonly string[]): string | undefined {
  const [first, ...others] = revisions;
  const split = (arn: string): [family: string, number: number] => {
    const [family = '', number = '0'] = familyOf(arn).split(':');
    return [family, Number(number)];
  };
  return others.reduce((best, one) => {
    const [[family, number], [bestFamily, bestNumber]] = [split(one), split(best ?? one)];
    return family === bestFamily && number > bestNumber ? one : best;
  }, first);
}

/** redeploy would start what the service went back to; register deploys the revision that was mended. */
function deployCommand(service: Service, revision: string | undefined): string {
  const name = serviceName(service);
  return revision === undefined || revision === service.taskDefinition
    ? `ecs-secrets redeploy --service ${name}`
    : `ecs-secrets register --family ${familyOf(revision)} --service ${name}`;
}

function runs({ deployments, desiredCount }: Service): boolean {
  const primary = deployments.find(({ status }) => status === 'PRIMARY');
  return primary?.rolloutState === 'COMPLETED' && primary.runningCount >= desiredCount;
}

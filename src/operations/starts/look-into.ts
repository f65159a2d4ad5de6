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

/** What failed, and in which service or task. */
export interface Failed {
  seen: readonly SeenFailure[];
  service: Service | undefined;
  /** The task that the user named. */
  own: DescribedTask | undefined;
  /** What could not be checked is added here. */
  notSeen: string[];
}

/**
 * Checks the revision that still needs a fix: the newest failed one if ECS rolled back from it,
 * otherwise the one that the service starts next. Problems of older revisions are over.
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

/** The result of a call; undefined if it fails, which is added to `notSeen`. */
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
  const { executionRole: role, taskRole } = own?.taskDefinition === revision ? own : {};
  const target: StartTarget = {
    target: revision,
    name: { file: undefined, family, options: [] },
    definition: {
      ...described.definition,
      ...(role !== undefined && { executionRoleArn: role }),
      ...(taskRole !== undefined && { taskRoleArn: taskRole }),
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

/** The revision with the highest number; the first one if families differ. */
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

/** redeploy would start the revision after the rollback; register deploys the fixed revision. */
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

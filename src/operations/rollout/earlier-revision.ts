import type { Service } from '../../aws/ecs-answers.ts';
import type { Aws } from '../../aws/index.ts';
import { CliError } from '../../errors.ts';
import { lastPart } from '../../model/last-part.ts';
import { shownName } from '../../model/secrets/shown-text.ts';
import { stableRevision } from '../../model/rollout/stable-revision.ts';
import { primaryOf } from '../../model/usage/deployment.ts';
import { serviceName } from '../usage/service-name.ts';

/**
 * The ARN of the revision to roll a service back to: `to` (a number, `FAMILY:REVISION` or an ARN),
 * or the one that ran before an unfinished deployment, or else the ACTIVE revision before the
 * current one. If a rollback is in progress, it is the revision of that. Throws CliError
 * `revision-not-found`.
 */
export async function earlierRevision(
  aws: Aws,
  service: Service,
  to: string | undefined,
): Promise<string> {
  const ecs = await aws.ecs();
  const primary = primaryOf(service);
  const current = primary?.taskDefinition ?? service.taskDefinition ?? '';
  const { family, number } = partsOf(current);
  if (to !== undefined) {
    const id = /^\d+$/.test(to) ? `${family}:${to}` : to;
    const found = /:\d+$/.test(id) ? await ecs.taskDefinition(id) : undefined;
    if (found?.status === 'ACTIVE') return found.arn;
    throw notFound(`there is no ACTIVE revision ${shownName(lastPart(id))}`);
  }
  const stable = stableRevision(service);
  if (stable !== undefined && stable !== current) {
    const before = partsOf(stable);
    const isRollback =
      before.family === family && before.number > number && primary?.rolloutState === 'IN_PROGRESS';
    return isRollback ? current : stable;
  }
  const older = (await ecs.revisions('ACTIVE', family))
    .filter((arn) => partsOf(arn).family === family && partsOf(arn).number < number)
    .sort((a, b) => partsOf(b).number - partsOf(a).number);
  if (older[0] !== undefined) return older[0];
  throw notFound(`${serviceName(service)} runs ${lastPart(current)}; no earlier one is ACTIVE`);
}

// --- internal ---

function partsOf(arn: string): { family: string; number: number } {
  const [, family = '', number = '0'] = /^(.*):(\d+)$/.exec(lastPart(arn)) ?? [];
  return { family, number: Number(number) };
}

function notFound(message: string): CliError {
  return new CliError('revision-not-found', message, {
    hint: 'nothing was deployed; to list the revisions: ecs-secrets revisions FAMILY',
  });
}

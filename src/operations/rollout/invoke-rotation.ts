import { randomUUID } from 'node:crypto';
import type { Aws } from '../../aws/index.ts';
import type { SecretDescription, SecretsManager } from '../../aws/secrets-manager.ts';
import { CliError, exitCodes, isAwsError, isPassing } from '../../errors.ts';
import { parseArn } from '../../model/secrets/partition.ts';
import type { Clock } from '../../world.ts';
import type { ResolvedSecret } from '../secrets/resolve-references.ts';
import { functionName } from '../secrets/rotation-warnings.ts';
import { untilDeadline } from '../until-deadline.ts';
import { untilInterrupted } from '../until-interrupted.ts';
import type { PutOutcome } from '../secrets/put-request.ts';

/**
 * Starts the secret's rotation function, and waits until AWSCURRENT has moved to the version that
 * it created. Throws CliError `timed-out` after `timeout` milliseconds (the function may still
 * finish), and `rotation-in-progress` if another rotation is incomplete.
 */
export async function invokeRotation(
  aws: Aws,
  secret: ResolvedSecret,
  { timeout, clock, interrupted }: { timeout: number; clock: Clock; interrupted: AbortSignal },
): Promise<PutOutcome> {
  const manager = await aws.secretsManager(parseArn(secret.arn)?.region);
  const before = (await manager.describe(secret.arn))?.currentVersionId;
  const id = randomUUID();
  await start(manager, secret, id);
  const begin = clock.now();
  const hint =
    'see the log of the rotation function; ecs-secrets redeploy --stale continues when it is done';
  for (let wait = 500; ; wait = Math.min(wait * 1.3, 10_000)) {
    await untilInterrupted(clock.sleep(wait, interrupted), interrupted, interruptedHere);
    // One last check at the deadline, which may take a second.
    const until = Math.max(begin + timeout, clock.now() + 1_000);
    const look = manager.describe(secret.arn).catch((error: unknown) => {
      if (!isPassing(error)) throw error;
      return undefined;
    });
    const found = await untilDeadline(
      untilInterrupted(look, interrupted, interruptedHere),
      until,
      clock,
    );
    const now = found === 'late' ? undefined : found;
    const version = now && rotatedTo(now, id, before);
    if (now && version !== undefined) {
      return {
        action: 'updated',
        store: 'secrets-manager',
        name: secret.name,
        arn: secret.arn,
        version,
        previousVersion: replacedBy(now, version) ?? before,
        compared: true,
      };
    }
    if (clock.now() - begin >= timeout) {
      throw new CliError('timed-out', `timed out: ${secret.name} has no new value yet`, {
        exitCode: exitCodes.timedOut,
        hint,
      });
    }
  }
}

// --- internal ---

const interruptedHere =
  'interrupted; the rotation function continues, and no service was redeployed';

/**
 * Starts a rotation that creates a version with this ID. Throws CliError `rotation-in-progress`.
 */
async function start(manager: SecretsManager, secret: ResolvedSecret, id: string): Promise<void> {
  try {
    await manager.rotate(secret.arn, id);
  } catch (error) {
    const now = await manager.describe(secret.arn).catch(() => undefined);
    // Only an answer was lost, and the SDK's retry was refused: the rotation in progress is ours.
    if (now?.stages[id]) return;
    const isUnderWay =
      isAwsError(error, 'InvalidRequestException') &&
      /previous rotation isn.t complete/i.test(error.message);
    throw isUnderWay ? underWay(secret, now) : error;
  }
}

/** The version that a rotation made current; undefined while it is incomplete. */
function rotatedTo(
  { stages, currentVersionId, pendingVersionId }: SecretDescription,
  id: string,
  before: string | undefined,
): string | undefined {
  const labels = stages[id] ?? [];
  // AWSPREVIOUS: it was current, and someone else has stored a value since.
  if (labels.includes('AWSCURRENT') || labels.includes('AWSPREVIOUS')) return id;
  // A function may use another version ID; while a version is pending, it belongs to someone else.
  const other = pendingVersionId === undefined && currentVersionId !== before;
  return other ? currentVersionId : undefined;
}

/** The version that lost AWSCURRENT to this one; undefined if no longer known. */
function replacedBy(
  { stages, currentVersionId }: SecretDescription,
  version: string,
): string | undefined {
  if (currentVersionId !== version) return undefined;
  return Object.keys(stages).find((one) => stages[one]?.includes('AWSPREVIOUS'));
}

function underWay({ name, arn }: ResolvedSecret, now: SecretDescription | undefined): CliError {
  const version = now?.pendingVersionId;
  const lambda = now?.rotation?.functionArn;
  const region = `--region ${parseArn(arn)?.region ?? ''}`;
  const secret = `--secret-id ${arn} ${region}`;
  return new CliError(
    'rotation-in-progress',
    `a rotation of ${name} is in progress or stuck${version === undefined ? '' : `: version ${version} has the label AWSPENDING`}`,
    {
      hint: [
        `its state: aws secretsmanager describe-secret ${secret}`,
        ...(lambda === undefined
          ? []
          : [`its log: aws logs tail /aws/lambda/${functionName(lambda)} ${region}`]),
        `to abandon it, if the database does not have the pending password yet: aws secretsmanager update-secret-version-stage ${secret} --version-stage AWSPENDING --remove-from-version-id ${version ?? 'VERSION'}`,
      ].join('; '),
    },
  );
}

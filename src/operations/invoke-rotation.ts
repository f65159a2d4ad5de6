import type { Aws } from '../aws/index.ts';
import { CliError, exitCodes } from '../errors.ts';
import { parseArn } from '../model/partition.ts';
import type { Clock } from '../world.ts';
import type { PutOutcome } from './put-secret.ts';
import type { ResolvedSecret } from './resolve-references.ts';
import { untilInterrupted } from './until-interrupted.ts';

/**
 * Has Secrets Manager call the secret's rotation function, and waits until AWSCURRENT has moved to
 * the version that it made. Throws CliError `timed-out` when that takes longer than `timeout`
 * milliseconds: the function may still finish.
 */
export async function invokeRotation(
  aws: Aws,
  secret: ResolvedSecret,
  { timeout, clock, interrupted }: { timeout: number; clock: Clock; interrupted: AbortSignal },
): Promise<PutOutcome> {
  const manager = await aws.secretsManager(parseArn(secret.arn)?.region);
  const before = (await manager.describe(secret.arn))?.currentVersionId;
  await manager.rotate(secret.arn);
  const begin = clock.now();
  const hint =
    'see the log of the rotation function; ecs-secrets redeploy --stale goes on when it is done';
  for (let wait = 500; ; wait = Math.min(wait * 1.3, 10_000)) {
    await untilInterrupted(
      clock.sleep(wait, interrupted),
      interrupted,
      'interrupted; the rotation function goes on without us, and no service was redeployed',
    );
    const now = (await manager.describe(secret.arn))?.currentVersionId;
    if (now !== undefined && now !== before) {
      return {
        action: 'updated',
        store: 'secrets-manager',
        name: secret.name,
        arn: secret.arn,
        version: now,
        previousVersion: before,
        compared: true,
      };
    }
    if (clock.now() - begin >= timeout) {
      throw new CliError('timed-out', `time is up, and ${secret.name} has no new value yet`, {
        exitCode: exitCodes.timedOut,
        hint,
      });
    }
  }
}

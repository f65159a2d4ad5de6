import { describe, expect, test } from 'vitest';
import type { SecretDescription } from '../../../src/aws/secrets-manager.ts';
import { AwsError } from '../../../src/errors.ts';
import { invokeRotation } from '../../../src/operations/rollout/invoke-rotation.ts';
import type { ResolvedSecret } from '../../../src/operations/secrets/resolve-references.ts';
import { fakeAws } from '../../helpers/fake-aws.ts';
import { jumpingClock } from '../../helpers/rollout-fakes.ts';

const arn = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf';
const secret: ResolvedSecret = { store: 'secrets-manager', name: 'db', arn, kmsKeyId: undefined };
const unreachable = new AwsError('unreachable', 'the connection was reset');

/** Labels of versions by id, where OURS is the id of the version that we asked for. */
type Labels = Record<string, string[]>;
const described = (labels: Labels, ours: string): SecretDescription => {
  const stages = Object.fromEntries(
    Object.entries(labels).map(([id, own]) => [id === 'OURS' ? ours : id, own]),
  );
  const holder = (label: string) => Object.keys(stages).find((id) => stages[id]?.includes(label));
  return {
    ...{ name: 'db', arn, stages, rotation: undefined },
    ...{ currentVersionId: holder('AWSCURRENT'), pendingVersionId: holder('AWSPENDING') },
  } as unknown as SecretDescription;
};

/** Rotates a secret that is described so, one look after the other; the last description stays. */
async function rotate(
  looks: (Labels | Error)[],
  {
    rotation,
    interrupt,
    timeout = 900_000,
  }: { rotation?: Error; interrupt?: AbortController; timeout?: number } = {},
) {
  let [ours, look] = ['', 0];
  const aws = fakeAws({
    secretsManager: {
      describe: () => {
        const now = looks[Math.min(look, looks.length - 1)]!;
        look += 1;
        if (interrupt && look === looks.length) interrupt.abort();
        return now instanceof Error ? Promise.reject(now) : Promise.resolve(described(now, ours));
      },
      rotate: (_id, versionId) => {
        ours = versionId;
        return rotation ? Promise.reject(rotation) : Promise.resolve();
      },
    },
  });
  const interrupted = (interrupt ?? new AbortController()).signal;
  const outcome = await invokeRotation(aws, secret, {
    timeout,
    clock: jumpingClock(),
    interrupted,
  });
  const named = (version: typeof outcome.version) => (version === ours ? 'OURS' : version);
  return { ...outcome, version: named(outcome.version) };
}

const before: Labels = { v1: ['AWSCURRENT'] };
const pending: Labels = { v1: ['AWSCURRENT'], OURS: ['AWSPENDING'] };
const done: Labels = { v1: ['AWSPREVIOUS'], OURS: ['AWSCURRENT'] };

describe('a rotation is complete', () => {
  test('when AWSCURRENT has moved to the version that was asked for', async () => {
    const outcome = await rotate([before, pending, pending, done]);
    expect(outcome).toMatchObject({ action: 'updated', version: 'OURS', previousVersion: 'v1' });
  });

  test('though looks fail meanwhile for reasons that pass', async () => {
    const outcome = await rotate([before, unreachable, new AwsError('throttled', 'slow'), done]);
    expect(outcome).toMatchObject({ version: 'OURS', previousVersion: 'v1' });
  });

  test('though someone else has stored a value since', async () => {
    const since: Labels = { OURS: ['AWSPREVIOUS'], v3: ['AWSCURRENT'] };
    expect(await rotate([before, since])).toMatchObject({ version: 'OURS', previousVersion: 'v1' });
  });

  test('though the function gave its version an id of its own, but not while one is pending', async () => {
    const own: Labels = { v1: ['AWSPREVIOUS'], v2: ['AWSCURRENT'] };
    const theirs: Labels = { ...own, OURS: ['AWSPENDING'] };
    const last: Labels = { v2: ['AWSPREVIOUS'], OURS: ['AWSCURRENT'] };
    expect(await rotate([before, own])).toMatchObject({ version: 'v2', previousVersion: 'v1' });
    expect(await rotate([before, theirs, last])).toMatchObject({
      ...{ version: 'OURS', previousVersion: 'v2' },
    });
  });

  test('though the answer to its start was lost', async () => {
    const outcome = await rotate([before, pending, done], { rotation: unreachable });
    expect(outcome.version).toBe('OURS');
  });
});

describe('a rotation fails', () => {
  const isUnderWay = new AwsError('invalid', "A previous rotation isn't complete.", {
    awsCode: 'InvalidRequestException',
  });

  test('while another one is not complete, which is told with its version', async () => {
    const theirs: Labels = { v1: ['AWSCURRENT'], v2: ['AWSPENDING'] };
    await expect(rotate([theirs], { rotation: isUnderWay })).rejects.toMatchObject({
      code: 'rotation-in-progress',
      message: 'a rotation of db is in progress or stuck: version v2 has the label AWSPENDING',
      hint: expect.stringContaining('--remove-from-version-id v2') as string,
    });
    const unseen = rotate([before, unreachable], { rotation: isUnderWay });
    await expect(unseen).rejects.toMatchObject({
      message: 'a rotation of db is in progress or stuck',
      hint: expect.stringContaining('--remove-from-version-id VERSION') as string,
    });
  });

  test('with the error of AWS where it was not started', async () => {
    await expect(rotate([before], { rotation: unreachable })).rejects.toBe(unreachable);
    const refused = new AwsError('invalid', 'No Lambda rotation function ARN is associated.', {
      awsCode: 'InvalidRequestException',
    });
    await expect(rotate([before], { rotation: refused })).rejects.toBe(refused);
  });

  test('when it takes longer than the user waits', async () => {
    await expect(rotate([before, pending], { timeout: 5_000 })).rejects.toMatchObject({
      ...{ code: 'timed-out', exitCode: 5 },
    });
  });

  test('when a look fails for a reason that stays', async () => {
    const denied = new AwsError('access-denied', 'no secretsmanager:DescribeSecret');
    await expect(rotate([before, denied])).rejects.toBe(denied);
  });

  test('for a user who interrupts in the middle, and continues in AWS', async () => {
    const interrupt = new AbortController();
    await expect(rotate([before, pending, pending], { interrupt })).rejects.toMatchObject({
      code: 'interrupted',
      message: 'interrupted; the rotation function continues, and no service was redeployed',
    });
  });
});

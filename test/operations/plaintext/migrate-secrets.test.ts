import { expect, test } from 'vitest';
import type { ParameterStore } from '../../../src/aws/parameter-store.ts';
import { AwsError } from '../../../src/errors.ts';
import { parseReference } from '../../../src/model/secrets/reference.ts';
import { SecretValue } from '../../../src/model/secrets/secret-value.ts';
import { migrateSecrets } from '../../../src/operations/plaintext/migrate-secrets.ts';
import type { Move } from '../../../src/operations/plaintext/plan-migration.ts';
import { fakeAws } from '../../helpers/fake-aws.ts';
import { jumpingClock } from '../../helpers/rollout-fakes.ts';

const move = (name: string, stored = false): Move => ({
  ...{ container: 'web', name, reference: parseReference(`/shop/${name}`), stored },
  ...{ value: new SecretValue(`value of ${name}`), kind: undefined },
});

/** Migrates variables to a Parameter Store that answers so; any other service is not to be asked. */
function migrate(
  moves: Move[],
  store: Partial<ParameterStore>,
  interrupted = new AbortController().signal,
) {
  const parameterStore = {
    readMany: () => Promise.resolve([]),
    describe: () => Promise.resolve(new Map()),
    ...store,
  };
  return migrateSecrets(fakeAws({ parameterStore }), {
    definition: { family: 'web', containerDefinitions: [{ name: 'web' }] },
    plan: { moves, elsewhere: [] },
    ...{ kmsKeyId: undefined, tags: [], executionRole: undefined, keepRole: false },
    ...{ clock: jumpingClock(), interrupted },
    ...{ onProgress: () => undefined, onWarning: () => undefined },
  });
}

test('a value that came to be there since the plan was made stays, and is told as such', async () => {
  const exists = new AwsError('already-exists', 'It exists.', {
    awsCode: 'ParameterAlreadyExists',
  });
  const theirs = {
    name: '/shop/DB',
    version: 1,
    type: 'SecureString',
    value: new SecretValue('x'),
  };
  let made = false;
  const migrating = migrate([move('DB')], {
    create: () => {
      made = true;
      return Promise.reject(exists);
    },
    read: () => Promise.resolve(made ? (theirs as never) : undefined),
  });
  await expect(migrating).rejects.toMatchObject({
    code: 'store-failed',
    message: 'ssm:/shop/DB: it was created since the plan was made',
    hint: 'nothing was registered; run the command again',
  });
});

test('a value that may not be read cannot be compared, and is told as such', async () => {
  const exists = new AwsError('already-exists', 'It exists.', {
    awsCode: 'ParameterAlreadyExists',
  });
  const denied = () => Promise.reject(new AwsError('access-denied', 'no ssm:GetParameter'));
  const migrating = migrate([move('DB')], {
    ...{ readMany: denied, read: denied, create: () => Promise.reject(exists) },
  });
  await expect(migrating).rejects.toMatchObject({
    code: 'store-failed',
    message: expect.stringMatching(
      /^ssm:\/shop\/DB: it exists, and reading it to compare was denied/,
    ) as string,
    hint: 'nothing was registered; run the command again',
  });
});

test('values that cannot be stored are all told, and nothing is registered', async () => {
  const hint = 'allow ssm:PutParameter';
  const denied = new AwsError('access-denied', 'access denied: ssm:PutParameter', { hint });
  const migrating = migrate([move('A'), move('B', true), move('C')], {
    read: () => Promise.resolve(undefined),
    create: () => Promise.reject(denied),
  });
  await expect(migrating).rejects.toMatchObject({
    message:
      'ssm:/shop/A: access denied: ssm:PutParameter\nssm:/shop/C: access denied: ssm:PutParameter',
    hint: 'allow ssm:PutParameter; nothing was registered; run the command again',
  });
});

test('an interrupt after the values are stored registers nothing, and says how far it came', async () => {
  const interrupt = new AbortController();
  interrupt.abort();
  await expect(migrate([move('A', true)], {}, interrupt.signal)).rejects.toMatchObject({
    code: 'interrupted',
    message: 'interrupted; the values are stored',
    hint: 'run the command again: it completes what is left',
  });
});

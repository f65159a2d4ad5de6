import { expect, test } from 'vitest';
import type { SecretDescription, SecretsManager } from '../../../src/aws/secrets-manager.ts';
import { AwsError } from '../../../src/errors.ts';
import type { SecretIdentity } from '../../../src/model/secrets/reference.ts';
import { deleteSecret } from '../../../src/operations/secrets/delete-secret.ts';
import { fakeAws, type Answers } from '../../helpers/fake-aws.ts';

const secret: SecretIdentity = {
  ...{ store: 'secrets-manager', name: 'db' },
  arn: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf',
};
const parameter: SecretIdentity = {
  ...{ store: 'parameter-store', name: '/shop/db' },
  arn: 'arn:aws:ssm:eu-west-1:123456789012:parameter/shop/db',
};
const deletedAt = new Date('2026-12-24T00:00:00Z');
const described = { name: 'db', arn: secret.arn } as SecretDescription;

const managerWith = (calls: Partial<ReturnType<typeof manager>>): Answers => ({
  secretsManager: (region) => {
    expect(region).toBe('eu-west-1');
    return { ...manager(), ...calls };
  },
});
const manager = () => ({
  describe: (): Promise<SecretDescription | undefined> => Promise.resolve(described),
  delete: ((): Promise<{ deletedAt: Date | undefined }> =>
    Promise.resolve({ deletedAt })) as SecretsManager['delete'],
});

test('a secret can be recovered until AWS deletes it, or not at all', async () => {
  const days: number[] = [];
  const aws = fakeAws(
    managerWith({
      delete: (_id, recoveryDays) => {
        days.push(recoveryDays);
        return Promise.resolve({ deletedAt });
      },
    }),
  );
  expect(await deleteSecret(aws, secret, 7)).toEqual({ ...secret, recoverableUntil: deletedAt });
  expect(await deleteSecret(aws, secret, 0)).toEqual({ ...secret, recoverableUntil: undefined });
  expect(days).toEqual([7, 0]);
});

test('a secret that someone else deletes first is gone already', async () => {
  const notFound = new AwsError('not-found', "Secrets Manager can't find the specified secret.", {
    awsCode: 'ResourceNotFoundException',
  });
  const before = fakeAws(managerWith({ describe: () => Promise.resolve(undefined) }));
  expect(await deleteSecret(before, secret, 7)).toBeUndefined();
  const between = fakeAws(managerWith({ delete: () => Promise.reject(notFound) }));
  expect(await deleteSecret(between, secret, 7)).toBeUndefined();
});

test('any other error of the deletion is one', async () => {
  const denied = new AwsError('access-denied', 'no secretsmanager:DeleteSecret');
  const aws = fakeAws(managerWith({ delete: () => Promise.reject(denied) }));
  await expect(deleteSecret(aws, secret, 7)).rejects.toThrow('secretsmanager:DeleteSecret');
});

test('a parameter goes for good; one that is gone already is none', async () => {
  const there = new Set(['/shop/db']);
  const aws = fakeAws({
    parameterStore: (region) => {
      expect(region).toBe('eu-west-1');
      return { delete: (names) => Promise.resolve(names.filter((name) => there.delete(name))) };
    },
  });
  expect(await deleteSecret(aws, parameter, 7)).toEqual({
    ...parameter,
    recoverableUntil: undefined,
  });
  expect(await deleteSecret(aws, parameter, 7)).toBeUndefined();
});

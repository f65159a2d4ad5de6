import { describe, expect, test } from 'vitest';
import type { ReadSecret, VersionSelector } from '../../../src/aws/secrets-manager.ts';
import type { Aws } from '../../../src/aws/index.ts';
import { AwsError } from '../../../src/errors.ts';
import { SecretValue } from '../../../src/model/secrets/secret-value.ts';
import { overtaking } from '../../../src/operations/rollout/overtaking.ts';
import type { ResolvedSecret } from '../../../src/operations/secrets/resolve-references.ts';
import { fakeAws } from '../../helpers/fake-aws.ts';

const secret: ResolvedSecret = {
  ...{ store: 'secrets-manager', name: 'db', kmsKeyId: undefined },
  arn: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf',
};
const parameter: ResolvedSecret = {
  ...{ store: 'parameter-store', name: '/shop/db', kmsKeyId: undefined },
  arn: 'arn:aws:ssm:us-east-1:123456789012:parameter/shop/db',
};

/** A Secrets Manager of eu-west-1 with these versions, of which one is current. */
function manager(current: string | undefined, versions: Record<string, string | Buffer> = {}): Aws {
  const read = (_id: string, { versionId = current }: VersionSelector = {}) => {
    const value = versions[versionId ?? ''];
    if (value === undefined) return Promise.resolve(undefined);
    const found = { value: typeof value === 'string' ? new SecretValue(value) : undefined };
    return Promise.resolve({ ...found, versionId } as ReadSecret);
  };
  return fakeAws({
    secretsManager: (region) => {
      expect(region).toBe('eu-west-1');
      return {
        describe: () => Promise.resolve({ currentVersionId: current } as never),
        read,
      };
    },
  });
}

describe('the version of someone else', () => {
  test('is none while ours is current, or where there is none', async () => {
    expect(await overtaking(manager('ours'), secret, 'ours', undefined)).toBeUndefined();
    expect(await overtaking(manager(undefined), secret, 'ours', undefined)).toBeUndefined();
  });

  test('is the one that is current instead of ours', async () => {
    expect(await overtaking(manager('theirs'), secret, 'ours', undefined)).toBe('theirs');
  });

  test('of a parameter is a later one; an older answer is out of date', async () => {
    const aws = (version: number) =>
      fakeAws({ parameterStore: { read: () => Promise.resolve({ version } as never) } });
    expect(await overtaking(aws(4), parameter, 3, undefined)).toBe(4);
    expect(await overtaking(aws(3), parameter, 3, undefined)).toBeUndefined();
    expect(await overtaking(aws(2), parameter, 3, undefined)).toBeUndefined();
  });
});

describe('where we set one key', () => {
  const ours = '{"a":"new","b":"1"}';
  test.each<[string, string | Buffer | undefined, string | Buffer | undefined, boolean]>([
    ['another key was set', ours, '{"a":"new","b":"2"}', false],
    ['our key was set', ours, '{"a":"other","b":"1"}', true],
    ['our key was taken away', ours, '{"b":"1"}', true],
    ['the whole is no JSON any more', ours, 'text', true],
    ['the whole is binary now', ours, Buffer.from('x'), true],
    ['theirs is gone again', ours, undefined, true],
    ['our version is binary', Buffer.from('x'), '{"a":"new"}', true],
    ['our version is not kept', undefined, '{"a":"new"}', true],
    ['neither has the key', '{"b":"1"}', '{"b":"2"}', true],
  ])('%s', async (_what, mine, theirs, isOvertaken) => {
    const versions = { ...(mine && { ours: mine }), ...(theirs && { theirs }) };
    const found = await overtaking(manager('theirs', versions), secret, 'ours', 'a');
    expect(found).toBe(isOvertaken ? 'theirs' : undefined);
  });
});

test('credentials that ran out cost no report, a defect of ours is one', async () => {
  const failing = (error: Error) =>
    fakeAws({ secretsManager: { describe: () => Promise.reject(error) } });
  const expired = new AwsError('expired-credentials', 'the token has expired');
  expect(await overtaking(failing(expired), secret, 'ours', undefined)).toBeUndefined();
  const defect = overtaking(failing(new TypeError('a defect')), secret, 'ours', undefined);
  await expect(defect).rejects.toThrow('a defect');
});

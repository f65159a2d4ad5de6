import { expect, test } from 'vitest';
import type { Aws } from '../../../src/aws/index.ts';
import { AwsError } from '../../../src/errors.ts';
import type { SecretIdentity } from '../../../src/model/secrets/reference.ts';
import { regionsNotSearched, withRegions } from '../../../src/operations/secrets/secret-regions.ts';

const arnIn = (region: string) => `arn:aws:secretsmanager:${region}:123456789012:secret:db-AbCdEf`;
const replica: SecretIdentity & { primaryRegion?: string } = {
  ...{ store: 'secrets-manager', name: 'db', arn: arnIn('eu-west-1') },
  primaryRegion: 'us-east-1',
};

/** An AWS in which each region answers DescribeSecret of the ARN so, or refuses; `asked` has the calls. */
function awsWith(replicaRegions: string[] | Error) {
  const asked: string[] = [];
  const aws = {
    secretsManager: (region: string) =>
      Promise.resolve({
        describe: (id: string) => {
          asked.push(`${region} ${id}`);
          if (replicaRegions instanceof Error) return Promise.reject(replicaRegions);
          return Promise.resolve({ replicaRegions });
        },
      }),
  } as unknown as Aws;
  return { aws, asked };
}

test('the primary of a replica is asked for the other replicas', async () => {
  const { aws, asked } = awsWith(['eu-west-1', 'eu-west-3']);
  const { regions } = await withRegions(aws, replica);
  expect(regions).toEqual(['us-east-1', 'eu-west-1', 'eu-west-3']);
  expect(asked).toEqual([`us-east-1 ${arnIn('us-east-1')}`]);
});

test('a primary that may not be asked is a region of the secret all the same', async () => {
  const { aws } = awsWith(new AwsError('access-denied', 'access denied', {}));
  const { regions } = await withRegions(aws, replica);
  expect(regions).toEqual(['us-east-1', 'eu-west-1']);
  await expect(withRegions(awsWith(new Error('a defect')).aws, replica)).rejects.toThrow(
    'a defect',
  );
});

test('nobody is asked about a secret that is not replicated, or whose regions are known', async () => {
  const { aws, asked } = awsWith([]);
  const single = { ...replica, primaryRegion: undefined };
  expect(await withRegions(aws, single)).toBe(single);
  const known = { ...replica, regions: ['us-east-1', 'eu-west-1'] };
  expect(await withRegions(aws, known)).toBe(known);
  expect(asked).toEqual([]);
});

test('regions that were not searched are those of the secret that are left', () => {
  const regions = ['us-east-1', 'eu-west-1', 'eu-west-3'];
  expect(regionsNotSearched({ ...replica, regions }, ['us-east-1'])).toEqual([
    'eu-west-1',
    'eu-west-3',
  ]);
  expect(regionsNotSearched(replica, ['us-east-1'])).toEqual(['eu-west-1']);
  expect(regionsNotSearched(replica, ['eu-west-1'])).toEqual([]);
});

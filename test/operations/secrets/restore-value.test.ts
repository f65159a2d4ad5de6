import { PutParameterCommand } from '@aws-sdk/client-ssm';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Aws } from '../../../src/aws/index.ts';
import { awsAt } from '../../helpers/aws-at.ts';
import { parseReference } from '../../../src/model/secrets/reference.ts';
import {
  resolveReference,
  type ResolvedSecret,
} from '../../../src/operations/secrets/resolve-references.ts';
import { currentVersion, restoreValue } from '../../../src/operations/secrets/restore-value.ts';
import { goBetween, type GoBetween, type Incident } from '../../helpers/go-between.ts';
import { valuesBelow } from '../../helpers/parameters.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';

let shop: Shop;
let opened: GoBetween[];
beforeEach(async () => {
  shop = await openShop();
  opened = [];
});
afterEach(async () => {
  await Promise.all(opened.map((one) => one[Symbol.asyncDispose]()));
  await shop.sandbox.close();
});

/** AWS for whom something happens to some calls. */
async function awsAmid(...incidents: Incident[]): Promise<Aws> {
  const between = await goBetween(shop.sandbox.url, incidents);
  opened.push(between);
  return awsAt(between.url);
}

async function resolved(ref: string): Promise<ResolvedSecret> {
  const aws = awsAt(shop.sandbox.url);
  return resolveReference(aws, parseReference(ref));
}

const fault = (service: string, operation: string, times: number, more: object = {}) => {
  shop.sandbox.inject({ service, operation, times, code: 'AccessDeniedException', ...more });
};
const overtaken = { restored: false, why: expect.stringContaining('someone else') as string };

describe('a secret', () => {
  let ours: string;
  let previous: string;
  let db: ResolvedSecret;
  beforeEach(async () => {
    const SecretString = '{"a":"old","b":"1"}';
    await shop.secrets.send(new CreateSecretCommand({ Name: 'db', SecretString }));
    previous = await version();
    await write('{"a":"ours","b":"1"}');
    ours = await version();
    db = await resolved('sm:db');
  });

  async function write(SecretString: string): Promise<void> {
    await shop.secrets.send(new PutSecretValueCommand({ SecretId: 'db', SecretString }));
  }
  async function current() {
    return shop.secrets.send(
      new GetSecretValueCommand({ SecretId: 'db', VersionStage: 'AWSCURRENT' }),
    );
  }
  async function version(): Promise<string> {
    return (await current()).VersionId ?? '';
  }
  async function value(): Promise<unknown> {
    return JSON.parse((await current()).SecretString ?? '') as unknown;
  }

  test.each([undefined, 'a'])('has its label moved back (key: %s)', async (key) => {
    const aws = await awsAmid();
    const outcome = await restoreValue(aws, db, ours, previous, key);
    expect(outcome).toEqual({ restored: true, version: previous });
    expect(await version()).toBe(previous);
  });

  test('has the value of a newer version stored again, where a rollback is taken back', async () => {
    const aws = await awsAmid();
    await restoreValue(aws, db, ours, previous);
    const outcome = await restoreValue(aws, db, previous, ours);
    expect(outcome).toEqual({ restored: true, version: await version() });
    expect([ours, previous]).not.toContain(await version());
    expect(await value()).toEqual({ a: 'ours', b: '1' });
  });

  test('as a whole is left alone when somebody stored a value on top', async () => {
    await write('{"a":"theirs"}');
    expect(await restoreValue(await awsAmid(), db, ours, previous)).toEqual(overtaken);
    expect(await value()).toEqual({ a: 'theirs' });
  });

  test('gets one key back on top of what somebody stored', async () => {
    await write('{"a":"ours","b":"theirs","c":12345678901234567890}');
    const outcome = await restoreValue(await awsAmid(), db, ours, previous, 'a');
    expect(outcome).toEqual({ restored: true, version: await version() });
    expect((await current()).SecretString).toBe(
      '{"a":"old","b":"theirs","c":12345678901234567890}',
    );
  });

  test('gets one key back on top of what somebody stores at that moment', async () => {
    const aws = await awsAmid(
      {
        operation: 'UpdateSecretVersionStage',
        before: () => write('{"a":"ours","b":"theirs"}'),
      },
      {
        operation: 'UpdateSecretVersionStage',
        from: 2,
        before: () => write('{"a":"ours","b":"theirs","c":"theirs"}'),
      },
    );
    const outcome = await restoreValue(aws, db, ours, previous, 'a');
    expect(outcome).toEqual({ restored: true, version: await version() });
    expect(await value()).toEqual({ a: 'old', b: 'theirs', c: 'theirs' });
  });

  test.each([
    ['another value', '{"a":"theirs","b":"1"}'],
    ['none', '{"b":"1"}'],
    ['plain text around it', 'theirs'],
  ])('keeps a key that somebody gave %s', async (_name, theirs) => {
    await write(theirs);
    const outcome = await restoreValue(await awsAmid(), db, ours, previous, 'a');
    expect(outcome).toEqual(overtaken);
    expect((await current()).SecretString).toBe(theirs);
  });

  test('gets a number back as a number', async () => {
    await write('{"port":54320000000000000000}');
    previous = await version();
    await write('{"port":"1"}');
    ours = await version();
    await write('{"port":"1","b":"theirs"}');
    await restoreValue(await awsAmid(), db, ours, previous, 'port');
    expect((await current()).SecretString).toBe('{"port":54320000000000000000,"b":"theirs"}');
  });

  test('whose values may not be read is left alone, with the reason', async () => {
    await write('{"a":"ours","b":"theirs"}');
    fault('secretsmanager', 'GetSecretValue', 3);
    const outcome = await restoreValue(await awsAmid(), db, ours, previous, 'a');
    expect(outcome).toMatchObject({
      restored: false,
      why: expect.stringMatching(/GetSecretValue/) as string,
    });
    expect(await value()).toEqual({ a: 'ours', b: 'theirs' });
  });

  test('is known to be restored though every answer was lost', async () => {
    const lost = { code: undefined, lost: true };
    fault('secretsmanager', 'UpdateSecretVersionStage', 5, lost);
    const outcome = await restoreValue(await awsAmid(), db, ours, previous);
    expect(outcome).toEqual({ restored: true, version: previous });
  });

  test('is known to be restored though somebody stored a value before the answer came', async () => {
    const aws = await awsAmid({
      operation: 'UpdateSecretVersionStage',
      after: () => write('{"a":"theirs"}'),
      lost: true,
    });
    const outcome = await restoreValue(aws, db, ours, previous, 'a');
    expect(outcome).toEqual({ restored: true, version: previous });
    expect(await value()).toEqual({ a: 'theirs' });
  });

  test('may be restored, where nobody can look', async () => {
    fault('secretsmanager', 'UpdateSecretVersionStage', 5, { code: undefined, lost: true });
    fault('secretsmanager', 'DescribeSecret', 1);
    expect(await restoreValue(await awsAmid(), db, ours, previous)).toMatchObject({
      restored: false,
      uncertain: true,
      why: expect.stringMatching(/^AWSCURRENT of arn:\S+ may have been moved: /) as string,
    });
  });

  test('has no version that is no longer kept', async () => {
    const gone = '00000000-0000-4000-8000-000000000000';
    expect(await restoreValue(await awsAmid(), db, ours, gone)).toMatchObject({
      restored: false,
      why: expect.stringContaining(gone) as string,
    });
    expect(await version()).toBe(ours);
  });
});

describe('a parameter', () => {
  let db: ResolvedSecret;
  const write = (Value: string) =>
    shop.ssm.send(
      new PutParameterCommand({ Name: '/shop/db', Value, Type: 'SecureString', Overwrite: true }),
    );
  beforeEach(async () => {
    await write('old');
    await write('ours');
    db = await resolved('/shop/db');
  });

  /** DescribeParameters answers as if the last write had not been made. */
  const lagging = (times: number): Incident => ({
    operation: 'DescribeParameters',
    times,
    rewrite: ({ Parameters }: { Parameters: { Version: number }[] }) => ({
      Parameters: Parameters.map((one) => ({ ...one, Version: one.Version - 1 })),
    }),
  });
  async function stored() {
    return (await valuesBelow(shop.ssm, '/shop'))['/shop/db'];
  }

  test('is restored though its description lags', async () => {
    const aws = await awsAmid(lagging(1));
    expect(await restoreValue(aws, db, 2, 1)).toEqual({ restored: true, version: 3 });
    expect(await stored()).toBe('old');
  });

  test('is left alone though its description does not tell yet what somebody stored', async () => {
    await write('theirs');
    const aws = await awsAmid(lagging(9));
    expect(await restoreValue(aws, db, 2, 1)).toEqual(overtaken);
    expect(await stored()).toBe('theirs');
  });

  test('is restored once, though the answer was lost and somebody stored a value', async () => {
    const after = () => write('theirs');
    const aws = await awsAmid({ operation: 'PutParameter', after, lost: true });
    expect(await restoreValue(aws, db, 2, 1)).toEqual({ restored: true, version: 3 });
    expect(await stored()).toBe('theirs');
  });

  test('is left alone when the write failed and somebody stored a value', async () => {
    const after = () => write('theirs');
    const aws = await awsAmid({ operation: 'PutParameter', after });
    fault('ssm', 'PutParameter', 1, { code: 'InternalServerError', status: 500 });
    expect(await restoreValue(aws, db, 2, 1)).toEqual(overtaken);
    expect(await stored()).toBe('theirs');
  });

  test('that may not be read is left alone, with the reason', async () => {
    fault('ssm', 'GetParameter', 1);
    expect(await restoreValue(await awsAmid(), db, 2, 1)).toMatchObject({
      restored: false,
      why: expect.stringContaining('GetParameter') as string,
    });
    expect(await stored()).toBe('ours');
  });

  test('has the version that GetParameter tells, or else one that is not older than known', async () => {
    expect(await currentVersion(await awsAmid(lagging(9)), db, 2)).toBe(2);
    fault('ssm', 'GetParameter', 1);
    expect(await currentVersion(await awsAmid(lagging(1)), db, 2)).toBe(2);
    await write('theirs');
    expect(await currentVersion(await awsAmid(lagging(9)), db, 2)).toBe(3);
    fault('ssm', 'GetParameter', 1);
    expect(await currentVersion(await awsAmid(lagging(1)), db, 3)).toBe(3);
  });
});

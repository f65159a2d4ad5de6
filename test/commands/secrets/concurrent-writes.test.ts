import { GetParameterCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { awsAt } from '../../helpers/aws-at.ts';
import { parseReference } from '../../../src/model/secrets/reference.ts';
import { SecretValue } from '../../../src/model/secrets/secret-value.ts';
import { putSecret } from '../../../src/operations/secrets/put-secret.ts';
import { goBetween, type GoBetween, type Incident } from '../../helpers/go-between.ts';
import type { Seen } from '../../helpers/run.ts';
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

/** Runs a command while something happens to its calls. */
async function amid(
  incidents: readonly Incident[],
  argv: readonly string[],
  stdin: string,
): Promise<Seen & { calls: string[] }> {
  const between = await goBetween(shop.sandbox.url, incidents);
  opened.push(between);
  const seen = await shop.run(argv, { stdin, env: { ECS_SECRETS_ENDPOINT_URL: between.url } });
  return { ...seen, calls: between.calls };
}

async function parameter() {
  const command = new GetParameterCommand({ Name: '/shop/db', WithDecryption: true });
  const { Parameter } = await shop.ssm.send(command);
  return { value: Parameter?.Value, version: Parameter?.Version };
}

async function secret(): Promise<string | undefined> {
  return (await shop.secrets.send(new GetSecretValueCommand({ SecretId: 'db' }))).SecretString;
}

async function json(): Promise<unknown> {
  return JSON.parse((await secret()) ?? '');
}

async function labels(): Promise<string[]> {
  const described = await shop.secrets.send(new DescribeSecretCommand({ SecretId: 'db' }));
  return Object.values(described.VersionIdsToStages ?? {})
    .flat()
    .sort();
}

async function versions(): Promise<number> {
  const command = new ListSecretVersionIdsCommand({ SecretId: 'db', IncludeDeprecated: true });
  return ((await shop.secrets.send(command)).Versions ?? []).length;
}

const theirParameter = () =>
  shop.ssm.send(
    new PutParameterCommand({
      ...{ Name: '/shop/db', Value: 'theirs', Type: 'SecureString', Overwrite: true },
    }),
  );

/** Someone else sets keys of the JSON secret. */
async function setKeys(keys: Record<string, unknown>): Promise<string | undefined> {
  const SecretString = JSON.stringify({ ...((await json()) as object), ...keys });
  const put = new PutSecretValueCommand({ SecretId: 'db', SecretString });
  return (await shop.secrets.send(put)).VersionId;
}

describe('PutParameter whose answer is lost', () => {
  test('is not repeated over what someone else stored on top', async () => {
    await shop.run(['put', '/shop/db'], { stdin: 'one' });
    const incident: Incident = { operation: 'PutParameter', after: theirParameter, lost: true };
    const seen = await amid([incident], ['put', '/shop/db'], 'two');
    expect(seen).toMatchObject({
      code: 0,
      stdout: 'parameter /shop/db updated (version 2, was 1)\n',
    });
    expect(await parameter()).toEqual({ value: 'theirs', version: 3 });
  });

  test('and was not carried out is not repeated over what someone else stored', async () => {
    await shop.run(['put', '/shop/db'], { stdin: 'one' });
    const fault = { service: 'ssm', operation: 'PutParameter', code: 'InternalServerError' };
    shop.sandbox.inject({ ...fault, status: 500, times: 1 });
    const incident: Incident = { operation: 'PutParameter', after: theirParameter };
    const seen = await amid([incident], ['put', '/shop/db', '--json'], 'two');
    expect(seen.code).toBe(1);
    expect(seen.stderr).toContain('"code":"concurrent-write"');
    expect(seen.stderr).toMatch(/hint: ecs-secrets history \/shop\/db/);
    expect(await parameter()).toEqual({ value: 'theirs', version: 2 });
  });

  test('is repeated while the version before is current', async () => {
    await shop.run(['put', '/shop/db'], { stdin: 'one' });
    const fault = { service: 'ssm', operation: 'PutParameter', code: 'InternalServerError' };
    shop.sandbox.inject({ ...fault, status: 500, times: 1 });
    expect((await shop.run(['put', '/shop/db'], { stdin: 'two' })).code).toBe(0);
    expect(await parameter()).toEqual({ value: 'two', version: 2 });
  });

  test('of a new parameter that someone else overwrites counts as created', async () => {
    const incident: Incident = { operation: 'PutParameter', after: theirParameter, lost: true };
    const seen = await amid([incident], ['put', '/shop/db'], 'one');
    expect(seen).toMatchObject({ code: 0, stdout: 'parameter /shop/db created (version 1)\n' });
    expect(await parameter()).toEqual({ value: 'theirs', version: 2 });
  });

  test('is not repeated where the parameter cannot be read', async () => {
    await shop.run(['put', '/shop/db'], { stdin: 'one' });
    const deny = () => {
      const fault = { service: 'ssm', operation: 'GetParameter', code: 'AccessDeniedException' };
      shop.sandbox.inject({ ...fault, times: 1 });
      return Promise.resolve();
    };
    const incident: Incident = { operation: 'PutParameter', after: deny, lost: true };
    const seen = await amid([incident], ['put', '/shop/db', '--json'], 'two');
    expect(seen.code).toBe(1);
    expect(seen.stderr).toContain('error: the value of /shop/db may have been stored:');
    expect(seen.stderr).toContain('"code":"uncertain-write"');
    expect(await parameter()).toEqual({ value: 'two', version: 2 });
  });
});

describe('a secret whose answers are lost', () => {
  const lost = (operation: string, times: number) => {
    shop.sandbox.inject({ service: 'secretsmanager', operation, lost: true, times });
  };

  test.each([1, 5])('gets one version from a put that loses %d answers', async (times) => {
    await shop.run(['put', 'sm:db'], { stdin: 'one' });
    lost('PutSecretValue', times);
    const seen = await shop.run(['put', 'sm:db'], { stdin: 'two' });
    expect(seen).toMatchObject({ code: 0 });
    expect(seen.stdout).toMatch(/^secret db updated \(version \S+, was \S+\)\n$/);
    expect(await secret()).toBe('two');
    expect(await versions()).toBe(2);
  });

  test('is created once', async () => {
    lost('CreateSecret', 5);
    const seen = await shop.json(['put', 'sm:db'], { stdin: 'one' });
    expect(seen).toMatchObject({ action: 'created' });
    expect(await secret()).toBe('one');
    expect(await versions()).toBe(1);
  });

  test('may have been stored, where nobody can look', async () => {
    await shop.run(['put', 'sm:db'], { stdin: 'one' });
    lost('PutSecretValue', 5);
    const deny = () => {
      const fault = { service: 'secretsmanager', operation: 'DescribeSecret' };
      shop.sandbox.inject({ ...fault, code: 'AccessDeniedException' });
      return Promise.resolve();
    };
    const incident: Incident = { operation: 'PutSecretValue', before: deny };
    const seen = await amid([incident], ['put', 'sm:db', '--json'], 'two');
    expect(seen.code).toBe(1);
    expect(seen.stderr).toContain('may have been stored:');
    expect(seen.stderr).toContain('"code":"uncertain-write"');
    shop.sandbox.heal();
    expect(await shop.json(['put', 'sm:db'], { stdin: 'two' })).toMatchObject({
      action: 'unchanged',
    });
  });

  test('has its key, when only the staging label could not be removed', async () => {
    await shop.run(['put', 'sm:db:a'], { stdin: '1' });
    const throttled = () => {
      const fault = { service: 'secretsmanager', operation: 'UpdateSecretVersionStage' };
      shop.sandbox.inject({ ...fault, code: 'InternalServiceError', status: 500, times: 5 });
      return Promise.resolve();
    };
    const incident: Incident = { operation: 'UpdateSecretVersionStage', after: throttled };
    const seen = await amid([incident], ['put', 'sm:db:b'], '2');
    expect(seen).toMatchObject({ code: 0 });
    expect(await json()).toEqual({ a: '1', b: '2' });
    // The label that was left is taken by the next write, and removed.
    expect((await shop.run(['put', 'sm:db:c'], { stdin: '3' })).code).toBe(0);
    expect(await json()).toEqual({ a: '1', b: '2', c: '3' });
    expect(await labels()).toEqual(['AWSCURRENT', 'AWSPREVIOUS']);
  });

  test('keeps what someone else stored on top of a key that was set', async () => {
    await shop.run(['put', 'sm:db:a'], { stdin: '1' });
    const incident: Incident = {
      operation: 'UpdateSecretVersionStage',
      after: () => setKeys({ a: 'theirs', b: 'theirs' }),
      lost: true,
    };
    const seen = await amid([incident], ['put', 'sm:db:a'], '2');
    expect(seen.code).toBe(0);
    expect(await json()).toEqual({ a: 'theirs', b: 'theirs' });
  });
});

describe('setting one key', () => {
  test('tells the version that was really replaced', async () => {
    await shop.run(['put', 'sm:db:a'], { stdin: '1' });
    let theirs: string | undefined;
    const set = async () => (theirs = await setKeys({ other: 'theirs' }));
    const incident: Incident = { operation: 'UpdateSecretVersionStage', before: set };
    const seen = await amid([incident], ['put', 'sm:db:a', '--json'], '2');
    expect(seen.code).toBe(0);
    expect(JSON.parse(seen.stdout)).toMatchObject({ previousVersion: theirs });
    expect(await json()).toEqual({ a: '2', other: 'theirs' });
  });

  test('of a secret without a value does not replace the first value of someone else', async () => {
    await shop.secrets.send(new CreateSecretCommand({ Name: 'db' }));
    const first = new PutSecretValueCommand({ SecretId: 'db', SecretString: '{"other":"theirs"}' });
    const incident: Incident = {
      operation: 'PutSecretValue',
      before: () => shop.secrets.send(first),
    };
    const seen = await amid([incident], ['put', 'sm:db:a'], '1');
    expect(seen.code).toBe(0);
    expect(await json()).toEqual({ a: '1', other: 'theirs' });
    expect(await labels()).toEqual(['AWSCURRENT', 'AWSPREVIOUS']);
  });

  test('by rotate loses against whoever sets the same key at the same moment', async () => {
    await shop.run(['put', 'sm:db:a'], { stdin: '1' });
    const set = () => setKeys({ a: 'theirs' });
    const incident: Incident = { operation: 'UpdateSecretVersionStage', before: set };
    const seen = await amid([incident], ['rotate', 'sm:db:a', '--json'], '2');
    expect(seen.code).toBe(1);
    expect(seen.stderr).toContain('"code":"concurrent-write"');
    expect(await json()).toEqual({ a: 'theirs' });
    expect(await labels()).toEqual(['AWSCURRENT', 'AWSPREVIOUS']);
  });

  test('does not make JSON of what someone else replaced by bytes', async () => {
    await shop.run(['put', 'sm:db:a'], { stdin: '1' });
    const SecretBinary = new Uint8Array([1, 2]);
    const set = () =>
      shop.secrets.send(new PutSecretValueCommand({ SecretId: 'db', SecretBinary }));
    const incident: Incident = { operation: 'UpdateSecretVersionStage', before: set };
    const seen = await amid([incident], ['put', 'sm:db:a'], '2');
    expect(seen.code).toBe(1);
    expect(seen.stderr).toContain('is binary, so it has no keys');
  });

  test.each([
    ['storing the version', 'PutSecretValue', 1, { a: '1' }],
    ['moving AWSCURRENT', 'UpdateSecretVersionStage', 1, { a: '2' }],
    ['removing the staging label', 'UpdateSecretVersionStage', 2, { a: '2' }],
  ])('cut off at %s leaves what a later run copes with', async (_name, operation, from, then) => {
    await shop.run(['put', 'sm:db:a'], { stdin: '1' });
    const died: Incident = { operation, from, times: Infinity, lost: true };
    const blind = () => {
      const fault = { service: 'secretsmanager', operation: 'DescribeSecret' };
      shop.sandbox.inject({ ...fault, code: 'AccessDeniedException' });
      return Promise.resolve();
    };
    await amid([died, { operation: 'PutSecretValue', before: blind }], ['put', 'sm:db:a'], '2');
    shop.sandbox.heal();
    expect(await json()).toEqual(then);
    await setKeys({ other: 'theirs' });
    expect((await shop.run(['put', 'sm:db:a'], { stdin: '3' })).code).toBe(0);
    expect(await json()).toEqual({ a: '3', other: 'theirs' });
    expect(await labels()).toEqual(['AWSCURRENT', 'AWSPREVIOUS']);
  });
});

test('an import into a secret without a value does not replace the first value of someone else', async () => {
  await shop.secrets.send(new CreateSecretCommand({ Name: 'db' }));
  const first = new PutSecretValueCommand({ SecretId: 'db', SecretString: '{"other":"theirs"}' });
  const incident: Incident = {
    operation: 'PutSecretValue',
    before: () => shop.secrets.send(first),
  };
  const argv = ['import', '-', '--format', 'dotenv', '--as-json', 'sm:db'];
  expect(await amid([incident], argv, 'A=1\n')).toMatchObject({ code: 0 });
  expect(await json()).toEqual({ A: '1', other: 'theirs' });
});

test.each([
  ['with a value', '{}'],
  ['without a value yet', undefined],
])('ten keys of a secret %s, set at once, are all there', async (_name, SecretString) => {
  await shop.secrets.send(new CreateSecretCommand({ Name: 'db', SecretString }));
  const names = Array.from({ length: 10 }, (_, index) => `key${index}`);
  await Promise.all(
    names.map((key) => {
      const aws = awsAt(shop.sandbox.url);
      return putSecret(aws, parseReference(`sm:db:${key}`), { value: new SecretValue(key) });
    }),
  );
  expect(Object.keys((await json()) as object).sort()).toEqual(names);
});

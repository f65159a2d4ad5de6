import { CreateSecretCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openShop, type Shop } from '../../helpers/scene.ts';
import type { Verified } from '../../helpers/start-scene.ts';

// Values at which the ECS agent fails, or which it takes from an unusual place.

let shop: Shop;
let old: string;
const nested = (levels: number) => '['.repeat(levels - 1) + ']'.repeat(levels - 1);
beforeAll(async () => {
  shop = await openShop();
  const create = (Name: string, SecretString: string) =>
    shop.secrets.send(new CreateSecretCommand({ Name, SecretString }));
  await create('deep', `{"k":${nested(9000)},"s":"text"}`);
  await create('deeper', `{"k":"v","x":${nested(10_001)}}`);
  await create('range', '{"k":"v","x":-1e999}');
  const SecretBinary = new TextEncoder().encode('{"k":"v"}');
  await shop.secrets.send(new CreateSecretCommand({ Name: 'binary', SecretBinary }));
  old = (await create('staged', '{"k":"old"}')).VersionId!;
  await shop.secrets.send(
    new PutSecretValueCommand({ SecretId: 'staged', SecretString: '{"k":"new"}' }),
  );
  await shop.run(['put', '/token'], { stdin: 'secret-token' });
});
afterAll(() => shop.sandbox.close());

const definition = (valueFrom: string) =>
  JSON.stringify({
    family: 'web',
    containerDefinitions: [{ name: 'web', image: 'x', secrets: [{ name: 'A', valueFrom }] }],
  });

const exported = (valueFrom: string) =>
  shop.run(['export', '--task-definition', 't.json'], {
    files: { 't.json': definition(valueFrom) },
  });

async function verified(valueFrom: string) {
  const files = { 't.json': definition(valueFrom) };
  const { stdout } = await shop.run(['verify', 't.json', '--read-values', '--json'], { files });
  const { targets } = JSON.parse(stdout) as { targets: Verified[] };
  return targets[0]!.findings.filter(({ subject }) => subject === 'web A');
}

test.each([
  [
    'sm:deeper:k',
    'sm:deeper has more than 10,000 levels of JSON, which the ECS agent does not read',
  ],
  [
    'sm:range:k',
    'sm:range has a number outside the range of a 64-bit float, so the ECS agent reads none of its keys',
  ],
  [
    'sm:binary:k',
    'sm:binary is binary, so it has no JSON keys; the ECS agent of an EC2 instance crashes when it reads one',
  ],
])('export and verify say why the agent fails at %s', async (valueFrom, why) => {
  expect(await exported(valueFrom)).toEqual({
    code: 1,
    stdout: '',
    stderr: `error: A: ${why}\nhint: ECS would not start this container either\n`,
  });
  expect(await verified(valueFrom)).toContainEqual(
    expect.objectContaining({ check: 'value', status: 'problem', message: why }),
  );
});

test('levels that are too many for JavaScript are no defect of ours', async () => {
  const { stdout } = await exported('sm:deep:k');
  expect(stdout).toBe(`A='${nested(9000)}'\n`);
  expect((await verified('sm:deep:s')).map(({ status }) => status)).not.toContain('problem');
  const get = await shop.run(['get', 'sm:deep:k', '--reveal']);
  const put = await shop.run(['put', 'sm:deep:s'], { stdin: 'other' });
  for (const seen of [get, put]) {
    expect(seen).toMatchObject({ code: 2, stdout: '' });
    expect(seen.stderr).toMatch(/^error: the stored value has too many levels of JSON/);
  }
  expect(await shop.run(['get', 'sm:deep:s', '--reveal'])).toMatchObject({ stdout: 'text' });
});

test('a version with its stage is read, and missed at another one', async () => {
  expect((await exported(`sm:staged:k:AWSPREVIOUS:${old}`)).stdout).toBe('A=old\n');
  const right = await verified(`sm:staged:k:AWSPREVIOUS:${old}`);
  expect(right.map(({ status }) => status)).not.toContain('problem');

  const wrong = `sm:staged:k:AWSCURRENT:${old}`;
  const why = `sm:staged has no version ${old} at the stage AWSCURRENT`;
  for (const seen of [await exported(wrong), await shop.run(['get', wrong, '--reveal'])]) {
    expect(seen).toMatchObject({ code: 1, stdout: '' });
    expect(seen.stderr).toContain(`has no version ${old} at the stage AWSCURRENT`);
  }
  const found = (await verified(wrong)).filter(({ status }) => status === 'problem');
  expect(found).toMatchObject([{ check: 'existence', message: why }]);
});

test('the container of FireLens has the secrets of those that log through it', async () => {
  const secretOptions = [{ name: 'apikey', valueFrom: '/token' }];
  const log = { logDriver: 'awsfirelens', secretOptions };
  const file = JSON.stringify({
    family: 'web',
    containerDefinitions: [
      { name: 'router', image: 'x', firelensConfiguration: { type: 'fluentbit' } },
      { name: 'other', image: 'x', logConfiguration: { logDriver: 'splunk', secretOptions } },
      { name: 'web', image: 'x', logConfiguration: log },
    ],
  });
  const of = async (container: string) => {
    const argv = ['export', '--task-definition', 't.json', '--container', container, '--json'];
    const seen = await shop.run(argv, { files: { 't.json': file } });
    return JSON.parse(seen.stdout) as unknown;
  };
  expect(await of('router')).toEqual({ apikey_2: 'secret-token' });
  expect(await of('web')).toEqual({});
});

import { CreateAliasCommand, CreateKeyCommand } from '@aws-sdk/client-kms';
import { DescribeParametersCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runBin, type Seen } from '../../helpers/run.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';

// A store as chamber 3 leaves it: /SERVICE/KEY in lower case, its own count of versions in the
// description, and its own KMS key (store/ssmstore.go, cmd/write.go).
const hour = 3_600_000;
const key = 'alias/parameter_store_key';
let clock = Date.parse('2026-11-01T00:00:00Z');
let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ now: () => clock });
  const { KeyMetadata } = await shop.kms.send(new CreateKeyCommand({}));
  const TargetKeyId = KeyMetadata?.KeyId ?? '';
  await shop.kms.send(new CreateAliasCommand({ AliasName: key, TargetKeyId }));
  await write('/shop/prod/db_password', 'p1', 1);
  await write('/shop/prod/api-key', 'k1', 1);
  await write('/shop/dev/db_password', 'd1', 1);
  clock += 2 * hour;
  await write('/shop/prod/db_password', 'p2', 2);
  await write('/shop/prod/host', 'h1', 1);
  clock += 2 * hour;
});
afterAll(() => shop.sandbox.close());

/** What `chamber write` calls. */
async function write(Name: string, Value: string, version: number): Promise<void> {
  await shop.ssm.send(
    new PutParameterCommand({
      ...{ Name, Value, KeyId: key, Type: 'SecureString', Overwrite: true },
      Description: String(version),
    }),
  );
}

function run(argv: readonly string[], stdin = ''): Promise<Seen> {
  return shop.run(argv, { stdin, now: () => clock });
}

describe('a store of chamber is exported', () => {
  test.each([
    ['dotenv', 'API_KEY=k1\nDB_PASSWORD=p2\nHOST=h1\n'],
    ['json', '{\n  "API-KEY": "k1",\n  "DB_PASSWORD": "p2",\n  "HOST": "h1"\n}\n'],
    ['yaml', '"API-KEY": "k1"\n"DB_PASSWORD": "p2"\n"HOST": "h1"\n'],
    ['shell', "export API_KEY='k1'\nexport DB_PASSWORD='p2'\nexport HOST='h1'\n"],
    ['docker', 'API_KEY=k1\nDB_PASSWORD=p2\nHOST=h1\n'],
    ['tfvars', 'API_KEY = "k1"\nDB_PASSWORD = "p2"\nHOST = "h1"\n'],
    ['gitlab-dotenv', 'API_KEY=k1\nDB_PASSWORD=p2\nHOST=h1\n'],
    ['systemd', 'API_KEY="k1"\nDB_PASSWORD="p2"\nHOST="h1"\n'],
    ['csv', '"API-KEY","k1"\n"DB_PASSWORD","p2"\n"HOST","h1"\n'],
    ['tsv', 'API-KEY\tk1\nDB_PASSWORD\tp2\nHOST\th1\n'],
    ['java-properties', 'API-KEY=k1\nDB_PASSWORD=p2\nHOST=h1\n'],
  ])('as %s', async (format, stdout) => {
    const seen = await run(['export', '/shop/prod', '--upper-case', '--format', format]);
    expect(seen).toEqual({ code: 0, stdout, stderr: '' });
  });

  test.each([
    ['github-env', /^API_KEY<<(\S+)\nk1\n\1\nDB_PASSWORD<<(\S+)\np2\n\2\n/],
    ['k8s', /kind: Secret[^]*\n {2}API_KEY: [^]*\n {2}DB_PASSWORD: /],
  ])('as %s', async (format, expected) => {
    const seen = await run(['export', '/shop/prod', '--upper-case', '--format', format]);
    expect(seen.stdout).toMatch(expected);
  });
});

test('a program runs with the variables that chamber exec sets', async () => {
  const printed = ['--', process.execPath, '-p', 'JSON.stringify(process.env)'];
  const argv = ['exec', '/shop/dev', '/shop/prod', '--upper-case', '--pristine', ...printed];
  const seen = await runBin(argv, { env: shop.sandbox.environment });
  expect(JSON.parse(seen.stdout)).toEqual({ API_KEY: 'k1', DB_PASSWORD: 'p2', HOST: 'h1' });
  expect(seen.stderr).toBe('note: /shop/prod overwrites DB_PASSWORD\n');
});

describe('a store of chamber is read', () => {
  test.each<[string, string[], string, number]>([
    ['read', ['get', '/shop/prod/db_password', '--reveal'], 'p2', 0],
    ['read --version', ['get', '/shop/prod/db_password:1', '--reveal'], 'p1', 0],
    ['list', ['list', '/shop/prod'], '/shop/prod/db_password', 0],
    ['list-services', ['list', '/'], '/shop/dev/db_password', 0],
    ['history', ['history', '/shop/prod/db_password'], '2026-11-01 02:00', 0],
    ['find', ['find', '*/db_password'], '/shop/dev/db_password\n/shop/prod/db_password\n', 0],
    ['find --by-value', ['find', '--value'], '/shop/prod/api-key\n', 0],
    ['two services', ['diff', '/shop/dev', '/shop/prod'], '+ api-key\n~ db_password\n+ host\n', 3],
    ['since', ['diff', '/shop/prod', '--at', '3h'], '~ db_password\n+ host\n', 3],
    ['then', ['export', '/shop/prod', '--at', '3h'], 'api_key=k1\ndb_password=p1\n', 0],
  ])('as %s does', async (_name, argv, stdout, code) => {
    const seen = await run(argv, 'k1');
    expect(seen.code, seen.stderr).toBe(code);
    expect(seen.stdout).toContain(stdout);
  });
});

test('a store of chamber is written, tagged and deleted, and keeps what chamber left', async () => {
  expect(await run(['put', '/shop/prod/db_password'], 'p3')).toMatchObject({ code: 0 });
  const file = '{"api-key":"k2","new_key":"n1"}';
  const more = ['--prefix', '/shop/prod', '--kms-key', key];
  expect(await run(['import', '-', ...more], file)).toMatchObject({
    code: 0,
    stdout: '1 created, 1 updated, 0 unchanged\n',
  });
  expect(await run(['tag', '/shop/prod/host', 'team=shop'])).toMatchObject({ code: 0 });
  expect(await run(['untag', '/shop/prod/host', 'team'])).toMatchObject({ code: 0 });
  expect(await run(['delete', '/shop/prod/host', '--yes'])).toMatchObject({ code: 0 });
  const after = await run(['export', '/shop/prod', '--format', 'json']);
  expect(JSON.parse(after.stdout)).toEqual({ 'api-key': 'k2', db_password: 'p3', new_key: 'n1' });
  const { Parameters = [] } = await shop.ssm.send(
    new DescribeParametersCommand({
      ParameterFilters: [{ Key: 'Path', Option: 'Recursive', Values: ['/shop/prod'] }],
    }),
  );
  const kept = Parameters.map(({ Name, Description, KeyId }) => [Name, Description, KeyId]);
  expect(kept).toEqual([
    ['/shop/prod/api-key', '1', key],
    ['/shop/prod/db_password', '2', key],
    ['/shop/prod/new_key', undefined, key],
  ]);
});

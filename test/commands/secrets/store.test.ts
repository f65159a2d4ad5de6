import { UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { LabelParameterVersionCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { goBetween, type Incident } from '../../helpers/go-between.ts';
import { valuesBelow } from '../../helpers/parameters.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await openShop();
});
afterEach(() => shop.sandbox.close());

async function put(ref: string, ...values: string[]): Promise<void> {
  for (const stdin of values) {
    const seen = await shop.run(['put', ref, '--raw'], { stdin });
    if (seen.code !== 0) throw new Error(seen.stderr);
  }
}

async function secret(id: string): Promise<string | undefined> {
  return (await shop.secrets.send(new GetSecretValueCommand({ SecretId: id }))).SecretString;
}

/** A service whose container reads these references. */
async function serviceWith(...secrets: string[]): Promise<void> {
  const refs = secrets.map((entry) => entry.replace(/^\w+=/, ''));
  const granted = refs.flatMap((ref) => ['--secret', ref.replace(/^(sm:[^:]+):.*/, '$1')]);
  await shop.run(['role', 'create', 'r', ...granted]);
  const used = secrets.flatMap((entry) => ['--secret', entry]);
  await shop.run(['register', 'web.json', ...used, '--execution-role', 'r']);
  await shop.service({ cluster: 'shop', name: 'web', taskDefinition: 'web' });
}

describe('list', () => {
  test('shows the parameters below a path, and no others', async () => {
    await put('/shop/b', '1', '2');
    await put('/shop/a', '1');
    await put('/shopping/c', '1');
    const seen = await shop.run(['list', '/shop']);
    expect(seen.stdout.split('\n').map((line) => line.split('\t').slice(0, 3))).toEqual([
      ['NAME', 'TYPE', 'VERSION'],
      ['/shop/a', '', '1'],
      ['/shop/b', '', '2'],
      [''],
    ]);
    expect(await shop.json(['list', '/shop/'])).toMatchObject({
      secrets: [
        { store: 'parameter-store', name: '/shop/a', version: 1, tier: 'Standard' },
        { name: '/shop/b', arn: 'arn:aws:ssm:us-east-1:123456789012:parameter/shop/b' },
      ],
    });
  });

  test('shows all parameters without a prefix, with their type where it is plain', async () => {
    await put('/shop/a', '1');
    await shop.ssm.send(new PutParameterCommand({ Name: 'plain', Value: 'x', Type: 'String' }));
    const seen = await shop.run(['list']);
    expect(seen.stdout).toMatch(/\/shop\/a\t\t1\t[\s\S]*plain\tString\t1\t/);
  });

  test('shows secrets of Secrets Manager, by pages', async () => {
    for (let index = 0; index < 103; index += 1) {
      await shop.secrets.send(new CreateSecretCommand({ Name: `shop/${index}` }));
    }
    await put('sm:other', 'x');
    const { secrets } = await shop.json(['list', 'sm:shop']);
    expect(secrets).toHaveLength(103);
    expect(await shop.json(['list', '--store', 'secrets-manager'])).toMatchObject({
      secrets: { length: 104 },
    });
  });

  test('says which store, region and account it looked at', async () => {
    const place = 'region us-east-1, account 123456789012';
    await shop.run(['put', '/place/a'], { stdin: 'x' });
    const some = await shop.run(['list', '/place']);
    expect(some.stderr).toBe(`note: /place in Parameter Store, ${place}\n`);
    const none = await shop.run(['list', 'sm:none']);
    expect(none.stderr).toBe(`note: there is nothing below sm:none (Secrets Manager, ${place})\n`);
    expect((await shop.run(['list', '/', '--quiet'])).stderr).toBe('');
    const where = { region: 'us-east-1', account: '123456789012' };
    expect(await shop.json(['list', '/place'])).toMatchObject({
      searched: { store: 'parameter-store', prefix: '/place', ...where },
    });
    expect(await shop.json(['list', 'sm:none'])).toEqual({
      searched: { store: 'secrets-manager', prefix: 'sm:none', ...where },
      secrets: [],
    });
    shop.sandbox.inject({ service: 'sts', code: 'AccessDenied', status: 403 });
    const { searched } = await shop.json(['list', 'sm:none']);
    expect(searched).toEqual({ store: 'secrets-manager', prefix: 'sm:none' });
  });

  test('says on stderr that there is nothing', async () => {
    const seen = await shop.run(['list', '/none']);
    expect(seen).toMatchObject({ code: 0, stdout: '' });
    expect(seen.stderr).toContain('nothing below /none');
  });

  test('takes no prefix without its slash', async () => {
    const seen = await shop.run(['list', 'shop']);
    expect(seen.code).toBe(2);
    expect(seen.stderr).toContain('write /shop, or sm:shop');
  });
});

describe('get', () => {
  test('tells what is known of a parameter', async () => {
    await shop.run(['put', '/shop/db', '--tag', 'team=a', '--description', 'the db'], {
      stdin: 'value',
    });
    const seen = await shop.run(['get', '/shop/db']);
    expect(seen.stdout).toMatch(/name: +\/shop\/db\n[\s\S]*description: +the db\ntags: +team=a\n/);
    expect(seen.stdout).not.toContain('value');
  });

  test('tells the keys of a JSON secret, and its size', async () => {
    await put('sm:db:user', 'a');
    await put('sm:db:password', 'MARK');
    const seen = await shop.run(['get', 'sm:db']);
    expect(seen.stdout).toMatch(/keys: +user, password\nbytes: +\d+\n/);
    expect(seen.stdout).not.toContain('MARK');
  });

  test('tells the deletion, the owner and the primary region of a secret', async () => {
    await put('sm:db', 'x');
    await shop.run(['delete', 'sm:db', '--yes']);
    expect((await shop.run(['get', 'sm:db'])).stdout).toMatch(/deleted on: +\d{4}-/);
    await shop.secrets.send(new CreateSecretCommand({ Name: 'rds!x', SecretString: '{}' }));
    expect((await shop.run(['get', 'sm:rds!x'])).stdout).toMatch(/managed by: +rds/);
  });

  test('reveals the exact bytes, on stdout alone', async () => {
    for (const value of ['plain', 'two\nlines\n', ' é☃😀 "\'$`\\ ', '\u0001\u007f']) {
      await put('/shop/db', value);
      const seen = await shop.run(['get', '/shop/db', '--reveal']);
      expect(seen).toEqual({ code: 0, stdout: value, stderr: '' });
    }
    expect(await shop.json(['get', '/shop/db', '--reveal'])).toEqual({ value: '\u0001\u007f' });
  });

  test('reveals a key, a stage and a version', async () => {
    await shop.secrets.send(
      new CreateSecretCommand({ Name: 'db', SecretString: '{"p":"old","n":12345678901234567890}' }),
    );
    await put('sm:db:p', 'new');
    const revealed = async (ref: string) => (await shop.run(['get', ref, '--reveal'])).stdout;
    expect(await revealed('sm:db:p')).toBe('new');
    expect(await revealed('sm:db:n')).toBe('12345678901234567890');
    expect(await revealed('sm:db:p:AWSPREVIOUS')).toBe('old');
    const { VersionId } = await shop.secrets.send(new GetSecretValueCommand({ SecretId: 'db' }));
    expect(await revealed(`sm:db:p::${VersionId!}`)).toBe('new');
    const none = await shop.run(['get', 'sm:db:q', '--reveal']);
    expect(none.code).toBe(1);
    expect(none.stderr).toContain('sm:db has no key "q"; it has p, n');
  });

  test('masks what it reveals in GitHub Actions, line by line', async () => {
    await put('/shop/key', 'first line\nab\nlast%line');
    const seen = await shop.run(['get', '/shop/key', '--reveal'], {
      env: { GITHUB_ACTIONS: 'true' },
    });
    expect(seen.stderr).toBe('::add-mask::first line\n::add-mask::last%25line\n');
  });

  test('says what there is not', async () => {
    for (const ref of ['/none', 'sm:none']) {
      expect((await shop.run(['get', ref])).code).toBe(1);
      expect((await shop.run(['get', ref, '--reveal'])).stderr).toContain('there is no secret');
    }
    expect((await shop.run(['get', 'sm:db:key'])).code).toBe(2);
  });

  test('says of a binary secret that it is binary, and does not reveal it', async () => {
    const SecretBinary = new Uint8Array([1, 2]);
    await shop.secrets.send(new CreateSecretCommand({ Name: 'b', SecretBinary }));
    expect((await shop.run(['get', 'sm:b', '--reveal'])).stderr).toContain('is binary');
    const seen = await shop.run(['get', 'sm:b']);
    expect(seen.stdout).toMatch(/^value: +binary; ECS injects text only$/m);
    expect(seen.stderr).toBe('');
    expect(await shop.json(['get', 'sm:b'])).toMatchObject({ binary: true });
  });

  test('tells a secret without a value or version from one that does not exist', async () => {
    await shop.secrets.send(new CreateSecretCommand({ Name: 'empty' }));
    await put('sm:one', 'x');
    const reveal = async (ref: string): Promise<string> => {
      const seen = await shop.run(['get', ref, '--reveal']);
      expect(seen).toMatchObject({ code: 1, stdout: '' });
      return seen.stderr;
    };
    const none =
      'error: the secret sm:empty has no value\nhint: ecs-secrets put sm:empty stores one\n';
    expect(await reveal('sm:empty')).toBe(none);
    expect(await reveal('sm:empty:key')).toMatch(
      /sm:empty:key has no value\nhint: .*put sm:empty:key/,
    );
    expect(await reveal('sm:one::AWSPREVIOUS')).toMatch(
      /sm:one has no version AWSPREVIOUS\nhint: /,
    );
    const version = '01234567-89ab-cdef-0123-456789abcdef';
    expect(await reveal(`sm:one:::${version}`)).toContain(`sm:one has no version ${version}`);
    expect(await reveal('sm:none')).toContain(
      'there is no secret sm:none (account 123456789012, region us-east-1)',
    );
    shop.sandbox.inject({
      ...{ service: 'secretsmanager', operation: 'DescribeSecret' },
      ...{ code: 'AccessDeniedException', times: 1 },
    });
    expect(await reveal('sm:empty')).toContain('sm:empty does not exist, or has no value');
    // What the hint says helps.
    await put('sm:empty', 'x');
    expect((await shop.run(['get', 'sm:empty', '--reveal'])).stdout).toBe('x');
  });
});

describe('a secret that is deleted while a command works', () => {
  const here = '(account 123456789012, region us-east-1)';
  test.each([
    [
      ['rollback', '/shop/gone'],
      { service: 'ssm', operation: 'GetParameterHistory', code: 'ParameterNotFound' },
      `there is no parameter /shop/gone ${here}`,
    ],
    [
      ['rotate', '/shop/gone', '--generate'],
      { service: 'ssm', operation: 'GetParameter', code: 'ParameterNotFound' },
      `there is no parameter /shop/gone ${here}`,
    ],
    [
      ['rotate', 'sm:gone', '--generate'],
      {
        ...{ service: 'secretsmanager', operation: 'DescribeSecret', skip: 1 },
        code: 'ResourceNotFoundException',
      },
      `there is no secret sm:gone ${here}`,
    ],
  ])('%j names region and account', async (argv, fault, message) => {
    await put(argv[1] ?? '', 'one');
    await put(argv[1] ?? '', 'two');
    shop.sandbox.inject(fault);
    const seen = await shop.run(argv);
    expect(seen).toMatchObject({ code: 1, stdout: '' });
    expect(seen.stderr).toContain(`error: ${message}\n`);
  });
});

describe('history', () => {
  test('lists versions, newest first', async () => {
    await put('/shop/db', 'a', 'b', 'c');
    await shop.ssm.send(
      new LabelParameterVersionCommand({
        Name: '/shop/db',
        ParameterVersion: 2,
        Labels: ['good'],
      }),
    );
    const seen = await shop.run(['history', '/shop/db']);
    const rows = seen.stdout
      .split('\n')
      .slice(1, 4)
      .map((line) => line.split('\t'));
    const date = expect.stringMatching(/^20/) as string;
    expect(rows.map((row) => row.slice(0, 3))).toEqual([
      ['3', '', date],
      ['2', 'good', date],
      ['1', '', date],
    ]);
    expect(await shop.json(['history', '/shop/db'])).toMatchObject({
      name: '/shop/db',
      versions: [{ version: 3, labels: [] }, { version: 2, labels: ['good'] }, { version: 1 }],
    });
  });

  test('lists the stages of a secret', async () => {
    await put('sm:db', 'a', 'b');
    expect(await shop.json(['history', 'sm:db'])).toMatchObject({
      versions: [{ labels: ['AWSCURRENT'] }, { labels: ['AWSPREVIOUS'] }],
    });
  });

  test('of what does not exist fails', async () => {
    expect((await shop.run(['history', '/none'])).code).toBe(1);
    expect((await shop.run(['history', 'sm:none'])).code).toBe(1);
  });
});

describe('rollback', () => {
  test('stores the value of the version before once more, with what the parameter has', async () => {
    await shop.run(['put', '/shop/db', '--tier', 'advanced'], { stdin: 'one' });
    await put('/shop/db', 'two');
    const seen = await shop.run(['rollback', '/shop/db']);
    expect(seen.stdout).toBe(
      [
        'parameter /shop/db: the value of version 1 is current again (version 3, was 2)',
        'undo: ecs-secrets rollback /shop/db --to 2',
        'running tasks keep their value: ecs-secrets redeploy /shop/db --stale',
        '',
      ].join('\n'),
    );
    expect(await valuesBelow(shop.ssm, '/shop')).toEqual({ '/shop/db': 'one' });
    expect(await shop.json(['get', '/shop/db'])).toMatchObject({ tier: 'Advanced', version: 3 });
    await shop.run(['rollback', '/shop/db', '--to', '2']);
    expect(await valuesBelow(shop.ssm, '/shop')).toEqual({ '/shop/db': 'two' });
  });

  test('moves AWSCURRENT of a secret back, and stores the newer value again for the way forward', async () => {
    await put('sm:db', 'one', 'two');
    const back = await shop.json(['rollback', 'sm:db']);
    expect(await secret('db')).toBe('one');
    expect(back.version).toBe(back.restored);
    expect(back.undo).toBe(`ecs-secrets rollback sm:db --to ${String(back.previousVersion)}`);
    const newer = String(back.previousVersion);
    const dry = await shop.run(['rollback', 'sm:db', '--to', newer, '--dry-run']);
    expect(dry.stdout).toBe(
      `secret db: the value of version ${newer} would be current again (was ${String(back.version)})\n`,
    );
    const forward = await shop.run(['rollback', 'sm:db', '--to', newer.slice(0, 8)]);
    expect(await secret('db')).toBe('two');
    const now = await shop.secrets.send(new GetSecretValueCommand({ SecretId: 'db' }));
    expect(forward).toMatchObject({ code: 0, stderr: '' });
    expect(forward.stdout.split('\n').slice(0, 2)).toEqual([
      `secret db: the value of version ${newer} is current again (version ${now.VersionId!}, was ${String(back.version)})`,
      `undo: ecs-secrets rollback sm:db --to ${String(back.version)}`,
    ]);
    expect(now.VersionId).not.toBe(newer);
    const unchanged = await shop.json(['rollback', 'sm:db', '--to', 'AWSCURRENT']);
    expect(unchanged.action).toBe('unchanged');
    const undone = await shop.json(['rollback', 'sm:db', '--to', String(back.version)]);
    expect(undone).toMatchObject({ action: 'updated', version: back.version });
  });

  test('leaves a date for stale on the way forward', async () => {
    await put('sm:db', 'one', 'two');
    await serviceWith('DB=sm:db');
    await shop.run(['rollback', 'sm:db', '--redeploy']);
    await shop.run(['rollback', 'sm:db']);
    expect(await secret('db')).toBe('two');
    const seen = await shop.run(['stale', 'sm:db']);
    expect(seen.code).toBe(3);
    expect(seen.stdout).toMatch(/shop\/web.*stale/);
  });

  test('moves AWSCURRENT forward where the value cannot be read or is binary, and says so', async () => {
    await put('sm:db', 'one', 'two');
    await shop.run(['rollback', 'sm:db']);
    const denied = { service: 'secretsmanager', code: 'AccessDeniedException', times: 1 };
    shop.sandbox.inject({ ...denied, operation: 'GetSecretValue' });
    const seen = await shop.run(['rollback', 'sm:db']);
    expect(seen.code).toBe(0);
    expect(seen.stderr).toMatch(/^note: AWSCURRENT was moved .* its value cannot be read; stale/);
    expect(await secret('db')).toBe('two');
    const SecretBinary = new Uint8Array([1, 2]);
    await shop.secrets.send(new PutSecretValueCommand({ SecretId: 'db', SecretBinary }));
    await shop.run(['rollback', 'sm:db']);
    expect((await shop.run(['rollback', 'sm:db'])).stderr).toContain('because its value is binary');
  });

  test('does not make a version current that has no value', async () => {
    await put('sm:db', 'one');
    const RotationLambdaARN = 'arn:aws:lambda:us-east-1:123456789012:function:always-fail';
    await shop.secrets.send(new RotateSecretCommand({ SecretId: 'db', RotationLambdaARN }));
    const seen = await shop.run(['rollback', 'sm:db', '--to', 'AWSPENDING']);
    expect(seen.code).toBe(1);
    expect(seen.stderr).toMatch(/error: version \S+ has no value/);
    expect(await secret('db')).toBe('one');
  });

  test('is not refused for a description of the parameter that lags', async () => {
    await put('/shop/db', 'one', 'two');
    const lags: Incident = {
      operation: 'DescribeParameters',
      from: 2,
      rewrite: ({ Parameters }: { Parameters: { Version: number }[] }) => ({
        Parameters: Parameters.map((one) => ({ ...one, Version: one.Version - 1 })),
      }),
    };
    await using between = await goBetween(shop.sandbox.url, [lags]);
    const env = { ECS_SECRETS_ENDPOINT_URL: between.url };
    expect(await shop.run(['rollback', '/shop/db'], { env })).toMatchObject({ code: 0 });
    expect(await valuesBelow(shop.ssm, '/shop')).toEqual({ '/shop/db': 'one' });
  });

  test('to a label', async () => {
    await put('/shop/db', 'a', 'b', 'c');
    const label = { Name: '/shop/db', ParameterVersion: 1, Labels: ['good'] };
    await shop.ssm.send(new LabelParameterVersionCommand(label));
    await shop.run(['rollback', '/shop/db', '--to', 'good']);
    expect(await valuesBelow(shop.ssm, '/shop')).toEqual({ '/shop/db': 'a' });
  });

  test('does nothing in a dry run, or where the value is the same', async () => {
    await put('/shop/db', 'a', 'b');
    const dry = await shop.run(['rollback', '/shop/db', '--dry-run']);
    expect(dry.stdout).toContain('the value of version 1 would be current again (was 2)');
    await shop.run(['put', '/shop/db', '--force'], { stdin: 'b' });
    const same = await shop.run(['rollback', '/shop/db']);
    expect(same.stdout).toBe('/shop/db has the value of version 2 already\n');
    expect(await shop.json(['get', '/shop/db'])).toMatchObject({ version: 3 });
  });

  test.each([
    ['one version only', ['rollback', '/shop/one'], 'no version before'],
    ['a version that is not there', ['rollback', '/shop/one', '--to', '9'], 'has no version 9'],
    ['one key', ['rollback', 'sm:db:key'], 'affects the whole secret'],
    ['a secret with one version', ['rollback', 'sm:one'], 'no version before'],
    ['a managed secret', ['rollback', 'sm:rds!x'], 'managed by the service rds'],
  ])('refuses %s', async (_name, argv, why) => {
    await put('/shop/one', 'x');
    await put('sm:one', 'x');
    await shop.secrets.send(new CreateSecretCommand({ Name: 'rds!x', SecretString: '{}' }));
    const seen = await shop.run(argv);
    expect(seen.code).not.toBe(0);
    expect(seen.stderr).toContain(why);
  });

  test('--redeploy brings the services to the earlier value', async () => {
    await put('sm:db', 'one');
    await serviceWith('DB=sm:db');
    await put('sm:db', 'two');
    await shop.run(['redeploy', 'sm:db']);
    expect(await shop.injected('shop', 'web', 'DB')).toEqual(['two']);
    const seen = await shop.run(['rollback', 'sm:db', '--redeploy']);
    expect(seen.code).toBe(0);
    expect(await shop.injected('shop', 'web', 'DB')).toEqual(['one']);
  });
});

describe('delete', () => {
  test('asks, and keeps what it is not told to delete', async () => {
    await put('/shop/db', 'x');
    expect(await shop.json(['delete', '/shop/db', '--dry-run'])).toEqual({
      store: 'parameter-store',
      name: '/shop/db',
      arn: 'arn:aws:ssm:us-east-1:123456789012:parameter/shop/db',
      dryRun: true,
    });
    const no = await shop.run(['delete', '/shop/db'], { terminal: { answer: 'n' } });
    expect(no.code).toBe(130);
    expect(no.stderr).toContain('Delete the parameter /shop/db? It cannot be restored. [y/N]');
    expect((await shop.run(['delete', '/shop/db'])).code).toBe(2);
    expect(await valuesBelow(shop.ssm, '/shop')).toEqual({ '/shop/db': 'x' });
    const yes = await shop.run(['delete', '/shop/db'], { terminal: { answer: 'y' } });
    expect(yes).toMatchObject({ code: 0, stdout: 'parameter /shop/db deleted\n' });
    expect(await valuesBelow(shop.ssm, '/shop')).toEqual({});
  });

  test.each([
    ['/shop/db', 'DB=/shop/db'],
    ['sm:shop/db', 'DB=sm:shop/db:key'],
  ])('refuses what a service uses: %s', async (ref, use) => {
    await (ref.startsWith('sm:') ? put(`${ref}:key`, 'x') : put(ref, 'x'));
    await serviceWith(use);
    const seen = await shop.run(['delete', ref, '--yes']);
    expect(seen.code).toBe(1);
    expect(seen.stderr).toContain('is used by service shop/web');
    expect((await shop.run(['get', ref])).code).toBe(0);
    expect((await shop.run(['delete', ref, '--yes', '--force'])).code).toBe(0);
  });

  test('keeps a secret for some time, and restore brings it back', async () => {
    await put('sm:db', 'x');
    const { recoverableUntil } = await shop.json([
      'delete',
      'sm:db',
      '--yes',
      '--recovery-days',
      '7',
    ]);
    const days = (Date.parse(String(recoverableUntil)) - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(7);
    const again = await shop.run(['delete', 'sm:db', '--yes']);
    expect(again.stderr).toMatch(/is scheduled for deletion[\s\S]*ecs-secrets restore sm:db/);
    expect((await shop.run(['restore', 'sm:db'])).stdout).toBe('secret db restored\n');
    expect(await secret('db')).toBe('x');
    expect((await shop.run(['restore', 'db'])).stdout).toContain('is not scheduled for deletion');
    expect((await shop.run(['delete', 'sm:db', '--yes', '--no-recovery'])).code).toBe(0);
    expect((await shop.run(['restore', 'sm:db'])).code).toBe(1);
  });

  test.each([
    ['days for a parameter', ['/a', '--recovery-days', '7']],
    ['too few days', ['sm:a', '--recovery-days', '6']],
    ['days and none', ['sm:a', '--recovery-days', '7', '--no-recovery']],
    ['one key', ['sm:a:key']],
    ['a version', ['sm:a::AWSPREVIOUS']],
  ])('refuses %s', async (_name, argv) => {
    expect((await shop.run(['delete', ...argv, '--yes'])).code).toBe(2);
  });

  test('of a replica is refused, with the region that it belongs to', async () => {
    await shop.secrets.send(
      new CreateSecretCommand({
        Name: 'db',
        SecretString: 'x',
        AddReplicaRegions: [{ Region: 'eu-west-1' }],
      }),
    );
    for (const argv of [
      ['delete', 'sm:db', '--yes'],
      ['put', 'sm:db'],
      ['rollback', 'sm:db'],
    ]) {
      const seen = await shop.run([...argv, '--region', 'eu-west-1'], { stdin: 'y' });
      expect(seen.code).toBe(1);
      expect(seen.stderr).toMatch(/is a replica of the one in us-east-1[\s\S]*--region us-east-1/);
    }
  });
});

describe('a reference to another account or region', () => {
  const theirs = 'arn:aws:ssm:us-east-1:999999999999:parameter/shop/db';

  test.each([
    ['get', ['get', theirs]],
    ['get --reveal', ['get', theirs, '--reveal']],
    ['history', ['history', theirs]],
    ['rollback', ['rollback', theirs]],
    ['delete', ['delete', theirs, '--yes', '--force']],
    ['rotate', ['rotate', theirs]],
  ])('does not lead %s to our own parameter', async (_name, argv) => {
    await put('/shop/db', 'one', 'two');
    const seen = await shop.run(argv, { stdin: 'three' });
    expect(seen).toMatchObject({ code: 1, stdout: '' });
    expect(seen.stderr).toContain('belongs to account 999999999999');
    expect(await valuesBelow(shop.ssm, '/shop')).toEqual({ '/shop/db': 'two' });
  });

  test('is not deleted from a region where its users are not looked for', async () => {
    const put = ['put', 'sm:far/db', '--region', 'eu-west-1'];
    const { arn } = await shop.json(put, { stdin: 'x' });
    const seen = await shop.run(['delete', String(arn), '--yes']);
    expect(seen.code).toBe(2);
    expect(seen.stderr).toContain('--region eu-west-1');
  });
});

test('delete sees tasks that still run an older revision of their service', async () => {
  await put('/shop/db', 'x');
  await serviceWith('DB=/shop/db');
  const failing = {
    name: 'web',
    image: 'x',
    essential: true,
    dockerLabels: { 'ecs-secrets.sandbox/exit-code': '1' },
  };
  const stdin = JSON.stringify({ family: 'web', containerDefinitions: [failing] });
  await shop.run(['register', '-'], { stdin });
  await shop.ecs.send(
    new UpdateServiceCommand({ cluster: 'shop', service: 'web', taskDefinition: 'web' }),
  );
  const seen = await shop.run(['delete', '/shop/db', '--yes']);
  expect(seen.stderr).toContain('is used by service shop/web');
});

test('a rollback whose answer was lost is told as done', async () => {
  await put('sm:db', 'one', 'two');
  const call = { service: 'secretsmanager', operation: 'UpdateSecretVersionStage' };
  shop.sandbox.inject({ ...call, lost: true, times: 1 });
  expect((await shop.run(['rollback', 'sm:db'])).code).toBe(0);
  expect(await secret('db')).toBe('one');
  shop.sandbox.inject({ ...call, lost: true, times: 1 });
  expect((await shop.run(['rotate', 'sm:db'], { stdin: 'three' })).code).toBe(0);
  expect(await secret('db')).toBe('three');
});

test('a dry run of rollback --redeploy looks at the version too', async () => {
  await put('sm:db', 'one', 'two');
  const none = await shop.run(['rollback', 'sm:db', '--to', 'nine', '--redeploy', '--dry-run']);
  expect(none.code).toBe(1);
  const seen = await shop.run(['rollback', 'sm:db', '--redeploy', '--dry-run']);
  expect(seen.stdout).toMatch(/would be current again[\s\S]*no service refers to it/);
});

test('an interrupt before the write of a rollback keeps it from being made', async () => {
  await put('/shop/db', 'one', 'two');
  const seen = await shop.run(['rollback', '/shop/db'], { interrupted: AbortSignal.abort() });
  expect(seen.code).toBe(130);
});

describe('restore', () => {
  test('says that a parameter is gone', async () => {
    expect((await shop.run(['restore', '/shop/db'])).code).toBe(1);
    expect((await shop.run(['restore', 'ssm:/shop/db'])).code).toBe(2);
  });
});

test('put does not touch what another service owns', async () => {
  await shop.secrets.send(new CreateSecretCommand({ Name: 'rds!x', SecretString: '{"a":"b"}' }));
  const seen = await shop.run(['put', 'sm:rds!x:a'], { stdin: 'y' });
  expect(seen.code).toBe(1);
  expect(seen.stderr).toContain('is managed by the service rds');
  const { OwningService } = await shop.secrets.send(
    new DescribeSecretCommand({ SecretId: 'rds!x' }),
  );
  expect(OwningService).toBe('rds');
  await shop.secrets
    .send(new PutSecretValueCommand({ SecretId: 'rds!x', SecretString: 'z' }))
    .catch(() => undefined);
  expect(await secret('rds!x')).toBe('{"a":"b"}');
});

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LabelParameterVersionCommand } from '@aws-sdk/client-ssm';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runBin } from '../../helpers/run.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';

let shop: Shop;
let folder: string;
beforeAll(async () => {
  shop = await openShop();
  folder = mkdtempSync(join(tmpdir(), 'ecs-secrets-get-'));
  for (const stdin of ['one', 'two', 'three']) {
    await shop.run(['put', '/shop/db'], { stdin });
    await shop.run(['put', 'level'], { stdin });
    await shop.run(['put', 'sm:shop/db:p'], { stdin });
  }
  await shop.ssm.send(
    new LabelParameterVersionCommand({ Name: '/shop/db', ParameterVersion: 2, Labels: ['good'] }),
  );
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await shop.sandbox.close();
});

describe('of an earlier version', () => {
  test.each([
    ['/shop/db:1', 'one'],
    ['/shop/db:2', 'two'],
    ['/shop/db:good', 'two'],
    ['/shop/db:3', 'three'],
    ['ssm:/shop/db:1', 'one'],
    ['arn:aws:ssm:us-east-1:123456789012:parameter/shop/db:1', 'one'],
    ['level:2', 'two'],
    ['ssm:level:1', 'one'],
    ['sm:shop/db:p', 'three'],
    ['sm:shop/db:p:AWSPREVIOUS', 'two'],
    ['sm:shop/db::AWSPREVIOUS', '{"p":"two"}'],
  ])('%s is %s', async (ref, stdout) => {
    expect(await shop.run(['get', ref, '--reveal'])).toEqual({ code: 0, stdout, stderr: '' });
  });

  test('a version id of a secret is one that history lists', async () => {
    const { VersionId } = await shop.secrets.send(
      new GetSecretValueCommand({ SecretId: 'shop/db', VersionStage: 'AWSPREVIOUS' }),
    );
    const seen = await shop.run(['get', `sm:shop/db:p::${VersionId!}`, '--reveal']);
    expect(seen.stdout).toBe('two');
  });

  test('with --store secrets-manager a bare name is still a secret', async () => {
    const seen = await shop.run(['get', 'shop/db:p', '--store', 'secrets-manager', '--reveal']);
    expect(seen.stdout).toBe('three');
  });

  test.each([
    [
      '/shop/db:7',
      1,
      'the parameter ssm:/shop/db has no version or label 7\nhint: ecs-secrets hist',
    ],
    ['/shop/db:better', 1, 'has no version or label better\n'],
    ['/shop/none:1', 1, 'there is no secret ssm:/shop/none '],
    ['/shop/db:', 2, 'characters that Parameter Store does not accept: ":"'],
    ['/shop/db:1:2', 2, 'characters that Parameter Store does not accept: ":"'],
  ])('%s is refused with exit code %i', async (ref, code, says) => {
    const seen = await shop.run(['get', ref, '--reveal']);
    expect(seen).toMatchObject({ code, stdout: '' });
    expect(seen.stderr).toContain(says);
  });

  test.each([
    ['/shop/db:2', 'ecs-secrets get /shop/db'],
    ['ssm:/shop/db:2', 'ecs-secrets get ssm:/shop/db'],
    [
      'arn:aws:ssm:us-east-1:123456789012:parameter/shop/db:2',
      'ecs-secrets get arn:aws:ssm:us-east-1:123456789012:parameter/shop/db',
    ],
    ['sm:shop/db:p', 'ecs-secrets get sm:shop/db'],
    [
      'arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/db-AbCdEf:p::',
      'ecs-secrets get arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/db-AbCdEf',
    ],
  ])('%s without --reveal is refused, with what to run', async (ref, hint) => {
    const seen = await shop.run(['get', ref]);
    expect(seen.code).toBe(2);
    expect(seen.stderr).toContain(`requires --reveal`);
    expect(seen.stderr.endsWith(`hint: ${hint}\n`), seen.stderr).toBe(true);
  });
});

describe('of several', () => {
  test('shows each, in the order of the arguments', async () => {
    const { secrets } = await shop.json(['get', 'sm:shop/db', 'level', '/shop/db']);
    expect(secrets).toMatchObject([
      { store: 'secrets-manager', name: 'shop/db', keys: ['p'] },
      { store: 'parameter-store', name: 'level', version: 3 },
      { name: '/shop/db', tags: [] },
    ]);
    const { stdout } = await shop.run(['get', 'level', '/shop/db']);
    expect(stdout.match(/^name: .*$/gm)).toEqual(['name:         level', 'name:         /shop/db']);
    expect(stdout).toContain('\n\nname:');
  });

  test('reveals values as JSON only', async () => {
    const refs = ['/shop/db:1', '/shop/db', 'sm:shop/db:p'];
    expect(await shop.json(['get', ...refs, '--reveal'])).toEqual({
      values: [
        { ref: '/shop/db:1', value: 'one' },
        { ref: '/shop/db', value: 'three' },
        { ref: 'sm:shop/db:p', value: 'three' },
      ],
    });
    const seen = await shop.run(['get', ...refs, '--reveal']);
    expect(seen).toMatchObject({ code: 2, stdout: '' });
    expect(seen.stderr).toContain('add --json');
  });

  test('tells all that there is not', async () => {
    const seen = await shop.run(['get', '/none', '/shop/db', 'sm:none']);
    expect(seen).toMatchObject({ code: 1, stdout: '' });
    expect(seen.stderr).toMatch(/no secret ssm:none .*\n.*no secret sm:none /);
    const wrong = await shop.run(['get', 'a b', '/c/', '/shop/db']);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/"a b" [^]*"\/c\/" must not end/);
  });
});

describe('--output-file', () => {
  const bin = (...argv: string[]) =>
    runBin(['get', ...argv], { env: shop.sandbox.environment, cwd: folder });
  const at = (name: string): string => join(folder, name);

  test('writes the value alone, with mode 0600, and shows no value', async () => {
    expect(await bin('/shop/db:1', '--reveal', '--output-file', 'key.pem')).toEqual({
      code: 0,
      stdout: 'wrote key.pem (3 bytes, mode 0600)\n',
      stderr: '',
    });
    expect(readFileSync(at('key.pem'), 'utf8')).toBe('one');
    expect(statSync(at('key.pem')).mode & 0o7777).toBe(0o600);
    // The mode of an earlier file does not stay.
    const owner = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
    const more = ['--mode', '0640', '--owner', owner, '--json'];
    const again = await bin('/shop/db', '--reveal', '--output-file', 'key.pem', ...more);
    expect(JSON.parse(again.stdout)).toEqual({ file: 'key.pem', bytes: 5, mode: '0640' });
    expect(readFileSync(at('key.pem'), 'utf8')).toBe('three');
    expect(statSync(at('key.pem')).mode & 0o7777).toBe(0o640);
    expect(readdirSync(folder)).toEqual(['key.pem']);
  });

  test('writes through no symbolic link, and over no device', async () => {
    symlinkSync('elsewhere', at('link'));
    const seen = await bin('/shop/db', '--reveal', '--output-file', 'link');
    expect(seen).toMatchObject({ code: 1, stdout: '' });
    expect(seen.stderr).toContain('cannot write link: it is a symbolic link\n');
    rmSync(at('link'));
    const device = await bin('/shop/db', '--reveal', '--output-file', '/dev/null');
    expect(device.stderr).toContain('cannot write /dev/null: it is not a regular file\n');
    const missing = await bin('/shop/db', '--reveal', '--output-file', 'no/such');
    expect(missing.stderr).toContain('cannot write no/such: no such directory\n');
    const nobody = await bin(
      ...['/shop/db', '--reveal', '--output-file', 'new', '--owner', 'no-such-user-here'],
    );
    expect(nobody).toMatchObject({ code: 2, stdout: '' });
    expect(nobody.stderr).toContain('there is no user "no-such-user-here" in /etc/passwd');
    expect(readdirSync(folder).filter((name) => name !== 'key.pem')).toEqual([]);
  });

  test.each([
    [['/shop/db', '--output-file', 'x'], '--output-file requires --reveal'],
    [['/shop/db', '--reveal', '--mode', '0640'], '--mode and --owner require --output-file'],
    [['/shop/db', '--reveal', '--owner', 'me'], '--mode and --owner require --output-file'],
    [['/shop/db', 'level', '--reveal', '--output-file', 'x'], 'takes the value of one REF'],
    [['/shop/db', '--reveal', '--output-file', 'x', '--mode', 'u=rw'], 'not an octal number'],
    [['/shop/db', '--reveal', '--output-file', 'x', '--mode', '4755'], 'not an octal number'],
  ])('%j is refused', async (argv, says) => {
    const access = new Map<
      string,
      { mode?: number | undefined; owner?: string | undefined } | undefined
    >();
    const seen = await shop.run(['get', ...argv], { access });
    expect(seen).toMatchObject({ code: 2, stdout: '' });
    expect(seen.stderr).toContain(says);
    expect(access.size).toBe(0);
  });
});

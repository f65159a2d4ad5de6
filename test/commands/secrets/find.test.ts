import { CreateKeyCommand, DisableKeyCommand } from '@aws-sdk/client-kms';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openShop, type Shop } from '../../helpers/scene.ts';

const value = 'Zq7Xw-K9vR2tB!';
let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  for (const ref of ['/shop/prod/db', '/shop/staging/Db', 'level', 'sm:shop/prod/db']) {
    await shop.run(['put', ref], { stdin: `of ${ref}` });
  }
  await shop.run(['put', '/shop/prod/key'], { stdin: value });
  await shop.run(['put', 'sm:shop/json:password'], { stdin: value });
  await shop.run(['put', 'sm:shop/json:user'], { stdin: 'u' });
  await shop.run(['put', 'url'], { stdin: `postgres://u:${value}@db/x` });
  await shop.ssm.send(new PutParameterCommand({ Name: 'plain', Value: value, Type: 'String' }));
  await shop.secrets.send(
    new CreateSecretCommand({ Name: 'binary', SecretBinary: Buffer.from(value) }),
  );
});
afterAll(() => shop.sandbox.close());

describe('find by name', () => {
  test.each([
    [['db'], ['/shop/prod/db', '/shop/staging/Db', 'sm:shop/prod/db']],
    [['LEVEL'], ['level']],
    [['/shop/*/db'], ['/shop/prod/db', '/shop/staging/Db']],
    [['*/db'], ['/shop/prod/db', '/shop/staging/Db', 'sm:shop/prod/db']],
    [['shop*db'], ['sm:shop/prod/db']],
    [['*e*e*'], ['/shop/prod/key', 'level'].slice(1)],
    [['db', '--prefix', '/shop/prod'], ['/shop/prod/db']],
    [
      ['db', '--prefix', 'sm:shop', '--prefix', '/shop/staging/'],
      ['sm:shop/prod/db', '/shop/staging/Db'],
    ],
    [
      ['db', '--prefix', '/shop', '--prefix', '/shop/prod'],
      ['/shop/prod/db', '/shop/staging/Db'],
    ],
  ])('%j', async (argv, refs) => {
    const seen = await shop.run(['find', ...argv]);
    expect(seen).toMatchObject({ code: 0, stderr: '' });
    expect(seen.stdout.trimEnd().split('\n').sort()).toEqual([...refs].sort());
  });

  test('nothing found is no failure, and says where it looked', async () => {
    expect(await shop.run(['find', 'nope'])).toEqual({
      code: 0,
      stdout: '',
      stderr: 'note: nothing found below / and sm:\n',
    });
    expect(await shop.json(['find', 'nope'])).toEqual({ found: [], unchecked: [] });
  });

  test('without a pattern and --value it fails', async () => {
    const seen = await shop.run(['find']);
    expect(seen.code).toBe(2);
    expect(seen.stderr).toContain('give a PATTERN, --value, or both');
  });
});

describe('find --value', () => {
  test('finds it in both stores, in keys and in parts, and shows it nowhere', async () => {
    const seen = await shop.run(['find', '--value'], { stdin: `${value}\n` });
    expect(seen.stdout.trimEnd().split('\n').sort()).toEqual(
      ['plain', '/shop/prod/key', 'url', 'sm:shop/json:password'].sort(),
    );
    expect(seen.stderr).toBe('note: the value is only a part of url\n');
    const { found } = await shop.json(['find', '--value'], { stdin: value });
    expect(found).toContainEqual({
      ref: 'sm:shop/json:password',
      store: 'secrets-manager',
      name: 'shop/json',
      arn: expect.stringContaining(':secret:shop/json-') as string,
      match: 'key',
      key: 'password',
    });
  });

  test('is asked for on a terminal', async () => {
    const seen = await shop.run(['find', '--value', '--quiet', '--prefix', '/shop'], {
      terminal: { answer: value },
    });
    expect(seen.stdout).toBe('/shop/prod/key\n');
  });

  test('a pattern narrows what is read, and a short value is no part of others', async () => {
    const only = await shop.run(['find', 'key', '--value'], { stdin: value });
    expect(only.stdout).toBe('/shop/prod/key\n');
    const short = await shop.run(['find', '--value'], { stdin: 'u' });
    expect(short.stdout).toBe('sm:shop/json:user\n');
    const empty = await shop.run(['find', '--value'], { stdin: '' });
    expect(empty.code).toBe(2);
    expect(empty.stderr).toContain('\nhint: pipe the value in\n');
  });

  test('says what may not be read, and compares the others', async () => {
    const { KeyMetadata } = await shop.kms.send(new CreateKeyCommand({}));
    const KeyId = KeyMetadata?.KeyId ?? '';
    await shop.run(['put', '/locked', '--kms-key', KeyId], { stdin: value });
    await shop.kms.send(new DisableKeyCommand({ KeyId }));
    const seen = await shop.run(['find', '--value', '--prefix', '/'], { stdin: value });
    expect(seen.stdout, seen.stderr).toContain('/shop/prod/key\n');
    expect(seen.stdout).not.toContain('locked');
    expect(seen.stderr).toMatch(/not searched: locked: .* is disabled/);
  });
});

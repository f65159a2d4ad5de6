import {
  AddTagsToResourceCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  ListTagsForResourceCommand,
  PutParameterCommand,
} from '@aws-sdk/client-ssm';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
} from '@aws-sdk/client-secrets-manager';
import { CreateAliasCommand, CreateKeyCommand } from '@aws-sdk/client-kms';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openShop, type Shop } from '../../helpers/scene.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await openShop();
});
afterEach(() => shop.sandbox.close());

async function parameter(name: string): Promise<string | undefined> {
  const command = new GetParameterCommand({ Name: name, WithDecryption: true });
  return (await shop.ssm.send(command)).Parameter?.Value;
}

async function described(name: string) {
  const filter = { Key: 'Name', Values: [name] };
  const { Parameters } = await shop.ssm.send(
    new DescribeParametersCommand({ ParameterFilters: [filter] }),
  );
  return Parameters?.[0];
}

async function secret(id: string): Promise<string | undefined> {
  return (await shop.secrets.send(new GetSecretValueCommand({ SecretId: id }))).SecretString;
}

async function calls(): Promise<string[]> {
  const answer = await fetch(`${shop.sandbox.url}/_sandbox/calls`);
  const list = (await answer.json()) as { service: string; operation: string }[];
  return list.map(({ operation }) => operation);
}

test('a byte order mark, as Windows pipes begin with, is dropped unless --raw', async () => {
  const stdin = '\ufeffhunter2\r\n';
  const seen = await shop.run(['put', '/bom'], { stdin });
  expect(seen.code).toBe(0);
  expect(seen.stderr).toBe('note: dropped the byte order mark at the start (--raw keeps it)\n');
  expect(await parameter('/bom')).toBe('hunter2');
  const file = await shop.run(['put', '/bom', '--value-file', 'f'], { files: { f: stdin } });
  expect(file.stdout).toContain('unchanged');
  expect((await shop.run(['put', '/bom', '--raw'], { stdin })).stderr).toBe('');
  expect(await parameter('/bom')).toBe(stdin);
  const empty = await shop.run(['put', '/bom'], { stdin: '\ufeff\r\n' });
  expect(empty).toMatchObject({ code: 2, stdout: '' });
});

test('--json has the ARN of a parameter, whether it was created, updated or left alone', async () => {
  const arn = 'arn:aws:ssm:us-east-1:123456789012:parameter/arn/a';
  for (const [action, ...more] of [['created', '--dry-run'], ['created'], ['unchanged']]) {
    const put = await shop.json(['put', '/arn/a', ...more], { stdin: 'x' });
    expect(put).toMatchObject({ action, arn });
  }
  expect(await shop.json(['put', '/arn/a'], { stdin: 'y' })).toMatchObject({
    action: 'updated',
    arn,
  });
});

test('names the region and the account where the region was chosen', async () => {
  const chosen = await shop.run(['put', '/shop/where', '--region', 'eu-west-1'], { stdin: 'x' });
  expect(chosen.stdout).toBe(
    'parameter /shop/where created (version 1) in eu-west-1 (account 123456789012)\n',
  );
});

describe('a parameter', () => {
  test('is created as a SecureString from a pipe, without its last newline', async () => {
    const seen = await shop.run(['put', '/shop/db'], { stdin: 'one\n' });
    expect(seen).toMatchObject({ code: 0, stdout: 'parameter /shop/db created (version 1)\n' });
    expect(seen.stderr).toBe('');
    const debug = await shop.run(['put', '/shop/db', '--debug'], { stdin: 'one\n' });
    expect(debug.stderr).toContain('dropped one trailing newline');
    expect(await parameter('/shop/db')).toBe('one');
    expect((await described('/shop/db'))?.Type).toBe('SecureString');
  });

  test('keeps its newline with --raw', async () => {
    await shop.run(['put', '/shop/db', '--raw'], { stdin: 'one\n' });
    expect(await parameter('/shop/db')).toBe('one\n');
  });

  test('is not written again when its value is equal', async () => {
    await shop.run(['put', '/shop/db'], { stdin: 'one' });
    const again = await shop.json(['put', '/shop/db'], { stdin: 'one' });
    expect(again).toMatchObject({ action: 'unchanged', previousVersion: 1 });
    const forced = await shop.json(['put', '/shop/db', '--force'], { stdin: 'one' });
    expect(forced).toMatchObject({ action: 'updated', version: 2, previousVersion: 1 });
  });

  test('keeps key, tier and description when its value changes', async () => {
    const { KeyMetadata } = await shop.kms.send(new CreateKeyCommand({}));
    const target = { AliasName: 'alias/shop', TargetKeyId: KeyMetadata?.KeyId };
    await shop.kms.send(new CreateAliasCommand(target));
    await shop.run(
      [
        'put',
        '/shop/db',
        '--kms-key',
        'alias/shop',
        '--tier',
        'advanced',
        '--description',
        'the db',
      ],
      { stdin: 'one' },
    );
    await shop.run(['put', '/shop/db'], { stdin: 'two' });
    expect(await parameter('/shop/db')).toBe('two');
    expect(await described('/shop/db')).toMatchObject({
      KeyId: 'alias/shop',
      Tier: 'Advanced',
      Description: 'the db',
      Version: 2,
    });
  });

  test('gets a new description or tags though its value is equal', async () => {
    await shop.run(['put', '/shop/db', '--tag', 'a=1'], { stdin: 'one' });
    const more = ['put', '/shop/db', '--tag', 'a=1', '--tag', 'b=2', '--description', 'new'];
    expect(await shop.json(more, { stdin: 'one' })).toMatchObject({ action: 'updated' });
    expect(await shop.json(more, { stdin: 'one' })).toMatchObject({ action: 'unchanged' });
    const { TagList } = await shop.ssm.send(
      new ListTagsForResourceCommand({ ResourceType: 'Parameter', ResourceId: '/shop/db' }),
    );
    expect(TagList).toEqual([
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '2' },
    ]);
  });

  test('is left alone with --no-overwrite and --dry-run', async () => {
    const dry = await shop.run(['put', '/shop/db', '--dry-run'], { stdin: 'one' });
    expect(dry).toMatchObject({ code: 0, stdout: 'parameter /shop/db would be created\n' });
    expect(await described('/shop/db')).toBeUndefined();
    await shop.run(['put', '/shop/db'], { stdin: 'one' });
    const second = await shop.run(['put', '/shop/db', '--no-overwrite'], { stdin: 'two' });
    expect(second.code).toBe(1);
    expect(second.stderr).toContain('error: the parameter /shop/db exists already');
    const dryUpdate = await shop.run(['put', '/shop/db', '--dry-run'], { stdin: 'two' });
    expect(dryUpdate.stdout).toContain('would be updated');
    expect(await parameter('/shop/db')).toBe('one');
  });

  test('is unchanged under intelligent tiering, and keeps its policies', async () => {
    const policy =
      '[{"Type":"NoChangeNotification","Version":"1.0","Attributes":{"After":"20","Unit":"Days"}}]';
    const stored = { Name: '/shop/db', Value: 'one', Type: 'SecureString' as const };
    await shop.ssm.send(new PutParameterCommand({ ...stored, Tier: 'Advanced', Policies: policy }));
    const put = ['put', '/shop/db', '--tier', 'intelligent-tiering'];
    expect(await shop.json(put, { stdin: 'one' })).toMatchObject({ action: 'unchanged' });
    expect(await shop.json(put, { stdin: 'two' })).toMatchObject({ action: 'updated' });
    expect((await described('/shop/db'))?.Policies).toHaveLength(1);
  });

  test('that others write at the same moment is written again', async () => {
    await shop.run(['put', '/shop/db'], { stdin: 'one' });
    shop.sandbox.inject({
      service: 'ssm',
      operation: 'PutParameter',
      code: 'TooManyUpdates',
      times: 2,
    });
    expect((await shop.run(['put', '/shop/db'], { stdin: 'two' })).code).toBe(0);
    expect(await parameter('/shop/db')).toBe('two');
  });

  test('of type String is not touched', async () => {
    await shop.ssm.send(new PutParameterCommand({ Name: '/plain', Value: 'x', Type: 'String' }));
    const seen = await shop.run(['put', '/plain'], { stdin: 'y' });
    expect(seen.code).toBe(1);
    expect(seen.stderr).toContain('error: plain is a plain String parameter');
    expect(await parameter('/plain')).toBe('x');
  });

  test('of the same name written with and without its slash is the same', async () => {
    await shop.run(['put', '/single'], { stdin: 'one' });
    expect(await shop.json(['put', 'single'], { stdin: 'one' })).toMatchObject({
      action: 'unchanged',
      name: 'single',
    });
  });

  test('named by an ARN goes to its region, and not to another account', async () => {
    const arn = 'arn:aws:ssm:eu-west-1:123456789012:parameter/shop/db';
    expect((await shop.run(['put', arn], { stdin: 'one' })).code).toBe(0);
    await expect(parameter('/shop/db')).rejects.toThrow();
    const foreign = 'arn:aws:ssm:us-east-1:999999999999:parameter/shop/db';
    const seen = await shop.run(['put', foreign], { stdin: 'one' });
    expect(seen.code).toBe(1);
    expect(seen.stderr).toContain('belongs to account 999999999999');
  });

  test('waits for two calls to create or update, and for one to find unchanged', async () => {
    // DescribeParameters, which only an update needs, runs beside GetParameter.
    const read = ['DescribeParameters', 'GetParameter'];
    for (const [stdin, made] of [
      ['one', [...read, 'PutParameter']],
      ['one', read],
      ['two', [...read, 'PutParameter']],
    ] as const) {
      const before = (await calls()).length;
      await shop.run(['put', '/shop/db'], { stdin });
      const own = (await calls()).slice(before);
      expect(own.sort()).toEqual(made);
    }
  });
});

describe('a parameter the caller may not read', () => {
  const denied = (operation: string, times: number) => ({
    faults: [{ service: 'ssm', operation, code: 'AccessDeniedException', times }],
  });

  test('is written uncompared, and says so', async () => {
    await shop.sandbox.close();
    shop = await openShop(denied('GetParameter', 1));
    await shop.ssm.send(
      new PutParameterCommand({ Name: '/shop/db', Value: 'one', Type: 'SecureString' }),
    );
    const seen = await shop.run(['put', '/shop/db'], { stdin: 'two' });
    expect(seen).toMatchObject({
      code: 0,
      stdout: 'parameter /shop/db updated (version 2, was 1)\n',
    });
    expect(seen.stderr).toContain('without comparison');
    expect(await parameter('/shop/db')).toBe('two');
  });

  test('is created when it is new', async () => {
    await shop.sandbox.close();
    shop = await openShop({
      faults: [...denied('GetParameter', 1).faults, ...denied('DescribeParameters', 1).faults],
    });
    expect(await shop.json(['put', '/shop/db'], { stdin: 'one' })).toMatchObject({
      action: 'created',
      compared: false,
    });
  });

  test('is not written when its key cannot be kept either', async () => {
    await shop.sandbox.close();
    shop = await openShop({
      faults: [...denied('GetParameter', 1).faults, ...denied('DescribeParameters', 1).faults],
    });
    await shop.ssm.send(
      new PutParameterCommand({ Name: '/shop/db', Value: 'one', Type: 'SecureString' }),
    );
    const seen = await shop.run(['put', '/shop/db'], { stdin: 'two' });
    expect(seen.code).toBe(1);
    expect(seen.stderr).toContain('a new version must keep them');
    expect(await parameter('/shop/db')).toBe('one');
  });
});

describe('a secret of Secrets Manager', () => {
  test('is created, updated, and unchanged', async () => {
    const created = await shop.json(['put', 'sm:shop/db', '--tag', 'a=1'], { stdin: 'one' });
    expect(created).toMatchObject({ action: 'created', store: 'secrets-manager' });
    expect(created.arn).toMatch(/:secret:shop\/db-[A-Za-z0-9]{6}$/);
    const updated = await shop.json(['put', 'sm:shop/db'], { stdin: 'two' });
    expect(updated).toMatchObject({ action: 'updated', previousVersion: created.version });
    expect(await shop.json(['put', String(created.arn)], { stdin: 'two' })).toMatchObject({
      action: 'unchanged',
    });
    expect(await secret('shop/db')).toBe('two');
  });

  test('is meant by a bare name under --store and ECS_SECRETS_STORE', async () => {
    await shop.run(['put', 'one', '--store', 'secrets-manager'], { stdin: 'x' });
    await shop.run(['put', 'two'], { stdin: 'x', env: { ECS_SECRETS_STORE: 'secrets-manager' } });
    expect(await secret('one')).toBe('x');
    expect(await secret('two')).toBe('x');
  });

  test('gets one JSON key, and keeps the others', async () => {
    await shop.run(['put', 'sm:db:user'], { stdin: 'admin' });
    await shop.run(['put', 'sm:db:password'], { stdin: 'one' });
    expect(await shop.json(['put', 'sm:db:password'], { stdin: 'one' })).toMatchObject({
      action: 'unchanged',
    });
    expect(JSON.parse((await secret('db')) ?? '')).toEqual({ user: 'admin', password: 'one' });
  });

  test('gets a string in place of a number, which ECS would inject as 1.2345678e+07', async () => {
    await shop.run(['put', 'sm:db'], { stdin: '{"port":12345678}' });
    expect(await shop.json(['put', 'sm:db:port'], { stdin: '12345678' })).toMatchObject({
      action: 'updated',
    });
    expect(await secret('db')).toBe('{"port":"12345678"}');
  });

  test('that is not a JSON object gets no key, and is not shown', async () => {
    await shop.run(['put', 'sm:db'], { stdin: 'MARKED-VALUE' });
    const seen = await shop.run(['put', 'sm:db:key'], { stdin: 'x' });
    expect(seen.code).toBe(2);
    expect(seen.stderr).toContain('not a JSON object');
    expect(seen.stderr).not.toContain('MARKED-VALUE');
  });

  test('loses no key when several people set different keys at the same time', async () => {
    await shop.run(['put', 'sm:db:start'], { stdin: '0' });
    const keys = ['a', 'b', 'c', 'd'];
    const seen = await Promise.all(
      keys.map((key) => shop.run(['put', `sm:db:${key}`], { stdin: key })),
    );
    expect(seen.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    const stored: unknown = JSON.parse((await secret('db')) ?? '');
    expect(stored).toEqual({ start: '0', a: 'a', b: 'b', c: 'c', d: 'd' });
    const { VersionIdsToStages } = await shop.secrets.send(
      new DescribeSecretCommand({ SecretId: 'db' }),
    );
    expect(
      Object.values(VersionIdsToStages ?? {})
        .flat()
        .sort(),
    ).toEqual(['AWSCURRENT', 'AWSPREVIOUS']);
  });

  test('scheduled for deletion is told, and comes back with --restore', async () => {
    await shop.secrets.send(new CreateSecretCommand({ Name: 'db', SecretString: 'old' }));
    await shop.secrets.send(new DeleteSecretCommand({ SecretId: 'db' }));
    const seen = await shop.run(['put', 'sm:db'], { stdin: 'new' });
    expect(seen.code).toBe(1);
    expect(seen.stderr).toMatch(/is scheduled for deletion[\s\S]*put --restore/);
    expect((await shop.run(['put', 'sm:db', '--restore'], { stdin: 'new' })).code).toBe(0);
    expect(await secret('db')).toBe('new');
    const { DeletedDate } = await shop.secrets.send(new DescribeSecretCommand({ SecretId: 'db' }));
    expect(DeletedDate).toBeUndefined();
  });

  test('without a value yet gets its first', async () => {
    await shop.secrets.send(new CreateSecretCommand({ Name: 'empty' }));
    expect((await shop.run(['put', 'sm:empty'], { stdin: 'first' })).code).toBe(0);
    expect(await secret('empty')).toBe('first');
  });

  test('whose description the caller may not read is created, or written uncompared', async () => {
    const denied = { service: 'secretsmanager', code: 'AccessDeniedException', times: 1 };
    shop.sandbox.inject({ ...denied, operation: 'DescribeSecret' });
    expect(await shop.json(['put', 'sm:new'], { stdin: 'one' })).toMatchObject({
      action: 'created',
      compared: false,
    });
    shop.sandbox.inject({ ...denied, operation: 'DescribeSecret' });
    shop.sandbox.inject({ ...denied, operation: 'GetSecretValue' });
    expect((await shop.run(['put', 'sm:new'], { stdin: 'two' })).code).toBe(0);
    expect(await secret('new')).toBe('two');
    shop.sandbox.inject({ ...denied, operation: 'DescribeSecret' });
    const second = await shop.run(['put', 'sm:new', '--no-overwrite'], { stdin: 'three' });
    expect(second.stderr).toContain('exists already');
    expect(await secret('new')).toBe('two');
  });

  test('of several keys is not replaced by plain text without --replace-json', async () => {
    await shop.run(['put', 'sm:db:user'], { stdin: 'admin' });
    const seen = await shop.run(['put', 'sm:db'], { stdin: 'text' });
    expect(seen.code).toBe(1);
    expect(seen.stderr).toContain('sm:db is a JSON object with the keys user');
    expect(await secret('db')).toBe('{"user":"admin"}');
    const forced = await shop.run(['put', 'sm:db', '--force'], { stdin: 'text' });
    expect(forced.code).toBe(1);
    expect(forced.stderr).toContain('--replace-json replaces the whole value');
    expect((await shop.run(['put', 'sm:db', '--replace-json'], { stdin: 'text' })).code).toBe(0);
    expect(await secret('db')).toBe('text');
  });

  test('whose name ends like an ARN is created with a warning', async () => {
    const seen = await shop.run(['put', 'sm:app-config'], { stdin: 'x' });
    expect(seen.code).toBe(0);
    expect(seen.stderr).toContain(
      'warning: the name app-config ends in a hyphen and six characters',
    );
  });

  test('keeps its description when a key makes it too large', async () => {
    await shop.run(['put', 'sm:j:a', '--description', 'old'], { stdin: 'x'.repeat(40_000) });
    const argv = ['put', 'sm:j:b', '--description', 'new'];
    expect((await shop.run(argv, { stdin: 'y'.repeat(40_000) })).code).toBe(2);
    const { Description } = await shop.secrets.send(new DescribeSecretCommand({ SecretId: 'j' }));
    expect(Description).toBe('old');
  });

  test('that is binary is not overwritten by a key', async () => {
    await shop.secrets.send(
      new CreateSecretCommand({ Name: 'bin', SecretBinary: new Uint8Array([1, 2]) }),
    );
    const seen = await shop.run(['put', 'sm:bin:key'], { stdin: 'x' });
    expect(seen.code).toBe(1);
    expect(seen.stderr).toContain('is binary');
    await shop.secrets.send(new PutSecretValueCommand({ SecretId: 'bin', SecretString: '{}' }));
    expect((await shop.run(['put', 'sm:bin:key'], { stdin: 'x' })).code).toBe(0);
  });
});

describe('the value comes from', () => {
  test('a file, an environment variable, a prompt', async () => {
    await shop.run(['put', '/a', '--value-file', 'f'], { files: { f: 'file\n' } });
    await shop.run(['put', '/b', '--from-env', 'V'], { env: { V: 'env\n' } });
    await shop.run(['put', '/c'], { terminal: { answer: 'typed' } });
    expect([await parameter('/a'), await parameter('/b'), await parameter('/c')]).toEqual([
      'file',
      'env\n',
      'typed',
    ]);
  });

  test('a generator, which shows only its length', async () => {
    const seen = await shop.run(['put', '/a', '--generate', '40']);
    const value = (await parameter('/a')) ?? '';
    expect(value).toMatch(/^[A-Za-z0-9]{40}$/);
    expect(seen.stdout + seen.stderr).not.toContain(value);
    expect(seen.stderr).toContain('40 characters');
  });

  test('a generator under GitHub Actions, which has it masked', async () => {
    const seen = await shop.run(['put', '/a', '--generate'], { env: { GITHUB_ACTIONS: 'true' } });
    expect(seen.stderr).toContain(`::add-mask::${(await parameter('/a')) ?? ''}\n`);
    expect(seen.stdout).not.toContain((await parameter('/a')) ?? '');
  });

  test('nobody when the prompt is cancelled', async () => {
    const seen = await shop.run(['put', '/a'], { terminal: { answer: undefined } });
    expect(seen).toMatchObject({ code: 130, stderr: 'error: cancelled; nothing was stored\n' });
    expect(await calls()).toEqual([]);
  });
});

describe('bad input stops before any call, with exit code 2:', () => {
  const cases: [string, string[], string | undefined, string][] = [
    ['a bad name', ['put', '/a//b c'], 'x', 'has an empty level'],
    ['a reserved name', ['put', '/aws/x'], 'x', 'which AWS reserves'],
    ['a path without slash', ['put', 'a/b'], 'x', 'must start with "/"'],
    ['an empty value', ['put', '/a'], '', 'the value is empty'],
    ['only a newline', ['put', '/a'], '\n', 'the value is empty'],
    ['two sources', ['put', '/a', '--generate', '--from-env', 'X'], undefined, '2 sources'],
    [
      'a missing variable',
      ['put', '/a', '--from-env', 'NOPE'],
      undefined,
      'the variable of --from-env is not set',
    ],
    ['a length that is none', ['put', '/a', '--generate', 'hunter2'], undefined, 'whole number'],
    ['a short length', ['put', '/a', '--generate', '4'], undefined, '16 to 4096'],
    ['over 8192 bytes', ['put', '/a'], 'x'.repeat(8193), 'Secrets Manager (sm:NAME)'],
    [
      'over the standard tier',
      ['put', '/a', '--tier', 'standard'],
      'x'.repeat(4097),
      '--tier advanced',
    ],
    ['a secret over 65536 bytes', ['put', 'sm:a'], 'x'.repeat(65_537), 'at most 65536'],
    ['a parameter in a value', ['put', '/a'], 'a{{b}}', '"{{ }}"'],
    ['an unknown tier', ['put', '/a', '--tier', 'gold'], 'x', 'unknown tier "gold"'],
    ['a tier for a secret', ['put', 'sm:a', '--tier', 'advanced'], 'x', 'no tiers'],
    ['a bad tag', ['put', '/a', '--tag', 'novalue'], 'x', 'is not KEY=VALUE'],
    ['a pinned reference', ['put', 'sm:a::AWSPREVIOUS'], 'x', 'always stored as AWSCURRENT'],
    ['an ARN of another service', ['put', 'arn:aws:s3:::bucket'], 'x', 'not ssm or secretsmanager'],
    ['a value as argument', ['put', '/a', 'hunter2'], undefined, 'a value is never an argument'],
  ];
  test.each(cases)('%s', async (_name, argv, stdin, message) => {
    const seen = await shop.run(argv, { stdin: stdin ?? '' });
    expect(seen.stderr).toContain(message);
    expect(seen).toMatchObject({ code: 2, stdout: '' });
    expect(seen.stderr).not.toContain('hunter2');
    expect((await calls()).filter((call) => /^(Put|Create)/.test(call))).toEqual([]);
  });

  test('all problems at once', async () => {
    const seen = await shop.run(['put', '/a b', '--tag', 'x', '--tier', 'gold'], { stdin: 'x' });
    expect(seen.stderr.match(/^error: /gm)).toHaveLength(3);
  });

  test('over the standard tier without --tier, once it is known that the parameter is new', async () => {
    const seen = await shop.run(['put', '/a'], { stdin: 'x'.repeat(5000) });
    expect(seen.code).toBe(2);
    expect(seen.stderr).toContain('an advanced one 8192 (ecs-secrets put REF --tier advanced)');
    expect(await described('/a')).toBeUndefined();
  });

  test('bytes that are not UTF-8', async () => {
    const seen = await shop.run(['put', '/a'], { stdin: new Uint8Array([0xff, 0x00]) });
    expect(seen).toMatchObject({ code: 2 });
    expect(seen.stderr).toContain('not valid UTF-8');
  });

  test.each([
    ['UTF-16', Buffer.from('\ufeffhunter2\r\n', 'utf16le'), /UTF-16 text.*\nhint: .*UTF-8/],
    ['UTF-16 of the other order', Buffer.from('\ufeffab', 'utf16le').swap16(), /UTF-16 text/],
    ['a NUL', Buffer.from('hunter2\0'), /NUL character, which no environment variable/],
    ['UTF-16 without a mark', Buffer.from('hunter2', 'utf16le'), /NUL character/],
  ])('%s', async (_what, stdin, message) => {
    const bytes = { 'value.txt': stdin };
    for (const argv of [
      ['put', '/a'],
      ['put', '/a', '--raw'],
      ['put', 'sm:a:key', '--value-file', 'value.txt'],
    ]) {
      const seen = await shop.run(argv, { stdin, bytes });
      expect(seen).toMatchObject({ code: 2, stdout: '' });
      expect(seen.stderr).toMatch(message);
      expect(seen.stderr).not.toMatch(/hunter/);
    }
    expect(await described('/a')).toBeUndefined();
  });
});

test('a tag of a parameter that others set stays', async () => {
  await shop.run(['put', '/a'], { stdin: 'x' });
  await shop.ssm.send(
    new AddTagsToResourceCommand({
      ResourceType: 'Parameter',
      ResourceId: '/a',
      Tags: [{ Key: 'theirs', Value: '1' }],
    }),
  );
  await shop.run(['put', '/a', '--tag', 'ours=1'], { stdin: 'y' });
  const { TagList } = await shop.ssm.send(
    new ListTagsForResourceCommand({ ResourceType: 'Parameter', ResourceId: '/a' }),
  );
  expect(TagList?.map(({ Key }) => Key).sort()).toEqual(['ours', 'theirs']);
});

import { PutParameterCommand } from '@aws-sdk/client-ssm';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { describedBelow, valuesBelow } from '../../helpers/parameters.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await openShop();
});
afterEach(() => shop.sandbox.close());

const values = (path: string) => valuesBelow(shop.ssm, path);
const described = (path: string) => describedBelow(shop.ssm, path);

async function calls(): Promise<{ operation: string; at: string }[]> {
  const answer = await fetch(`${shop.sandbox.url}/_sandbox/calls`);
  return (await answer.json()) as { operation: string; at: string }[];
}

const load = (text: string, file = '.env') => ({ files: { [file]: text } });

describe('into Parameter Store', () => {
  test('creates, updates and leaves alone, and says how many', async () => {
    await shop.run(['put', '/shop/A'], { stdin: 'one' });
    await shop.run(['put', '/shop/B'], { stdin: 'old' });
    const file = load('A=one\nB="two words"\nC=three\n');
    const dry = await shop.run(['import', '.env', '--prefix', '/shop', '--dry-run'], file);
    expect(dry.stdout).toBe(
      'would be updated  /shop/B\nwould be created  /shop/C\n1 would be created, 1 would be updated, 1 unchanged\n',
    );
    expect(await values('/shop')).toEqual({ '/shop/A': 'one', '/shop/B': 'old' });
    const seen = await shop.run(['import', '.env', '--prefix', '/shop'], file);
    expect(seen).toMatchObject({ code: 0, stdout: '1 created, 1 updated, 1 unchanged\n' });
    expect(await values('/shop')).toEqual({
      '/shop/A': 'one',
      '/shop/B': 'two words',
      '/shop/C': 'three',
    });
    const again = await shop.run(['import', '.env', '--prefix', '/shop'], file);
    expect(again.stdout).toBe('0 created, 0 updated, 3 unchanged\n');
  });

  test('makes paths of nested maps and keeps the case', async () => {
    const yaml = 'db:\n  Password: "p"\n  PORT: 0123\napiKey: 1e3\n';
    const seen = await shop.run(
      ['import', 'all.yaml', '--prefix', '/shop/'],
      load(yaml, 'all.yaml'),
    );
    expect(seen.code).toBe(0);
    expect(await values('/shop')).toEqual({
      '/shop/db/Password': 'p',
      '/shop/db/PORT': '0123',
      '/shop/apiKey': '1e3',
    });
  });

  test('reads batches of ten, and describes only what differs', async () => {
    const lines = Array.from({ length: 35 }, (_, index) => `V${index}=${index}`);
    await shop.run(['import', '-', '--prefix', '/shop'], { stdin: lines.join('\n') });
    const before = (await calls()).length;
    const changed = [...lines.slice(0, 34), 'V34=new'];
    await shop.run(['import', '-', '--prefix', '/shop'], { stdin: changed.join('\n') });
    const made = (await calls()).slice(before).map(({ operation }) => operation);
    expect(made.sort()).toEqual([
      'DescribeParameters',
      ...Array<string>(4).fill('GetParameters'),
      'PutParameter',
    ]);
  });

  test('tags and encrypts each, and keeps what it updates as it was', async () => {
    const argv = ['import', '.env', '--prefix', '/shop', '--tier', 'advanced', '--tag', 'team=a'];
    expect((await shop.run(argv, load('A=1'))).code).toBe(0);
    expect((await shop.run(['import', '.env', '--prefix', '/shop'], load('A=2'))).code).toBe(0);
    const [a] = await described('/shop');
    expect(a).toMatchObject({ Tier: 'Advanced', Version: 2 });
  });

  test('tells every bad name and value at once, and writes nothing', async () => {
    const json = JSON.stringify({ 'bad name': 'x', 'a//b': 'x', ok: 'x', big: 'x'.repeat(8193) });
    const seen = await shop.run(
      ['import', 'all.json', '--prefix', '/shop'],
      load(json, 'all.json'),
    );
    expect(seen.code).toBe(2);
    for (const key of ['bad name', 'a//b', 'big']) expect(seen.stderr).toContain(`error: ${key}: `);
    expect(await values('/shop')).toEqual({});
  });

  test('refuses two keys that make one name', async () => {
    const twice = JSON.stringify({ 'a/b': '1', a: { b: '2' } });
    const seen = await shop.run(['import', 'x.json', '--prefix', '/s'], load(twice, 'x.json'));
    expect(seen.code).toBe(2);
    expect(seen.stderr).toContain('a/b appears twice');
    const same = JSON.stringify({ foo: '1', '/foo': '2' });
    const both = await shop.run(['import', 'x.json'], load(same, 'x.json'));
    expect(both.code).toBe(2);
    expect(both.stderr).toContain('/foo and foo are both foo');
  });

  test('goes on after a failure, lists all of them, and finishes when run again', async () => {
    await shop.ssm.send(new PutParameterCommand({ Name: '/shop/B', Value: 'x', Type: 'String' }));
    await shop.ssm.send(new PutParameterCommand({ Name: '/shop/D', Value: 'x', Type: 'String' }));
    const file = load('A=1\nB=2\nC=3\nD=4\nE=5\n');
    const seen = await shop.run(['import', '.env', '--prefix', '/shop'], file);
    expect(seen.code).toBe(1);
    expect(seen.stdout).toBe('3 created, 0 updated, 0 unchanged, 2 failed\n');
    expect(seen.stderr).toMatch(/error: \/shop\/B: .*plain String[\s\S]*error: \/shop\/D: /);
    const json = await shop.run(['import', '.env', '--prefix', '/shop', '--json'], file);
    expect(JSON.parse(json.stdout)).toMatchObject({
      secrets: [
        { key: 'A', action: 'unchanged' },
        { key: 'B', action: 'failed', error: { code: 'not-secure-string' } },
        { action: 'unchanged' },
        { action: 'failed' },
        { action: 'unchanged' },
      ],
    });
  });

  test('stops early when all would fail alike', async () => {
    const lines = Array.from({ length: 100 }, (_, index) => `V${index}=${index}`).join('\n');
    shop.sandbox.inject({
      service: 'ssm',
      operation: 'PutParameter',
      code: 'ExpiredTokenException',
      times: 1_000,
    });
    const seen = await shop.run(['import', '-', '--prefix', '/shop'], { stdin: lines });
    expect(seen.code).toBe(1);
    expect(seen.stderr).toContain('have expired');
    expect(seen.stderr).toContain('not tried');
  });

  test('of a value that only one parameter takes tells that one', async () => {
    await shop.run(['put', '/t/b', '--tier', 'advanced'], { stdin: 'x' });
    const file = load('a=1\nb=2\nc=3');
    const seen = await shop.run(['import', '.env', '--prefix', '/t', '--tier', 'standard'], file);
    expect(seen.code).toBe(1);
    expect(seen.stdout).toBe('2 created, 0 updated, 0 unchanged, 1 failed\n');
    const large = load(`b=${'x'.repeat(5_000)}`);
    expect((await shop.run(['import', '.env', '--prefix', '/t'], large)).code).toBe(0);
  });

  test('takes names and no ARNs, and an empty prefix for a mistake', async () => {
    const arn = 'arn:aws:ssm:eu-west-1:999999999999:parameter/far/x';
    const json = JSON.stringify({ [arn]: 'x' });
    expect((await shop.run(['import', 'x.json'], load(json, 'x.json'))).code).toBe(2);
    expect((await shop.run(['import', '.env', '--prefix', ''], load('A=1'))).code).toBe(2);
    expect((await shop.run(['exec', '--prefix', '', '--', 'true'])).code).toBe(2);
  });

  test('asks nothing a second time in a dry run', async () => {
    const lines = Array.from({ length: 30 }, (_, index) => `V${index}=${index}`).join('\n');
    const before = (await calls()).length;
    await shop.run(['import', '-', '--prefix', '/shop', '--dry-run'], { stdin: lines });
    const made = (await calls()).slice(before).map(({ operation }) => operation);
    expect(made).toEqual(Array<string>(3).fill('GetParameters'));
  });

  test('stops at an interrupt while it waits for its input or compares', async () => {
    const stop = AbortSignal.abort();
    for (const more of [
      ['--prefix', '/i'],
      ['--as-json', 'i'],
    ]) {
      const seen = await shop.run(['import', '-', ...more], { stdin: 'A=1', interrupted: stop });
      expect(seen.code).toBe(130);
    }
    expect(await values('/i')).toEqual({});
  });

  test('recognises a write whose answer was lost', async () => {
    await shop.run(['put', '/shop/B'], { stdin: 'old' });
    for (let time = 0; time < 2; time += 1) {
      shop.sandbox.inject({ service: 'ssm', operation: 'PutParameter', lost: true, times: 1 });
    }
    const seen = await shop.run(['import', '.env', '--prefix', '/shop'], load('A=1\nB=2\n'));
    expect(seen).toMatchObject({ code: 0, stdout: '1 created, 1 updated, 0 unchanged\n' });
    const versions = (await described('/shop')).map(({ Version }) => Version);
    expect(versions).toEqual([1, 2]);
  });
});

describe('--prune', () => {
  test('deletes what the file does not have, and asks', async () => {
    for (const name of ['A', 'B', 'deep/C'])
      await shop.run(['put', `/shop/${name}`], { stdin: 'x' });
    const argv = ['import', '.env', '--prefix', '/shop', '--prune'];
    const refused = await shop.run(argv, { ...load('A=x'), terminal: { answer: 'n' } });
    expect(refused.code).toBe(130);
    expect(refused.stderr).toContain('Delete /shop/B, /shop/deep/C (below /shop)? [y/N]');
    expect(Object.keys(await values('/shop'))).toHaveLength(3);
    const nobody = await shop.run(argv, load('A=x'));
    expect(nobody.code).toBe(2);
    const dry = await shop.run([...argv, '--dry-run'], load('A=x'));
    expect(dry.stdout).toContain('would be deleted  /shop/deep/C');
    const done = await shop.run([...argv, '--yes'], load('A=x'));
    expect(done).toMatchObject({ code: 0 });
    expect(await values('/shop')).toEqual({ '/shop/A': 'x' });
  });

  test('leaves alone what a service uses', async () => {
    for (const name of ['A', 'B']) await shop.run(['put', `/shop/${name}`], { stdin: 'x' });
    await shop.run(['role', 'create', 'r', '--secret', '/shop/B']);
    await shop.run(['register', 'web.json', '--secret', 'B=/shop/B', '--execution-role', 'r']);
    await shop.service({ cluster: 'shop', name: 'web', taskDefinition: 'web' });
    const argv = ['import', '.env', '--prefix', '/shop', '--prune', '--yes'];
    const seen = await shop.run(argv, load('A=x'));
    expect(seen.code).toBe(1);
    expect(seen.stderr).toContain('/shop/B is used by service shop/web');
    expect(seen.stderr).toContain('--prune-in-use deletes it anyway');
    // --force has one meaning: it writes what is equal.
    expect((await shop.run([...argv, '--force'], load('A=x'))).code).toBe(1);
    expect(Object.keys(await values('/shop'))).toHaveLength(2);
    expect((await shop.run([...argv, '--prune-in-use'], load('A=x'))).code).toBe(0);
    expect(await values('/shop')).toEqual({ '/shop/A': 'x' });
    const alone = await shop.run(['import', '.env', '--prune-in-use'], load('A=x'));
    expect(alone).toMatchObject({ code: 2, stdout: '' });
  });

  test('asks before anything is written', async () => {
    await shop.run(['put', '/shop/B'], { stdin: 'x' });
    const argv = ['import', '.env', '--prefix', '/shop', '--prune'];
    expect((await shop.run(argv, load('A=new'))).code).toBe(2);
    expect(await values('/shop')).toEqual({ '/shop/B': 'x' });
  });

  test('goes on where one cannot be deleted, and deletes nothing when not all was stored', async () => {
    for (const name of ['shop/B', 'shop/C']) {
      await shop.secrets.send(
        new CreateSecretCommand({
          Name: name,
          SecretString: 'x',
          ...(name === 'shop/B' && { AddReplicaRegions: [{ Region: 'eu-west-1' }] }),
        }),
      );
    }
    const argv = ['import', '.env', '--prefix', 'sm:shop', '--prune', '--yes', '--json'];
    const seen = await shop.run(argv, load('A=x'));
    expect(seen.code).toBe(1);
    expect(JSON.parse(seen.stdout)).toMatchObject({
      secrets: [{ key: 'A', action: 'created' }],
      deleted: ['shop/C'],
    });
    expect(seen.stderr).toContain('error: shop/B: ');
    await shop.ssm.send(new PutParameterCommand({ Name: '/p/A', Value: 'x', Type: 'String' }));
    await shop.run(['put', '/p/B'], { stdin: 'x' });
    const partly = ['import', '.env', '--prefix', '/p', '--prune', '--yes'];
    const failed = await shop.run(partly, load('A=y'));
    expect(failed.stderr).toContain('nothing was deleted');
    expect(Object.keys(await values('/p'))).toHaveLength(2);
  });

  test.each([
    ['without a prefix', []],
    ['of an empty prefix', ['--prefix', '']],
    ['of the whole store', ['--prefix', '/']],
    ['of all of Secrets Manager', ['--prefix', 'sm:']],
  ])('is refused %s', async (_name, prefix) => {
    await shop.run(['put', '/other'], { stdin: 'x' });
    const argv = ['import', '.env', ...prefix, '--prune', '--yes'];
    expect((await shop.run(argv, load('A=x'))).code).toBe(2);
    expect((await shop.run(['get', '/other'])).code).toBe(0);
  });
});

describe('into Secrets Manager', () => {
  const text = async (id: string): Promise<string | undefined> =>
    (await shop.secrets.send(new GetSecretValueCommand({ SecretId: id }))).SecretString;

  test('makes a secret of each key', async () => {
    const argv = ['import', '.env', '--prefix', 'sm:shop/prod'];
    expect((await shop.run(argv, load('A=1\nB=2\n'))).stdout).toContain('2 created');
    expect(await text('shop/prod/A')).toBe('1');
    const again = await shop.run(argv, load('A=1\nB=3\n'));
    expect(again.stdout).toBe('0 created, 1 updated, 1 unchanged\n');
    expect(await text('shop/prod/B')).toBe('3');
  });

  test('sets keys of one secret and keeps the others', async () => {
    const SecretString = '{"keep": 12345678901234567890, "A": "old"}';
    await shop.secrets.send(new CreateSecretCommand({ Name: 'db', SecretString }));
    const argv = ['import', '.env', '--as-json', 'db'];
    const seen = await shop.run(argv, load('A=new\nB=2\n'));
    expect(seen).toMatchObject({ code: 0 });
    expect(seen.stdout).toMatch(/^updated {2}A\ncreated {2}B\nsecret db updated/);
    expect(await text('db')).toBe('{"keep":12345678901234567890,"A":"new","B":"2"}');
    expect((await shop.run(argv, load('A=new\nB=2\n'))).stdout).toMatch(/^secret db unchanged/);
    const asked = await shop.run([...argv, '--prune'], load('A=new\n'));
    expect(asked.code).toBe(2);
    expect(asked.stderr).toContain('Delete keep, B from the secret db?');
    const pruned = await shop.run([...argv, '--prune', '--yes'], load('A=new\n'));
    expect(pruned.stdout).toContain('deleted  B');
    expect(await text('db')).toBe('{"A":"new"}');
  });

  test('does not lose a key that someone else sets at the same moment', async () => {
    await shop.run(['import', '-', '--as-json', 'db'], { stdin: 'A=1\n' });
    const others = Array.from({ length: 4 }, (_, index) =>
      shop.run(['import', '-', '--as-json', 'db'], { stdin: `K${index}=${index}\n` }),
    );
    for (const { code } of await Promise.all(others)) expect(code).toBe(0);
    expect(JSON.parse((await text('db')) ?? '')).toEqual({
      A: '1',
      K0: '0',
      K1: '1',
      K2: '2',
      K3: '3',
    });
  });

  test('sets keys by ARN, and of a secret that has no value yet', async () => {
    const { ARN = '' } = await shop.secrets.send(new CreateSecretCommand({ Name: 'empty' }));
    expect((await shop.run(['import', '.env', '--as-json', ARN], load('A=1'))).code).toBe(0);
    expect(await text('empty')).toBe('{"A":"1"}');
    expect((await shop.run(['import', '.env', '--as-json', ARN], load('B=2'))).code).toBe(0);
    expect(await text('empty')).toBe('{"A":"1","B":"2"}');
  });

  test('refuses more than a secret takes, before it is sent', async () => {
    const big = `A=${'x'.repeat(65_530)}`;
    const seen = await shop.run(['import', '.env', '--as-json', 'db'], load(big));
    expect(seen.code).toBe(2);
    expect(seen.stderr).toContain('Secrets Manager accepts at most 65536');
  });

  test('names a secret that is about to be deleted, and goes on with the others', async () => {
    await shop.run(['put', 'sm:p/A'], { stdin: 'x' });
    await shop.run(['delete', 'sm:p/A', '--yes']);
    const seen = await shop.run(['import', '.env', '--prefix', 'sm:p'], load('A=1\nB=2'));
    expect(seen.code).toBe(1);
    expect(seen.stdout).toBe('1 created, 0 updated, 0 unchanged, 1 failed\n');
    expect(seen.stderr).toMatch(
      /sm:p\/A: .*scheduled for deletion[\s\S]*ecs-secrets restore sm:p\/A/,
    );
  });

  test('replaces a JSON object by a text with --replace-json only', async () => {
    await shop.run(['put', 'sm:p/A:key'], { stdin: 'x' });
    const argv = ['import', '.env', '--prefix', 'sm:p'];
    expect((await shop.run(argv, load('A=1'))).code).toBe(1);
    const forced = await shop.run([...argv, '--force'], load('A=1'));
    expect(forced.code).toBe(1);
    expect(forced.stderr).toContain('--replace-json replaces the whole value');
    expect((await shop.run([...argv, '--replace-json'], load('A=1'))).code).toBe(0);
    expect(await text('p/A')).toBe('1');
  });

  test('refuses to set keys of a text', async () => {
    await shop.secrets.send(new CreateSecretCommand({ Name: 'db', SecretString: 'text' }));
    const seen = await shop.run(['import', '.env', '--as-json', 'db'], load('A=1'));
    expect(seen.code).toBe(1);
    expect(seen.stderr).toContain('not a JSON object');
    expect(await text('db')).toBe('text');
  });

  test('refuses secrets that another service owns, and goes on with the others', async () => {
    await shop.secrets.send(
      new CreateSecretCommand({ Name: 'rds!db', SecretString: '{"password":"x"}' }),
    );
    await shop.secrets
      .send(new PutSecretValueCommand({ SecretId: 'rds!db', SecretString: 'y' }))
      .catch(() => undefined);
    const json = JSON.stringify({ 'sm:rds!db': 'x', 'sm:own': 'y' });
    const seen = await shop.run(['import', 'x.json'], load(json, 'x.json'));
    expect(seen.code).toBe(1);
    expect(seen.stderr).toContain('is managed by the service rds');
    expect(await text('own')).toBe('y');
  });
});

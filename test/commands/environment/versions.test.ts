import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { LabelParameterVersionCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Seen } from '../../helpers/run.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';

/** A clock of the sandbox and of commands, in hours. */
const hour = 3_600_000;
const midnight = Date.parse('2026-11-01T00:00:00Z');
let clock = midnight;

let shop: Shop;
/** ARN of the JSON secret, and its first version. */
let arn: string;
let first: string;
beforeAll(async () => {
  shop = await openShop({ now: () => clock });
  const put = async (ref: string, stdin: string): Promise<void> => {
    const seen = await run(['put', ref], stdin);
    if (seen.code !== 0) throw new Error(seen.stderr);
  };
  const label = (Name: string, ParameterVersion: number) =>
    shop.ssm.send(new LabelParameterVersionCommand({ Name, ParameterVersion, Labels: ['good'] }));
  // 00:00
  await put('/shop/db', 'd1');
  await put('/shop/api-key', 'a1');
  await put('level', 'l1');
  const json = '{"user":"u","pass":"p1"}';
  const made = await shop.secrets.send(
    new CreateSecretCommand({ Name: 'json', SecretString: json }),
  );
  arn = made.ARN ?? '';
  first = made.VersionId ?? '';
  await put('sm:moved:pass', 'm1');
  await put('sm:below/A', '1');
  await shop.secrets.send(new CreateSecretCommand({ Name: 'below/EMPTY' }));
  clock = midnight + hour;
  await put('/shop/db', 'd2');
  await put('sm:json:pass', 'p2');
  await put('sm:moved:pass', 'm2');
  await label('/shop/db', 2);
  await label('/shop/api-key', 1);
  clock = midnight + 2 * hour;
  await put('/shop/new', 'n1');
  await put('/later/only', 'o1');
  await run(['rollback', 'sm:moved']);
  clock = midnight + 3 * hour;
  await put('/shop/db', 'd3');
  await put('/shop/new', 'n2');
  await put('level', 'l2');
  await put('sm:json:pass', 'p3');
  await put('sm:below/A', '2');
  await put('sm:below/B', '1');
  clock = midnight + 4 * hour;
});
afterAll(() => shop.sandbox.close());

const definition = (secrets: Record<string, string>): string =>
  JSON.stringify({
    family: 'web',
    containerDefinitions: [
      {
        name: 'web',
        image: 'x',
        secrets: Object.entries(secrets).map(([name, valueFrom]) => ({ name, valueFrom })),
      },
    ],
  });
const files = {
  '.env': 'OWN=1\n',
  'app.json': definition({ DB: '/shop/db', PASS: 'sm:json:pass', OLD: `sm:json:pass:AWSPREVIOUS` }),
  'moved.json': definition({ PASS: 'sm:moved:pass' }),
  'late.json': definition({ DB: '/shop/new' }),
};

function run(argv: readonly string[], stdin = ''): Promise<Seen> {
  return shop.run(argv, { stdin, now: () => clock, files: { ...files } });
}

const since = (time: string): string =>
  `note: values as of 2026-11-01 ${time} UTC; what was deleted since is not known\n`;
const guess = (names: string): string =>
  `note: used the newest version created by then, as the history of AWSCURRENT is not recorded: ${names}\n`;

describe('export prints the values of', () => {
  test.each<[string, string[], string, string]>([
    ['a version', ['/shop/db:1'], 'db=d1\n', ''],
    ['a label', ['/shop/db:good'], 'db=d2\n', ''],
    ['a version by --at', ['/shop/db', '--at', '2'], 'db=d2\n', ''],
    ['a label by --at', ['/shop/db', '--at', 'good'], 'db=d2\n', ''],
    ['one parameter', ['/shop/db'], 'db=d3\n', ''],
    ['one parameter of one level', ['ssm:/level:1'], 'level=l1\n', ''],
    ['one by its ARN', [`arn:aws:ssm:us-east-1:123456789012:parameter/shop/db:2`], 'db=d2\n', ''],
    ['--prefix with a version', ['--prefix', '/shop/db:2'], 'db=d2\n', ''],
    ['one at a time', ['/shop/db', '--at', '2026-11-01T01:30'], 'db=d2\n', since('01:30:00')],
    ['a secret at a stage', ['sm:json::AWSPREVIOUS'], 'user=u\npass=p2\n', ''],
    ['a secret at a stage by --at', ['sm:json', '--at', 'AWSPREVIOUS'], 'user=u\npass=p2\n', ''],
    [
      'a prefix, an age ago',
      ['/shop', '--at', '90m'],
      'api_key=a1\ndb=d2\nnew=n1\n',
      since('02:30:00'),
    ],
    [
      'a prefix at a time, without what came later',
      ['/shop', '--at', '2026-11-01 00:00'],
      'api_key=a1\ndb=d1\n',
      `${since('00:00:00')}note: left out, created after 2026-11-01 00:00:00 UTC: /shop/new\n`,
    ],
    ['a prefix now', ['/shop', '--at', '1s'], 'api_key=a1\ndb=d3\nnew=n2\n', since('03:59:59')],
    [
      'a prefix at a label',
      ['/shop', '--at', 'good'],
      'api_key=a1\ndb=d2\n',
      'note: left out, without the label good: /shop/new\n',
    ],
    ['a JSON secret at a time', ['sm:json', '--at', '150m'], 'user=u\npass=p2\n', guess('json')],
    ['a JSON secret that is unchanged', ['sm:json', '--at', '30m'], 'user=u\npass=p3\n', ''],
    [
      'secrets below a name at a time',
      ['sm:below', '--at', '2h'],
      'A=1\n',
      `note: left out, created after 2026-11-01 02:00:00 UTC: below/B\n${guess('below/A')}`,
    ],
    [
      'secrets at a stage',
      ['sm:below/', '--at', 'AWSPREVIOUS'],
      'A=1\n',
      'note: left out, without the stage AWSPREVIOUS: below/B, below/EMPTY\n',
    ],
    ['secrets that are unchanged', ['sm:below/', '--at', '30m'], 'A=2\nB=1\n', since('03:30:00')],
    [
      'a secret before AWSCURRENT was moved back',
      ['sm:moved', '--at', '150m'],
      'pass=m2\n',
      guess('moved'),
    ],
    ['a secret after that', ['sm:moved', '--at', '1h'], 'pass=m1\n', ''],
    ['a container after that', ['moved.json', '--at', '1h'], 'PASS=m1\n', ''],
    [
      'a container at a time',
      ['app.json', '--at', '150m'],
      'DB=d2\nPASS=p2\nOLD=p2\n',
      guess('json'),
    ],
    [
      'several sources, of which a file has one state',
      ['/shop/db', '.env', '--at', '4h'],
      'OWN=1\ndb=d1\n',
      `${since('00:00:00')}note: --at does not apply to the file .env\n`,
    ],
  ])('%s', async (_name, argv, stdout, stderr) => {
    expect(await run(['export', ...argv])).toEqual({ code: 0, stdout, stderr });
  });

  test('an ARN and a version ID', async () => {
    const old = { code: 0, stdout: 'user=u\npass=p1\n', stderr: '' };
    expect(await run(['export', 'sm:json', '--at', first])).toEqual(old);
    expect(await run(['export', `sm:json:::${first}`])).toEqual(old);
    const previous = { code: 0, stdout: 'user=u\npass=p2\n', stderr: '' };
    expect(await run(['export', `${arn}::AWSPREVIOUS:`])).toEqual(previous);
    expect(await run(['export', arn, '--at', '150m'])).toMatchObject({ stdout: previous.stdout });
    const moved = await shop.json(['get', 'sm:moved']);
    const after = await run(['export', String(moved.arn), '--at', '1h']);
    expect(after).toEqual({ code: 0, stdout: 'pass=m1\n', stderr: '' });
  });
});

describe('export refuses', () => {
  test.each<[string, string[], number, string]>([
    [
      'a number for a prefix',
      ['/shop', '--at', '3'],
      2,
      'error: --at 3: /shop is not one parameter, and each parameter counts its own versions\nhint: give a time, an age or a label: --at 2h\n',
    ],
    ['a number for the whole store', ['/', '--at', '3'], 2, 'is not one parameter'],
    ['a version that is not there', ['/shop/db:9'], 1, 'ssm:/shop/db has no version or label 9\n'],
    ['the same by --at', ['/shop/db', '--at', '9'], 1, 'ssm:/shop/db has no version or label 9\n'],
    ['a label that is not there', ['/shop/db', '--at', 'bad'], 1, 'no version or label bad\n'],
    [
      'a label of nothing below',
      ['/shop', '--at', 'bad'],
      1,
      'nothing below /shop has the label bad\nhint: to give a time: --at 2h, or --at 2026-11-30T14:05Z\n',
    ],
    [
      'a stage that is not there',
      ['sm:json', '--at', 'BAD'],
      1,
      'secret sm:json has no version BAD\n',
    ],
    [
      'a stage of nothing below',
      ['sm:below', '--at', 'BAD'],
      1,
      'nothing below sm:below has the stage BAD',
    ],
    [
      'a version ID for several',
      ['sm:below/', '--at', 'a1'.repeat(16)],
      2,
      'a version ID is of one secret',
    ],
    [
      'a time before all',
      ['/later', '--at', '3h'],
      1,
      'nothing below /later existed at 2026-11-01 01:00:00 UTC\n',
    ],
    [
      'a time before one',
      ['/later/only', '--at', '3h'],
      1,
      'ssm:/later/only did not exist at 2026-11-01 01:00:00 UTC\n',
    ],
    [
      'a time before a container',
      ['late.json', '--at', '3h'],
      1,
      'error: DB: ssm:/shop/new did not exist at 2026-11-01 01:00:00 UTC\n',
    ],
    [
      'a label for a container',
      ['app.json', '--at', 'good'],
      2,
      'the secrets of app.json have no common version',
    ],
    [
      'a label for a family',
      ['web', '--at', 'good'],
      2,
      'the secrets of web have no common version',
    ],
    [
      'two versions',
      ['/shop/db:1', '--at', '2'],
      2,
      '/shop/db:1 names a version, and so does --at\n',
    ],
    ['two versions of a secret', ['sm:json::AWSPREVIOUS', '--at', '2h'], 2, 'and so does --at\n'],
    ['a time to come', ['/shop', '--at', '2026-12-01'], 2, '--at: 2026-12-01 is in the future\n'],
    [
      'another text',
      ['/shop', '--at', '3 days'],
      2,
      '--at: "3 days" is not a time, an age or a version\n',
    ],
    ['a key as a source', ['sm:json::AWSPREVIOUS:x:y'], 2, 'has 5 parts'],
    [
      'a time before all of a prefix that is not there',
      ['/none', '--at', '2h'],
      1,
      'there is nothing below /none',
    ],
    ['a secret that is not there', ['sm:none', '--at', '2h'], 1, 'there is nothing below sm:none'],
  ])('%s', async (_name, argv, code, says) => {
    const seen = await run(['export', ...argv]);
    expect(seen).toMatchObject({ code, stdout: '' });
    expect(seen.stderr).toContain(says);
  });

  test('a time of which the version is no longer kept, and says what is', async () => {
    for (let version = 1; version <= 102; version += 1) {
      const value = { Value: `v${version}`, Type: 'SecureString', Overwrite: true } as const;
      await shop.ssm.send(new PutParameterCommand({ Name: '/many/x', ...value }));
      clock += 1_000;
    }
    const at = (seconds: number): string =>
      new Date(midnight + 4 * hour + seconds * 1_000).toJSON();
    const seen = await run(['export', '/many', '--at', at(1)]);
    expect(seen).toMatchObject({ code: 1, stdout: '' });
    expect(seen.stderr).toContain(
      'error: /many/x: the version of 2026-11-01 04:00:01 UTC is no longer kept; the oldest is 3, stored 2026-11-01 04:00:02 UTC\n' +
        'hint: Parameter Store keeps 100 versions; ecs-secrets history lists them\n',
    );
    expect(await run(['export', '/many', '--at', at(50)])).toMatchObject({ stdout: 'x=v51\n' });
    clock = midnight + 4 * hour;
  });
});

describe('diff', () => {
  test.each<[string, string[], string, number]>([
    ['an earlier version with the current one', ['/shop/db:1', '/shop/db'], '~ db\n', 3],
    ['a version with itself', ['/shop/db:3', '/shop/db'], 'no differences (1 equal)\n', 0],
    ['a prefix with what it was', ['/shop', '--at', '4h'], '~ db\n+ new\n', 3],
    ['a prefix that is unchanged', ['/shop', '--at', '30m'], 'no differences (3 equal)\n', 0],
    ['two sources, the first as it was', ['/shop', '/shop', '--at', 'good'], '~ db\n+ new\n', 3],
    ['a JSON secret with what it was', ['sm:json', '--at', 'AWSPREVIOUS'], '~ pass\n', 3],
    ['versions of a secret', ['sm:json::AWSPREVIOUS', 'sm:json'], '~ pass\n', 3],
    ['a container with what it got', ['app.json', '--at', '4h'], '~ DB\n~ PASS\n', 3],
    ['what was not there yet', ['/later', '--at', '3h', '--allow-empty'], '+ only\n', 3],
  ])('%s', async (_name, argv, stdout, code) => {
    expect(await run(['diff', ...argv])).toMatchObject({ code, stdout });
  });

  test.each([[['.env']], [['.env', '/shop']]])(
    'refuses --at of the file in %j',
    async (sources) => {
      expect(await run(['diff', ...sources, '--at', '2h'])).toEqual({
        code: 2,
        stdout: '',
        stderr:
          'error: --at does not apply to the file .env\nhint: a file of secrets has no earlier values; --at applies to the first source\n',
      });
      const second = await run(['diff', '/shop', '.env', '--at', '2h']);
      expect(second).toMatchObject({ code: 3 });
    },
  );

  test('says what is missing', async () => {
    expect(await run(['diff', '/shop'])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'error: a second source is missing\nhint: ecs-secrets diff /shop B, or --at TIME to compare with earlier values\n',
    });
    const none = await run(['diff', '/later', '--at', '3h']);
    expect(none).toMatchObject({ code: 1, stdout: '' });
  });
});

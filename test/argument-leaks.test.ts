import { afterAll, beforeAll, expect, test } from 'vitest';
import { openShop, type Shop } from './helpers/scene.ts';

// Arguments and options with a value where a reference belongs: what stands behind "=" is never shown.
const mark = 'Zq7Xw-K9vR2tB!';
const pieces = Array.from({ length: mark.length - 3 }, (_, at) => mark.slice(at, at + 4));

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  await shop.run(['put', '/shop/db'], { stdin: 'x' });
  await shop.run(['role', 'create', 'r', '--secret', '/shop/db']);
  await shop.run(['register', 'web.json', '--secret', 'DB=/shop/db', '--execution-role', 'r']);
});
afterAll(() => shop.sandbox.close());

const noArgument = /hint: .*a? ?value is never an argument/;
const takesReference = /hint: --secret(-option)? takes a reference/;
const register = ['register', 'web.json', '--execution-role', 'r'];

const references: string[][] = [
  ['put', 'REF'],
  ['put', 'REF', '--generate'],
  ['rotate', 'REF'],
  ['get', 'REF'],
  ['get', 'REF', '--reveal'],
  ['get', '/shop/db', 'REF', '--reveal', '--json'],
  ['history', 'REF'],
  ['rollback', 'REF'],
  ['delete', 'REF', '--yes'],
  ['delete', '/shop/db', 'REF', '--force', '--dry-run'],
  ['tag', 'REF', 'a=1'],
  ['untag', 'REF', 'a'],
  ['find', 'REF'],
  ['where-used', 'REF'],
  ['stale', 'REF'],
  ['redeploy', 'REF'],
  ['list', 'REF'],
  ['export', '--prefix', 'REF'],
  ['exec', '--prefix', 'REF', '--', 'true'],
  ['import', '-', '--prefix', 'REF'],
  ['migrate', 'web', '--prefix', 'REF'],
  ['role', 'create', 'r', '--secret', 'REF'],
  ['role', 'check', 'r', '--secret', 'REF'],
  ['policy', 'execution', '--secret', 'REF'],
];
const assignments = ['DB_PASSWORD=', '/x=', '/shop/db=', 'ssm:DB_PASSWORD=', 'app:DB_PASSWORD='];

const cases: [string[], RegExp][] = [
  ...references.flatMap((argv) =>
    assignments.map((start): [string[], RegExp] => [
      argv.map((word) => (word === 'REF' ? `${start}${mark}` : word)),
      noArgument,
    ]),
  ),
  // Secrets Manager takes a "=" in names.
  ...references.map((argv): [string[], RegExp] => [
    argv.map((word) => (word === 'REF' ? `sm:DB_PASSWORD=${mark}` : word)),
    noArgument,
  ]),
  [['put', `DB_PASSWORD=${mark}`, '--store', 'secrets-manager'], noArgument],
  [['restore', `DB_PASSWORD=${mark}`], noArgument],
  [['put', `sm:shop/db:PASSWORD=${mark}`], noArgument],
  [['put', mark], noArgument],
  [['put', `arn:aws:ssm:us-east-1:123456789012:parameter=${mark}`], /malformed ARN/],
  [['put', '/shop/db', `DB_PASSWORD=${mark}`], noArgument],
  [['put', '/shop/db', '--tag', `=${mark}`], /KEY=VALUE/],
  [['put', '/shop/db', '--tier', `x=${mark}`], /tiers are/],
  [['untag', '/shop/db', `x=${mark}`], /not the key of a tag/],
  [['tag', '/shop/db', `=${mark}`], /KEY=VALUE/],
  [['put', '/shop/db', '--store', `x=${mark}`], /parameter-store, secrets-manager/],
  [['put', '/shop/db', '--generate', `x=${mark}`], /not a whole number/],
  [['put', '/shop/db', '--from-env', `x=${mark}`], /variable of --from-env is not set/],
  [['put', '/shop/db', '--value-file', `x=${mark}`], /--value-file cannot be read/],
  [['put', '/shop/db', '--from-env', mark], /variable of --from-env is not set/],
  [[`DB_PASSWORD=${mark}`], /unknown command/],
  [['role', `DB_PASSWORD=${mark}`], /unknown command/],
  [['import', `DB_PASSWORD=${mark}`], /cannot read DB_PASSWORD=…/],
  [['import', '-', '--as-json', `DB_PASSWORD=${mark}`], noArgument],
  [['register', `DB_PASSWORD=${mark}`], /cannot read DB_PASSWORD=…/],
  [['audit', `DB_PASSWORD=${mark}`], /cannot read DB_PASSWORD=…/],
  [['verify', `DB_PASSWORD=${mark}`], /no task definition DB_PASSWORD=…/],
  [['migrate', `DB_PASSWORD=${mark}`, '--prefix', '/p'], /no task definition DB_PASSWORD=…/],
  [['revisions', `DB_PASSWORD=${mark}`], /DB_PASSWORD=… is not the name of a family/],
  [['diff', `DB_PASSWORD=${mark}`, '/shop'], /no task definition DB_PASSWORD=…/],
  [['diagnose', `DB_PASSWORD=${mark}`], /"DB_PASSWORD=…" is not a service/],
  [['export', '/shop', '--at', `DB_PASSWORD=${mark}`], /"DB_PASSWORD=…" is not a time/],
  [['exec', '--prefix', '/shop', '--', `DB_PASSWORD=${mark}`, 'npm'], /cannot run DB_PASSWORD=…/],
  [['sandbox', '--', `DB_PASSWORD=${mark}`, 'npm'], /cannot run DB_PASSWORD=…/],
  [['redeploy', '--service', `DB_PASSWORD=${mark}`], /"DB_PASSWORD=…" is not CLUSTER\/SERVICE/],
  [['role', 'create', 'r', '--secret', '/a', '--kms-key', `x=${mark}`], /not the ARN of a key/],
  [['policy', 'caller', '--for', 'put', '--kms-key', `x=${mark}`], /not the ARN of a key/],
  [['migrate', 'web', '--prefix', '/p', '--variable', `DB=${mark}`], /no plain variable DB=…/],
  [['migrate', 'web', '--prefix', '/p', '--except', `DB=${mark}`], /no plain variable DB=…/],
  // Of a registration.
  ...['', 'x', '=', '=='].flatMap((end): [string[], RegExp][] => [
    [[...register, '--secret', `web:DB_PASSWORD=${mark}${end}`], takesReference],
    [[...register, '--secret', `DB_PASSWORD=${mark}${end}`], takesReference],
    [[...register, '--secret-option', `splunk-token=${mark}${end}`], takesReference],
  ]),
  [[...register, '--secret', `nope:DB_PASSWORD=${mark}`], /there is no container "nope"/],
  [[...register, '--secret', `A=${mark}`, '--secret', `A=${mark}`], takesReference],
  [[...register, '--secret', mark], takesReference],
  [[...register, '--secret-option', mark], takesReference],
  [[...register, '--secrets-from', `web=${mark}`], /--secrets-from web=…/],
  [[...register, '--secrets-from', mark], /--secrets-from …/],
  [[...register, '--secrets-from', `web=x=${mark}`], /--secrets-from web=…/],
  [[...register, '--all-keys', `web=${mark}`], /--all-keys web=…/],
  [[...register, '--all-keys', mark], /--all-keys …/],
  [[...register, '--all-keys', `sm:DB_PASSWORD=${mark}`], /--all-keys sm:DB_PASSWORD=…/],
  [[...register, '--secrets-from', `sm:DB_PASSWORD=${mark}`], /--secrets-from sm:DB_PASSWORD=…/],
  ...['--env', '--docker-label', '--log-option'].flatMap((option): [string[], RegExp][] => [
    [[...register, option, mark], new RegExp(`${option} …: it is not \\[CONTAINER:\\]NAME=VALUE`)],
    [[...register, option, `nope:A=${mark}`], /there is no container "nope"/],
    [[...register, option, `A=${mark}`, option, `A=${mark}`], /set twice/],
  ]),
  [[...register, '--remove-env', `DB=${mark}`], /--remove-env DB=…: container "web" has no/],
  [[...register, '--env-file', `A=${mark}`], /cannot read/],
  [[...register, '--command', `nope=${mark}`], /--command nope=…: there is no container/],
  [[...register, '--command', `run '${mark}`], /--command: a quote is not closed/],
  [[...register, '--command', `run ${mark} && true`], /--command: "&" means something/],
  [[...register, '--command', `["${mark}", 1]`], /--command: it is not a JSON list/],
  [[...register, '--secret', 'A=/shop/db', '--env', `A=${mark}`], /set twice/],
  [[...register, '--remove-secret', `DB_PASSWORD=${mark}`], /--remove-secret DB_PASSWORD=…/],
];

test.each(cases)('%j', async (argv, says) => {
  for (const how of [[], ['--json', '--debug']]) {
    const end = argv.indexOf('--');
    const command = [...argv];
    command.splice(end < 0 ? command.length : end, 0, ...how);
    const seen = await shop.run(command, { stdin: 'A=1\n' });
    expect(seen.code, seen.stdout).not.toBe(0);
    const output = `${seen.stdout}${seen.stderr}`;
    expect(pieces.filter((piece) => output.includes(piece), output).concat()).toEqual([]);
    expect(seen.stderr).toMatch(says);
  }
});

// A value may be a well-formed name: then only AWS knows that it names nothing.
test.each(['S3cretS3cret', 'aGVsbG8gd29ybGQh/x', '/9jKq2mNw51RtX7Lm4PzQ8v'])(
  'register --secret DB_PASSWORD=%s, which names no parameter',
  async (value) => {
    for (const option of ['--secret', '--secret-option']) {
      const seen = await shop.run([...register, option, `web:DB_PASSWORD=${value}`, '--json']);
      expect(seen.code).not.toBe(0);
      expect(seen.stderr).not.toContain(value.slice(1, 7));
      expect(seen.stderr).toContain(`${option} web:DB_PASSWORD`);
      expect(seen.stderr).toMatch(takesReference);
    }
  },
);

test('a reference that is one is shown', async () => {
  const missing = await shop.run([...register, '--secret', 'web:DB_PASSWORD=/shop/pasword']);
  expect(missing.stderr).toContain('there is no secret ssm:/shop/pasword');
  const wrong = await shop.run([...register, '--secret', 'web:DB_PASSWORD=/shop//db']);
  expect(wrong.stderr).toContain('parameter name "/shop//db" has an empty level');
});

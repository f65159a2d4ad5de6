import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run, runBin } from './helpers/run.ts';
import { openShop, type Shop } from './helpers/scene.ts';

// What people try first: it works, or one message leads to the right command.
let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  await shop.run(['put', '/shop/prod/db'], { stdin: 'old' });
  await shop.run(['put', '/shop/prod/old'], { stdin: 'old' });
  await shop.run(['role', 'create', 'r', '--secret', '/shop/prod/db']);
  const references = ['--secret', 'DB=/shop/prod/db', '--execution-role', 'r'];
  await shop.run(['register', 'web.json', ...references]);
  await shop.service({ cluster: 'shop', name: 'web', taskDefinition: 'web' });
});
afterAll(() => shop.sandbox.close());

describe('works as guessed:', () => {
  test.each<[string[], RegExp]>([
    [['export', '/shop/prod'], /^DB=|^db=/m],
    [['export', 'web'], /^HOST=db$/m],
    [['export', '/shop/prod', '--format', 'json'], /"db": "/],
    [['redeploy', 'shop/web'], /^shop\/web redeployed/m],
    [['redeploy', 'arn:aws:ecs:us-east-1:123456789012:service/shop/web'], /shop\/web/],
    [['redeploy', '--cluster', 'shop', '--service', 'web'], /^shop\/web redeployed/m],
    [['redeploy', 'shop/web', '--stale'], /.?/],
    [['register', 'web'], /task-definition\/web:1 unchanged/],
    [['register', 'web:1'], /task-definition\/web:1 unchanged/],
    [['put', '--generate', '/shop/generated'], /parameter \/shop\/generated created/],
    [['put', '--generate', 'sm:shop/generated'], /secret shop\/generated created/],
    [['list', '/shop/prod/*'], /\/shop\/prod\/db/],
    [['list', '/shop/prod/'], /\/shop\/prod\/db/],
    [['ls', '/shop/prod'], /\/shop\/prod\/db/],
    [['rm', '/shop/prod/old', '--yes'], /parameter \/shop\/prod\/old deleted/],
    [['get', '/shop/prod/db', '--no-color'], /\/shop\/prod\/db/],
    [['--no-color', 'get', '/shop/prod/db'], /\/shop\/prod\/db/],
    [['version'], /^\d+\.\d+\.\d+\n$/],
    [['-V'], /^\d+\.\d+\.\d+\n$/],
    [['role', 'help', 'create'], /^ecs-secrets role create - /],
    [['role', 'help'], /^Usage: ecs-secrets role /],
    [['help', 'ls'], /^ecs-secrets list - list secrets/],
  ])('%j', async (argv, stdout) => {
    const seen = await shop.run(argv, { stdin: 'x' });
    expect(seen.stderr).not.toMatch(/^error:/m);
    expect(seen.code).toBe(0);
    expect(seen.stdout).toMatch(stdout);
  });
});

describe('leads to the right command in one message:', () => {
  test.each<[string[], string]>([
    // Words for commands.
    [['set', '/x'], 'did you mean put?'],
    [['add', '/x'], 'did you mean put?'],
    [['create', '/x'], 'did you mean role create, or put for a secret?'],
    [['remove', '/x'], 'did you mean delete?'],
    [['show', '/x'], 'did you mean get?'],
    [['read', '/x'], 'did you mean get --reveal?'],
    [['env', '/x'], 'did you mean export?'],
    [['run', '--', 'npm'], 'did you mean exec?'],
    [['deploy', 'web.json'], 'did you mean register --service, or redeploy?'],
    [['restart', 'shop/web'], 'did you mean redeploy?'],
    [['deregister', '--keeps', '5'], 'did you mean revisions --keep?'],
    [['prune'], 'did you mean revisions --keep?'],
    [['list-task-definitions'], 'did you mean revisions?'],
    [['validate', 'web.json'], 'did you mean verify?'],
    [['check', 'web.json'], 'ecs-secrets verify FILE'],
    [['scan'], 'did you mean audit?'],
    [['undo', '/x'], 'did you mean rollback?'],
    [['versions', '/x'], 'did you mean history?'],
    [['grep', '/x'], 'did you mean find?'],
    [['why', 'shop/web'], 'did you mean diagnose?'],
    [['permissions'], 'did you mean policy caller?'],
    [['get-secret-value'], 'did you mean get --reveal?'],
    [['putt', '/x'], 'did you mean put?'],
    [['--region', 'eu-west-1', 'lst'], 'did you mean list?'],
    [['role', 'ls'], 'ecs-secrets role show NAME'],
    [['role', 'rm', 'r'], 'did you mean role delete?'],
    [['role', 'update', 'r'], 'did you mean role create?'],
    [['role', 'shop-execution'], 'ecs-secrets role show NAME'],
    [['policy', 'shop'], 'ecs-secrets policy caller --for COMMAND'],
    // Words for options.
    [['put', '/x', '--value', 'top-secret'], '--value-file'],
    [['put', '/x', '--secret-string', 'top-secret'], '--value-file'],
    [['put', '--name', '/x'], 'ecs-secrets put REF'],
    [['put', '/x', '--overwrite'], '--no-overwrite'],
    [['put', '/x', '--type', 'SecureString'], 'SecureString'],
    [['put', '/x', '--key-id', 'k'], 'did you mean --kms-key?'],
    [['get', '/x', '--show'], 'did you mean --reveal?'],
    [['get', '/x', '--with-decryption'], 'did you mean --reveal?'],
    [['get', '/x', '--output', 'json'], 'did you mean --json?'],
    [['get', '/x', '-o', 'json'], 'did you mean --json?'],
    [['list', '--prefix', '/x'], 'ecs-secrets list PREFIX'],
    [['list', '-v'], 'did you mean --debug, or ecs-secrets --version?'],
    [['-v'], 'ecs-secrets --version'],
    [['put', '--version'], 'ecs-secrets --version'],
    [['put', '--licenses'], 'ecs-secrets --licenses'],
    [['delete', '/x', '--auto-approve'], 'did you mean --yes?'],
    [['rotate', '/x', '--deploy'], 'did you mean --redeploy?'],
    [['redeploy', '/x', '--wait'], '--no-wait'],
    [['register', '--file', 'web.json'], 'ecs-secrets register FILE'],
    [['register', '--task-definition', 'web'], 'ecs-secrets register FILE'],
    [['verify', '--service', 'shop/web'], 'ecs-secrets verify CLUSTER/SERVICE'],
    [['diagnose', '--service', 'shop/web'], 'ecs-secrets diagnose CLUSTER/SERVICE'],
    [['role', 'create', '--role-name', 'r'], 'ecs-secrets role create NAME'],
    [['put', '/x', '--plan'], 'did you mean --dry-run?'],
    // Arguments.
    [['put', '/x', 'top-secret'], 'a value is never an argument'],
    [['put', 'shop/prod/db'], 'write /shop/prod/db, or sm:shop/prod/db'],
    [['history', '/x', '/y'], 'run the command once for each'],
    [['import', '.env', '/shop/prod'], 'ecs-secrets import FILE --prefix PREFIX'],
    [['migrate', 'web', '/shop/prod'], 'ecs-secrets migrate FAMILY --prefix PREFIX'],
    [['migrate', 'web'], 'ecs-secrets migrate FAMILY --prefix PREFIX'],
    [['diagnose', 'shop', 'web'], 'ecs-secrets diagnose CLUSTER/SERVICE'],
    [['redeploy', 'shop', 'web'], 'ecs-secrets redeploy --cluster CLUSTER --service SERVICE'],
    [['redeploy'], 'ecs-secrets redeploy'],
    [['where-used', 'shop/web'], 'ecs-secrets redeploy --service CLUSTER/SERVICE'],
    [['rotate', 'shop/web'], 'ecs-secrets redeploy --service CLUSTER/SERVICE'],
    [['exec', 'npm', 'start'], 'ecs-secrets exec SOURCE -- COMMAND'],
    [['list', '/shop/pr*'], 'ecs-secrets list /shop'],
    [['restore', 'ssm:/shop/prod/db'], 'ecs-secrets rollback /shop/prod/db'],
    [['role', 'create', 'arn:aws:iam::123456789012:role/r'], 'ecs-secrets role create r'],
    [['role', 'create', 'arn:aws:iam::123456789012:role/p/r'], 'ecs-secrets role create r'],
    [['role', 'create', 'r'], '--task-definition FILE|FAMILY'],
    [['list', '--region', 'eu-wst-1'], 'did you mean eu-west-1?'],
    [['list', '--region', 'eu-west-1a'], 'did you mean eu-west-1?'],
    [['list', '--region', 'EU_WEST_1'], 'did you mean eu-west-1?'],
    [['list', '--region', 'us-esat-1'], 'did you mean us-east-1?'],
    [['list', '--region', 'euwest1'], 'did you mean eu-west-1?'],
  ])('%j', async (argv, hint) => {
    const seen = await run(argv, { stdin: 'x', files: { '.env': 'A=1' } });
    expect(seen).toMatchObject({ code: 2, stdout: '' });
    expect(seen.stderr).toContain(hint);
    expect(seen.stderr).not.toContain('top-secret');
    expect(seen.stderr.split('\n').filter((line) => line.startsWith('hint: '))).toHaveLength(1);
  });

  test.each([
    ['eu-west-1', true],
    ['eu-west-9', true],
    ['mx-central-1', true],
    ['eusc-de-east-1', true],
    ['us-isob-east-1', true],
    ['us-gov-west-1', true],
    ['xx-sideways-1', true],
  ])('a region that may come one day is not refused: %s', async (region, accepted) => {
    const seen = await shop.run(['list', '--region', region]);
    expect(seen.code === 0).toBe(accepted);
  });

  test('restore of a parameter', async () => {
    const seen = await shop.run(['restore', '/shop/prod/db']);
    expect(seen).toMatchObject({ code: 1, stdout: '' });
    expect(seen.stderr).toContain('ecs-secrets rollback /shop/prod/db');
    expect(seen.stderr).toContain('ecs-secrets put /shop/prod/db');
  });

  test('a value that is taken for the length of --generate is not quoted, nor made a name', async () => {
    const seen = await shop.run(['put', '--generate', 'top-secret'], { stdin: '' });
    expect(seen).toMatchObject({ code: 2, stdout: '' });
    expect(seen.stderr).not.toContain('top-secret');
  });
});

test.each([
  ['', {}, false],
  ['', { FORCE_COLOR: '1' }, true],
  ['', { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
  ['', { FORCE_COLOR: '0' }, false],
  ['--no-color', { FORCE_COLOR: '1' }, false],
])('colors on a pipe: %j %j', async (option, env, colored) => {
  const argv = ['put', '/x', 'y', option].filter(Boolean);
  const seen = await runBin(argv, { env: { NO_COLOR: '', FORCE_COLOR: '', ...env } });
  expect(seen.code).toBe(2);
  expect(seen.stderr.includes('\u001b[31m')).toBe(colored);
});

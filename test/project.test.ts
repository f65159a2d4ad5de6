import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findProjectFile } from '../src/project-file.ts';
import { run, runBin, type Seen } from './helpers/run.ts';
import { openShop, webDefinition, type Shop } from './helpers/scene.ts';

// The file of a project: what it sets, what overrides it, where it is looked for, and what it may not say.
let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  for (const name of ['/shop/prod/db', '/shop/test/db']) {
    await shop.run(['put', name], { stdin: 'value' });
  }
  await shop.run(['put', 'sm:shop/api'], { stdin: 'value' });
  await shop.run(['role', 'create', 'shop-execution', '--secret', '/shop/prod/db']);
  const references = ['--secret', 'DB=/shop/prod/db', '--execution-role', 'shop-execution'];
  await shop.run(['register', 'web.json', ...references]);
  for (const cluster of ['shop', 'other']) {
    await shop.service({ cluster, name: 'web', taskDefinition: 'web' });
  }
});
afterAll(() => shop.sandbox.close());

/** Runs a command in a project with this file. */
function within(project: object | string, argv: string[], env = {}): Promise<Seen> {
  const text = typeof project === 'string' ? project : JSON.stringify(project);
  return shop.run(argv, { files: { '.ecs-secrets.json': text }, env });
}

async function jsonWithin(project: object | string, argv: string[], env = {}) {
  const seen = await within(project, [...argv, '--json'], env);
  if (seen.code !== 0) throw new Error(`exit ${seen.code}: ${seen.stderr}`);
  return JSON.parse(seen.stdout) as Record<string, unknown>;
}

describe('what it sets', () => {
  test('the prefix of list, export, exec and import, unless another place is given', async () => {
    const project = { prefix: '/shop/prod' };
    const names = async (argv: string[]): Promise<string[]> => {
      const { secrets } = await jsonWithin(project, argv);
      return (secrets as { name: string }[]).map(({ name }) => name);
    };
    expect(await names(['list'])).toEqual(['/shop/prod/db']);
    expect(await names(['list', '/shop'])).toEqual(['/shop/prod/db', '/shop/test/db']);
    expect(await names(['list', '/'])).toEqual(['/shop/prod/db', '/shop/test/db']);
    expect(await names(['list', '--store', 'secrets-manager'])).toEqual(['shop/api']);
    expect(await jsonWithin(project, ['export'])).toEqual({ db: 'value' });
    const container = await jsonWithin(project, ['export', '--task-definition', 'web']);
    expect(container).toEqual({ DB: 'value', HOST: 'db' });
    const imported = await shop.json(['import', 'new.env', '--dry-run'], {
      files: { '.ecs-secrets.json': JSON.stringify(project), 'new.env': 'TOKEN=x\n' },
    });
    expect(imported).toMatchObject({ secrets: [{ name: '/shop/prod/TOKEN' }] });
  });

  test('nothing is deleted below a prefix that the command line does not name', async () => {
    const seen = await shop.run(['import', 'new.env', '--prune', '--yes'], {
      files: { '.ecs-secrets.json': '{"prefix": "/shop"}', 'new.env': 'TOKEN=x\n' },
    });
    expect(seen).toMatchObject({ code: 2, stdout: '' });
    expect(seen.stderr).toContain('--prune needs --prefix');
  });

  test('the cluster: searches say that the file narrows them', async () => {
    const project = { cluster: ['shop'] };
    const used = await within(project, ['where-used', '/shop/prod/db']);
    expect(used.stdout).not.toContain('other');
    expect(used.stderr).toContain('(--cluster comes from .ecs-secrets.json)');
    const all = await within(project, ['where-used', '/shop/prod/db', '--no-config']);
    expect(all.stdout).toContain('other');
    const stale = await jsonWithin(project, ['stale']);
    expect(stale).toMatchObject({ searched: { narrowedBy: ['.ecs-secrets.json'] } });
    const rotated = await within(project, ['rotate', '/shop/prod/db', '--redeploy', '--dry-run'], {
      ECS_SECRETS_CLUSTER: 'other',
    });
    expect(rotated.stdout + rotated.stderr).toContain('1 of 2 selected (ECS_SECRETS_CLUSTER)');
  });

  test('the task definitions of verify, register, role create and role check', async () => {
    const project = { taskDefinitions: ['web'], executionRole: 'shop-execution' };
    expect(await jsonWithin(project, ['verify'])).toMatchObject({ targets: [{ target: 'web' }] });
    expect(await jsonWithin(project, ['role', 'check'])).toMatchObject({
      name: 'shop-execution',
    });
    const created = await jsonWithin(project, ['role', 'create', '--dry-run']);
    expect(created).toMatchObject({ name: 'shop-execution' });
    const file = { taskDefinitions: ['./web.json'], executionRole: 'shop-execution' };
    expect(await jsonWithin(file, ['register'])).toMatchObject({
      taskDefinition: { family: 'web' },
    });
    const services = { services: ['shop/web'] };
    expect(await jsonWithin(services, ['verify'])).toMatchObject({
      targets: [{ target: 'shop/web' }],
    });
    const both = { ...file, ...services };
    const verified = await within(both, ['verify']);
    expect(verified.stdout).toContain('web.json');
    expect(verified.stdout).not.toContain('shop/web');
  });

  test('an argument or option that the file does not set is missing as it is without a file', async () => {
    for (const project of [undefined, '{}']) {
      const files: Record<string, string> =
        project === undefined ? {} : { '.ecs-secrets.json': project };
      const verified = await shop.run(['verify'], { files });
      expect(verified).toMatchObject({ code: 2, stdout: '' });
      expect(verified.stderr).toContain("missing required argument 'target'");
      const migrated = await shop.run(['migrate', 'web'], { files });
      expect(migrated.code).toBe(2);
      expect(migrated.stderr).toContain("required option '--prefix <prefix>' not specified");
    }
    expect((await within({ prefix: '/m' }, ['migrate', 'web', '--dry-run'])).code).toBe(0);
  });

  test('flags win over the environment, which wins over the file, which wins over defaults', async () => {
    const project = { region: 'eu-west-1' };
    const policy = ['policy', 'caller', '--for', 'put', '--account', '123456789012'];
    const regionOf = async (argv: string[], env: object): Promise<string | undefined> =>
      /arn:aws:ssm:([^:]+)/.exec((await within(project, [...policy, ...argv], env)).stdout)?.[1];
    const none = { AWS_REGION: undefined };
    expect(await regionOf(['--region', 'us-west-2'], {})).toBe('us-west-2');
    expect(await regionOf([], { ...none, ECS_SECRETS_REGION: 'us-west-1' })).toBe('us-west-1');
    expect(await regionOf([], { AWS_REGION: 'ap-south-1' })).toBe('ap-south-1');
    expect(await regionOf([], { ...none, AWS_DEFAULT_REGION: 'sa-east-1' })).toBe('sa-east-1');
    expect(await regionOf([], none)).toBe('eu-west-1');
    expect(await regionOf(['--no-config'], none)).toBe('REGION');
    expect(await regionOf(['--config', ''], none)).toBe('REGION');
  });

  test('a store and numbers', async () => {
    const put = await jsonWithin({ store: 'secrets-manager' }, [
      'put',
      'db',
      '--dry-run',
      '--generate',
    ]);
    expect(put).toMatchObject({ store: 'secrets-manager' });
    const wrong = await within({ maxParallel: 3, timeout: '1h' }, [
      'redeploy',
      '/shop/prod/db',
      '--dry-run',
    ]);
    expect(wrong.stderr).toContain("unknown option '--dry-run'");
  });
});

describe('which file', () => {
  test('--config and ECS_SECRETS_CONFIG name another one; files in it are relative to it', async () => {
    const files = {
      '.ecs-secrets.json': '{"prefix": "/shop/test"}',
      'sub/other.json': '{"taskDefinitions": ["web.json"], "prefix": "/shop/prod"}',
      'sub/web.json': webDefinition,
    };
    const named = await shop.run(['list', '--config', 'sub/other.json', '--json'], { files });
    expect(named.stdout).toContain('/shop/prod/db');
    const env = { ECS_SECRETS_CONFIG: 'sub/other.json' };
    const verified = await shop.run(['verify'], { files, env });
    expect(verified.stdout).toContain('sub/web.json');
    const missing = await shop.run(['list', '--config', 'none.json'], { files });
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain('error: cannot read none.json: there is no such file');
  });

  test('the nearest one up to the root of the repository, and only that of the folder outside of one', async () => {
    const root = await realpath(await mkdtemp(join(tmpdir(), 'ecs-secrets-')));
    const uid = process.getuid?.();
    const find = async (folder: string): Promise<string | undefined> =>
      (await findProjectFile('.ecs-secrets.json', join(root, folder), uid))?.path;
    try {
      await mkdir(join(root, 'repository/.git'), { recursive: true });
      await mkdir(join(root, 'repository/a/b'), { recursive: true });
      await writeFile(join(root, '.ecs-secrets.json'), '{}');
      expect(await find('')).toBe('.ecs-secrets.json');
      expect(await find('repository/a')).toBeUndefined();
      await writeFile(join(root, 'repository/.ecs-secrets.json'), '{}');
      expect(await find('repository/a/b')).toBe('../../.ecs-secrets.json');
      await writeFile(join(root, 'repository/a/.ecs-secrets.json'), '{}');
      expect(await find('repository/a/b')).toBe('../.ecs-secrets.json');
      // A work tree of git has a file instead of the folder.
      await writeFile(join(root, 'repository/a/b/.git'), 'gitdir: elsewhere');
      expect(await find('repository/a/b')).toBeUndefined();
      await rm(join(root, 'repository/.git'), { recursive: true });
      await rm(join(root, 'repository/a/b/.git'));
      expect(await find('repository/a/b')).toBeUndefined();
    } finally {
      await rm(root, { recursive: true });
    }
  });

  test('one that others can write, or that belongs to someone else, is refused', async () => {
    const root = await realpath(await mkdtemp(join(tmpdir(), 'ecs-secrets-')));
    const uid = process.getuid?.() ?? 0;
    try {
      const file = join(root, '.ecs-secrets.json');
      await writeFile(file, '{"region": "eu-west-1"}');
      await chmod(file, 0o664);
      const distrust = async (own: number) =>
        (await findProjectFile('.ecs-secrets.json', root, own))?.distrust;
      expect(await distrust(uid)).toBeUndefined();
      expect(await distrust(uid + 1)).toBe(uid === 0 ? undefined : 'other-owner');
      await chmod(file, 0o646);
      expect(await distrust(uid)).toBe('writable');

      const argv = ['policy', 'caller', '--for', 'list', '--account', '123456789012'];
      const env = { AWS_REGION: '', AWS_DEFAULT_REGION: '' };
      const refused = await runBin(argv, { cwd: root, env });
      expect(refused).toMatchObject({ code: 2, stdout: '' });
      expect(refused.stderr).toContain('error: .ecs-secrets.json can be written by every user\n');
      expect(refused.stderr).toContain('hint: chmod o-w .ecs-secrets.json; or --config');
      const named = await runBin([...argv, '--config', '.ecs-secrets.json'], { cwd: root, env });
      expect(named).toMatchObject({ code: 0, stderr: '' });
      await chmod(file, 0o644);
      expect(await runBin(argv, { cwd: root, env })).toMatchObject({ code: 0, stderr: '' });
    } finally {
      await rm(root, { recursive: true });
    }
  });
});

describe('what it may not say', () => {
  const problems = async (text: string): Promise<string> => {
    const seen = await run(['list'], { files: { '.ecs-secrets.json': text } });
    expect(seen).toMatchObject({ code: 2, stdout: '' });
    return seen.stderr;
  };

  test.each([
    ['{"regoin": "eu-west-1"}', ':1:2: "regoin" is not a member; did you mean "region"?'],
    ['{\n  // where\n  "region": "x",\n}', ':3:3: region must be an AWS region such as eu-west-1'],
    ['{"region": 3}', ':1:2: region must be an AWS region'],
    ['{"cluster": [1]}', 'cluster'],
    ['{"taskDefinitions": ["a", 1]}', 'taskDefinitions[1] must be a file or a family'],
    ['{"prefix": "shop"}', 'prefix must be /path, or sm:NAME'],
    ['{"maxParallel": 0}', 'maxParallel must be a whole number of at least 1'],
    ['{"region": "eu-west-1", "region": "eu-west-2"}', ':1:25: "region" is listed twice'],
    ['{"__proto__": {"region": "eu-west-1"}}', '"__proto__" is not a member'],
    ['{"region" "x"}', ':1:11: a ":" is expected'],
    ['[]', 'must be an object'],
    ['', 'a value is expected'],
  ])('%s', async (text, message) => {
    expect(await problems(text)).toContain(message);
  });

  test('no end of brackets', async () => {
    expect(await problems('['.repeat(100_000))).toContain('nest');
  });

  test.each([
    ['endpointUrl', 'https://evil.example', 'an address that the repository chooses'],
    ['profile', 'admin', 'choose whose credentials are used'],
    ['roleArn', 'arn:aws:iam::210987654321:role/evil', 'choose whose credentials are used'],
    ['DB_PASSWORD', 'hunter2-hunter2', 'looks like a secret; store it with ecs-secrets put'],
  ])('%s: where credentials go, and secrets', async (name, value, why) => {
    const told = await problems(JSON.stringify({ [name]: value }));
    expect(told).toContain(`"${name}" is not a member: it `);
    expect(told).toContain(why);
    expect(told).not.toContain(value);
  });

  test('all problems are told at once, and none has a value', async () => {
    const mark = 'MARKED-value';
    const told = await problems(
      JSON.stringify({ region: mark, store: mark, prefix: mark, kmsKey: `${mark} `, x: mark }),
    );
    expect(told.match(/^error: /gm)).toHaveLength(5);
    expect(told).not.toContain(mark);
  });
});

describe('init', () => {
  const definition = JSON.stringify({
    family: 'web',
    executionRoleArn: 'arn:aws:iam::123456789012:role/path/shop-execution',
    containerDefinitions: [
      {
        name: 'web',
        image: 'x',
        secrets: ['db', 'api/key'].map((name) => ({
          name: name.replace('/', '_'),
          valueFrom: `arn:aws:ssm:eu-west-1:123456789012:parameter/shop/prod/${name}`,
        })),
      },
    ],
  });

  test('writes a commented file of what it sees, which the commands take', async () => {
    const files: Record<string, string> = {
      'package.json': '{"name": "shop"}',
      'ecs/web.json': definition,
      'broken.yaml': 'a: [',
    };
    const env = { AWS_REGION: 'eu-west-1' };
    const made = await run(['init', '--cluster', 'shop'], { files, env });
    expect(made).toMatchObject({
      code: 0,
      stdout:
        '.ecs-secrets.json written: region, prefix, cluster, taskDefinitions, executionRole\n',
      stderr: 'note: taken from task definitions here: prefix, taskDefinitions, executionRole\n',
    });
    const text = files['.ecs-secrets.json'] ?? '';
    expect(text).toContain('  "region": "eu-west-1",\n');
    expect(text).toContain('  "prefix": "/shop/prod",\n');
    expect(text).toContain('  "taskDefinitions": ["ecs/web.json"],\n');
    expect(text).toContain('  // "timeout": "15m",\n');

    const created = await shop.run(['role', 'create', '--dry-run', '--allow-missing', '--json'], {
      files,
    });
    expect(JSON.parse(created.stdout)).toMatchObject({ name: 'shop-execution' });
    // What stands in comments is right as well.
    const all = text.replaceAll(/^ {2}\/\/ (?=")/gm, '  ');
    const policy = ['policy', 'caller', '--for', 'list', '--account', '123456789012'];
    expect(await run(policy, { files: { '.ecs-secrets.json': all } })).toMatchObject({ code: 0 });

    const again = await run(['init'], { files, env });
    expect(again).toMatchObject({ code: 2, stdout: '' });
    expect(again.stderr).toContain(
      'there is a .ecs-secrets.json already\nhint: --force replaces it',
    );
    expect(files['.ecs-secrets.json']).toBe(text);
    expect(await run(['init', '--force'], { files, env })).toMatchObject({ code: 0 });
    expect(files['.ecs-secrets.json']).not.toBe(text);
  });

  test('in an empty directory it has comments only; --dry-run prints it; a file that is broken does not stop it', async () => {
    const env = { AWS_REGION: undefined };
    const files = { '.ecs-secrets.json': 'broken' };
    const { stdout } = await run(['init', '--force', '--json'], { env, files });
    expect(JSON.parse(stdout)).toEqual({ path: '.ecs-secrets.json', dryRun: false, members: {} });
    const printed = await run(['init', '--dry-run'], { env, files: {} });
    expect(printed.stdout).toBe(files['.ecs-secrets.json']);
    const wrong = await run(['init', '--prefix', 'MARKED'], { env, files: {} });
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toContain('prefix must be /path, or sm:NAME');
    expect(wrong.stderr).not.toContain('MARKED');
  });

  test('takes no placeholder, and no value that stands where a reference should', async () => {
    const mark = 'MARKED-hunter2/secret value';
    const odd = {
      family: 'web',
      executionRoleArn: '${ROLE}',
      containerDefinitions: [
        { name: 'web', image: 'x', secrets: [{ name: 'A', valueFrom: mark }] },
      ],
    };
    const files = { 'web.json': JSON.stringify(odd) };
    const made = await run(['init', '--json'], { files, env: { AWS_REGION: undefined } });
    expect(made.code).toBe(0);
    expect(JSON.parse(made.stdout)).toMatchObject({ members: { taskDefinitions: ['web.json'] } });
    expect(made.stdout + made.stderr).not.toContain('MARKED');
  });

  test('names the schema of the installed package', async () => {
    const schema = './node_modules/ecs-secrets/docs/schemas/config.json';
    const files: Record<string, string> = { [schema]: '{}' };
    expect(await run(['init'], { files })).toMatchObject({ code: 0 });
    expect(files['.ecs-secrets.json']).toContain(`  "$schema": "${schema}",\n`);
    expect(
      await run(['policy', 'caller', '--for', 'list', '--account', '123456789012'], { files }),
    ).toMatchObject({ code: 0 });
  });
});

import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addGlobalOptions } from '../src/cli.ts';
import { commands } from '../src/commands/index.ts';
import { kindOf } from '../src/completion/kinds.ts';
import { keptByReadline, wordsOf } from '../src/completion/line.ts';
import { run, runBin, type Setting } from './helpers/run.ts';
import { openShop, type Shop } from './helpers/scene.ts';

// What `__complete` answers; test/completion-shells.test.ts shows it at the prompt.
let shop: Shop;
let cache: string;
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'ecs-secrets-'));
  shop = await openShop();
  for (const name of ['/shop/prod/db', '/shop/prod-2', '/apps/other', 'bare']) {
    await shop.run(['put', name], { stdin: 'MARKED-VALUE' });
  }
  await shop.run(['put', 'sm:shop/api'], { stdin: 'MARKED-VALUE' });
  await shop.run(['register', 'web.json']);
  await shop.service({ cluster: 'shop', name: 'web', taskDefinition: 'web' });
});
afterAll(async () => {
  await shop.sandbox.close();
  await rm(cache, { recursive: true });
});

interface Answer {
  values: string[];
  files: boolean;
}

/** What is completed at the end of a line (`put /sh`), from the cache alone. */
async function once(line: string, { env, ...setting }: Setting = {}): Promise<Answer> {
  const words = line.split(' ');
  const own = { XDG_CACHE_HOME: cache, ...env };
  const seen = await shop.run(['__complete', 'zsh', ...words], {
    env: own,
    // What is looked up in the background may take its time.
    longestPause: 20_000,
    ...setting,
  });
  expect(seen).toMatchObject({ code: 0, stderr: '' });
  const [flags, ...lines] = seen.stdout.split('\n');
  const values = lines.filter(Boolean).map((one) => one.replace(/\t.*/, ''));
  return { values, files: flags === 'files' };
}

/** The same when the names are looked up, which goes on in the background. */
async function names(line: string, setting?: Setting): Promise<string[]> {
  for (let attempt = 0; attempt < 1_000; attempt += 1) {
    const { values } = await once(line, setting);
    if (values.some((value) => value !== 'sm:')) return values;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`nothing is found for ${line}`);
}

describe('what the declarations know', () => {
  test.each([
    ['ro', ['rollback', 'role', 'rotate']],
    ['role ', ['create', 'show', 'check', 'delete']],
    ['rm', ['rm']],
    ['help', ['help']],
    ['help pol', ['policy']],
    ['help policy ', ['execution', 'caller']],
    ['--region eu-west-1 ver', ['verify']],
    ['put --dr', ['--dry-run']],
    ['put --dry-run --dr', []],
    ['put --tag a=b --ta', ['--tag']],
    ['put --store ', ['parameter-store', 'secrets-manager']],
    ['put --store=s', ['--store=secrets-manager']],
    ['put x --tier a', ['advanced']],
    ['put x --generate --alp', ['--alphabet']],
    ['export --format=y', ['--format=yaml']],
    ['policy caller --for put,rot', ['put,rotate']],
    ['completion ', ['bash', 'zsh', 'fish', 'powershell']],
    ['put -- --st', []],
    ['nope ', []],
    ['role nope --', []],
    ['put --description ', []],
  ])('%s', async (line, values) => {
    expect(await once(line)).toEqual({ values, files: false });
  });

  test('files are left to the shell', async () => {
    for (const line of ['import ', 'put x --value-file ', 'audit a ', 'exec -- ', 'verify a/']) {
      expect((await once(line)).files, line).toBe(true);
    }
  });

  test('each option that is listed has its description, without the name of its variable', async () => {
    const { stdout } = await run(['__complete', 'fish', 'put', '--tie']);
    expect(stdout).toBe('\n--tier\tstandard, advanced or intelligent-tiering (parameters)\n');
  });

  test('variables, profiles and declared environments', async () => {
    const env = { MY_PASSWORD: 'MARKED', MY_OTHER: 'x', AWS_CONFIG_FILE: 'config' };
    expect((await once('put x --from-env MY_', { env })).values).toEqual([
      'MY_OTHER',
      'MY_PASSWORD',
    ]);
    const files = { config: '[default]\n[profile prod]\nregion = x\n[sso-session s]\n' };
    expect((await once('list --profile ', { env, files })).values).toEqual(['default', 'prod']);
    const project = { environments: ['staging', 'prod'], secrets: { DB: '/shop/{env}/db' } };
    const declared = { '.ecs-secrets.json': JSON.stringify(project) };
    const seen = await once('exec --declared --environment ', { env, files: declared });
    expect(seen.values).toEqual(['staging', 'prod']);
  });

  test('of every argument and option it is known what its value is', async () => {
    const unknown: string[] = [];
    const all = commands.flatMap((entry) =>
      'commands' in entry
        ? entry.commands.map((one) => ({ path: `${entry.name} ${one.name}`, load: one.load }))
        : [{ path: entry.name, load: entry.load }],
    );
    for (const { path, load } of all) {
      const command: CommandUnknownOpts = new Command(path);
      (await load()).declare(command);
      addGlobalOptions(command);
      for (const argument of command.registeredArguments) {
        const name = argument.name();
        if (!argument.argChoices && !kindOf(path, name, name)) unknown.push(`${path} ${name}`);
      }
      for (const option of command.options) {
        const placeholder = /[<[](.+?)[\]>]/.exec(option.flags)?.[1];
        if (placeholder === undefined || option.argChoices) continue;
        if (!kindOf(path, placeholder, option.attributeName())) {
          unknown.push(`${path} ${option.flags}`);
        }
      }
    }
    expect(unknown, 'add it to src/completion/kinds.ts').toEqual([]);
  });
});

describe('names of AWS', () => {
  test('level by level', async () => {
    expect(await names('put ')).toEqual(['/apps/', '/shop/', 'bare', 'sm:']);
    expect(await names('put /shop/')).toEqual(['/shop/prod-2', '/shop/prod/']);
    expect(await names('rotate --redeploy /shop/prod/')).toEqual(['/shop/prod/db']);
    expect(await names('list /')).toEqual(['/apps/', '/shop/']);
    expect(await names('put sm:')).toEqual(['sm:shop/']);
    expect(await names('put --store secrets-manager shop/')).toEqual(['shop/api']);
    expect(await names('register web.json --secret app:DB=/apps/o')).toEqual([
      'app:DB=/apps/other',
    ]);
    expect(await names('register --family ')).toEqual(['web']);
    expect(await names('stale --cluster ')).toEqual(['shop']);
    expect(await names('stale --cluster=')).toEqual(['--cluster=shop']);
    expect(await names('diagnose ')).toEqual(['shop/']);
    expect(await names('diagnose shop/')).toEqual(['shop/web']);
    expect((await names('verify ')).sort()).toEqual(['shop/', 'web']);
    expect((await once('put arn:aws:')).values).toEqual([]);
  });

  test('are kept, and no value is', async () => {
    await names('put ');
    const folder = join(cache, 'ecs-secrets', 'completion');
    for (const file of await readdir(folder)) {
      expect(await readFile(join(folder, file), 'utf8')).not.toContain('MARKED');
    }
  });

  test('are of the region, profile and credentials of the line', async () => {
    await names('list /');
    for (const line of ['list --region eu-west-1 /', 'list --endpoint-url http://127.0.0.1:9 /']) {
      expect((await once(line)).values, line).toEqual([]);
    }
    const files = { '.ecs-secrets.json': '{"region": "eu-west-3"}' };
    const env = { AWS_REGION: '' };
    expect((await once('list /', { files, env })).values).toEqual([]);
    expect((await once('list /')).values).toEqual(['/apps/', '/shop/']);
  });

  test('that are older than a minute are looked up again, and shown meanwhile', async () => {
    await names('put /apps/other');
    const folder = join(cache, 'ecs-secrets', 'completion');
    const old = new Date(Date.now() - 61_000);
    for (const file of await readdir(folder)) {
      if (file.endsWith('.names')) await utimes(join(folder, file), old, old);
    }
    await shop.run(['put', '/apps/other-2'], { stdin: 'value' });
    expect((await once('put /apps/other')).values).toEqual(['/apps/other']);
    await expect
      .poll(async () => (await once('put /apps/other')).values)
      .toEqual(['/apps/other', '/apps/other-2']);
  });

  test('that a shell or terminal could take for something else are left out', async () => {
    await names('put /apps/other');
    const folder = join(cache, 'ecs-secrets', 'completion');
    for (const file of await readdir(folder)) {
      if (!file.endsWith('.names')) continue;
      await writeFile(join(folder, file), '/x/$(reboot)\n/x/`y`\n/x/\u001b[31m\n/x/good\n');
    }
    expect((await once('put /')).values).toEqual(['/x/']);
  });
});

describe('what goes wrong', () => {
  test('without credentials it says nothing', async () => {
    const env = {
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
      AWS_REGION: undefined,
      XDG_CACHE_HOME: cache,
    };
    const seen = await runBin(['__complete', 'zsh', 'put', '/nothing/'], { env });
    expect(seen).toEqual({ code: 0, stdout: '\n', stderr: '' });
  });

  test.each([
    [['__complete']],
    [['__complete', 'refresh', '{']],
    [['__complete', 'bash', 'ecs-secrets put "', 'x']],
    [['__complete', 'zsh', '--config', 'none.json', 'list', '']],
    [['__complete', 'zsh', 'put', '\u0000']],
  ])('%j', async (argv) => {
    const env = { XDG_CACHE_HOME: '/dev/null/not-there', HOME: '/dev/null/not-there' };
    expect(await run(argv, { env })).toMatchObject({ code: 0, stderr: '' });
  });

  test('AWS that does not answer is not waited for', async () => {
    const silent: Server = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = silent.address() as AddressInfo;
      const env = { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`, XDG_CACHE_HOME: cache };
      // It would hang here until the call fails, after 5 seconds and several tries.
      const asked = new Promise((resolve) => silent.once('request', resolve));
      const seen = await runBin(['__complete', 'zsh', 'put', '/nothing/'], { env });
      expect(seen).toEqual({ code: 0, stdout: '\n', stderr: '' });
      await asked;
    } finally {
      silent.closeAllConnections();
      silent.close();
    }
  });
});

test('a line of bash is read as bash reads it', () => {
  expect(wordsOf('ecs-secrets put /sh')).toEqual(['ecs-secrets', 'put', '/sh']);
  expect(wordsOf(`a 'b c' "d \\" e" f\\ g  `)).toEqual(['a', 'b c', 'd " e', 'f g', '']);
  expect(wordsOf('a "b c')).toEqual(['a', 'b c']);
  expect(wordsOf('')).toEqual(['']);
  expect(keptByReadline('--store=x', ' =:')).toBe(8);
  expect(keptByReadline('sm:shop', ' =:')).toBe(3);
  expect(keptByReadline('sm:shop', ' ')).toBe(0);
});

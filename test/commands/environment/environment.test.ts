import { spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runBin, type Seen } from '../../helpers/run.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';

let shop: Shop;
let folder: string;
beforeAll(async () => {
  shop = await openShop();
  folder = await mkdtemp(join(tmpdir(), 'ecs-secrets-'));
  for (const [name, value] of [
    ['/app/dev/DB_PASSWORD', 'p1'],
    ['/app/dev/cache/Token', 't1'],
    ['/app/prod/DB_PASSWORD', 'p2'],
    ['/app/prod/ONLY', 'x'],
    ['/clash/a-b', 'x'],
    ['/clash/a.b', 'x'],
    ['/digits/1st', 'x'],
    ['/masked/A', 'line-one\n50%-two'],
    ['/unsafe/LD_PRELOAD', 'x.so'],
    ['/unsafe/Node-Options', '--require=x'],
    ['/unsafe/path', '/x'],
    ['/unsafe/NODE_ENV', 'production'],
  ]) {
    await shop.ssm.send(
      new PutParameterCommand({ Name: name, Value: value, Type: 'SecureString' }),
    );
  }
  const json = '{"user":"u","port":12345678,"nested":{"a":[1,true,null]}}';
  await shop.secrets.send(new CreateSecretCommand({ Name: 'app/json', SecretString: json }));
  const SecretBinary = new Uint8Array([1, 2]);
  await shop.secrets.send(new CreateSecretCommand({ Name: 'app/binary', SecretBinary }));
  await shop.secrets.send(new CreateSecretCommand({ Name: 'sm/dev/ONE', SecretString: 's1' }));
});
afterAll(() => shop.sandbox.close());

/** A task definition file with one container, or several. */
async function definition(
  ...containers: {
    name: string;
    environment?: Record<string, string>;
    secrets?: Record<string, string>;
    environmentFiles?: unknown[];
  }[]
): Promise<string> {
  const list = (entries: Record<string, string> = {}, key: string) =>
    Object.entries(entries).map(([name, value]) => ({ name, [key]: value }));
  const file = join(folder, `${Math.random()}.json`);
  await writeFile(
    file,
    JSON.stringify({
      family: 'app',
      containerDefinitions: containers.map(({ environment, secrets, ...container }) => ({
        image: 'x',
        environment: list(environment, 'value'),
        secrets: list(secrets, 'valueFrom'),
        ...container,
      })),
    }),
  );
  return file;
}

function bin(argv: readonly string[], env: Record<string, string> = {}): Promise<Seen> {
  return runBin(argv, { env: { ...shop.sandbox.environment, ...env } });
}

/** What ECS gives to every container that has neither. */
const region = { AWS_REGION: 'us-east-1', AWS_DEFAULT_REGION: 'us-east-1' };

/** Prints the environment as JSON. */
const printEnv = [process.execPath, '-e', 'console.log(JSON.stringify(process.env))'];

async function childEnv(argv: readonly string[], env = {}): Promise<Record<string, string>> {
  const seen = await bin(['exec', ...argv, '--', ...printEnv], env);
  if (seen.code !== 0) throw new Error(seen.stderr);
  return JSON.parse(seen.stdout) as Record<string, string>;
}

describe('exec', () => {
  test('gives a program the secrets below a prefix, and our environment', async () => {
    const env = await childEnv(['--prefix', '/app/dev'], { MINE: 'yes' });
    expect(env).toMatchObject({ DB_PASSWORD: 'p1', cache_Token: 't1', MINE: 'yes' });
  });

  test('with --pristine nothing else, and with --preserve what is set already', async () => {
    const pristine = await childEnv(['--prefix', '/app/dev', '--pristine']);
    expect(Object.keys(pristine).sort()).toEqual(['DB_PASSWORD', 'cache_Token']);
    const kept = await childEnv(['--prefix', '/app/dev', '--preserve'], { DB_PASSWORD: 'own' });
    expect(kept).toMatchObject({ DB_PASSWORD: 'own', cache_Token: 't1' });
    const both = await bin(['exec', '--prefix', '/app/dev', '--pristine', '--preserve', '--', 'x']);
    expect(both.code).toBe(2);
  });

  test('refuses names below a prefix that make programs run other code', async () => {
    const seen = await bin(['exec', '--prefix', '/unsafe', '--', ...printEnv]);
    expect(seen).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'error: these variables make programs run other code: LD_PRELOAD, Node_Options, path\n' +
        'hint: delete or rename the secrets, or pass --allow-unsafe-names\n',
    });
    const allowed = await childEnv(['--prefix', '/unsafe', '--allow-unsafe-names']);
    expect(allowed).toMatchObject({ NODE_ENV: 'production', LD_PRELOAD: 'x.so', path: '/x' });
    const own = { LD_PRELOAD: '', Node_Options: '', path: '' };
    expect(await childEnv(['--prefix', '/unsafe', '--preserve'], own)).toMatchObject(own);
  });

  test('sets what a task definition names, whatever it is', async () => {
    const file = await definition({ name: 'app', environment: { PYTHONPATH: '/app' } });
    expect(await childEnv(['--task-definition', file])).toMatchObject({ PYTHONPATH: '/app' });
  });

  test('masks the values under GitHub Actions', async () => {
    const argv = ['exec', '--prefix', '/masked', '--', process.execPath, '-e', ''];
    const seen = await bin(argv, { GITHUB_ACTIONS: 'true' });
    expect(seen).toEqual({
      code: 0,
      stdout: '',
      stderr: '::add-mask::line-one\n::add-mask::50%25-two\n',
    });
  });

  test('finds a program on our PATH with --pristine too', async () => {
    const seen = await bin(['exec', '--prefix', '/app/dev', '--pristine', '--', 'node', '-p', '1']);
    expect(seen).toMatchObject({ code: 0, stdout: '1\n' });
  });

  test('lays several prefixes one upon the other, in their order', async () => {
    const merged = async (...places: string[]): Promise<Seen> => {
      const prefixes = places.flatMap((place) => ['--prefix', place]);
      return bin(['exec', ...prefixes, '--pristine', '--', ...printEnv]);
    };
    const dev = await merged('/app/prod', 'sm:sm/dev', '/app/dev');
    const all = { ONE: 's1', ONLY: 'x', cache_Token: 't1' };
    expect(JSON.parse(dev.stdout)).toEqual({ ...all, DB_PASSWORD: 'p1' });
    expect(dev.stderr).toBe('note: /app/dev overwrites DB_PASSWORD\n');
    const prod = await merged('sm:sm/dev', '/app/dev', '/app/prod');
    expect(JSON.parse(prod.stdout)).toEqual({ ...all, DB_PASSWORD: 'p2' });
    expect(prod.stderr).toBe('note: /app/prod overwrites DB_PASSWORD\n');
    expect(await merged('/app/dev', '')).toMatchObject({ code: 2, stdout: '' });
  });

  test('reads Secrets Manager below a prefix', async () => {
    expect(await childEnv(['--prefix', 'sm:sm/dev', '--pristine'])).toEqual({ ONE: 's1' });
  });

  test('gives what ECS would inject into a container', async () => {
    const file = await definition({
      name: 'app',
      environment: { HOST: 'db', EMPTY: '' },
      secrets: {
        DB: '/app/dev/DB_PASSWORD',
        ARN: 'arn:aws:ssm:us-east-1:123456789012:parameter/app/prod/DB_PASSWORD',
        USER_NAME: 'sm:app/json:user',
      },
    });
    expect(await childEnv(['--task-definition', file, '--pristine'])).toEqual({
      ...region,
      HOST: 'db',
      EMPTY: '',
      DB: 'p1',
      ARN: 'p2',
      USER_NAME: 'u',
    });
  });

  test('leaves the region of a container that has one in either variable', async () => {
    const own = { AWS_DEFAULT_REGION: 'eu-west-1' };
    const file = await definition({ name: 'app', environment: own });
    expect(await childEnv(['--task-definition', file, '--pristine'])).toEqual(own);
  });

  test('prints other JSON than strings as the ECS agent does, and says so', async () => {
    const file = await definition({
      name: 'app',
      secrets: {
        PORT: 'sm:app/json:port',
        NESTED: 'sm:app/json:nested',
        BINARY: 'sm:app/binary',
      },
    });
    const seen = await bin([
      ...['exec', '--task-definition', file, '--pristine', '--'],
      ...printEnv,
    ]);
    expect(JSON.parse(seen.stdout)).toEqual({
      ...region,
      PORT: '1.2345678e+07',
      NESTED: 'map[a:[1 true <nil>]]',
      BINARY: '',
    });
    for (const name of ['PORT', 'NESTED', 'BINARY']) {
      expect(seen.stderr).toContain(`warning: ${name}: `);
    }
  });

  test('names all that would keep the container from starting', async () => {
    const file = await definition({
      name: 'app',
      secrets: { A: '/none/a', B: 'sm:app/json:nope', C: 'sm:none', D: '/app/dev/DB_PASSWORD' },
    });
    const seen = await bin(['exec', '--task-definition', file, '--', 'true']);
    expect(seen.code).toBe(1);
    expect(seen.stderr).toMatch(/error: A: [\s\S]*error: B: .*user, port[\s\S]*error: C: /);
    expect(seen.stderr).not.toContain('error: D:');
  });

  test('wants to know the container where there are several', async () => {
    const file = await definition(
      { name: 'web', secrets: { A: '/app/dev/DB_PASSWORD' } },
      { name: 'log', environment: { B: '1' }, environmentFiles: [{ type: 's3', value: 'x' }] },
    );
    const seen = await bin(['exec', '--task-definition', file, '--', 'true']);
    expect(seen.code).toBe(1);
    expect(seen.stderr).toContain('the containers web, log');
    const argv = ['exec', '--task-definition', file, '--container', 'log', '--pristine', '--'];
    const log = await bin([...argv, ...printEnv]);
    expect(JSON.parse(log.stdout)).toEqual({ ...region, B: '1' });
    expect(log.stderr).toContain('environment files');
  });

  test('answers with the exit code of the program', async () => {
    const exec = (...program: string[]) =>
      bin(['exec', '--prefix', '/app/dev', '--', process.execPath, '-e', ...program]);
    expect((await exec('process.exit(7)')).code).toBe(7);
    expect((await exec('process.kill(process.pid, "SIGTERM")')).code).toBe(143);
    const none = await bin(['exec', '--prefix', '/app/dev', '--', 'no-such-program']);
    expect(none.code).toBe(127);
    expect(none.stderr).toContain('cannot run no-such-program');
  });

  test.each(['SIGTERM', 'SIGINT', 'SIGUSR1', 'SIGHUP'] as const)(
    'passes %s on, and waits for the program to end',
    async (signal) => {
      const script = `process.on('${signal}', () => setTimeout(() => process.exit(9), 100)); setInterval(() => {}, 50); console.log('up')`;
      const path = fileURLToPath(new URL('../../../bin/ecs-secrets.js', import.meta.url));
      const child = spawn(
        process.execPath,
        [path, 'exec', '--prefix', '/app/dev', '--', process.execPath, '-e', script],
        {
          env: { ...process.env, ...shop.sandbox.environment },
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      );
      child.stdout.once('data', () => child.kill(signal));
      expect(await new Promise((resolve) => child.on('close', resolve))).toBe(9);
    },
  );

  test('says of a secret without a value that it has none', async () => {
    await shop.secrets.send(new CreateSecretCommand({ Name: 'app/empty' }));
    const secrets = { A: 'sm:app/empty', B: 'sm:app/json::AWSPREVIOUS:', C: 'sm:app/none' };
    const file = await definition({ name: 'app', secrets });
    const seen = await bin(['exec', '--task-definition', file, '--', 'true']);
    expect(seen).toMatchObject({ code: 1, stdout: '' });
    expect(seen.stderr).toBe(
      'error: A: the secret sm:app/empty has no value\n' +
        'error: B: the secret sm:app/json has no version AWSPREVIOUS\n' +
        'error: C: there is no secret sm:app/none (account 123456789012, region us-east-1)\n' +
        'hint: ECS would not start this container either\n',
    );
  });

  test('takes one source, and one place for each variable', async () => {
    const code = async (...argv: string[]) => (await bin(['exec', ...argv, '--', 'true'])).code;
    expect(await code()).toBe(2);
    expect(await code('--prefix', '/a', '--task-definition', 'web')).toBe(2);
    expect(await code('--prefix', '/app/dev', '--container', 'web')).toBe(2);
    const clash = await bin(['exec', '--prefix', '/clash', '--', 'true']);
    expect(clash.code).toBe(2);
    expect(clash.stderr).toContain('a-b and a.b both become the variable a_b');
    const digits = await bin(['exec', '--prefix', '/digits', '--', 'true']);
    expect(digits.stderr).toContain('1st (below /digits) cannot be turned into a variable name');
    expect((await bin(['exec', '--prefix', '/none', '--', 'true'])).stderr).toContain(
      'there is nothing below /none',
    );
  });

  test('gives a program byte-equal values, whatever they are', async () => {
    const value = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 });
    const values = fc
      .sample(value, { numRuns: 60, seed: 7 })
      .map((text) => text.replaceAll('\0', '0').replaceAll('{{', '{ {'));
    const file = JSON.stringify(Object.fromEntries(values.map((text, i) => [`V${i}`, text])));
    const stored = await shop.run(['import', '-', '--prefix', '/any'], { stdin: file });
    expect(stored).toMatchObject({ code: 0 });
    const env = await childEnv(['--prefix', '/any', '--pristine']);
    expect(values.map((_, i) => env[`V${i}`])).toEqual(values);
  });
});

describe('export', () => {
  test.each([
    ['dotenv', 'DB_PASSWORD=p1\ncache_Token=t1\n'],
    ['shell', "export DB_PASSWORD='p1'\nexport cache_Token='t1'\n"],
    ['docker', 'DB_PASSWORD=p1\ncache_Token=t1\n'],
    ['tfvars', 'DB_PASSWORD = "p1"\ncache_Token = "t1"\n'],
    ['json', '{\n  "DB_PASSWORD": "p1",\n  "cache/Token": "t1"\n}\n'],
    ['yaml', '"DB_PASSWORD": "p1"\n"cache/Token": "t1"\n'],
  ])('writes %s', async (format, text) => {
    const seen = await shop.run(['export', '--prefix', '/app/dev', '--format', format]);
    expect(seen).toEqual({ code: 0, stdout: text, stderr: '' });
  });

  test('writes several prefixes as one, the later ones counting', async () => {
    const prefixes = ['--prefix', '/app/dev', '--prefix', '/app/prod'];
    const seen = await shop.run(['export', ...prefixes, '--format', 'json']);
    expect(seen).toEqual({
      code: 0,
      stdout: '{\n  "DB_PASSWORD": "p2",\n  "ONLY": "x",\n  "cache/Token": "t1"\n}\n',
      stderr: 'note: /app/prod overwrites DB_PASSWORD\n',
    });
    const none = await shop.run(['export', ...prefixes, '--prefix', '/none']);
    expect(none).toMatchObject({ code: 1, stdout: '' });
    expect(none.stderr).toContain('nothing below /none');
  });

  test('comes back unchanged through import', async () => {
    for (const format of ['json', 'yaml']) {
      const { stdout } = await shop.run(['export', '--prefix', '/app/dev', '--format', format]);
      const argv = ['import', '-', '--format', format, '--prefix', '/app/dev'];
      const seen = await shop.run(argv, { stdin: stdout });
      expect(seen.stdout).toBe('0 created, 0 updated, 2 unchanged\n');
    }
  });

  test('refuses by name what a format cannot carry, and prints nothing', async () => {
    await shop.run(['put', '/lines/KEY', '--raw'], { stdin: 'MARK\nMARK' });
    const seen = await shop.run(['export', '--prefix', '/lines', '--format', 'docker']);
    expect(seen).toMatchObject({ code: 2, stdout: '' });
    expect(seen.stderr).toContain('docker cannot carry KEY: it has several lines');
    expect(seen.stderr).not.toContain('MARK');
  });

  test('masks the values in GitHub Actions that logs can do without', async () => {
    const env = { GITHUB_ACTIONS: 'true' };
    const values = {
      SECRET: 'abcdef',
      PERCENT: 'a%2Cb',
      LINES: '-----BEGIN-----\nfirst line\r\nab\ntrue\n-----END-----',
      ...{ FLAG: 'true', PORT: '3000', REGION: 'eu-west-1', NODE_ENV: 'production', SHORT: 'abc' },
    };
    const file = await definition({ name: 'app', environment: values });
    const seen = await bin(['export', '--task-definition', file, '--format', 'json'], env);
    expect(JSON.parse(seen.stdout)).toEqual(values);
    expect(seen.stderr.trimEnd().split('\n')).toEqual(
      ['abcdef', 'a%252Cb', '-----BEGIN-----', 'first line', '-----END-----'].map(
        (text) => `::add-mask::${text}`,
      ),
    );
  });

  test('prints every name with --json', async () => {
    expect(await shop.json(['export', '--prefix', '/digits'])).toEqual({ '1st': 'x' });
  });

  test('prints one JSON document with --json', async () => {
    expect(await shop.json(['export', '--prefix', '/app/prod'])).toEqual({
      DB_PASSWORD: 'p2',
      ONLY: 'x',
    });
  });
});

describe('diff', () => {
  test('names what is missing, extra and different, and exits with 3', async () => {
    const seen = await shop.run(['diff', '/app/dev', '/app/prod']);
    expect(seen).toEqual({
      code: 3,
      stdout: '~ DB_PASSWORD\n+ ONLY\n- cache/Token\n',
      stderr: '',
    });
    const json = await shop.run(['diff', '/app/dev', '/app/prod', '--json']);
    expect(json.code).toBe(3);
    expect(JSON.parse(json.stdout)).toEqual({
      missing: ['cache/Token'],
      extra: ['ONLY'],
      different: ['DB_PASSWORD'],
      equal: 0,
    });
  });

  test('of equal places exits with 0', async () => {
    const seen = await shop.run(['diff', '/app/dev', '/app/dev/']);
    expect(seen).toMatchObject({ code: 0, stdout: 'no differences (2 equal)\n' });
  });

  test('compares environments of task definitions, and one with a prefix', async () => {
    const a = await definition({ name: 'app', environment: { DB_PASSWORD: 'p1', X: '1' } });
    const b = await definition({
      name: 'app',
      environment: { X: '2' },
      secrets: { DB_PASSWORD: '/app/dev/DB_PASSWORD' },
    });
    expect(await bin(['diff', a, b])).toMatchObject({ code: 3, stdout: '~ X\n' });
    expect(await bin(['diff', '/app/dev', b])).toMatchObject({
      code: 3,
      stdout: '+ X\n- cache_Token\n',
    });
  });

  test('fails for a place where nothing is, unless --allow-empty is given', async () => {
    const argv = ['diff', '/none', '/app/prod'];
    const seen = await shop.run(argv);
    expect(seen).toMatchObject({ code: 1, stdout: '' });
    expect(seen.stderr).toContain('error: there is nothing below /none (account');
    const allowed = await shop.run([...argv, '--allow-empty']);
    expect(allowed).toMatchObject({ code: 3, stdout: '+ DB_PASSWORD\n+ ONLY\n' });
    expect(allowed.stderr).toContain('note: there is nothing below /none');
  });

  test('takes names for those of the store that is set', async () => {
    const seen = await bin(['diff', 'sm/dev', 'sm/dev/', '--store', 'secrets-manager']);
    expect(seen).toMatchObject({ code: 0, stdout: 'no differences (1 equal)\n' });
  });

  test('compares the two stores', async () => {
    expect(await bin(['diff', '/app/prod', 'sm:sm/dev'])).toMatchObject({
      code: 3,
      stdout: '- DB_PASSWORD\n+ ONE\n- ONLY\n',
    });
  });
});

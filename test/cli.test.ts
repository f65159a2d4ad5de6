import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Command } from '@commander-js/extra-typings';
import { addGlobalOptions } from '../src/cli.ts';
import { commands } from '../src/commands/index.ts';
import { run } from './helpers/run.ts';
import { holdCall } from './helpers/hold-call.ts';
import { openShop, type Shop } from './helpers/scene.ts';

const words = commands.flatMap((entry) =>
  'commands' in entry ? entry.commands.map(({ name }) => [entry.name, name]) : [[entry.name]],
);

describe('help', () => {
  test('lists every command, on stdout', async () => {
    for (const argv of [['--help'], ['-h'], ['help'], []]) {
      const seen = await run(argv);
      expect(seen).toMatchObject({ code: 0, stderr: '' });
      for (const group of new Set(commands.map((entry) => entry.group))) {
        expect(seen.stdout).toContain(`\n${group}:\n`);
      }
      for (const { name, summary } of commands) {
        expect(seen.stdout).toMatch(
          new RegExp(`^ {2}${name}(, \\w+)? +${summary.slice(0, 20)}`, 'm'),
        );
      }
    }
  });

  test.each(words)('%s %s has arguments, global options and examples', async (...command) => {
    const given = command.filter((word) => typeof word === 'string');
    const seen = await run([...given, '--help']);
    expect(seen).toMatchObject({ code: 0, stderr: '' });
    expect(seen.stdout).toContain(`Usage: ecs-secrets ${given.join(' ')} [options]`);
    expect(seen.stdout).toContain('Global options (--region,');
    expect(seen.stdout).toContain('ecs-secrets --help');
    expect(seen.stdout).toContain('Examples:\n  $ ');
  });

  test.each(words)('help %s %s prints the whole page', async (...command) => {
    const given = command.filter((word) => typeof word === 'string');
    const short = await run([...given, '--help']);
    const { code, stdout, stderr } = await run(['help', ...given]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`ecs-secrets ${given.join(' ')} - `);
    for (const part of ['SYNOPSIS', 'EXAMPLES', 'EXIT CODES', 'PERMISSIONS', 'SEE ALSO']) {
      expect(stdout).toMatch(new RegExp(`^${part}\n\n\\S| {2}`, 'm'));
    }
    for (const [option] of short.stdout.matchAll(/^ {2}--[a-z-]+/gm)) {
      expect(stdout).toContain(option);
    }
    const examples = stdout.slice(stdout.indexOf('EXAMPLES'), stdout.indexOf('EXIT CODES'));
    const long = stdout.split('\n').filter((line) => line.length > 80);
    expect(long.filter((line) => !examples.includes(line) && !/^\s+\S+$/.test(line))).toEqual([]);
    expect(stdout).not.toMatch(/undefined|\[object/);
  });

  test('help prints what --json prints, and what has to be allowed', async () => {
    const { stdout } = await run(['help', 'stale']);
    expect(stdout).toContain('ecs-secrets policy caller --for stale prints this as a policy.');
    expect(stdout).toContain('  all resources (*)  ecs:');
    expect(stdout).toContain('\n\nJSON Schema: docs/schemas/stale.json\n');
    expect(stdout).toMatch(/^JSON\n\nholding \(the worst\), searched/m);
  });

  test.each([...words, [], ['role'], ['policy']])(
    '%s %s: no line is longer than 80 columns, and examples come first',
    async (...command) => {
      const given = command.filter((word) => typeof word === 'string');
      const { stdout } = await run([...given, '--help']);
      expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
      const [before] = stdout.split('Examples:');
      if (before !== stdout) expect(before).not.toMatch(/^(Arguments|Options):/m);
    },
  );

  test('an example that is continued in the next line is one command', async () => {
    const { stdout } = await run(['put', '--help']);
    expect(stdout.replaceAll(/ \\\n +/g, ' ')).toContain(
      '--value-file key.pem --raw --kms-key alias/shop\n',
    );
  });

  test('--version prints the version of package.json', async () => {
    const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
    const { version } = JSON.parse(text) as { version: string };
    expect(await run(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });
});

describe('wrong usage exits with 2 and says what to do:', () => {
  test.each([
    ['an unknown command', ['putt'], "unknown command 'putt'", 'did you mean put?'],
    [
      'an unknown option',
      ['put', '/a', '--tagg', 'x'],
      "unknown option '--tagg'",
      'did you mean --tag?',
    ],
    ['a missing argument', ['put'], "missing required argument 'ref'", '--help'],
    ['help for no command', ['help', 'nope'], "unknown command 'nope'", 'ecs-secrets --help'],
    ['help for no command of a group', ['help', 'role', 'make'], "command 'make'", 'role'],
    ['help for what a group lacks', ['role', 'help', 'make'], "command 'make'", 'role'],
    ['a group without command', ['role'], 'role needs a command', 'ecs-secrets role --help'],
    ['a bad endpoint', ['put', '/a', '--endpoint-url', 'nowhere'], 'not an http(s) URL', ''],
    ['a bad choice', ['put', '/a', '--store', 'vault'], 'parameter-store, secrets-manager', ''],
    ['a bad choice in the environment', ['put', '/a'], 'parameter-store, secrets-manager', ''],
  ])('%s', async (_what, argv, message, hint) => {
    const env = argv.length === 2 ? { ECS_SECRETS_STORE: 'vault' } : {};
    const seen = await run(argv, { stdin: 'x', env });
    expect(seen).toMatchObject({ code: 2, stdout: '' });
    expect(seen.stderr).toContain(message);
    expect(seen.stderr).toContain(hint);
    expect(seen.stderr).toMatch(/^error: /);
  });
});

describe('an option with one value is given once', async () => {
  const entries = commands.flatMap((entry) =>
    'commands' in entry
      ? entry.commands.map((one) => ({ path: [entry.name, one.name], load: one.load }))
      : [{ path: [entry.name], load: entry.load }],
  );
  const options = await Promise.all(
    entries.map(async ({ path, load }) => {
      const command = new Command();
      (await load()).declare(command);
      addGlobalOptions(command);
      return command.options
        .filter(({ required, optional }) => required || optional)
        .map((option) => ({ path, option }));
    }),
  );
  const all = options.flat().map(({ path, option: { long = '', description, argChoices } }) => ({
    words: [...path, long],
    value: argChoices?.[0] ?? 'x',
    repeatable: description.includes('repeatable'),
  }));
  const once = all.filter(({ repeatable }) => !repeatable);

  test('in every command', async () => {
    for (const { words, value } of once) {
      const long = words.at(-1) ?? '';
      const seen = await run([...words, value, `${long}=${value}`], { stdin: 'x' });
      expect(seen, words.join(' ')).toEqual({
        code: 2,
        stdout: '',
        stderr: `error: ${long} is given twice\nhint: give it once\n`,
      });
    }
    expect(once.length).toBeGreaterThan(100);
  });

  test('unless its help says that it is repeatable', async () => {
    for (const { words, value, repeatable } of all) {
      const long = words.at(-1) ?? '';
      const seen = await run([...words, value, long, value, '--help']);
      expect(seen.code, words.join(' ')).toBe(repeatable ? 0 : 2);
    }
  });

  test.each([
    [['--region', 'eu-west-1', 'put', '/a', '--region', 'eu-west-1'], '--region'],
    [['--profile', 'a', 'role', 'show', 'r', '--profile', 'b'], '--profile'],
    [['--region', 'eu-west-1', '--region', 'eu-west-2', 'put', '/a'], '--region'],
    [['--endpoint-url', 'http://a', 'put', '/a', '--endpoint-url', 'http://a'], '--endpoint-url'],
  ])('before and after the subcommand together: %j', async (argv, option) => {
    const seen = await run([...argv, '--json'], { stdin: 'x' });
    expect(seen).toMatchObject({ code: 2, stdout: '' });
    expect(seen.stderr).toMatch(new RegExp(`^error: ${option} is given twice\n`));
  });

  test('what follows -- is not ours', async () => {
    const child = ['--prefix', 'a', '--prefix', 'b', '--container', 'x', '--container', 'y'];
    const seen = await run(['exec', '--', 'cmd', ...child]);
    expect(seen.stderr).toContain('no source is given');
  });
});

describe('an option does not take the next option for its value', async () => {
  const options = await Promise.all(
    words.map(async ([name, inner]) => {
      const entry = commands.find((one) => one.name === name);
      const own =
        entry && 'commands' in entry ? entry.commands.find((one) => one.name === inner) : entry;
      const command = new Command();
      if (own && 'load' in own) (await own.load()).declare(command);
      addGlobalOptions(command);
      return command.options
        .filter(({ required }) => required)
        .map(({ long, short }) =>
          [name, inner, short ?? long].filter((word) => word !== undefined),
        );
    }),
  );
  const all = options.flat();

  test('in every command', async () => {
    for (const given of all) {
      for (const next of ['--json', '--region=eu-west-1', '-y', '--help', '--']) {
        const seen = await run([...given, next], { stdin: 'x' });
        expect(seen, [...given, next].join(' ')).toMatchObject({ code: 2, stdout: '' });
        expect(seen.stderr).toMatch(
          new RegExp(
            `^error: ${given.at(-1) ?? ''} needs a value, but ${next.replace(/=.*/, '')} `,
          ),
        );
      }
    }
    expect(all.length).toBeGreaterThan(100);
  });

  test.each([
    [['--region', '--json', 'list'], '--region'],
    [['register', 'web.json', '--output-file', '--dry-run'], '--output-file'],
    [['put', '/a', '--description', '--tag=a=top-secret'], '--description'],
  ])('and says how to give that value all the same: %j', async (argv, option) => {
    const seen = await run(argv, { stdin: 'x' });
    expect(seen).toMatchObject({ code: 2, stdout: '' });
    expect(seen.stderr).toMatch(/^hint: .*if the value itself begins with "-", write /m);
    expect(seen.stderr).toContain(`${option}=VALUE`);
    expect(seen.stderr).not.toContain('top-secret');
  });

  test.each([
    ['written with "="', ['audit', 'web.json', '--write-baseline=--json']],
    ['no option of the command', ['audit', 'web.json', '--write-baseline', '--prefix']],
  ])('unless it is %s', async (_what, argv) => {
    const files: Record<string, string> = {
      'web.json': '{"family":"web","containerDefinitions":[{"name":"web","image":"web"}]}',
    };
    const name = /[^=]+$/.exec(argv.at(-1) ?? '')?.[0] ?? '';
    expect(await run(argv, { files })).toMatchObject({ code: 0 });
    expect(files[name]).toContain('fingerprints');
  });
});

test.each([
  ['rotate', ['rotate', '/a', '--redeploy', '--timeout', '15'], {}],
  ['rollback', ['rollback', '/a', '--redeploy', '--timeout', '15'], {}],
  ['redeploy', ['redeploy', '/a', '--timeout', '15'], {}],
  ['register', ['register', 'web.json', '--timeout', '15'], {}],
  ['migrate', ['migrate', 'web', '--prefix', '/p', '--timeout', '15'], {}],
  ['diagnose', ['diagnose', 'shop/web', '--since', '15'], {}],
  ['the environment', ['redeploy', '/a'], { ECS_SECRETS_TIMEOUT: '15' }],
])('a duration needs a unit: %s', async (_what, argv, env) => {
  const seen = await run(argv, { stdin: 'x', env });
  expect(seen).toMatchObject({ code: 2, stdout: '' });
  expect(seen.stderr).toMatch(/^error: --(timeout|since): "15" has no unit; write 15s or 15m\n/);
});

describe('with an AWS', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await openShop();
  });
  afterAll(() => shop.sandbox.close());

  test('global options work before and after the subcommand', async () => {
    const inIreland = (ref: string) =>
      shop.run(['put', ref, '--region', 'eu-west-1'], { stdin: 'x' });
    await shop.run(['--region', 'eu-west-1', 'put', '/before'], { stdin: 'x' });
    expect((await inIreland('/before')).stdout).toContain('unchanged');
  });

  test('a flag may be given twice, and before and after the subcommand', async () => {
    const flags = ['--json', '--json', 'put', '/flags', '--json', '--dry-run', '--dry-run'];
    expect(await shop.run(flags, { stdin: 'x' })).toMatchObject({ code: 0, stderr: '' });
  });

  test('ECS_SECRETS_ variables set options, and the command line goes before them', async () => {
    const env = { ECS_SECRETS_REGION: 'eu-west-1', ECS_SECRETS_JSON: '1' };
    const seen = await shop.run(['put', '/from-env'], { stdin: 'x', env });
    expect(JSON.parse(seen.stdout)).toMatchObject({ action: 'created' });
    for (const argv of [
      ['--region', 'us-west-2', 'put', '/from-env'],
      ['put', '/from-env', '--region', 'us-west-2'],
    ]) {
      const there = await shop.run([...argv, '--dry-run'], { stdin: 'x', env });
      expect(JSON.parse(there.stdout)).toMatchObject({ action: 'created' });
    }
    const off = { ECS_SECRETS_JSON: 'false' };
    expect((await shop.run(['put', '/off'], { stdin: 'x', env: off })).stdout).toContain(
      'created (',
    );
  });

  test('the command line replaces what the environment says of a repeatable option', async () => {
    await shop.run(['put', '/shop/x'], { stdin: 'x' });
    const env = { ECS_SECRETS_CLUSTER: 'from-env' };
    const both = await shop.run(['rotate', '/shop/x', '--cluster', 'from-argv', '--debug'], {
      stdin: 'y',
      env,
    });
    expect(both.stderr).toContain('from-argv');
    expect(both.stderr).not.toContain('from-env');
  });

  test('an unset AWS_REGION of a CI system falls through, and a malformed one is told', async () => {
    const env = { AWS_REGION: '', AWS_DEFAULT_REGION: 'eu-west-1' };
    expect((await shop.run(['put', '/r'], { stdin: 'x', env })).code).toBe(0);
    const seen = await shop.run(['put', '/r', '--region', 'EU_WEST 1'], { stdin: 'x' });
    expect(seen).toMatchObject({ code: 2 });
    expect(seen.stderr).toContain('"EU_WEST 1" is not an AWS region');
  });

  test('--json prints one document on stdout, and an error as the last line of stderr', async () => {
    const seen = await shop.run(['put', '/a b', '--json'], { stdin: 'x' });
    expect(seen.stdout).toBe('');
    const lines = seen.stderr.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^error: parameter name/);
    const last: unknown = JSON.parse(lines.at(-1) ?? '');
    expect(last).toEqual({
      error: { code: 'invalid-input', message: lines[0]?.replace('error: ', '') },
    });
  });

  test('--debug lists the calls, and a stack trace only then', async () => {
    const plain = await shop.run(['put', '/a b'], { stdin: 'x' });
    expect(plain.stderr).not.toMatch(/^ +at /m);
    const debug = await shop.run(['put', '/a b', '--debug'], { stdin: 'x' });
    expect(debug.stderr).toMatch(/^ +at /m);
    const calls = await shop.run(['put', '/ok', '--debug'], { stdin: 'x' });
    expect(calls.stderr).toMatch(/debug: ssm:GetParameter ParameterNotFound \(\d+ ms\)/);
    expect(calls.stderr).toMatch(/debug: ssm:PutParameter ok \(\d+ ms\)/);
  });

  test('an interrupt ends a command that is not following anything', async () => {
    await using held = await holdCall(shop.sandbox.url, 'PutParameter');
    const env = { ECS_SECRETS_ENDPOINT_URL: held.url };
    const interrupts = new AbortController();
    const setting = { stdin: 'x', env, interrupted: interrupts.signal };
    const running = shop.run(['put', '/slow'], setting);
    await held.arrived;
    interrupts.abort();
    const seen = await running;
    expect(seen).toMatchObject({ code: 130, stdout: '' });
    expect(seen.stderr).toContain('error: interrupted');
  });
});

import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { runBin } from './helpers/run.ts';
import { openShop, type Shop } from './helpers/scene.ts';
import { programOnTerminal, type TerminalStep } from './helpers/terminal.ts';

// Completion at the prompt of real shells. What they run prints its arguments, except for completion itself.
const bin = fileURLToPath(new URL('../bin/ecs-secrets.js', import.meta.url));
const tab = '\t';
const shells = {
  bash: {
    argv: ['bash', '--norc', '--noprofile', '-i'],
    load: 'eval "$(ecs-secrets completion bash)"',
    describes: false,
  },
  zsh: {
    argv: ['zsh', '-f', '-i'],
    load: 'autoload -Uz compinit && compinit -u -D && eval "$(ecs-secrets completion zsh)"',
    describes: true,
  },
  fish: {
    argv: ['fish', '--no-config', '-i'],
    load: 'ecs-secrets completion fish | source',
    describes: true,
  },
};
const found = inject('python') ? inject('shells') : [];

let shop: Shop;
let folder: string;
let env: Record<string, string | undefined>;
beforeAll(async () => {
  shop = await openShop();
  for (const name of ['/shop/prod/db', '/shop/prod/key', '/other']) {
    await shop.run(['put', name], { stdin: 'value' });
  }
  await shop.run(['put', 'sm:shop/api'], { stdin: 'value' });
  await shop.run(['register', 'web.json']);
  await shop.service({ cluster: 'shop', name: 'web', taskDefinition: 'web' });

  folder = await mkdtemp(join(tmpdir(), 'ecs-secrets-'));
  await mkdir(join(folder, 'bin'));
  const program = join(folder, 'bin', 'ecs-secrets');
  const script = `#!/bin/sh\ncase "$1" in __complete|completion) exec '${process.execPath}' '${bin}' "$@" ;; esac\necho "called with [$*]"\n`;
  await writeFile(program, script);
  await chmod(program, 0o755);
  await writeFile(join(folder, 'taskdef.json'), '{}');
  env = {
    ...shop.sandbox.environment,
    PATH: `${join(folder, 'bin')}:${process.env.PATH ?? ''}`,
    HOME: folder,
    XDG_CACHE_HOME: join(folder, 'cache'),
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_DATA_HOME: join(folder, 'data'),
    TERM: 'xterm',
    ECS_SECRETS_CONFIG: undefined,
  };
  // Once looked up, names are there at once: a press of Tab does not wait for a busy machine.
  const lines = ['put /', 'put /shop/', 'put /shop/prod/', 'put sm:', 'put sm:shop/'];
  await Promise.all([...lines, 'verify ', 'verify shop/'].map((line) => known(line.split(' '))));
});
afterAll(async () => {
  await shop.sandbox.close();
  await rm(folder, { recursive: true });
});

/** Asks until the names are looked up. */
async function known(words: readonly string[]): Promise<string> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const seen = await runBin(['__complete', 'zsh', ...words], { env, cwd: folder });
    expect(seen).toMatchObject({ code: 0, stderr: '' });
    if (seen.stdout.split('\n').length > 2) return seen.stdout;
  }
  throw new Error(`nothing is found for ${words.join(' ')}`);
}

/** What is on the screen after these lines were typed, each with Enter at its end. */
async function typed(name: keyof typeof shells, lines: readonly string[]): Promise<string> {
  const { argv, load } = shells[name];
  const steps: TerminalStep[] = [
    { send: `cd '${folder}'; ${load}; echo re''ady\r` },
    { expect: 'ready\r\n' },
    ...lines.flatMap((line): TerminalStep[] => [{ send: `${line}\r` }, { expect: ']\r\n' }]),
    { send: 'exit\r' },
  ];
  const { screen } = await programOnTerminal(argv, steps, env, { columns: 120, rows: 40 });
  return screen;
}

describe.concurrent.each(found as (keyof typeof shells)[])('%s', (name) => {
  test('completes commands, options, choices, files and names', async () => {
    const screen = await typed(name, [
      `ecs-secrets reg${tab}taskd${tab}--exec${tab}r`,
      `ecs-secrets role cr${tab}x`,
      `ecs-secrets list --store${tab}sec${tab}--js${tab}`,
      `ecs-secrets list --store=sec${tab}`,
      `ecs-secrets put /sh${tab}pr${tab}d${tab}`,
      `ecs-secrets put sm:sh${tab}a${tab}`,
      `ecs-secrets register taskdef.json --secret DB=/sh${tab}prod/k${tab}`,
      `ecs-secrets verify sh${tab}w${tab}`,
    ]);
    for (const line of [
      'register taskdef.json --execution-role r',
      'role create x',
      'list --store secrets-manager --json',
      'list --store=secrets-manager',
      'put /shop/prod/db',
      'put sm:shop/api',
      'register taskdef.json --secret DB=/shop/prod/key',
      'verify shop/web',
    ]) {
      expect(screen).toMatch(new RegExp(`called with \\[${line} ?\\]`));
    }
  });

  test.runIf(shells[name].describes)('shows what the commands do', async () => {
    const { argv, load } = shells[name];
    const steps: TerminalStep[] = [
      { send: `${load}; echo re''ady\r` },
      { expect: 'ready\r\n' },
      { send: `ecs-secrets ro${tab}` },
      { expect: 'store a new value and redeploy' },
      { send: '\u0003' },
      { send: '\u0015exit\r' },
    ];
    const { screen } = await programOnTerminal(argv, steps, env, { columns: 120, rows: 40 });
    expect(screen).toContain('make an earlier version of a secret current again');
  });
});

test('names are kept where only their owner can read them, and no values', async () => {
  const cache = join(folder, 'cache', 'ecs-secrets', 'completion');
  const files = await readdir(cache);
  expect(files.length).toBeGreaterThan(4);
  expect((await stat(cache)).mode & 0o777).toBe(0o700);
  for (const file of files) expect((await stat(join(cache, file))).mode & 0o777).toBe(0o600);
});

import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import picomatch from 'picomatch';
import { main } from '../../src/main.ts';
import { checkDocuments } from './check-documents.ts';
import type { Output, Size, Style, World } from '../../src/world.ts';

/** What a user sees of one command. */
export interface Seen {
  code: number;
  stdout: string;
  stderr: string;
}

/** The circumstances of one command. */
export interface Setting {
  stdin?: string | Uint8Array;
  /** The code of the system with which reading standard input fails. */
  stdinError?: string;
  env?: Record<string, string | undefined>;
  /** Where a program is started that is a process of its own. */
  cwd?: string;
  files?: Record<string, string>;
  /** Gets the mode and owner of files that hold secrets. */
  access?: Map<string, { mode?: number | undefined; owner?: string | undefined } | undefined>;
  /** Files that are no UTF-8 text. */
  bytes?: Readonly<Record<string, Uint8Array>>;
  /** Files on a disk that is full: they can be opened, and nothing can be written. */
  full?: readonly string[];
  /** A FIFO that nobody reads from. `reached` is called when something is to be written to it. */
  stuck?: { path: string; reached: () => void };
  /** Makes stdin and stderr a terminal; the answer to the hidden prompt. */
  terminal?: { answer: string | undefined };
  /** The size of the terminal; without limits when left out. */
  size?: Size;
  /** Shows colours, in the sequences of chalk. */
  colours?: boolean;
  /** Aborted when the user presses Ctrl-C. */
  interrupted?: AbortSignal;
  /** Cuts the pauses of the command short, to so many milliseconds; 50 when left out. */
  longestPause?: number;
  /** What the clock says at each look, in milliseconds since the epoch; the real time when left out. */
  now?: () => number;
}

/** Runs a command line in this process, through `main`. What `--json` prints is checked against its schema. */
export async function run(argv: readonly string[], setting: Setting = {}): Promise<Seen> {
  const seen = { stdout: '', stderr: '' };
  const tty = setting.terminal !== undefined;
  const output = (name: 'stdout' | 'stderr'): Output => ({
    isTTY: tty,
    style: setting.colours ? coloured : plain,
    write: (text) => {
      seen[name] += text;
    },
    size: () => {
      const none = Number.POSITIVE_INFINITY;
      return setting.size ?? { columns: none, rows: none };
    },
    showLive: (draw) => {
      seen[name] += `[live] ${draw().join(' | ')}\n`;
    },
    clearLive: () => undefined,
    endLive: () => undefined,
  });
  const world: World = {
    env: { ...credentials(), AWS_REGION: 'us-east-1', ...setting.env },
    stdin: {
      isTTY: tty,
      read: () =>
        setting.stdinError === undefined
          ? Promise.resolve(Buffer.from(setting.stdin ?? ''))
          : Promise.reject(Object.assign(new Error('stdin'), { code: setting.stdinError })),
      askHidden: () => {
        const text = setting.terminal?.answer;
        return Promise.resolve(text === undefined ? { cancelled: true } : { text });
      },
      confirm: (question) => {
        seen.stderr += `${question} [y/N] `;
        return Promise.resolve(setting.terminal?.answer === 'y');
      },
    },
    stdout: output('stdout'),
    stderr: output('stderr'),
    clock: {
      now: setting.now ?? (() => Date.now()),
      sleep: (milliseconds, signal) =>
        new Promise((resolve) => {
          const stop = (): void => {
            clearTimeout(timer);
            signal.removeEventListener('abort', stop);
            resolve();
          };
          const timer = setTimeout(stop, Math.min(milliseconds, setting.longestPause ?? 50));
          signal.addEventListener('abort', stop);
        }),
    },
    outputProblem: () => Promise.resolve(undefined),
    interrupted: setting.interrupted ?? new AbortController().signal,
    readFile: (path) => {
      const text = setting.files?.[path] ?? setting.bytes?.[path];
      return text === undefined
        ? Promise.reject(Object.assign(new Error(`no ${path}`), { code: 'ENOENT' }))
        : Promise.resolve(Buffer.from(text));
    },
    writeFile: (path, text) => {
      if (setting.full?.includes(path)) return Promise.reject(diskFull());
      if (setting.stuck?.path === path) {
        setting.stuck.reached();
        return new Promise(() => undefined);
      }
      if (setting.files) setting.files[path] = text;
      return Promise.resolve();
    },
    writePrivateFile: (path, text, access) => {
      if (setting.full?.includes(path)) return Promise.reject(diskFull());
      if (setting.files) setting.files[path] = text;
      setting.access?.set(path, access);
      return Promise.resolve();
    },
    checkWritable: (path) =>
      path.startsWith('not-there/')
        ? Promise.reject(Object.assign(new Error(`no ${path}`), { code: 'ENOENT' }))
        : Promise.resolve(),
    appendFile: (path, text) => {
      if (text !== '' && setting.full?.includes(path)) return Promise.reject(diskFull());
      if (setting.files) setting.files[path] = (setting.files[path] ?? '') + text;
      return Promise.resolve();
    },
    projectFile: (name) => {
      const text = setting.files?.[name];
      if (text === undefined) return Promise.resolve(undefined);
      return Promise.resolve({ path: name, bytes: Buffer.from(text), distrust: undefined });
    },
    glob: (pattern) => {
      const matches = picomatch(pattern);
      return Promise.resolve(Object.keys(setting.files ?? {}).filter((name) => matches(name)));
    },
    licenses: () => Promise.resolve('licenses of others\n'),
    randomInt: (limit) => randomInt(limit),
    page: () => Promise.resolve(false),
    startAgain: (argv) => {
      void main(argv, world);
    },
    run: () => Promise.reject(new Error('no program is run in this process')),
  };
  const code = await main(argv, world);
  checkDocuments(argv, world.env, { code, ...seen });
  return { code, ...seen };
}

/** Whether a binary that contains Node.js is tested in place of the built program: its path is in ECS_SECRETS_PROGRAM. */
export const isBinary = Boolean(process.env.ECS_SECRETS_PROGRAM);

/** The words that a call of the built program begins with. */
export const program: readonly [string, ...string[]] = process.env.ECS_SECRETS_PROGRAM
  ? [process.env.ECS_SECRETS_PROGRAM]
  : [process.execPath, fileURLToPath(new URL('../../bin/ecs-secrets.js', import.meta.url))];

/** Runs the built program as a child process. What `--json` prints is checked against its schema. */
export async function runBin(argv: readonly string[], setting: Setting = {}): Promise<Seen> {
  const [command, ...first] = program;
  const seen = await runProgram(command, [...first, ...argv], setting);
  checkDocuments(argv, setting.env ?? {}, seen);
  return seen;
}

/** Runs any program, e.g. the AWS CLI. */
export function runProgram(
  command: string,
  argv: readonly string[],
  { stdin, env, cwd }: Setting = {},
): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, argv, { cwd, env: { ...process.env, CI: '', ...env } });
    const seen = { stdout: '', stderr: '' };
    child.stdout.on('data', (data: Buffer) => (seen.stdout += data.toString()));
    child.stderr.on('data', (data: Buffer) => (seen.stderr += data.toString()));
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code: code ?? -1, ...seen });
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin ?? '');
  });
}

/** Whose calls a command makes: those of the tests, unless the setting says otherwise. */
function credentials(): Record<string, string | undefined> {
  const names = Object.keys(process.env).filter((name) =>
    /^AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|\w+_FILE|EC2_METADATA_DISABLED)$/.test(
      name,
    ),
  );
  return Object.fromEntries(names.map((name) => [name, process.env[name]]));
}

function diskFull(): NodeJS.ErrnoException {
  return Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
}

const inColour = (begin: number, end: number) => (text: string) =>
  `\u001b[${begin}m${text}\u001b[${end}m`;
const coloured: Style = {
  bold: inColour(1, 22),
  dim: inColour(2, 22),
  red: inColour(31, 39),
  green: inColour(32, 39),
  yellow: inColour(33, 39),
  cyan: inColour(36, 39),
};

const same = (text: string): string => text;
const plain: Style = {
  bold: same,
  dim: same,
  red: same,
  green: same,
  yellow: same,
  cyan: same,
};

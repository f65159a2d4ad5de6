// The UI rules. stdout has only the result. Everything else goes to stderr: notes, warnings,
// progress, prompts, errors. Lines begin in lower case and end without a full stop. Colour never
// carries meaning alone. Nothing asks unless a user can answer.
import { constants } from 'node:os';
import type { createLogUpdate } from 'log-update';
import { findProjectFile } from './project-file.ts';
import { safeWrites, type StandardStream } from './safe-writes.ts';
import type { Output, Size, Style, World } from './world.ts';

/**
 * The world of the real process, for this command line. Modules that most runs do not need are
 * loaded on first use, for a quick start.
 */
export async function processWorld(argv: readonly string[]): Promise<World> {
  const interrupts = new AbortController();
  // CI systems cancel with SIGTERM; report the work done as for SIGINT.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // A child program decides itself how to handle a signal.
      if (child.runs) return;
      // The second interrupt exits at once, for users who do not want to wait.
      if (interrupts.signal.aborted) process.exit(130);
      interrupts.abort();
    });
  }
  const { stdout, stderr } = process;
  const writes = safeWrites(stdout, stderr, () => [process.stdin, stdout, stderr]);
  return {
    env: process.env,
    stdin: {
      get isTTY() {
        return process.stdin.isTTY;
      },
      read: async () => {
        const chunks: Buffer[] = [];
        for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
        return Buffer.concat(chunks);
      },
      askHidden: async (question) => {
        const { askHidden } = await import('./hidden-prompt.ts');
        return askHidden(question, {
          input: process.stdin,
          write: (text) => process.stderr.write(text),
          process,
          interrupted: interrupts.signal,
        });
      },
      confirm,
    },
    stdout: await output(stdout, writes.write, showsColour(stdout, argv)),
    stderr: await output(stderr, writes.write, showsColour(stderr, argv)),
    clock: {
      now: () => Date.now(),
      sleep: async (milliseconds, signal) => {
        const { setTimeout: delay } = await import('node:timers/promises');
        await delay(milliseconds, undefined, { signal }).catch(() => undefined);
      },
    },
    outputProblem: writes.problem,
    interrupted: interrupts.signal,
    readFile: async (path) => (await import('node:fs/promises')).readFile(path),
    writeFile: async (path, text, mode) => {
      const { writeOutputFile } = await import('./output-file.ts');
      await writeOutputFile(path, text, mode);
    },
    writePrivateFile: async (path, text, { mode, owner } = {}) => {
      const [{ writePrivateFile }, { findOwner }] = await Promise.all([
        import('./output-file.ts'),
        import('./file-owner.ts'),
      ]);
      await writePrivateFile(path, text, {
        mode,
        owner: owner === undefined ? undefined : await findOwner(owner),
      });
    },
    checkWritable: async (path) => {
      const { checkOutputFile } = await import('./output-file.ts');
      await checkOutputFile(path);
    },
    appendFile: async (path, text) => (await import('node:fs/promises')).appendFile(path, text),
    projectFile: (name) => findProjectFile(name, process.cwd(), process.getuid?.()),
    glob: async (pattern) => {
      const [{ glob }, path] = await Promise.all([import('tinyglobby'), import('node:path')]);
      return glob(pattern, {
        ignore: ['**/node_modules/**'],
        expandDirectories: false,
        absolute: path.isAbsolute(pattern),
      });
    },
    licenses: async () => (await import('./licenses.ts')).readLicenses(),
    randomInt: (limit) => process.getBuiltinModule('node:crypto').randomInt(limit),
    page: async (text) => {
      if (!stdout.isTTY || process.env.CI) return false;
      const { showInPager } = await import('./pager.ts');
      return showInPager(text, process.env);
    },
    startAgain: (argv) => {
      void startAgain(argv);
    },
    run,
  };
}

// --- internal ---

async function confirm(question: string): Promise<boolean> {
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const stop = new AbortController();
    // readline handles Ctrl-C and Ctrl-D itself; both mean no.
    lines.on('SIGINT', () => {
      process.stderr.write('\n');
      stop.abort();
    });
    lines.on('close', () => {
      stop.abort();
    });
    const answer = await lines.question(`${question} [y/N] `, { signal: stop.signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    if ((error as Error).name !== 'AbortError') throw error;
    return false;
  } finally {
    lines.close();
  }
}

/** Precedence as in Node.js: the option, then FORCE_COLOR (`0` disables), then NO_COLOR. */
function showsColour({ isTTY }: StandardStream, argv: readonly string[]): boolean {
  const { FORCE_COLOR: force, NO_COLOR: none, TERM } = process.env;
  const own = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  if (own.includes('--no-color')) return false;
  if (force) return !/^(0|false)$/.test(force);
  return isTTY && !none && TERM !== 'dumb';
}

async function output(
  stream: StandardStream,
  write: (stream: StandardStream, text: string) => void,
  colour: boolean,
): Promise<Output> {
  const isTTY = stream.isTTY;
  const style: Style = colour ? new (await import('chalk')).Chalk({ level: 1 }) : plain;
  const live = liveArea(stream);
  return {
    isTTY,
    style,
    size: () => sizeOf(stream),
    write(text) {
      live.clear();
      write(stream, text);
      // A text without a trailing newline is about to be continued.
      if (text.endsWith('\n')) live.draw();
    },
    showLive: live.show,
    clearLive: live.drop,
    endLive: live.end,
  };
}

/** A terminal of unknown size is treated as a small one. */
function sizeOf({ isTTY, columns, rows }: StandardStream): Size {
  if (!isTTY) return { columns: Number.POSITIVE_INFINITY, rows: Number.POSITIVE_INFINITY };
  return { columns: columns || 80, rows: rows || 24 };
}

/** The redrawn lines at the bottom; the library for them is loaded on first use. */
function liveArea(stream: NodeJS.WriteStream) {
  let update: ReturnType<typeof createLogUpdate> | undefined;
  let loading: Promise<void> | undefined;
  let latest: (() => readonly string[]) | undefined;
  let ticks: NodeJS.Timeout | undefined;
  let drawn = 0;
  const draw = (): void => {
    if (!latest) return;
    const lines = latest();
    // log-update 7.2 leaves wrong lines if their number changes.
    if (lines.length !== drawn) update?.clear();
    drawn = lines.length;
    update?.(lines.join('\n'));
  };
  const stop = (): void => {
    latest = undefined;
    clearInterval(ticks);
    ticks = undefined;
  };
  return {
    draw,
    show: (lines: () => readonly string[]): void => {
      latest = lines;
      ticks ??= setInterval(draw, 1_000).unref();
      loading ??= import('log-update').then(({ createLogUpdate }) => {
        update = createLogUpdate(stream);
        draw();
      });
      draw();
    },
    clear: (): void => {
      if (latest) update?.clear();
    },
    drop: (): void => {
      if (latest) update?.clear();
      // Shows the cursor again.
      if (latest) update?.done();
      stop();
    },
    end: (): void => {
      if (latest) update?.done();
      stop();
    },
  };
}

const same = (text: string): string => text;
const plain: Style = {
  bold: same,
  dim: same,
  red: same,
  green: same,
  yellow: same,
  cyan: same,
};

async function startAgain(argv: readonly string[]): Promise<void> {
  const { spawn } = await import('node:child_process');
  // A single executable has no script.
  const isBinary = process.getBuiltinModule('node:sea').isSea();
  const script = isBinary ? [] : process.argv.slice(1, 2);
  spawn(process.execPath, [...script, ...argv], { detached: true, stdio: 'ignore' })
    .on('error', () => undefined)
    .unref();
}

/** The child program, if one is running. */
const child = { runs: false };

/** Path of a program, from the PATH of its environment, or from our PATH if that has none. */
async function findProgram(
  command: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  if (env.PATH !== undefined || /[/\\]/.test(command)) return command;
  const [{ access, constants: modes }, path] = await Promise.all([
    import('node:fs/promises'),
    import('node:path'),
  ]);
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    const candidate = path.join(folder, command);
    const found = await access(candidate, modes.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return candidate;
  }
  return command;
}

async function run(
  [command = '', ...args]: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const { spawn } = await import('node:child_process');
  const program = await findProgram(command, env);
  return new Promise((resolve, reject) => {
    const running = spawn(program, args, { stdio: 'inherit', env, argv0: command });
    child.runs = true;
    const forward = (signal: NodeJS.Signals): void => {
      running.kill(signal);
    };
    // The child must not outlive this process.
    const onExit = (): void => {
      running.kill('SIGKILL');
    };
    // Keys pressed on a terminal reach the child directly; signals sent only to us do not.
    const passed: NodeJS.Signals[] = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'];
    if (!process.stdin.isTTY) passed.push('SIGINT', 'SIGQUIT');
    for (const signal of passed) process.on(signal, forward);
    process.on('exit', onExit);
    const done = (): void => {
      child.runs = false;
      for (const signal of passed) process.off(signal, forward);
      process.off('exit', onExit);
    };
    running.on('error', (error) => {
      done();
      reject(error);
    });
    running.on('exit', (code, signal) => {
      done();
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

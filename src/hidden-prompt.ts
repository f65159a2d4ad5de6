import { createKeyReader, isLineEnd, type Answer } from './prompt-keys.ts';

/** The part of a terminal's input that the prompt uses. */
export interface KeyInput {
  setRawMode(raw: boolean): unknown;
  on(event: 'data', listener: (data: Buffer) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  off(event: 'data', listener: (data: Buffer) => void): unknown;
  off(event: 'end', listener: () => void): unknown;
  off(event: 'error', listener: (error: Error) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

/** The part of Node's process that the prompt uses. */
export interface PromptProcess {
  readonly pid: number;
  on(event: string, listener: () => void): unknown;
  off(event: string, listener: () => void): unknown;
  kill(pid: number, signal: string): unknown;
}

/** The terminal on which the prompt asks. */
export interface PromptTerminal {
  input: KeyInput;
  write: (text: string) => void;
  process: PromptProcess;
  /** Ends the prompt as Ctrl-C does. */
  interrupted: AbortSignal;
}

/**
 * Asks for a line without showing it; see `createKeyReader` for the keys. Ctrl-Z does nothing,
 * because a shell in the foreground would get what is typed next. Several lines without bracketed
 * paste marks are refused, not cut. If the process ends or stops, the terminal mode (echo,
 * bracketed paste) is restored first. The prompt libraries that we checked stop at the first
 * newline and pass Ctrl-Z to the shell. Rejects if the terminal cannot be read (EIO).
 */
export function askHidden(question: string, terminal: PromptTerminal): Promise<Answer> {
  const { input, write, process, interrupted } = terminal;
  const mode = terminalMode(terminal);
  write(`${question}: `);
  return new Promise((resolve, reject) => {
    const reader = createKeyReader();
    let answer: Answer | undefined;
    let timer: NodeJS.Timeout | undefined;

    let isOver = false;
    const stop = (): void => {
      isOver = true;
      clearTimeout(timer);
      input.off('data', onData);
      input.off('end', cancel);
      input.off('error', fail);
      for (const [event, listener] of signals) process.off(event, listener);
      interrupted.removeEventListener('abort', cancel);
      mode.leave();
      input.pause();
      write('\n');
    };
    const done = (): void => {
      stop();
      resolve(answer ?? { cancelled: true });
    };
    const cancel = (): void => {
      answer = { cancelled: true };
      done();
    };
    const onData = (data: Buffer): void => {
      clearTimeout(timer);
      if (answer === undefined) {
        answer = reader.feed(data);
        if (answer && 'cancelled' in answer) done();
        // The shell would run the remaining lines as commands.
        else
          timer = answer ? setTimeout(done, restMilliseconds) : setTimeout(settle, keyMilliseconds);
        return;
      }
      if (data.some((byte) => !isLineEnd(byte))) answer = { severalLines: true };
      timer = setTimeout(done, restMilliseconds);
    };
    const settle = (): void => {
      reader.settle();
    };
    const fail = (error: Error): void => {
      stop();
      reject(error);
    };
    /** Restores the terminal, then lets the signal have its default effect. */
    const handOn = (signal: string): (() => void) => {
      const listener = (): void => {
        mode.leave();
        process.off(signal, listener);
        process.kill(process.pid, signal);
      };
      return listener;
    };
    const suspend = (): void => {
      mode.leave();
      process.off('SIGTSTP', suspend);
      process.kill(process.pid, 'SIGTSTP');
      // Runs when the process continues, possibly at once: the system does not stop an orphan.
      setImmediate(() => {
        if (isOver) return;
        process.on('SIGTSTP', suspend);
        mode.enter();
      });
    };
    const resume = (): void => {
      // The shell may have changed the mode meanwhile.
      mode.leave();
      mode.enter();
      write(`${question}: `);
    };
    const signals: readonly (readonly [string, () => void])[] = [
      ...ending.map((signal) => [signal, handOn(signal)] as const),
      ['SIGTSTP', suspend],
      ['SIGCONT', resume],
      ['exit', mode.leave],
    ];

    if (interrupted.aborted) {
      resolve({ cancelled: true });
      return;
    }
    for (const [event, listener] of signals) process.on(event, listener);
    mode.enter();
    input.on('data', onData);
    input.on('end', cancel);
    input.on('error', fail);
    interrupted.addEventListener('abort', cancel);
    input.resume();
  });
}

// --- internal ---

/** Signals that end a process and that no other code here handles. */
const ending = ['SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGALRM', 'SIGVTALRM'];

/** The wait for further input after Enter. Terminals send the lines of a paste faster than this. */
const restMilliseconds = 50;

/** The maximum wait for the rest of an escape sequence; readline's escapeCodeTimeout. */
const keyMilliseconds = 500;

/** Switches the terminal to the mode of the prompt and back; each may be called twice. */
function terminalMode({ input, write }: PromptTerminal): { enter: () => void; leave: () => void } {
  let isRaw = false;
  const set = (raw: boolean): void => {
    if (isRaw === raw) return;
    isRaw = raw;
    // A terminal that is gone cannot be switched and does not need it.
    try {
      input.setRawMode(raw);
    } catch {
      return;
    }
    write(`\u001b[?2004${raw ? 'h' : 'l'}`);
  };
  return {
    enter: () => {
      set(true);
    },
    leave: () => {
      set(false);
    },
  };
}

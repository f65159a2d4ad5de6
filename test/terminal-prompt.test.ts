import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startSandbox, type RunningSandbox } from '../src/sandbox/index.ts';
import { run } from './helpers/run.ts';
import { onTerminal, type TerminalEnd, type TerminalStep } from './helpers/terminal.ts';

const onPty = test.skipIf(!inject('python'));

let sandbox: RunningSandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(async () => {
  await sandbox.close();
});

const asked: TerminalStep = { expect: '\u001b[?2004h' };
let names = 0;

/** Types into the prompt of `put`; how that ended, and the value that is stored then. */
async function put(
  ...steps: TerminalStep[]
): Promise<TerminalEnd & { stored: string | undefined }> {
  const name = `/shop/n${(names += 1)}`;
  const end = await onTerminal(['put', name], [asked, ...steps], sandbox.environment);
  const seen = await run(['get', name, '--reveal', '--endpoint-url', sandbox.url]);
  return { ...end, stored: seen.code === 0 ? seen.stdout : undefined };
}

/** The terminal as it was. */
const restored = { echo: true, line: true };

function expectRestored(end: TerminalEnd): void {
  expect(end).toMatchObject(restored);
  expect(end.screen.lastIndexOf('\u001b[?2004l')).toBeGreaterThan(
    end.screen.lastIndexOf('\u001b[?2004h'),
  );
}

onPty('stores what was typed, and shows nothing of it', async () => {
  const end = await put({ send: 'pä😀s\tw\r' });
  expect(end).toMatchObject({ code: 0, stored: 'pä😀s\tw' });
  expect(end.screen).not.toContain('s\tw');
  expectRestored(end);
});

onPty.each<[string, TerminalStep[], string]>([
  [
    'arrows, mouse events, replies of the terminal, Ctrl-Z and history keys are no text',
    [
      { send: 'a\u001bOA\u001b[B\u001bOD\u001b[1;5C\u001b[3~b\u001a\u0010\u000e' },
      { send: '\u001b[M !!\u001b[<0;10;20M\u001b[<0;10;20mc' },
      { send: '\u001b]11;rgb:0000/0000/0000\u0007\u001b]52;c;eHl6\u001b\\\u001bP1+r544e\u001b\\d' },
      { send: '\u001b[?62;1c\u001b[12;40R\u001b[Ie\r' },
    ],
    'abcde',
  ],
  [
    'sequences that arrive byte by byte are no text',
    Array.from('a\u001bOA\u001b[1;5Db\u001b]11;rgb:00\u001b\\c\r').flatMap(
      (send): TerminalStep[] => [{ send }, { settle: true }],
    ),
    'abc',
  ],
  ['Ctrl-W deletes a word', [{ send: 'one two three  \u0017four\r' }], 'one two four'],
  ['Ctrl-U deletes all', [{ send: 'wrong\u0015right\r' }], 'right'],
  ['Backspace deletes a character', [{ send: 'a€😀\u007f\u0008b\r' }], 'ab'],
  [
    'a paste keeps its newlines',
    [
      { send: '\u001b[200~line1\rline2\r\nline3\n\u001b[20' },
      { settle: true },
      { send: '1~' },
      { settle: true },
      { send: '\r' },
    ],
    'line1\nline2\nline3\n',
  ],
])('%s', async (_what, steps, stored) => {
  const end = await put(...steps);
  expect(end).toMatchObject({ code: 0, stored });
  expectRestored(end);
});

onPty('text that is not UTF-8 is refused', async () => {
  const end = await put({ send: Buffer.from('päss\r', 'latin1') });
  expect(end).toMatchObject({ code: 2, stored: undefined });
  expect(end.screen).toContain('the terminal sent text that is not UTF-8');
  expectRestored(end);
});

onPty(
  'several lines without the marks of a paste are refused, and none reaches the shell',
  async () => {
    const end = await put({ send: 'line1\r' }, { settle: true }, { send: 'line2\rline3\r' });
    expect(end).toMatchObject({ code: 2, stored: undefined });
    expect(end.screen).toContain('the value has several lines');
    expectRestored(end);
  },
);

onPty.each([
  ['Ctrl-C', '\u0003'],
  ['Ctrl-\\', '\u001c'],
  ['Ctrl-D', '\u0004'],
])('%s cancels', async (_key, send) => {
  const end = await put({ send });
  expect(end).toMatchObject({ code: 130, stored: undefined });
  expect(end.screen).toContain('cancelled; nothing was stored');
  expectRestored(end);
});

onPty.each([
  ['SIGHUP', 1],
  ['SIGQUIT', 3],
  ['SIGUSR2', 12],
])('%s ends the program and leaves the terminal as it was', async (_name, signal) => {
  const end = await put({ send: 'secret' }, { settle: true }, { signal });
  expect(end).toMatchObject({ code: null, signal, stored: undefined });
  expectRestored(end);
});

onPty.each([
  ['SIGINT', 2],
  ['SIGTERM', 15],
])('%s interrupts and leaves the terminal as it was', async (_name, signal) => {
  const end = await put({ send: 'secret' }, { settle: true }, { signal });
  expect(end).toMatchObject({ code: 130, signal: null, stored: undefined });
  expect(end.screen).toContain('nothing was stored');
  expectRestored(end);
});

onPty('a stop and a continuation leave the prompt as it was', async () => {
  const end = await put(
    { send: 'a' },
    { settle: true },
    { signal: 20 },
    { signal: 18 },
    { expect: 'value for' },
    { send: 'b\r' },
  );
  expect(end).toMatchObject({ code: 0, stored: 'ab' });
  expect(end.screen).not.toMatch(/\): \S*b/);
  expectRestored(end);
});

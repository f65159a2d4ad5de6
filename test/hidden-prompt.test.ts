import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { askHidden } from '../src/hidden-prompt.ts';
import { createKeyReader } from '../src/prompt-keys.ts';

/** A terminal on which somebody types; what is on its screen, and its mode. */
class Keyboard extends EventEmitter {
  raw: boolean[] = [];
  screen = '';
  setRawMode(raw: boolean): void {
    this.raw.push(raw);
  }
  resume(): void {
    this.emit('resumed');
  }
  pause(): void {
    this.emit('paused');
  }
}

async function type(...pieces: (string | Buffer)[]) {
  const keyboard = new Keyboard();
  const answer = askHidden('value', {
    input: keyboard,
    write: (text) => (keyboard.screen += text),
    process: Object.assign(new EventEmitter(), { pid: 0, kill: () => true }),
    interrupted: new AbortController().signal,
  });
  for (const piece of pieces) keyboard.emit('data', Buffer.from(piece as string));
  return { answer: await answer, keyboard };
}

test.each<[string, string[], unknown]>([
  ['a line', ['hunter2\r'], { text: 'hunter2' }],
  ['key by key', ['a', 'b', '\r'], { text: 'ab' }],
  ['corrected', ['ab\u007fc\r'], { text: 'ac' }],
  ['corrected by a whole character', ['a😀\u007f\r'], { text: 'a' }],
  ['started over', ['wrong\u0015right\r'], { text: 'right' }],
  ['with arrows and other keys left out', ['a\u001b[Db\u001b[3~\r'], { text: 'ab' }],
  ['with a tab', ['a\tb\r'], { text: 'a\tb' }],
  ['in pieces of a sequence', ['a\u001b', 'O', 'Ab\u001b[1', ';5', 'D\r'], { text: 'ab' }],
  ['with Alt and a character left out', ['a\u001bx\u001béb\r'], { text: 'ab' }],
  ['with function keys of the Linux console left out', ['\u001b[[Aa\r'], { text: 'a' }],
  ['ended while a reply is under way', ['a\u001b]11;rgb\r'], { text: 'a' }],
  ['a word deleted', ['one two \u0017\r'], { text: 'one ' }],
  ['cancelled by Ctrl-\\', ['secret\u001c'], { cancelled: true }],
  ['with Ctrl-Z left out, which would wake the shell', ['a\u001ab\r'], { text: 'ab' }],
  ['empty', ['\r'], { text: '' }],
  ['cancelled by Ctrl-C', ['secret\u0003'], { cancelled: true }],
  ['cancelled by Ctrl-D on an empty line', ['\u0004'], { cancelled: true }],
  [
    'pasted with its newlines',
    ['\u001b[200~line1\rline2\n\u001b[201~', '\r'],
    { text: 'line1\nline2\n' },
  ],
  ['several lines without the marks of a paste', ['line1\nline2\n'], { severalLines: true }],
])('%s', async (_what, pieces, expected) => {
  const { answer, keyboard } = await type(...pieces);
  expect(answer).toEqual(expected);
  expect(keyboard.raw).toEqual([true, false]);
  expect(keyboard.listenerCount('data')).toBe(0);
});

test('shows nothing of what is typed', async () => {
  const { keyboard } = await type('hunter2\r');
  expect(keyboard.screen).toBe('value: \u001b[?2004h\u001b[?2004l\n');
});

test('puts a character together that comes in two pieces', async () => {
  const euro = Buffer.from('€');
  const { answer } = await type(euro.subarray(0, 1), euro.subarray(1), '\r');
  expect(answer).toEqual({ text: '€' });
});

test('refuses bytes that are not UTF-8', async () => {
  const { answer } = await type(Buffer.from('p\u00e4ss\r', 'latin1'));
  expect(answer).toEqual({ notUtf8: true });
});

test('takes several lines in several reads for what they are', async () => {
  const { answer } = await type('line1\r', 'line2\r');
  expect(answer).toEqual({ severalLines: true });
});

test('a key of its own, as Escape is, swallows nothing that is typed later', () => {
  const reader = createKeyReader();
  reader.feed(Buffer.from('a\u001b'));
  reader.settle();
  expect(reader.feed(Buffer.from('b\r'))).toEqual({ text: 'ab' });
});

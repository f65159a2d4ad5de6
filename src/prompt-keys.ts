/** The user's answer. */
export type Answer =
  | { text: string }
  | { cancelled: true }
  /** Several lines came without bracketed paste marks. */
  | { severalLines: true }
  /** The terminal sent bytes that are not UTF-8. */
  | { notUtf8: true };

/** Reads the bytes of a terminal as a typed or pasted line. */
export interface KeyReader {
  /** Processes the next bytes; returns the answer once the line is complete. */
  feed(bytes: Uint8Array): Answer | undefined;
  /**
   * Call it after a pause in the input: the start of an escape sequence was then a key of its own.
   */
  settle(): void;
}

/**
 * Creates a reader. Enter answers; Ctrl-C, Ctrl-\ and, on an empty line, Ctrl-D cancel. Backspace
 * deletes a character, Ctrl-W a word, Ctrl-U everything. A bracketed paste is kept whole, including
 * newlines. Tab is text. Other keys, mouse events and replies of the terminal (ECMA-48; xterm's
 * "Control Sequences") are skipped, even if split across reads.
 */
export function createKeyReader(): KeyReader {
  let text: number[] = [];
  let pasted: number[] | undefined;
  let state: State = ground;

  const answer = (): Answer => {
    try {
      return {
        text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes(text)),
      };
    } catch {
      return { notUtf8: true };
    }
  };
  const press = (byte: number): Answer | undefined => {
    if (byte === enter || byte === newline) return answer();
    if (byte === ctrl('C') || byte === ctrl('\\')) return { cancelled: true };
    if (byte === ctrl('D') && text.length === 0) return { cancelled: true };
    if (byte === backspace || byte === ctrl('H')) deleteCharacter(text);
    else if (byte === ctrl('W')) deleteWord(text);
    else if (byte === ctrl('U')) text = [];
    else if (byte === tab || byte >= space) text.push(byte);
    return undefined;
  };
  /** Text up to the end mark, which may be split across reads. */
  const paste = (all: number[], byte: number): void => {
    all.push(byte);
    if (!pasteEnd.every((one, at) => all[all.length - pasteEnd.length + at] === one)) return;
    text.push(...withNewlines(all.slice(0, -pasteEnd.length)));
    pasted = undefined;
  };

  return {
    feed(read) {
      for (const [index, byte] of read.entries()) {
        if (pasted) {
          paste(pasted, byte);
          continue;
        }
        const { next, key, isPaste } = step(state, byte);
        state = next;
        if (isPaste) pasted = [];
        const done = key ? press(byte) : undefined;
        if (done === undefined) continue;
        const more = 'text' in done && read.subarray(index + 1).some((one) => !isLineEnd(one));
        return more ? { severalLines: true } : done;
      }
      return undefined;
    },
    settle() {
      state = ground;
    },
  };
}

/** Whether a byte ends a line. */
export function isLineEnd(byte: number): boolean {
  return byte === enter || byte === newline;
}

// --- internal ---

/** The part of an escape sequence read so far. */
interface State {
  in: 'ground' | 'escape' | 'character' | 'control' | 'ss3' | 'string' | 'skip';
  /** The parameters of a control sequence. */
  parameters?: string;
  /** The number of bytes that still belong to it. */
  left?: number;
}

interface Step {
  next: State;
  /** The byte is not part of a sequence. */
  key?: boolean;
  /** A paste begins. */
  isPaste?: boolean;
}

const ground: State = { in: 'ground' };

const [enter, newline, tab, bell, escape, space, backspace] = [13, 10, 9, 7, 27, 32, 127];
const pasteEnd = Array.from('\u001b[201~', (character) => character.charCodeAt(0));

function ctrl(letter: string): number {
  return letter.charCodeAt(0) & 31;
}

function step(state: State, byte: number): Step {
  if (byte === escape) return { next: { in: 'escape' } };
  // A string may end with a bell; any other control character is a key that ends the sequence.
  if (byte < space && !(state.in === 'string' && byte === bell)) return { next: ground, key: true };
  const character = String.fromCharCode(byte);
  switch (state.in) {
    case 'ground':
      return { next: ground, key: true };
    case 'escape':
      if (character === '[') return { next: { in: 'control', parameters: '' } };
      if (character === 'O') return { next: { in: 'ss3' } };
      if (']PX^_'.includes(character)) return { next: { in: 'string' } };
      // Alt and a character: the first byte of UTF-8 determines how many follow.
      return skip(byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : byte >= 0xc0 ? 1 : 0);
    case 'control':
      return control(state.parameters ?? '', character);
    case 'ss3':
      return /[0-9;]/.test(character) ? { next: state } : { next: ground };
    case 'string':
      return byte === bell ? { next: ground } : { next: state };
    default:
      return skip((state.left ?? 1) - 1);
  }
}

/** Any byte of a control sequence except the first. */
function control(parameters: string, character: string): Step {
  const isFinal = /[@-~]/.test(character);
  // rxvt ends some keys with "$".
  if (character === '$' && /^\d+$/.test(parameters)) return { next: ground };
  if (!isFinal) return { next: { in: 'control', parameters: parameters + character } };
  if (character === '~' && parameters === '200') return { next: ground, isPaste: true };
  if (parameters !== '') return { next: ground };
  // The mouse of old terminals: 3 bytes follow. The function keys of the Linux console: 1 byte.
  if (character === 'M') return skip(3);
  return character === '[' ? skip(1) : { next: ground };
}

function skip(left: number): Step {
  return { next: left > 0 ? { in: 'skip', left } : ground };
}

function bytes(text: readonly number[]): Uint8Array {
  return Uint8Array.from(text);
}

/** Terminals send the newlines of a paste as Enter. */
function withNewlines(pasted: readonly number[]): number[] {
  return pasted
    .filter((byte, at) => byte !== newline || pasted[at - 1] !== enter)
    .map((byte) => (byte === enter ? newline : byte));
}

/** Each character has exactly one byte that is not a continuation byte (UTF-8). */
function deleteCharacter(text: number[]): void {
  let last = text.pop();
  while (last !== undefined && (last & 0xc0) === 0x80) last = text.pop();
}

function deleteWord(text: number[]): void {
  const isSpace = (byte: number | undefined): boolean =>
    byte === space || byte === tab || byte === newline;
  while (text.length > 0 && isSpace(text.at(-1))) text.pop();
  while (text.length > 0 && !isSpace(text.at(-1))) text.pop();
}

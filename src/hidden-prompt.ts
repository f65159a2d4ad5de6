/** The part of a terminal's input that the prompt needs. */
export interface KeyInput {
  setRawMode(raw: boolean): unknown;
  on(event: 'data', listener: (data: Buffer) => void): unknown;
  off(event: 'data', listener: (data: Buffer) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

/** How the user answered. */
export type Answer = { text: string } | { cancelled: true } | { severalLines: true };

/**
 * Asks for a line that is not shown. Ctrl-C and Ctrl-D on an empty line cancel, Ctrl-U starts over,
 * Ctrl-Z does nothing: a shell in the foreground would get what is typed next. A bracketed paste is
 * taken whole, with its newlines; several lines that come otherwise are refused, not cut.
 * Prompt libraries that we looked at stop at the first newline and hand Ctrl-Z to the shell.
 */
export function askHidden(
  question: string,
  input: KeyInput,
  write: (text: string) => void,
): Promise<Answer> {
  write(`${question}: ${pasteMode(true)}`);
  input.setRawMode(true);
  input.resume();
  return new Promise((resolve) => {
    let text = '';
    let pasting = false;
    const decoder = new TextDecoder();
    const done = (answer: Answer): void => {
      input.off('data', onData);
      input.setRawMode(false);
      input.pause();
      write(`${pasteMode(false)}\n`);
      resolve(answer);
    };
    const onData = (data: Buffer): void => {
      const keys = decoder.decode(data, { stream: true }).match(keyPattern) ?? [];
      for (const [index, key] of keys.entries()) {
        if (key === pasteStart || key === pasteEnd) {
          pasting = key === pasteStart;
        } else if (pasting) {
          text += key === '\r' ? '\n' : key;
        } else if (key === '\r' || key === '\n') {
          const more = keys.slice(index + 1).some((later) => !/^[\r\n]$/.test(later));
          done(more ? { severalLines: true } : { text });
          return;
        } else if (key === '\u0003' || (key === '\u0004' && text === '')) {
          done({ cancelled: true });
          return;
        } else if (key === '\u007f' || key === '\b') {
          text = text.replace(/[\s\S]$/u, '');
        } else if (key === '\u0015') {
          text = '';
        } else if (isText(key)) {
          text += key;
        }
      }
    };
    input.on('data', onData);
  });
}

// --- internal ---

const pasteStart = '\u001b[200~';
const pasteEnd = '\u001b[201~';

/** An escape sequence counts as one key; everything else is a character. */
// eslint-disable-next-line no-control-regex
const keyPattern = /\u001b\[[0-9;]*[A-Za-z~]|\u001b[^[]?|[\s\S]/gu;

function pasteMode(on: boolean): string {
  return `\u001b[?2004${on ? 'h' : 'l'}`;
}

/** Control characters and escape sequences are no part of a typed value. */
function isText(key: string): boolean {
  return key >= ' ' && !key.startsWith('\u001b');
}

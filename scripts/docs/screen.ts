// A terminal's screen as lines of styled text: as much of one as the program's output needs.

/** Text of one style: the numbers of its SGR sequence that are in force, e.g. `[1, 32]`. */
export interface Span {
  text: string;
  style: readonly number[];
}

/** Lines of the screen, from the top. */
export type Screen = readonly (readonly Span[])[];

/** Makes a screen of so many columns that grows at the bottom. */
export function createScreen(columns: number) {
  const lines: (Cell[] | undefined)[] = [];
  let row = 0;
  let column = 0;
  let style: number[] = [];
  const lineAt = (index: number) => (lines[index] ??= []);

  const put = (char: string): void => {
    if (column === columns) {
      row += 1;
      column = 0;
    }
    const line = lineAt(row);
    while (line.length < column) line.push({ char: ' ', style: [] });
    line[column] = { char, style };
    column += 1;
  };

  const sgr = (numbers: readonly number[]): void => {
    for (const number of numbers.length === 0 ? [0] : numbers) {
      if (number === 0) style = [];
      else if (number === 22) style = style.filter((one) => one !== 1 && one !== 2);
      else if (number === 39) style = style.filter((one) => one < 30);
      else style = [...style.filter((one) => number < 30 || one < 30), number];
    }
  };

  const control = (numbers: readonly number[], letter: string): void => {
    const [count = letter === 'K' || letter === 'J' ? 0 : 1] = numbers;
    if (letter === 'A') row = Math.max(0, row - count);
    else if (letter === 'B') row += count;
    else if (letter === 'C') column = Math.min(columns, column + count);
    else if (letter === 'G') column = count - 1;
    else if (letter === 'm') sgr(numbers);
    else if (letter === 'K') {
      const line = lineAt(row);
      lines[row] = count === 0 ? line.slice(0, column) : [];
    } else if (letter === 'J') {
      lineAt(row).length = Math.min(lineAt(row).length, column);
      lines.length = row + 1;
    }
  };

  return {
    write(text: string): void {
      // eslint-disable-next-line no-control-regex
      for (const [whole, numbers, letter] of text.matchAll(/\x1b\[([\d;?]*)([A-Za-z])|[\s\S]/gu)) {
        if (letter !== undefined) {
          // Private modes hide the cursor or hold back the drawing.
          if (numbers?.startsWith('?')) continue;
          control((numbers ?? '').split(';').filter(Boolean).map(Number), letter);
        } else if (whole === '\n') {
          row += 1;
          column = 0;
        } else if (whole === '\r') column = 0;
        else put(whole);
      }
    },
    /** What is on the screen, without empty lines at its end. */
    snapshot(): Screen {
      const shown = Array.from(lines, (line) => spansOf(line ?? []));
      while (shown.at(-1)?.length === 0) shown.pop();
      return shown;
    },
  };
}

// --- internal ---

interface Cell {
  char: string;
  style: readonly number[];
}

function spansOf(line: readonly Cell[]): Span[] {
  const spans: Span[] = [];
  for (const { char, style } of line) {
    const last = spans.at(-1);
    if (last?.style.join() === style.join()) last.text += char;
    else spans.push({ text: char, style });
  }
  return spans;
}

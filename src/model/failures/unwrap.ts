/** A text with joined lines. */
export interface Unwrapped {
  text: string;
  /**
   * Offsets in `text` where lines ended: a word there may be part of a longer one, or two words.
   */
  seams: readonly number[];
}

/**
 * Joins the lines of a text that was wrapped between or inside words (as terminals do). If most
 * lines have the same length, they count as filled to the last column and are joined directly,
 * otherwise with a space. This is a guess, so each position is recorded, except after a space at
 * the end of a line.
 */
export function unwrap(lines: readonly string[]): Unwrapped {
  const [first = '', ...others] = lines;
  const indent = others.reduce((least, line) => Math.min(least, line.search(/\S|$/)), Infinity);
  const all = [first.trimStart(), ...others.map((line) => line.slice(indent))];
  const lengths = all.slice(0, -1).map(({ length }) => length);
  const width = lengths.reduce((most, length) => Math.max(most, length), 0);
  const filled = lengths.filter((length) => length === width).length;
  const isFilled = filled >= 2 && filled * 2 >= lengths.length;
  const seams: number[] = [];
  const text = all.reduce((before, line, index) => {
    const last = all[index - 1] ?? '';
    if (/\s$/.test(last)) return `${before.trimEnd()} ${line.trimStart()}`;
    seams.push(before.length);
    const isSplit = isFilled && last.length === width && !/^\s/.test(line);
    return before + (isSplit ? '' : ' ') + line.trimStart();
  });
  return { text: text.trimEnd(), seams };
}

/**
 * Whether a line ended in, before or after the word from `start` to `end`; words are separated by
 * spaces.
 */
export function touchesSeam({ text, seams }: Unwrapped, start: number, end: number): boolean {
  const [from, to] = wordAround(text, start, end);
  return seams.some((seam) => seam >= from - 1 && seam <= to);
}

/** The words before and after each line end: a single word if joined without a space. */
export function wordsAtSeams({ text, seams }: Unwrapped): string[] {
  return seams.flatMap((seam) =>
    [seam, seam + 1].map((at) => text.slice(...wordAround(text, at, at))),
  );
}

// --- internal ---

function wordAround(text: string, start: number, end: number): [from: number, to: number] {
  let [from, to] = [start, end];
  while (from > 0 && /\S/.test(text.charAt(from - 1))) from -= 1;
  while (/\S/.test(text.charAt(to))) to += 1;
  return [from, to];
}

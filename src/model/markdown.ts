import { oneLine } from './printable.ts';

/**
 * A text as GitHub's Markdown shows it letter by letter, in one line: in a table too nothing of it is a
 * tag, a link, an image, a formula or the end of a cell.
 */
export function markdownText(text: string): string {
  return oneLine(text)
    .replace(/\s+/g, ' ')
    .replace(/[&<>\\`*_[\]#!|~@$]|:(?=\/\/)|(?<=\bwww)\./gi, (character) => {
      return `&#${character.charCodeAt(0)};`;
    });
}

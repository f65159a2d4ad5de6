/**
 * The texts that `/shop/{staging,prod}/db` stands for, in order, as a shell would expand them; only
 * the text itself without such a group. Groups have no groups inside. More than 100 texts are not
 * expanded.
 */
export function expandBraces(text: string): string[] {
  let texts = [''];
  for (const [piece] of text.matchAll(/\{[^{}]*\}|[^{]+|\{/g)) {
    const isGroup = piece.length > 1 && piece.startsWith('{') && piece.includes(',');
    const alternatives = isGroup ? piece.slice(1, -1).split(',') : [piece];
    texts = texts.flatMap((start) => alternatives.map((one) => start + one));
    if (texts.length > 100) return [text];
  }
  return texts;
}

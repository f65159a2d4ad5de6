/**
 * A text without those of some characters that it ends with. A regular expression such as `/:+$/` takes
 * square time where many of them stand elsewhere.
 */
export function withoutEnd(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/**
 * The region that a text means: itself where it is written as one, the nearest where a letter, a hyphen or
 * the letter of an availability zone is wrong (`eu-wst-1`, `euwest1`, `eu-west-1a`), undefined where
 * it is like none. Regions that do not exist yet are taken: only the words for directions are known.
 */
export function meantRegion(text: string): string | undefined {
  const written = text.toLowerCase().replaceAll(/[_ ]/g, '-');
  const parts = /^([a-z-]{2,40}?)-?(\d{1,2})[a-z]?$/.exec(written);
  if (!parts) return undefined;
  const [, words = '', number = ''] = parts;
  const [area = '', ...rest] = words.includes('-') ? words.split('-') : split(words);
  if (area.length < 2 || rest.length === 0) return undefined;
  const direction = rest.at(-1) ?? '';
  const region = [area, ...rest.slice(0, -1), nearest(direction) ?? direction, number].join('-');
  return /^[a-z]{2,}(-[a-z]+)+-\d+$/.test(region) ? region : undefined;
}

// --- internal ---

const directions = [
  ...['north', 'south', 'east', 'west', 'central'],
  ...['northeast', 'northwest', 'southeast', 'southwest'],
];

/** `euwest`: the area has two letters. */
function split(words: string): string[] {
  return [words.slice(0, 2), words.slice(2)].filter(Boolean);
}

/** The direction that differs in one letter, or in the order of two. */
function nearest(word: string): string | undefined {
  if (directions.includes(word)) return word;
  return directions.find((one) => isSlip(one, word));
}

/** Whether one letter is left out, added or wrong, or two neighbours are the wrong way round. */
function isSlip(right: string, written: string): boolean {
  let same = 0;
  while (same < right.length && right[same] === written[same]) same += 1;
  const [a, b] = [right.slice(same), written.slice(same)];
  return (
    a.slice(1) === b.slice(1) ||
    a.slice(1) === b ||
    a === b.slice(1) ||
    (a.length > 1 && b === a.charAt(1) + a.charAt(0) + a.slice(2))
  );
}

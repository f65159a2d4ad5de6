/** A value as a format writes it, or why the format cannot carry it. */
export type Line = { text: string } | { refused: string };

/** No environment variable holds a NUL. */
export const nul: Line = { refused: 'no environment variable holds a NUL' };

/** The way from the root of a document to one of its values: keys and indexes. */
export type TextPath = readonly (string | number)[];

/** A document that was read from a text, and where its values stand. */
export interface ReadDocument {
  value: unknown;
  /**
   * Finds where values begin in the text, in characters from 0: the value at a path, or its nearest
   * parent that exists.
   */
  positions: () => Promise<(path: TextPath) => number | undefined>;
}

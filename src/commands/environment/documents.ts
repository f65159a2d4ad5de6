/** The values, by name. */
export type ExportDocument = Record<string, string>;

/** How the values of two places, A and B, differ. */
export interface DiffDocument {
  /** Names that are only in A. */
  missing: string[];
  /** Names that are only in B. */
  extra: string[];
  /** Names whose values differ. */
  different: string[];
  /** How many values are equal. */
  equal: number;
}

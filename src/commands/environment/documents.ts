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

/** Which declared secrets are there, by environment. */
export interface CheckDocument {
  environments: CheckedEnvironmentDocument[];
  /** How many required secrets are `missing`, or have `no-value` or `no-key`. */
  missing: number;
  /** How many are `empty` or of the `wrong-type`. */
  warnings: number;
  /** How many could not be checked. */
  notChecked: number;
  /** The commands that store what is missing. */
  fix: string[];
}

/** The declared secrets of an environment. */
export interface CheckedEnvironmentDocument {
  /** `default` if the file names no environments. */
  name: string;
  secrets: CheckedSecretDocument[];
  /** Secrets in the folders of the environment that no environment declares. */
  undeclared: string[];
}

/** A declared secret, and what is there of it. */
export interface CheckedSecretDocument {
  variable: string;
  /** Where it comes from in this environment. */
  reference: string;
  required: boolean;
  state:
    'ok' | 'missing' | 'no-value' | 'no-key' | 'empty' | 'wrong-type' | 'not-checked' | 'not-read';
  /** Why it is not `ok`. Absent for `ok`. */
  message?: string | undefined;
}

import type { StoredDocument, VersionId } from '../secrets/documents.ts';

/** What became of the secrets of a file. */
export interface ImportedDocument {
  /** True if nothing was written because `--dry-run` was given. */
  dryRun: boolean;
  secrets: ImportedSecretDocument[];
  /** Names of the secrets that `--prune` deleted. */
  deleted: string[];
}

/** What became of one secret of the file. */
export interface ImportedSecretDocument {
  /** The key in the file. */
  key: string;
  /** Name of the parameter or secret. */
  name: string;
  action: StoredDocument['action'] | 'failed';
  /** The version that was stored. Absent if nothing was written. */
  version?: VersionId;
  /** The version that was current before. Absent for a new secret, or if it could not be read. */
  previousVersion?: VersionId;
  /** As in `put`. Absent if the import of this secret failed. */
  compared?: boolean;
  /** Present if the import of this secret failed. */
  error?: {
    /** Name of the kind of error, as in the error document. */
    code: string;
    message: string;
  };
}

/** With `--as-json`: what became of one JSON secret and its keys. */
export interface ImportedJsonDocument extends StoredDocument {
  keys: {
    key: string;
    action: StoredDocument['action'] | 'deleted';
  }[];
}

/** What was imported: many secrets, or with `--as-json` the keys of one. */
export type ImportDocument = ImportedDocument | ImportedJsonDocument;

import type { Store } from '../../model/secrets/reference.ts';
import type { Tag, Tier } from '../../model/secrets/secret-rules.ts';
import type { SecretValue } from '../../model/secrets/secret-value.ts';

/** What to store, and under which conditions. */
export interface PutRequest {
  value: SecretValue;
  kmsKeyId?: string | undefined;
  tier?: Tier | undefined;
  description?: string | undefined;
  /** What Parameter Store checks the value for; parameters only. */
  dataType?: string | undefined;
  tags?: readonly Tag[];
  /** Write even if the stored value is equal. */
  force?: boolean;
  /** `update`: only if it exists; `create`: only if it does not. */
  only?: 'create' | 'update' | undefined;
  /** Replace a JSON object by other text, although its consumers may use its keys. */
  replaceJson?: boolean;
  /** Fail if someone else stores a value at the same time, if the store can detect it. */
  exclusive?: boolean;
  /** Cancel a scheduled deletion first. */
  restore?: boolean;
  /** Report what would be done, without doing it. */
  dryRun?: boolean;
  /**
   * Read what an update needs beside what every write needs. This is faster for an existing secret,
   * and makes a call in vain for a new one.
   */
  readsAhead?: boolean;
  /** Called with each warning, before a value is written (see `rotationWarnings`). */
  onWarning?: (text: string) => void;
}

/** What was done, or with `dryRun` would be done. */
export interface PutOutcome {
  action: 'created' | 'updated' | 'unchanged';
  store: Store;
  name: string;
  /** Undefined for a newly created parameter, because AWS does not return its ARN. */
  arn: string | undefined;
  /** Version number of a parameter, version ID of a secret; undefined if nothing was written. */
  version: number | string | undefined;
  /** The previous current version; undefined for a new secret, or if the caller may not read it. */
  previousVersion: number | string | undefined;
  /** False if the caller may not read the old value, so that it was written without comparison. */
  compared: boolean;
}

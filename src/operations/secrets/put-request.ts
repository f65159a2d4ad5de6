import type { Store } from '../../model/secrets/reference.ts';
import type { Tag, Tier } from '../../model/secrets/secret-rules.ts';
import type { SecretValue } from '../../model/secrets/secret-value.ts';

/** What is to be stored, and under which conditions. */
export interface PutRequest {
  value: SecretValue;
  kmsKeyId?: string | undefined;
  tier?: Tier | undefined;
  description?: string | undefined;
  tags?: readonly Tag[];
  /** Write even when the stored value is equal. */
  force?: boolean;
  /** `update`: only when it exists; `create`: only when it does not. */
  only?: 'create' | 'update' | undefined;
  /** Replace a JSON object by a text that is none, which takes its keys from whoever uses them. */
  replaceJson?: boolean;
  /** Lose against whoever stores a value at the same time, where the store can tell. */
  exclusive?: boolean;
  /** Take back a scheduled deletion first. */
  restore?: boolean;
  /** Find out what would be done, without doing it. */
  dryRun?: boolean;
  /** Called with what to warn of, before a value is written (see `rotationWarnings`). */
  onWarning?: (text: string) => void;
}

/** What was done, or with `dryRun` would be. */
export interface PutOutcome {
  action: 'created' | 'updated' | 'unchanged';
  store: Store;
  name: string;
  /** Undefined for a parameter just created, whose ARN AWS does not return. */
  arn: string | undefined;
  /** Number of a parameter's version, id of a secret's; undefined where nothing was written. */
  version: number | string | undefined;
  /** The version that was current before; undefined for a new secret, or one that may not be read. */
  previousVersion: number | string | undefined;
  /** False when the caller may not read the old value, so that it was written uncompared. */
  compared: boolean;
}

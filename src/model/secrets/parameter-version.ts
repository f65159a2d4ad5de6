import type { Store } from './reference.ts';

/** A reference as written, and the version or label of a parameter behind it. */
export interface WithVersion {
  ref: string;
  /** A number, or a label; undefined for the current version. */
  version: string | undefined;
}

/**
 * Splits `/a/x:3`, `ssm:x:label` and the ARN of a parameter with `:3`, as GetParameter accepts them.
 * No name of a parameter has a colon. All other texts, also those of secrets, stay as they are:
 * their versions are part of the reference. `store` is the store of a bare name.
 */
export function splitParameterVersion(written: string, store: Store | undefined): WithVersion {
  const isSecret = /^(?:sm:|arn:[^:]*:secretsmanager:)/.test(written);
  const isMarked = /^(?:ssm:|arn:)/.test(written);
  if (isSecret || (!isMarked && store === 'secrets-manager')) {
    return { ref: written, version: undefined };
  }
  const match = /^((?:arn:[^:]*:ssm:[^:]*:[^:]*:|ssm:)?[^:]+):([\w.-]{1,100})$/.exec(written);
  return { ref: match?.[1] ?? written, version: match?.[2] };
}

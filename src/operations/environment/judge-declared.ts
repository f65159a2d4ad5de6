import type { ReadSecret } from '../../aws/secrets-manager.ts';
import { CliError } from '../../errors.ts';
import { shortReference } from '../../model/environment/declared.ts';
import { whyNoKey } from '../../model/secrets/missing-key.ts';
import type { Reference, SecretReference } from '../../model/secrets/reference.ts';
import { missingVersion } from '../../model/secrets/secret-versions.ts';
import { SecretValue } from '../../model/secrets/secret-value.ts';
import { whyUnseen } from '../if-allowed.ts';
import type { Lookup } from '../secrets/look-up-secrets.ts';

/** What is there of a declared secret. */
export type DeclaredState =
  'ok' | 'missing' | 'no-value' | 'no-key' | 'empty' | 'wrong-type' | 'not-checked' | 'not-read';

/** The same, with the reason. */
export interface Judgement {
  /** `not-checked`: the caller may not look; `not-read`: it is there, and its keys were not asked for. */
  state: DeclaredState;
  /** Why it is not `ok`, as a sentence without values; undefined for `ok`. */
  message: string | undefined;
}

/** A JSON secret that was read; the error for one that may not be read; undefined for one without a value. */
export type ReadKeyed = ReadSecret | CliError | undefined;

/** Whether nothing can be injected. */
export function isAbsent({ state }: Pick<Judgement, 'state'>): boolean {
  return state === 'missing' || state === 'no-value' || state === 'no-key';
}

/**
 * What a lookup says of a declared secret. `value` is the JSON secret of a declared key, or `not-asked`
 * if it was not read.
 */
export function judgeDeclared(
  reference: Reference,
  lookup: Lookup | undefined,
  value: ReadKeyed | 'not-asked',
): Judgement {
  const name = shortReference({ ...reference, ...wholeSecret });
  const be = (state: Judgement['state'], message: string): Judgement => ({ state, message });
  if (!lookup || lookup.state === 'missing') {
    const what = reference.store === 'parameter-store' ? 'parameter' : 'secret';
    return be('missing', `there is no ${what} ${name}`);
  }
  if (lookup.state === 'unseen') return be('not-checked', whyUnseen(lookup.error));
  if (lookup.denied) return be('not-checked', whyUnseen(lookup.denied));
  if (lookup.description?.deletedAt) return be('no-value', `${name} is scheduled for deletion`);
  const { stages } = lookup.secret;
  const lacking = stages && missingVersion(reference, stages);
  if (lacking === 'value') return be('no-value', `${name} has no value`);
  if (lacking !== undefined)
    return be('no-value', `${name} has no version at the stage ${lacking}`);
  if (lookup.type === 'StringList') {
    return be('wrong-type', `${name} is a StringList: its value is one text with commas`);
  }
  if (reference.store === 'parameter-store' || reference.jsonKey === undefined) {
    return { state: 'ok', message: undefined };
  }
  const { jsonKey } = reference;
  if (value === 'not-asked') return be('not-read', `the keys of ${name} are not read`);
  if (value instanceof CliError) return be('not-checked', whyUnseen(value));
  if (!value) return be('no-value', `${name} has no value`);
  const given = value.value?.injectedKey(jsonKey) ?? 'binary';
  if (!(given instanceof SecretValue)) {
    return be('no-key', `${name} ${whyNoKey(given, jsonKey, value.value?.jsonKeys())}`);
  }
  if (given.byteLength === 0) return be('empty', `the key "${jsonKey}" of ${name} is empty`);
  if (value.value?.jsonKey(jsonKey)) return { state: 'ok', message: undefined };
  return be(
    'wrong-type',
    `the key "${jsonKey}" of ${name} is not a string: the ECS agent formats it as Go does (12345678 as 1.2345678e+07)`,
  );
}

// --- internal ---

/** What stands behind the name of a secret. */
const wholeSecret: Pick<SecretReference, 'jsonKey' | 'versionStage' | 'versionId'> = {
  jsonKey: undefined,
  versionStage: '',
  versionId: '',
};

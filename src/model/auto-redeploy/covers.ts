import { relativeName } from '../secrets/prefix.ts';
import type { Reference } from '../secrets/reference.ts';
import type { AutoRedeployOptions } from './options.ts';

/** A secret, as a reference or as it is stored. */
export type Named = Pick<Reference, 'store' | 'name'>;

/** Whether the rules of a stack match the events of a secret. */
export function covers({ prefixes, secrets }: AutoRedeployOptions, secret: Named): boolean {
  if (prefixes.length + secrets.length === 0) return true;
  const names = namesOf(secret);
  return (
    prefixes.some(
      (prefix) =>
        prefix.store === secret.store &&
        names.some((name) => relativeName(prefix, name) !== undefined),
    ) ||
    secrets.some(
      (one) => one.store === secret.store && namesOf(one).some((name) => names.includes(name)),
    )
  );
}

// --- internal ---

/** What the name can be: the name in the ARN of a secret may end in six characters of AWS's. */
function namesOf({ store, name }: Named): string[] {
  const bare = store === 'secrets-manager' ? /^(.+)-[A-Za-z0-9]{6}$/.exec(name)?.[1] : undefined;
  return bare === undefined ? [name] : [name, bare];
}

import { InvalidInput } from '../../model/problems.ts';
import { parsePrefix, type Prefix } from '../../model/secrets/prefix.ts';
import { parseReference, type SecretReference, type Store } from '../../model/secrets/reference.ts';

/** A source of named values, as users write it. */
export type Source = { written: string } & (
  | { kind: 'prefix'; prefix: Prefix }
  /** A JSON secret, by its keys; or the secrets below `prefix`, if there are any. */
  | { kind: 'secret'; reference: SecretReference; prefix: Prefix | undefined }
  /** A container of a task definition: FILE, FAMILY[:REVISION] or ARN. */
  | { kind: 'definition'; id: string }
  /** A task definition or a file of secrets; `-` for standard input. */
  | { kind: 'file'; path: string }
);

/**
 * Reads a source: /path, sm:NAME, the ARN of a secret, FAMILY[:REVISION], a file, or `-`. Both a
 * parameter path and a file path may begin with a slash; the extension distinguishes them. Throws
 * InvalidInput.
 */
export function parseSource(written: string, store: Store | undefined): Source {
  if (/^arn:[^:]*:secretsmanager:/.test(written)) {
    const reference = parseReference(written, 'secrets-manager');
    if (reference.store === 'secrets-manager' && reference.jsonKey === undefined) {
      return { written, kind: 'secret', reference, prefix: undefined };
    }
    throw new InvalidInput(`"${written}" is not a whole secret`, 'leave out what follows its ARN');
  }
  if (written.startsWith('arn:')) return { written, kind: 'definition', id: written };
  if (isFile(written)) return { written, kind: 'file', path: written };
  const isName = !/[/\\]/.test(written) && store === undefined;
  if (/^s?sm:/.test(written) || written.startsWith('/') || store === 'secrets-manager') {
    return prefixSource(written, store);
  }
  return isName || written === ''
    ? { written, kind: 'definition', id: written }
    : { written, kind: 'file', path: written };
}

/** Reads a source that is a prefix, or sm:NAME. Throws InvalidInput. */
export function prefixSource(written: string, store: Store | undefined): Source {
  const prefix = parsePrefix(written, store);
  if (prefix.store === 'parameter-store' || prefix.path === '' || written.endsWith('/')) {
    return { written, kind: 'prefix', prefix };
  }
  const reference: SecretReference = { store: 'secrets-manager', name: prefix.path };
  return { written, kind: 'secret', reference, prefix };
}

/** Whether the values of a source come from a store, where others may have chosen them. */
export function isFromStore({ kind }: Source): boolean {
  return kind === 'prefix' || kind === 'secret';
}

// --- internal ---

function isFile(written: string): boolean {
  return (
    written === '-' ||
    /^\.{1,2}[/\\]|\.(?:json|ya?ml|env|properties|tpl|j2)$/i.test(written) ||
    /(?:^|[/\\])\.env[\w.-]*$/.test(written)
  );
}

import type { DeclaredSet } from '../../model/environment/declared.ts';
import { isVersionId, type At } from '../../model/environment/version-at.ts';
import { InvalidInput } from '../../model/problems.ts';
import { splitParameterVersion } from '../../model/secrets/parameter-version.ts';
import { parsePrefix, type Prefix } from '../../model/secrets/prefix.ts';
import {
  parseReference,
  type ParameterReference,
  type SecretReference,
  type Store,
} from '../../model/secrets/reference.ts';

/** A source of named values, as users write it, and which versions of them to read. */
export type Source = { written: string; at?: At | undefined } & (
  | PrefixSource
  /** One parameter; `version` is a number or a label, undefined for the current version. */
  | { kind: 'parameter'; reference: ParameterReference; version: string | undefined }
  | SecretSource
  /** A container of a task definition: FILE, FAMILY[:REVISION] or ARN. */
  | { kind: 'definition'; id: string }
  /** A task definition or a file of secrets; `-` for standard input. */
  | { kind: 'file'; path: string }
  /** The secrets that the project file declares for an environment. */
  | { kind: 'declared'; set: DeclaredSet }
);

/** The secrets below a prefix; or the parameter of this name (`single`), if there are none. */
export interface PrefixSource {
  kind: 'prefix';
  prefix: Prefix;
  single?: ParameterReference | undefined;
}

/** A JSON secret, by its keys; or the secrets below `prefix`, if there are any. */
export interface SecretSource {
  kind: 'secret';
  reference: SecretReference;
  prefix: Prefix | undefined;
}

/**
 * Reads a source: /path[:VERSION], sm:NAME[::STAGE[:VERSION]], the ARN of a secret or parameter,
 * FAMILY[:REVISION], a file, or `-`. Both a parameter path and a file path may begin with a slash; the
 * extension distinguishes them. Throws InvalidInput.
 */
export function parseSource(written: string, store: Store | undefined): Source {
  if (/^arn:[^:]*:secretsmanager:/.test(written)) return secretSource(written, store);
  if (/^arn:[^:]*:ssm:/.test(written)) {
    const { ref, version } = splitParameterVersion(written, store);
    return parameterSource(written, ref, version);
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

/** Reads a source that is a prefix, one parameter, or sm:NAME. Throws InvalidInput. */
export function prefixSource(written: string, store: Store | undefined): Source {
  const { ref, version } = splitParameterVersion(written, store);
  if (version !== undefined && /^(?:ssm:|\/)/.test(ref)) {
    return parameterSource(written, ref, version);
  }
  const isSecret =
    written.startsWith('sm:') || (store === 'secrets-manager' && !ref.startsWith('ssm:'));
  // sm:NAME::STAGE:VERSION
  if (isSecret && /^(?:sm:)?[^:]+::/.test(written)) return secretSource(written, store);
  const prefix = parsePrefix(written, store);
  if (prefix.path === '' || written.endsWith('/')) return { written, kind: 'prefix', prefix };
  if (prefix.store === 'parameter-store') {
    const single = parseReference(prefix.path, 'parameter-store');
    return single.store === 'parameter-store'
      ? { written, kind: 'prefix', prefix, single }
      : { written, kind: 'prefix', prefix };
  }
  const reference: SecretReference = { store: 'secrets-manager', name: prefix.path };
  return { written, kind: 'secret', reference, prefix };
}

/**
 * The source with the versions of `--at`. Throws InvalidInput if it cannot be read so: it names a
 * version already, or it is a task definition or a declared set, which have values of a time only.
 */
export function sourceAt(source: Source, at: At): Source {
  const named =
    source.kind === 'parameter'
      ? source.version
      : source.kind === 'secret'
        ? (source.reference.versionId ?? source.reference.versionStage)
        : undefined;
  if (named !== undefined) {
    throw new InvalidInput(`${source.written} names a version, and so does --at`);
  }
  if (at.kind === 'time') return { ...source, at };
  if (source.kind === 'definition' || source.kind === 'declared') {
    throw noCommonVersion(source.written, at.version);
  }
  if (source.kind === 'parameter') return { ...source, version: at.version };
  if (source.kind === 'secret' && isVersionId(at.version)) {
    const reference = { ...source.reference, versionId: at.version };
    return { ...source, reference, prefix: undefined };
  }
  return { ...source, at };
}

/** The error for a version of the values of several secrets: of a task definition, or of a declared set. */
export function noCommonVersion(written: string, version: string): InvalidInput {
  return new InvalidInput(
    `--at ${version}: the secrets of ${written} have no common version`,
    'give a time or an age: --at 2h',
  );
}

/** Whether others may have chosen the names or values of a source: in a store, or in a project file. */
export function isFromStore({ kind }: Source): boolean {
  return kind === 'prefix' || kind === 'parameter' || kind === 'secret' || kind === 'declared';
}

// --- internal ---

function parameterSource(written: string, ref: string, version: string | undefined): Source {
  const reference = parseReference(ref, 'parameter-store');
  if (reference.store === 'parameter-store') {
    return { written, kind: 'parameter', reference, version };
  }
  throw new Error(`${ref} is a parameter`);
}

function secretSource(written: string, store: Store | undefined): Source {
  const reference = parseReference(written, store ?? 'secrets-manager');
  if (reference.store === 'secrets-manager' && reference.jsonKey === undefined) {
    return { written, kind: 'secret', reference, prefix: undefined };
  }
  throw new InvalidInput(`"${written}" is not a whole secret`, 'leave out its key');
}

function isFile(written: string): boolean {
  return (
    written === '-' ||
    /^\.{1,2}[/\\]|\.(?:json|ya?ml|env|properties|tpl|j2)$/i.test(written) ||
    /(?:^|[/\\])\.env[\w.-]*$/.test(written)
  );
}

import { parsePrefix, type Prefix } from '../../model/secrets/prefix.ts';
import { isDefinitionFile } from '../../operations/definitions/is-file.ts';
import type { Store } from '../../model/secrets/reference.ts';

/** A source of values: the secrets below a prefix, or a container of a task definition. */
export type Place = { kind: 'prefix'; prefix: Prefix } | { kind: 'task-definition'; id: string };

/**
 * Reads a source as users write it: /path, sm:NAME, or a task definition (FILE or FAMILY[:REV]).
 * Both a parameter path and a file path may begin with a slash; the file extension distinguishes
 * them. Throws InvalidInput.
 */
export function placeOf(text: string, store: Store | undefined): Place {
  const isName = !/^(arn:|-$|\.{1,2}[/\\])/.test(text) && !isDefinitionFile(text);
  const isPrefix = /^(ssm|sm):/.test(text) || (text.startsWith('/') && !isDefinitionFile(text));
  if (isPrefix || (store === 'secrets-manager' && isName)) {
    return { kind: 'prefix', prefix: parsePrefix(text, store) };
  }
  return { kind: 'task-definition', id: text };
}

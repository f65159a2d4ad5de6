import { UsageError } from '../../errors.ts';
import { SecretValue } from '../../model/secrets/secret-value.ts';
import { readSecretFile } from '../../operations/secrets/read-secret-file.ts';
import type { World } from '../../world.ts';
import { sourcesOf } from '../sources.ts';

/** Options that select variables by a placeholder for their value. */
interface StrictOptions {
  strictValue?: string | undefined;
  strictFile?: string | undefined;
}

/**
 * The variables whose value is a placeholder: in the current environment (`--strict-value`, as
 * `chamber exec --strict`), or in a file, where an empty value and `chamberme` count too
 * (`--strict-file`). Undefined if neither option is given. Throws UsageError if there are none.
 */
export async function placeholdersIn(
  world: World,
  { strictValue, strictFile }: StrictOptions,
): Promise<string[] | undefined> {
  if (strictValue === undefined && strictFile === undefined) return undefined;
  const here = Object.keys(world.env).filter(
    (name) => strictValue !== undefined && world.env[name] === strictValue,
  );
  const { entries } =
    strictFile === undefined
      ? { entries: [] }
      : await readSecretFile(strictFile, { empty: 'keep' }, sourcesOf(world));
  const placeholders = entries.filter(
    ({ value }) => value.byteLength === 0 || value.isStandIn() || value.equals(chambers),
  );
  const names = [...new Set([...here, ...placeholders.map(({ key }) => key)])];
  if (names.length > 0) return names;
  throw new UsageError(
    strictFile === undefined
      ? 'no variable of the environment has the value of --strict-value'
      : 'there is no placeholder in the file of --strict-file',
  );
}

// --- internal ---

/** The default of chamber's `--strict-value`. */
const chambers = new SecretValue('chamberme');

import type { Aws } from '../../aws/index.ts';
import { CliError } from '../../errors.ts';
import { plaintextIn, type PlaintextFinding } from '../../model/definitions/plaintext-findings.ts';
import { isAtLeast } from '../../model/secrets/plaintext-secrets.ts';
import { referenceBelow, type Prefix } from '../../model/secrets/prefix.ts';
import { Problems } from '../../model/problems.ts';
import { formatReference, type Reference } from '../../model/secrets/reference.ts';
import { checkValue } from '../../model/secrets/secret-rules.ts';
import { SecretValue } from '../../model/secrets/secret-value.ts';
import { withoutValue } from '../../model/secrets/shown-text.ts';
import type { TaskDefinition } from '../../model/definitions/task-definition.ts';
import { readValues } from '../secrets/read-values.ts';

/** A plaintext variable that becomes a secret. */
export interface Move {
  container: string;
  /** Name of the variable. */
  name: string;
  reference: Reference;
  value: SecretValue;
  /** Why it looks like a secret; undefined for a variable named by the user. */
  kind: string | undefined;
  /** The value is already stored under that name. */
  stored: boolean;
}

/** What a migration would do. */
export interface MigrationPlan {
  moves: Move[];
  /** Secrets in places where ECS cannot inject them: commands, labels, options. */
  elsewhere: PlaintextFinding[];
}

/** What to move, and where. */
export interface MigrationChoice {
  prefix: Prefix;
  /** `[CONTAINER:]NAME` of variables to move in addition to those that are found. */
  variables: readonly string[];
  /** The same for variables to leave unchanged. */
  except: readonly string[];
}

/**
 * Finds the plaintext variables of a task definition that are secrets, and names the secret for
 * each: PREFIX/NAME, or PREFIX/CONTAINER/NAME if containers have different values under one name.
 * Reads the values stored there. Throws InvalidInput for a variable that does not exist, and
 * CliError `other-value` if a name already has another value: nothing is ever overwritten.
 */
export async function planMigration(
  aws: Aws,
  definition: TaskDefinition,
  { prefix, variables, except }: MigrationChoice,
): Promise<MigrationPlan> {
  const found = plaintextIn(definition).filter(({ confidence }) => isAtLeast(confidence, 'medium'));
  const problems = new Problems();
  const wanted = choose(definition, found, { variables, except }, problems);
  problems.throwIfAny();
  const moves = wanted.map((one): Move => {
    const same = wanted.filter(({ name }) => name === one.name);
    const differ = same.some(({ value }) => !value.equals(one.value));
    const below = differ ? `${one.container}/${one.name}` : one.name;
    const reference = problems.attempt(() => referenceBelow(prefix, below), one.name);
    problems.attempt(() => {
      checkValue(one.value, prefix.store, 'Standard');
    }, one.name);
    if (!reference) return { ...one, reference: referenceBelow(prefix, 'x'), stored: false };
    return { ...one, reference, stored: false };
  });
  problems.throwIfAny();
  return {
    moves: await withStored(aws, prefix, moves),
    elsewhere: found.filter(({ placeKind }) => placeKind !== 'environment'),
  };
}

// --- internal ---

type Chosen = Omit<Move, 'reference' | 'stored'>;

function choose(
  { containerDefinitions }: TaskDefinition,
  found: readonly PlaintextFinding[],
  { variables, except }: Pick<MigrationChoice, 'variables' | 'except'>,
  problems: Problems,
): Chosen[] {
  const all = containerDefinitions.flatMap(({ name: container, environment }) =>
    (environment ?? []).map(({ name, value = '' }) => ({ container, name, value })),
  );
  const means = (written: string, one: { container: string; name: string }): boolean =>
    written === one.name || written === `${one.container}:${one.name}`;
  for (const written of [...variables, ...except]) {
    if (!all.some((one) => means(written, one))) {
      problems.add(`there is no plain variable ${withoutValue(written)}`);
    }
  }
  return all.flatMap(({ container, name, value }): Chosen[] => {
    const one = { container, name };
    const finding = found.find(
      (other) =>
        other.placeKind === 'environment' && other.container === container && other.name === name,
    );
    const named = variables.some((written) => means(written, one));
    if ((!finding && !named) || except.some((written) => means(written, one))) return [];
    return [{ ...one, value: new SecretValue(value), kind: finding?.kind }];
  });
}

async function withStored(aws: Aws, { store }: Prefix, moves: readonly Move[]): Promise<Move[]> {
  const names = moves.map(({ reference }) => reference.name);
  // An unreadable secret may not exist: the migration then creates it, or fails if it exists.
  const { found } = await readValues(aws, store, names);
  const taken: string[] = [];
  const result = moves.map((move) => {
    const stored = found.get(move.reference.name);
    if (!stored) return move;
    if (stored.value?.equals(move.value)) return { ...move, stored: true };
    taken.push(
      `${formatReference(move.reference)} already exists with a different value than ${move.name}`,
    );
    return move;
  });
  if (taken.length > 0) {
    throw new CliError('other-value', [...new Set(taken)].join('\n'), {
      hint: 'nothing was stored; choose another --prefix, or leave the variable out with --except',
    });
  }
  return result;
}

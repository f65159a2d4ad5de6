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

/** A plain variable that becomes a secret. */
export interface Move {
  container: string;
  /** Name of the variable. */
  name: string;
  reference: Reference;
  value: SecretValue;
  /** Why it is taken for a secret; undefined for one that the user named. */
  kind: string | undefined;
  /** The value is stored under that name already. */
  stored: boolean;
}

/** What a migration would do. */
export interface MigrationPlan {
  moves: Move[];
  /** Secrets in places that ECS cannot inject into: commands, labels, options. */
  elsewhere: PlaintextFinding[];
}

/** What is to be moved where. */
export interface MigrationChoice {
  prefix: Prefix;
  /** `[CONTAINER:]NAME` of variables to move besides those that are found. */
  variables: readonly string[];
  /** The same of those to leave. */
  except: readonly string[];
}

/**
 * Finds the plain variables of a task definition that are secrets, and names the secret that each
 * becomes: PREFIX/NAME, or PREFIX/CONTAINER/NAME where containers have other values under one name.
 * Reads what is stored there. Throws InvalidInput for a variable that is not there, CliError
 * `other-value` for a name that is taken by another value: nothing is ever overwritten.
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
  // What may not be read may not be there: it is created then, or fails for being there.
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

import { Option } from '@commander-js/extra-typings';
import { fromEnv, type Context } from '../../cli.ts';
import { UsageError } from '../../errors.ts';
import { declaredSets, type DeclaredSet } from '../../model/environment/declared.ts';
import { withoutValue } from '../../model/secrets/shown-text.ts';

/** The option that chooses an environment of the project file. */
export function environmentOption(description: string) {
  return fromEnv(new Option('--environment <environment>', description));
}

/** All environments of the project file, with their secrets. Throws UsageError if it declares none. */
export function allDeclared({
  project,
}: Pick<Context, 'project'>): [DeclaredSet, ...DeclaredSet[]] {
  const [first, ...others] = project ? declaredSets(project.members) : [];
  if (first) return [first, ...others];
  throw project
    ? new UsageError(
        `${project.path} declares no secrets`,
        'add the member "secrets": { "DB_PASSWORD": "/shop/{env}/db-password" }',
      )
    : new UsageError(
        'there is no .ecs-secrets.json that declares secrets',
        'ecs-secrets init writes one; its member "secrets" declares them',
      );
}

/** The environment of a name. Throws UsageError for one that is not declared. */
export function namedSet(sets: readonly DeclaredSet[], name: string): DeclaredSet {
  const found = sets.find(({ environment }) => environment === name);
  if (found) return found;
  throw new UsageError(
    `the environment "${withoutValue(name)}" is not declared`,
    `declared: ${namesOf(sets)} (--environment, ECS_SECRETS_ENVIRONMENT)`,
  );
}

/**
 * The one environment that a command is for: the named one, or the only one. Throws UsageError if
 * several are declared and none is named.
 */
export function chosenSet(
  context: Pick<Context, 'project'>,
  name: string | undefined,
): DeclaredSet {
  const sets = allDeclared(context);
  if (name !== undefined) return namedSet(sets, name);
  if (sets.length === 1) return sets[0];
  throw new UsageError(
    'several environments are declared, and none is named',
    `name one of ${namesOf(sets)} with --environment or ECS_SECRETS_ENVIRONMENT`,
  );
}

/** Throws UsageError for `--environment` on the command line without the option that it is for. */
export function refuseUnused(
  { fromEnvironment }: Pick<Context, 'fromEnvironment'>,
  name: string | undefined,
  option: string,
): void {
  if (name !== undefined && !fromEnvironment.has('environment')) {
    throw new UsageError(`--environment requires ${option}`);
  }
}

// --- internal ---

function namesOf(sets: readonly DeclaredSet[]): string {
  return sets.map(({ environment }) => environment).join(', ');
}

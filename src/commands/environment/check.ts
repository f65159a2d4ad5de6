import { defineCommand, repeatable, type Context, type Result } from '../../cli.ts';
import { CliError, exitCodes } from '../../errors.ts';
import type { Checked } from '../../model/checked.ts';
import { fillingCommands } from '../../model/environment/filling-commands.ts';
import { onlyEnvironment } from '../../model/environment/declared.ts';
import { someKeys } from '../../model/secrets/missing-key.ts';
import {
  checkDeclared,
  type CheckedSecret,
  type CheckedSet,
} from '../../operations/environment/check-declared.ts';
import { withJunit } from '../junit.ts';
import { reachingSame } from '../reaching-same.ts';
import { withWide } from '../table.ts';
import { checkedOf, documentOf, statusOf, textOf } from './check-result.ts';
import { allDeclared, environmentOption, namedSet } from './declared-options.ts';
import type { CheckDocument } from './documents.ts';

const command = defineCommand({
  declare: (command) =>
    withWide(
      command
        .addOption(
          environmentOption('only this environment (repeatable; default: all)').argParser(
            repeatable,
          ),
        )
        .option('--no-read-values', 'read no JSON secrets: their keys are not checked')
        .option('--strict', 'exit with 3 for warnings as well'),
    ).addHelpText(
      'after',
      `
Checks that the secrets declared in .ecs-secrets.json exist in each environment, and prints the commands
that store what is missing. Reads metadata, and the value of a JSON secret only where a key of it is
declared; prints no values. Empty values and values of the wrong type are warnings, a missing optional
secret is not a problem, and secrets in the folders of an environment that nobody declared are a note.
Exit code 3 when a required secret is missing, 1 when one could not be checked.

Examples:
  $ ecs-secrets check
  $ ecs-secrets check --environment prod --strict
  $ ecs-secrets check --json`,
    ),

  async run(context, _args, options): Promise<Result<CheckDocument>> {
    const { aws, world, report, fromEnvironment } = context;
    const all = allDeclared(context);
    const { environment: names = [], readValues } = options;
    const named = names.map((name) => namedSet(all, name));
    const sets = named.length === 0 ? all : all.filter((set) => named.includes(set));
    if (fromEnvironment.has('environment') && sets.length < all.length) {
      report.note(`only ${names.join(', ')} is checked (ECS_SECRETS_ENVIRONMENT)`);
    }
    const found = await checkDeclared(aws, sets, { readsValue: () => readValues, lists: true });
    for (const set of found) await tellMore(context, set);
    const secrets = found.flatMap((set) => set.secrets);
    const of = (status: Checked['status']): CheckedSecret[] =>
      secrets.filter((one) => statusOf(one) === status);
    const missing = of('problem');
    const warnings = of('warning');
    const fix = fillingCommands(missing.map(({ reference }) => reference)).map(
      reachingSame(context),
    );
    const unseen = unseenIn(found);
    const isFinding = missing.length > 0 || (options.strict === true && warnings.length > 0);
    if (isFinding) for (const line of unseen) report.warn(line);
    return {
      data: {
        environments: found.map(documentOf),
        missing: missing.length,
        warnings: warnings.length,
        notChecked: secrets.filter(({ state }) => state === 'not-checked').length,
        fix,
      },
      tabs: true,
      text: textOf(found, fix, { output: world.stdout, wide: options.wide }),
      checked: found.flatMap((set) => checkedOf(set, context.project?.path)),
      failure: isFinding || unseen.length === 0 ? undefined : notChecked(unseen),
      exitCode: isFinding ? exitCodes.findings : exitCodes.done,
    };
  },
});

/** `check`: whether the secrets that a project declares are there in each environment. */
export const check = withJunit('check', command);

// --- internal ---

/** Prints what is no finding: undeclared secrets, and where nothing was found at all. */
async function tellMore({ aws, report }: Context, set: CheckedSet): Promise<void> {
  const { secrets, undeclared, unlisted } = set;
  const where = inEnvironment(set);
  for (const line of unlisted) report.note(line);
  if (undeclared.length > 0) {
    report.note(`not declared${where}: ${someKeys(undeclared)}`);
  }
  if (secrets.length === 0 || secrets.some(({ state }) => state !== 'missing')) return;
  // A caller without permission for STS still gets the result.
  const at = await aws.caller().catch(() => undefined);
  if (!at) return;
  report.note(
    `none of the secrets${where} is in account ${at.account}, region ${at.region}; --profile and --region choose others`,
  );
}

/** Sentences about required secrets that could not be checked, one for each environment and reason. */
function unseenIn(found: readonly CheckedSet[]): string[] {
  return found.flatMap((set) => {
    const unseen = set.secrets.filter(({ state, required }) => required && state === 'not-checked');
    const reasons = [...new Set(unseen.map(({ message = '' }) => message))];
    return reasons.map((reason) => {
      const own = unseen.filter(({ message }) => message === reason);
      return `not checked${inEnvironment(set)}: ${someKeys(own.map(({ variable }) => variable))}: ${reason}`;
    });
  });
}

function inEnvironment({ environment }: CheckedSet): string {
  return environment === onlyEnvironment ? '' : ` in ${environment}`;
}

function notChecked(lines: readonly string[]): CliError {
  return new CliError('not-checked', lines.join('\n'), {
    hint: 'use credentials that can look at them; --environment checks only some environments',
  });
}

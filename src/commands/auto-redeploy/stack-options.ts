import { Option, type Command, type OptionValues } from '@commander-js/extra-typings';
import { fromEnv, repeatable, type Context } from '../../cli.ts';
import { CliError } from '../../errors.ts';
import {
  defaultStackName,
  servicesIn,
  type AutoRedeployOptions,
} from '../../model/auto-redeploy/options.ts';
import { stackLimits } from '../../model/auto-redeploy/stack-limits.ts';
import { autoRedeployStack, type Template } from '../../model/auto-redeploy/stack.ts';
import { parseDuration } from '../../model/duration.ts';
import { Problems } from '../../model/problems.ts';
import { parsePrefix } from '../../model/secrets/prefix.ts';
import type { Store } from '../../model/secrets/reference.ts';
import { withoutValue } from '../../model/secrets/shown-text.ts';
import { servicesUsing } from '../../operations/auto-redeploy/services-using.ts';
import { withProgress } from '../progress.ts';
import { referenceArgument } from '../reference-argument.ts';
import { storeOption } from '../secrets/store-option.ts';
import { wholeNumber } from '../usage/service-options.ts';

/** Adds the options that say what a stack is to do. */
export function withStackOptions<Args extends unknown[], Opts extends OptionValues>(
  command: Command<Args, Opts>,
) {
  return withStackName(command)
    .option('--prefix <prefix>', 'only secrets below this path (repeatable)', repeatable)
    .option('--secret <ref>', 'only this secret (repeatable)', repeatable)
    .addOption(storeOption())
    .addOption(
      fromEnv(
        new Option('--cluster <cluster>', 'only this cluster, by name or ARN (repeatable)'),
      ).argParser(repeatable),
    )
    .option('--window <duration>', 'collect changes for this time before redeploying', '60s')
    .option('--reconcile <duration>', 'look for missed changes at this interval (default: never)')
    .option('--rollback', 'make the previous value of a secret current if deployments fail')
    .option('--max-failures <n>', 'with --rollback: failed deployments to accept', '0')
    .option('--distributed', 'use a Distributed Map: for more than 1,000 services')
    .addOption(
      new Option(
        '--services-from <source>',
        'write the services that use the secrets into the stack: for more than 10,000 services',
      ).choices(['where-used'] as const),
    )
    .option('--email <address>', 'send reports to this address');
}

/** Adds `--name`, which every subcommand has. */
export function withStackName<Args extends unknown[], Opts extends OptionValues>(
  command: Command<Args, Opts>,
) {
  return command.option('--name <name>', 'name of the stack', defaultStackName);
}

/** What commander gives for the options of `withStackOptions`. */
export interface StackOptionValues {
  name: string;
  prefix?: string[] | undefined;
  secret?: string[] | undefined;
  store?: Store | undefined;
  cluster?: string[] | undefined;
  window: string;
  reconcile?: string | undefined;
  rollback?: true | undefined;
  maxFailures: string;
  distributed?: true | undefined;
  servicesFrom?: 'where-used' | undefined;
  email?: string | undefined;
}

/**
 * Reads the options of a stack. `services` is undefined, also with `--services-from`: finding them takes
 * calls. Throws InvalidInput with all problems.
 */
export function readStackOptions(options: StackOptionValues): AutoRedeployOptions {
  const problems = new Problems();
  const seconds = (option: string, text: string, least: number, most: number): number => {
    const read = problems.attempt(() => parseDuration(text), option);
    const value = Math.round((read ?? 0) / 1000);
    if (read !== undefined && (value < least || value > most)) {
      problems.add(`${option}: "${text}" is not between ${least} s and ${most} s`);
    }
    return value;
  };
  if (!/^[A-Za-z][A-Za-z0-9-]{0,39}$/.test(options.name)) {
    problems.add(
      `--name: "${withoutValue(options.name)}" is not a name of at most 40 letters, digits and hyphens that starts with a letter`,
    );
  }
  if (options.email !== undefined && !/^[^\s@]+@[^\s@]+$/.test(options.email)) {
    problems.add(`--email: "${withoutValue(options.email)}" is not an address`);
  }
  const read: AutoRedeployOptions = {
    name: options.name,
    prefixes: (options.prefix ?? []).flatMap(
      (text) => problems.attempt(() => parsePrefix(text, options.store), '--prefix') ?? [],
    ),
    secrets: (options.secret ?? []).flatMap(
      (text) => problems.attempt(() => referenceArgument(text, options.store), '--secret') ?? [],
    ),
    clusters: options.cluster ?? [],
    window: seconds('--window', options.window, 1, 3600),
    reconcile:
      options.reconcile === undefined
        ? undefined
        : seconds('--reconcile', options.reconcile, 300, 86_400),
    rollback: options.rollback ?? false,
    maxFailures: wholeNumber('--max-failures', options.maxFailures, 0, problems),
    distributed: options.distributed ?? false,
    email: options.email,
  };
  problems.throwIfAny();
  return read;
}

/**
 * The stack that the options describe, with the services of `--services-from`. Throws InvalidInput if it
 * exceeds a limit of AWS, and CliError `no-services` if nothing uses the secrets: the stack would never do
 * anything.
 */
export async function describedStack(
  context: Context,
  options: StackOptionValues,
): Promise<Template> {
  const template = autoRedeployStack(await fullOptions(context, options));
  const problems = new Problems();
  for (const limit of stackLimits(template)) problems.add(limit);
  problems.throwIfAny();
  return template;
}

// --- internal ---

/** An inline Map takes about 11 of the 25,000 events of an execution for each service. */
const mostInline = 1_000;

async function fullOptions(
  context: Context,
  options: StackOptionValues,
): Promise<AutoRedeployOptions> {
  const read = readStackOptions(options);
  if (options.servicesFrom === undefined) return read;
  const { services, unchecked } = await withProgress(context, (onProgress) =>
    servicesUsing(context.aws, read, onProgress),
  );
  for (const what of unchecked) context.report.warn(`not checked: ${what}`);
  const count = servicesIn(services);
  if (count === 0) {
    throw new CliError('no-services', 'no service uses these secrets', {
      hint: 'omit --services-from: the stack then searches for services at each change',
    });
  }
  return { ...read, services, distributed: read.distributed || count > mostInline };
}

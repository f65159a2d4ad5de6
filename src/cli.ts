import {
  Option,
  type Command,
  type CommandUnknownOpts,
  type OptionValues,
} from '@commander-js/extra-typings';
import type { Aws } from './aws/index.ts';
import { UsageError, type CliError } from './errors.ts';
import { globalGroup } from './help.ts';
import type { Checked } from './model/checked.ts';
import { oneLine } from './model/printable.ts';
import type { ProjectFile } from './project.ts';
import type { World } from './world.ts';

/** What a command body gets: the world, AWS, and a reporter for messages while it works. */
export interface Context {
  world: World;
  aws: Aws;
  report: Reporter;
  globals: GlobalOptions;
  /** Options set by the environment or a file: attribute name (`cluster`) to variable or file. */
  fromEnvironment: ReadonlyMap<string, string>;
  /** The project file; undefined without one. */
  project: ProjectFile | undefined;
  /** How many of the words are after `--`; undefined without it. */
  afterDashes: number | undefined;
}

/** What a command body returns. The caller prints it. */
export interface Result<Data = unknown> {
  /** The single document of `--json`: a type from the command's `documents.ts`. */
  data: Data;
  /** The same for people; empty to print nothing. */
  text: string;
  /** The same in Markdown, for the summary of a GitHub Actions step. */
  summary?: string;
  /** The checks, one by one; used as the summary if `summary` is unset. */
  checked?: readonly Checked[];
  /** The same as a SARIF log, for the action. */
  sarif?: object;
  /** Set if the command prints a result and still fails. */
  failure?: CliError | undefined;
  /** The text is a value: it is written unchanged, without a trailing newline. */
  exact?: boolean;
  /**
   * The text contains tables: cells are `oneLine`, and the tabs between them are column separators.
   */
  tabs?: boolean;
  /** A nonzero exit code that is not our failure (that of a child process). */
  exitCode?: number;
}

/** Reports to the user on stderr while a command works; silent with `--quiet`. */
export interface Reporter {
  /** Useful information. */
  note(text: string): void;
  /** A warning, shown with `--quiet` too. */
  warn(text: string): void;
  /**
   * An event: one line, printed above the live lines on a terminal. `tabs`: it is a line of a table,
   * whose tabs separate columns.
   */
  event(text: string, options?: { tabs?: boolean }): void;
  /** Whether `live` shows anything. */
  isLive: boolean;
  /** Shows live lines on a terminal and redraws them every second. */
  live(draw: () => readonly string[]): void;
  /** Removes the live lines. */
  clearLive(): void;
  /** Leaves the live lines on the screen and stops redrawing them. */
  endLive(): void;
}

/** A subcommand: its declaration and its body. Created with `defineCommand`. */
export interface CommandDefinition {
  /** The body handles an interrupt itself; otherwise the first interrupt ends the command. */
  handlesInterrupt?: boolean;
  /** The project file is not read. */
  ignoresProject?: boolean;
  /**
   * The name that `policy caller --for` uses with these options; default: the name of the command.
   */
  callerPolicy?(options: OptionValues): string | undefined;
  declare(command: CommandUnknownOpts): CommandUnknownOpts;
  run(context: Context, args: readonly unknown[], options: OptionValues): Promise<Result>;
}

/**
 * Combines the commander declaration of a subcommand with its body, which gets typed arguments and
 * options. The body returns its result and never prints.
 */
export function defineCommand<Args extends unknown[], Opts extends OptionValues>(definition: {
  handlesInterrupt?: boolean;
  ignoresProject?: boolean;
  callerPolicy?: (options: OptionValues) => string | undefined;
  declare: (command: Command) => Command<Args, Opts>;
  run: (context: Context, args: Args, options: Opts) => Promise<Result>;
}): CommandDefinition {
  return definition;
}

/** Options of every command, given before or after the subcommand. */
export interface GlobalOptions {
  region?: string;
  profile?: string;
  endpointUrl?: string;
  assumeRole?: string;
  externalId?: string;
  roleSessionName?: string;
  mfaCode?: string;
  account?: string;
  requestTimeout?: string;
  retries?: string;
  json?: boolean;
  quiet?: boolean;
  debug?: boolean;
  yes?: boolean;
  config?: string | false;
}

/** Adds the global options to a command, in their own section of its help. */
export function addGlobalOptions(command: CommandUnknownOpts): void {
  command.optionsGroup(globalGroup);
  const options = [
    fromEnv(
      new Option('--region <region>', 'AWS region (default: from the environment or the profile)'),
    ),
    fromEnv(new Option('--profile <name>', 'profile of the AWS configuration files')),
    fromEnv(new Option('--endpoint-url <url>', 'send all calls to this address')),
    fromEnv(new Option('--assume-role <arn>', 'assume this role, after that of the profile')),
    fromEnv(new Option('--external-id <id>', 'external ID for --assume-role')),
    fromEnv(new Option('--role-session-name <name>', 'session name for --assume-role')),
    new Option('--mfa-code <code>', 'code of the MFA device that the profile names'),
    fromEnv(new Option('--account <id>', 'refuse to run in another AWS account')),
    fromEnv(
      new Option('--request-timeout <duration>', 'time limit for one AWS call (default: 30s)'),
    ),
    fromEnv(new Option('--retries <n>', 'retries of one AWS call (default: 4; if throttled, 11)')),
    fromEnv(
      new Option(
        '--config <file>',
        'file of options (default: .ecs-secrets.json of the repository)',
      ),
    ),
    new Option('--no-config', 'read no file of options'),
    fromEnv(new Option('--json', 'print the result as one JSON document')),
    fromEnv(new Option('--quiet', 'no notes and no progress on stderr')),
    new Option('--debug', 'list the AWS calls (never values), show stack traces'),
    new Option('-y, --yes', 'answer yes to every question'),
    new Option('--no-color', 'print no colors (as with NO_COLOR; FORCE_COLOR=1 forces them)'),
  ];
  for (const option of options) command.addOption(option);
}

const variables = new WeakMap<object, string>();

/**
 * Lets `ECS_SECRETS_<OPTION>` set an option too, for settings that CI sets once. Commander's `env`
 * would read the environment of the process instead of that of the world.
 */
export function fromEnv<O extends { name(): string; description: string }>(option: O): O {
  const variable = `ECS_SECRETS_${option.name().toUpperCase().replaceAll('-', '_')}`;
  variables.set(option, variable);
  option.description += ` [${variable}]`;
  return option;
}

/**
 * Sets options missing on the command line from the environment. Call it after parsing. Returns the
 * variable of each option that it set, by attribute name.
 */
export function completeFromEnv(
  command: CommandUnknownOpts,
  env: World['env'],
): ReadonlyMap<string, string> {
  const set = new Map<string, string>();
  for (const option of command.options) {
    const variable = variables.get(option) ?? '';
    const text = env[variable];
    if (!text || command.getOptionValueSource(option.attributeName()) === 'cli') continue;
    let value: unknown = text;
    if (option.isBoolean()) {
      value = !/^(0|false|no)$/i.test(text);
    } else if (option.parseArg) {
      value = option.parseArg<unknown>(text, undefined);
    }
    command.setOptionValueWithSource(option.attributeName(), value, 'env');
    set.set(option.attributeName(), variable);
  }
  return set;
}

/** Whether the environment, or the member of the same name in a project file, may set an option. */
export function isFromEnv(option: object): boolean {
  return variables.has(option);
}

/** The members of a project file that may set an option or argument. */
export interface ProjectSource {
  /** The first one present in the file is used. */
  members: readonly string[];
  /** Options and arguments that keep it unset if they are given. */
  unless: readonly string[];
}

const projectSources = new WeakMap<object, ProjectSource>();

/** Lets members of the project file (`.ecs-secrets.json`) set an option or argument too. */
export function fromProject<O extends object>(
  option: O,
  members: readonly string[],
  unless: readonly string[] = [],
): O {
  projectSources.set(option, { members, unless });
  return option;
}

/** The source that `fromProject` recorded for an option or argument. */
export function projectSourceOf(option: object): ProjectSource | undefined {
  return projectSources.get(option);
}

/** Parser for an option that may be given several times. */
export function repeatable(value: string, previous: string[] | undefined): string[] {
  return [...(previous ?? []), value];
}

/**
 * Makes options that take one value fail if they are given twice; commander would use the last
 * value. Call it after all options of the command are declared. The error is a UsageError.
 */
export function refuseRepeats(command: CommandUnknownOpts): void {
  for (const option of command.options.filter(takesOneValue)) {
    let given = false;
    command.on(`option:${option.name()}`, () => {
      if (given) throw givenTwice(option);
      given = true;
    });
  }
}

/**
 * The global options given before and after the subcommand. Throws UsageError if an option that
 * takes a value is given in both places.
 */
export function globalOptions(command: CommandUnknownOpts): GlobalOptions {
  const own: Record<string, unknown> = command.opts();
  const typed = command.options.filter((option) => isTyped(command, option));
  const before: CommandUnknownOpts[] = [];
  for (let one = command.parent; one; one = one.parent) before.push(one);
  const twice = typed.find(
    (option) => takesOneValue(option) && before.some((one) => isTyped(one, option)),
  );
  if (twice) throw givenTwice(twice);
  return {
    ...own,
    ...(command.parent ? globalOptions(command.parent) : {}),
    ...Object.fromEntries(
      typed.map((option) => [option.attributeName(), own[option.attributeName()]]),
    ),
  };
}

/** Creates the reporter for a run. */
export function createReporter({ stderr, env }: World, { quiet = false }: GlobalOptions): Reporter {
  const { style } = stderr;
  const say = (text: string): void => {
    if (!quiet) stderr.write(`${oneLine(text)}\n`);
  };
  const isLive = stderr.isTTY && !env.CI && !quiet;
  return {
    note: (text) => {
      say(`${style.dim('note:')} ${text}`);
    },
    warn: (text) => {
      stderr.write(`${style.yellow('warning:')} ${oneLine(text)}\n`);
    },
    event: (text, { tabs = false } = {}) => {
      if (tabs && !quiet) stderr.write(`${text.split('\t').map(oneLine).join('\t')}\n`, { tabs });
      else say(text);
    },
    isLive,
    live: (draw) => {
      if (isLive) stderr.showLive(draw);
    },
    clearLive: () => {
      if (isLive) stderr.clearLive();
    },
    endLive: () => {
      if (isLive) stderr.endLive();
    },
  };
}

/** Whether the command can ask a question (a terminal on stdin and stderr, and no CI). */
export function canAsk({ stdin, stderr, env }: World): boolean {
  return stdin.isTTY && stderr.isTTY && !env.CI;
}

// --- internal ---

type AnyOption = CommandUnknownOpts['options'][number];

function takesOneValue({ required, optional, variadic, parseArg }: AnyOption): boolean {
  return (required || optional) && !variadic && parseArg !== repeatable;
}

/** Whether the command line set the option of this command. */
function isTyped(command: CommandUnknownOpts, option: AnyOption): boolean {
  return command.getOptionValueSource(option.attributeName()) === 'cli';
}

function givenTwice({ long }: AnyOption): UsageError {
  return new UsageError(`${long ?? ''} is given twice`, 'give it once');
}

import { Command, CommanderError, type CommandUnknownOpts } from '@commander-js/extra-typings';
import packageJson from '../package.json' with { type: 'json' };
import {
  addGlobalOptions,
  completeFromEnv,
  globalOptions,
  refuseRepeats,
  type CommandDefinition,
  type GlobalOptions,
} from './cli.ts';
import { commands, type CommandGroup, type CommandEntry } from './commands/index.ts';
import { UsageError } from './errors.ts';
import { helpLayout } from './help.ts';
import { refuseSwallowed } from './option-values.ts';
import { readProject, type ProjectFile } from './project.ts';
import { allowOpen, completeFromProject } from './project-options.ts';
import type { World } from './world.ts';
import type { Called } from './wrong-usage.ts';

/** Runs the selected command. */
export type Run = (
  definition: CommandDefinition,
  /** How the command is called, e.g. `role create`. */
  path: string,
  given: {
    globals: GlobalOptions;
    args: unknown[];
    options: Record<string, unknown>;
    fromEnvironment: ReadonlyMap<string, string>;
    project: ProjectFile | undefined;
  },
) => Promise<void>;

/** The code of the error that ends parsing at --licenses, like commander's own for --version. */
export const licensesAsked = 'ecs-secrets.licenses';

/**
 * Declares the program, its global options and its commands. Records the called command in
 * `called`.
 */
export function buildProgram(world: World, called: Called, run: Run): CommandUnknownOpts {
  const program = new Command('ecs-secrets')
    .description(packageJson.description)
    .version(packageJson.version, '-V, --version', 'print the version')
    .option('--licenses', 'print the licenses of the bundled packages')
    .on('option:licenses', () => {
      throw new CommanderError(0, licensesAsked, '');
    })
    .addHelpText('after', programExamples);
  setUp(program, world);
  // Each subcommand also accepts the global options, so both positions work.
  program.enablePositionalOptions();
  addGlobalOptions(program);
  refuseRepeats(program);
  refuseSwallowed(program);
  addCommands(program, commands, { world, called, run });
  return program;
}

/**
 * The command whose page `help COMMAND`, or `role help COMMAND`, prints: `role create`. Undefined
 * for all other words.
 */
export function helpOf([first = '', second, ...more]: readonly string[]): string | undefined {
  const isHelp = first === 'help';
  const [name = '', ...rest] = isHelp ? [second, ...more] : [first, ...more];
  const entry = commands.find(
    (one) => one.name === name || ('aliases' in one && one.aliases?.includes(name)),
  );
  if (!entry || (!isHelp && second !== 'help')) return undefined;
  if (!('commands' in entry)) return isHelp && rest.length === 0 ? entry.name : undefined;
  const own = entry.commands.find((one) => one.name === rest[0]);
  return own && rest.length === 1 ? `${entry.name} ${own.name}` : undefined;
}

/**
 * `help X` means `X --help`, `role help X` means `role X --help`, and `version` means `--version`.
 */
export function asOptions(argv: readonly string[]): string[] {
  const [first, second, ...rest] = argv;
  if (first === undefined) return ['--help'];
  if (first === 'help') return withHelp(argv.slice(1));
  if (first === 'version' && second === undefined) return ['--version'];
  const isGroup = commands.some((entry) => entry.name === first && 'commands' in entry);
  return isGroup && second === 'help' ? withHelp([first, ...rest]) : [...argv];
}

// --- internal ---

/** The words with `--help`, or without it if they are no command: the parser then says so. */
function withHelp(words: readonly string[]): string[] {
  const [name, second] = words.filter((word) => !word.startsWith('-'));
  const entry = commands.find((one) => one.name === name || aliasesOf(one).includes(name ?? ''));
  const inGroup = entry && 'commands' in entry ? entry.commands : undefined;
  const isCommand =
    inGroup && second !== undefined ? inGroup.some((one) => one.name === second) : entry;
  return name === undefined || isCommand ? [...words, '--help'] : [...words];
}

function aliasesOf(entry: CommandEntry | CommandGroup): readonly string[] {
  return 'aliases' in entry ? (entry.aliases ?? []) : [];
}

/**
 * Declares the subcommands by name. Arguments and options are loaded only for the command that
 * runs.
 */
function addCommands(
  parent: CommandUnknownOpts,
  entries: readonly (CommandEntry | CommandGroup)[],
  setting: { world: World; called: Called; run: Run },
): void {
  const { world, called, run } = setting;
  for (const entry of entries) {
    const command = parent.command(entry.name).description(entry.summary);
    setUp(command, world);
    if ('group' in entry) command.helpGroup(`${entry.group}:`);
    const path = parent.parent ? [parent.name(), entry.name] : [entry.name];
    parent.hook('preSubcommand', (_parent, chosen) => {
      if (chosen === command) Object.assign(called, { path, command });
    });
    if ('commands' in entry) {
      command.exitOverride((error) => {
        if (error.code !== 'commander.help') throw error;
        const words = `ecs-secrets ${entry.name}`;
        throw new UsageError(`${entry.name} needs a command`, `${words} --help lists them`);
      });
      addCommands(command, entry.commands, setting);
      continue;
    }
    command.aliases(entry.aliases ?? []);
    parent.hook('preSubcommand', async (_parent, chosen) => {
      if (chosen !== command) return;
      const definition = await entry.load();
      definition.declare(command);
      addGlobalOptions(command);
      refuseRepeats(command);
      refuseSwallowed(command);
      allowOpen(command);
      command.action(async (...all: unknown[]) => {
        const fromEnvironment = new Map(completeFromEnv(command, world.env));
        const args = command.registeredArguments.map((_, index) => all[index]);
        const { config } = globalOptions(command);
        const project = definition.ignoresProject ? undefined : await readProject(world, config);
        const set = completeFromProject(command, args, project, world.env);
        for (const name of set) fromEnvironment.set(name, project?.path ?? '');
        return run(definition, path.join(' '), {
          globals: globalOptions(command),
          args,
          options: command.opts(),
          fromEnvironment,
          project,
        });
      });
    });
  }
}

const programExamples = `Examples:
  $ printf %s "$DB_PASSWORD" | ecs-secrets put /shop/prod/db-password
  $ ecs-secrets role create shop-execution --task-definition web.json
  $ ecs-secrets register web.json --secret DB_PASSWORD=/shop/prod/db-password
  $ ecs-secrets rotate /shop/prod/db-password --generate 40 --redeploy`;

function setUp(command: CommandUnknownOpts, { stdout }: World): void {
  command
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .configureHelp(helpLayout)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        stdout.write(text);
      },
      // printError prints errors, so commander must not.
      writeErr: () => undefined,
      getOutHasColors: () => false,
    });
}

// The declarations of all commands, read the way the program reads them.
import { Command, type CommandUnknownOpts, type Option } from '@commander-js/extra-typings';
import { addGlobalOptions } from '../cli.ts';
import { commands, type CommandEntry } from '../commands/index.ts';

/** A command as its page describes it. */
export interface Declared {
  /** As it is called: `role create`. */
  name: string;
  summary: string;
  /** Its arguments: `[options] <ref>`. */
  usage: string;
  arguments: readonly { name: string; description: string }[];
  /** Its options by the heading that they have in the help. */
  options: ReadonlyMap<string, readonly Option[]>;
  /** Paragraphs of the help. */
  notes: readonly string[];
  /** Command lines. */
  examples: readonly string[];
}

/** All commands, or those of these names (`role create`), in the order of the help. */
export async function declaredCommands(
  wanted: (name: string) => boolean = () => true,
): Promise<Declared[]> {
  const entries = commands.flatMap((entry) =>
    'commands' in entry
      ? entry.commands.map((one) => ({ ...one, name: `${entry.name} ${one.name}` }))
      : [entry],
  );
  return Promise.all(entries.filter(({ name }) => wanted(name)).map(declared));
}

/** The options of every command. */
export function globalOptions(): readonly Option[] {
  const command: CommandUnknownOpts = new Command('ecs-secrets');
  addGlobalOptions(command);
  return command.options.filter(({ hidden }) => !hidden);
}

// --- internal ---

async function declared({ name, summary, load }: CommandEntry): Promise<Declared> {
  const command: CommandUnknownOpts = new Command(name);
  (await load()).declare(command);
  const options = new Map<string, Option[]>();
  for (const option of command.options.filter(({ hidden }) => !hidden)) {
    const heading = (option.helpGroupHeading ?? 'Options:').replace(/:$/, '');
    options.set(heading, [...(options.get(heading) ?? []), option]);
  }
  return {
    name,
    summary,
    usage: command.usage(),
    arguments: command.registeredArguments.map((argument) => ({
      name: argument.name(),
      description: argument.description,
    })),
    options,
    ...ownText(command),
  };
}

/** What `addHelpText` added: its paragraphs, and the examples among them. */
function ownText(command: CommandUnknownOpts): Pick<Declared, 'notes' | 'examples'> {
  let help = '';
  command.configureOutput({
    writeOut: (text) => {
      help += text;
    },
  });
  command.outputHelp();
  const paragraphs = help
    .replace(command.helpInformation(), '\n\n')
    .split(/\n{2,}/)
    .map((text) => text.trimEnd().replace(/^\n+/, ''))
    .filter(Boolean);
  const isExample = (line: string): boolean => /^\s*\$ /.test(line);
  return {
    notes: paragraphs.filter((text) => !text.split('\n').some(isExample)),
    examples: paragraphs
      .flatMap((text) => text.split('\n'))
      .filter(isExample)
      .map((line) => line.replace(/^\s*\$ /, '')),
  };
}

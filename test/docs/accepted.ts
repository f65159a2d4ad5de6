import { Command, CommanderError, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { addGlobalOptions } from '../../src/cli.ts';
import { commands } from '../../src/commands/index.ts';
import { allowOpen } from '../../src/project-options.ts';

/** What the parser says against a command line; undefined for nothing. */
export async function refusal(
  [first = '', ...rest]: readonly string[],
  { inProject = false }: { inProject?: boolean } = {},
): Promise<string | undefined> {
  if (first.startsWith('-')) return undefined;
  const found = commands.find(({ name }) => name === first);
  const group = found && 'commands' in found ? found.commands : undefined;
  const entry = group ? group.find(({ name }) => name === rest[0]) : found;
  if (!entry || 'commands' in entry) return 'unknown command';
  const command: CommandUnknownOpts = new Command(entry.name);
  (await entry.load()).declare(command);
  addGlobalOptions(command);
  if (inProject) allowOpen(command);
  command.exitOverride().configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
  try {
    command.parse(group ? rest.slice(1) : rest, { from: 'user' });
    return undefined;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? undefined : error.message;
  }
}

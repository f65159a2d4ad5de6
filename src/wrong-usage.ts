import { CommanderError, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { commands } from './commands/index.ts';
import { UsageError } from './errors.ts';
import {
  aboutMoreArguments,
  groupHints,
  meantCommand,
  meantOption,
  neededOptions,
} from './guesses.ts';

/** The called command: its path (`['role', 'create']`) and its declaration. */
export interface Called {
  path: readonly string[];
  command: CommandUnknownOpts | undefined;
}

/**
 * Converts commander's errors to ours, suggesting the command that was probably meant. Returns any
 * other error unchanged. In an unknown option, the text after "=" or after a single letter may be
 * secret.
 */
export function wrongUsage(error: unknown, { path, command }: Called): unknown {
  if (!(error instanceof CommanderError)) return error;
  const [first = '', suggestion = ''] = error.message
    .replace(/^error: /, '')
    .replace(/^(unknown option '--[^'=]*)=[\s\S]*'/, "$1'")
    .replace(/^(unknown option '-[^'-])[\s\S]*'/, "$1'")
    .replace(/^((?:unknown command|option '.*' argument) '[^'=]*=)[\s\S]*'/, "$1…'")
    .split('\n');
  const written = path.join(' ');
  const quoted = /'([^']*)'/.exec(first)?.[1] ?? '';
  const page = `see ${['ecs-secrets', ...path].join(' ')} --help`;
  const similar = /^\(Did you mean (.*)\?\)$/.exec(suggestion)?.[1];
  const near = similar === undefined ? undefined : `did you mean ${withoutAliases(similar)}?`;
  if (error.code === 'commander.excessArguments') {
    return new UsageError(takes(written, command), aboutMoreArguments(written) ?? page);
  }
  if (error.code === 'commander.unknownCommand') {
    const meant = meantCommand(written, quoted);
    const hint = meant === undefined ? near : `did you mean ${[...path, meant].join(' ')}?`;
    return new UsageError(first, join(hint ?? groupHints[written], page));
  }
  if (error.code === 'commander.unknownOption') {
    const has = (option: string): boolean => isOptionOf(command, option);
    return new UsageError(first, join(meantOption(written, quoted, has) ?? near, page));
  }
  if (error.code === 'commander.missingMandatoryOptionValue') {
    return new UsageError(first, neededOptions[written] ?? page);
  }
  return new UsageError(first, join(near, page));
}

// --- internal ---

function join(hint: string | undefined, page: string): string {
  if (hint === undefined) return page;
  return `${hint}${hint.endsWith('?') ? ' ' : '; '}${page}`;
}

/** The plain names of `one of list, ls`, which commander suggests. */
function withoutAliases(similar: string): string {
  const aliases = commands.flatMap((one) => ('commands' in one ? [] : (one.aliases ?? [])));
  const names = similar.replace(/^one of /, '').split(', ');
  const own = names.filter((name) => !aliases.includes(name));
  return (own.length > 0 ? own : names).join(' or ');
}

/** How many arguments a command takes, in words. */
function takes(written: string, command: CommandUnknownOpts | undefined): string {
  const names = (command?.registeredArguments ?? []).map((one) => one.name().toUpperCase());
  if (names.length === 0) return `${written} takes no arguments`;
  const number = names.length === 1 ? 'one argument' : `${names.length} arguments`;
  return `${written} takes ${number} (${names.join(' ')})`;
}

function isOptionOf(command: CommandUnknownOpts | undefined, option: string): boolean {
  return command?.options.some(({ long, hidden }) => long === option && !hidden) ?? false;
}

import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { UsageError } from './errors.ts';

/**
 * Makes an option that needs a value fail if the next word is an option of the command, or `--`;
 * commander would use that word as the value. A value after "=" is accepted unchanged. An option
 * with an optional value does not consume a reference. Call it after all options of the command are
 * declared. The error is a UsageError.
 */
export function refuseSwallowed(command: CommandUnknownOpts): void {
  const parse = command.parseOptions.bind(command);
  command.parseOptions = (words) => parse(separated(command, checked(command, words)));
}

// --- internal ---

type AnyOption = CommandUnknownOpts['options'][number];

function checked(command: CommandUnknownOpts, words: string[]): string[] {
  const names = optionNames(command);
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    // The words after a subcommand belong to that subcommand.
    if (word === '--' || (command.commands.length > 0 && !word.startsWith('-'))) return words;
    const option = command.options.find((one) => one.required && flags(one).includes(word));
    if (!option) continue;
    at++;
    const next = words[at]?.replace(/=[^]*$/, '') ?? '';
    if (next !== '--' && !names.has(next)) continue;
    const what = next === '--' ? 'ends the options' : 'is an option itself';
    throw new UsageError(
      `${word} needs a value, but ${next} ${what}`,
      `add the value; if the value itself begins with "-", write ${option.long ?? word}=VALUE`,
    );
  }
  return words;
}

/** An option with an optional value (`--generate`) leaves a following reference to the command. */
function separated(command: CommandUnknownOpts, words: readonly string[]): string[] {
  const end = words.includes('--') ? words.indexOf('--') : words.length;
  return words.map((word, at) => {
    const option = command.options.find((one) => one.optional && flags(one).includes(word));
    if (!option || at >= end || !/^(\/|s?sm:|arn:)/.test(words[at + 1] ?? '')) return word;
    return `${word}=${String(option.presetArg)}`;
  });
}

function optionNames(command: CommandUnknownOpts): ReadonlySet<string> {
  const names = ['-h', '--help'];
  for (let one: CommandUnknownOpts | null = command; one; one = one.parent) {
    names.push(...one.options.flatMap(flags));
  }
  return new Set(names);
}

function flags({ short, long }: AnyOption): string[] {
  return [short, long].filter((flag) => flag !== undefined);
}

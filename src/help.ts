import type { EventEmitter } from 'node:events';
import type { CommandUnknownOpts, Help, HelpConfiguration } from '@commander-js/extra-typings';

/** The group of the options that every command takes. */
export const globalGroup = 'Global options:';

/**
 * The layout of every help page: at most 80 columns, examples first. The global options take one
 * line, except on the page of the program. A command declares its examples and notes as one text
 * (`addHelpText('after', …)`): the lines after "Examples:" are commands.
 */
export const helpLayout: HelpConfiguration = { helpWidth: 80, formatHelp };

/** Terms with their meanings, in two columns under a heading. */
export function list(heading: string, items: readonly (readonly [string, string])[]): string {
  if (items.length === 0) return '';
  const short = items.map(([term]) => term.length).filter((length) => length <= longestTerm);
  const column = Math.max(...short, 10) + 4;
  const lines = items.flatMap(([term, description]) => {
    const [first = '', ...more] = wrapped(description, width - column);
    const indented = more.map((line) => ' '.repeat(column) + line);
    return term.length + 4 > column
      ? [`  ${term}`, ' '.repeat(column) + first, ...indented]
      : [`  ${term}`.padEnd(column) + first, ...indented];
  });
  return [heading, ...lines].join('\n');
}

/** A text wrapped at 80 columns. */
export function filled(text: string): string {
  return wrapped(text, width).join('\n');
}

// --- internal ---

const width = 80;
/** A longer term gets its own line. */
const longestTerm = 24;

function formatHelp(command: CommandUnknownOpts, helper: Help): string {
  const [notes = '', examples = ''] = takeTexts(command).split('Examples:\n');
  const isProgram = command.parent === null;
  const options = helper.visibleOptions(command).filter(({ long }) => long !== '--help');
  const optionGroups = helper.groupItems(
    options,
    options,
    ({ helpGroupHeading }) => helpGroupHeading ?? 'Options:',
  );
  if (!isProgram) optionGroups.delete(globalGroup);
  const sections = [
    `Usage: ${helper.commandUsage(command).replace(/\|\w+/, '')}`,
    filled(sentence(helper.commandDescription(command))),
    examples && `Examples:\n${examples.trimEnd().split('\n').map(continued).join('\n')}`,
    list(
      'Arguments:',
      helper
        .visibleArguments(command)
        .map((one) => [helper.argumentTerm(one), helper.argumentDescription(one)]),
    ),
    ...commandLists(command),
    ...[...optionGroups].map(([heading, group]) =>
      list(
        heading,
        group.map((one) => [helper.optionTerm(one), helper.optionDescription(one)]),
      ),
    ),
    ...notes.split('\n\n').map((paragraph) => filled(paragraph.trim())),
    isProgram
      ? 'Details and examples of a command: ecs-secrets COMMAND --help'
      : 'Global options (--region, --profile, --json, --quiet, …): ecs-secrets --help',
  ];
  return `${sections.filter(Boolean).join('\n\n')}\n`;
}

function commandLists({ commands }: CommandUnknownOpts): string[] {
  const groups = new Map<string, [string, string][]>();
  for (const one of commands) {
    const heading = one.helpGroup() || 'Commands:';
    const term = [one.name(), ...one.aliases()].join(', ');
    groups.set(heading, [...(groups.get(heading) ?? []), [term, one.description()]]);
  }
  return [...groups].map(([heading, items]) => list(heading, items));
}

/** The texts of `addHelpText`, removed because commander would print them after ours. */
function takeTexts(command: CommandUnknownOpts): string {
  const events = command as unknown as EventEmitter;
  let text = '';
  events.emit('afterHelp', {
    error: false,
    command,
    write: (part: string) => {
      text += part;
    },
  });
  events.removeAllListeners('afterHelp');
  return text;
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return first === '' || first.endsWith('.') ? first : `${first}.`;
}

/** A text wrapped into lines of at most `most` characters. */
function wrapped(text: string, most: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= most) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else {
      lines.push(word);
    }
  }
  return lines;
}

/** Continues an example that is too long on the next line, in shell syntax. */
function continued(example: string): string {
  const lines: string[] = [];
  for (const part of example.split(/ (?=--|\| )/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + part.length <= width - 3) {
      lines[lines.length - 1] = `${last} ${part}`;
    } else {
      lines.push(last === undefined ? part : `      ${part}`);
    }
  }
  return lines.join(' \\\n');
}

import { Command, type CommandUnknownOpts, type Option } from '@commander-js/extra-typings';
import { addGlobalOptions, repeatable } from '../cli.ts';
import { commands, type CommandEntry, type CommandGroup } from '../commands/index.ts';
import { kindOf, type Kind } from './kinds.ts';

/** A word that may stand at the cursor. */
export interface Candidate {
  value: string;
  description: string;
}

/** What may stand at the cursor: words that the declarations know, or a value. */
export interface Position {
  candidates: Candidate[];
  /** The value that is being typed. */
  value?: {
    kind: Kind;
    typed: string;
    /** What stands before the value in its word: `--cluster=`. */
    before: string;
  };
  /** Values of options that are on the line, by attribute name: `region`. */
  given: ReadonlyMap<string, string>;
}

/** Where the cursor is, after these words (without the program's name) and in the word `current`. */
export async function positionOf(words: readonly string[], current: string): Promise<Position> {
  const line = createLine();
  for (const word of words) await line.read(word);
  return line.at(current);
}

// --- internal ---

type Entries = readonly (CommandEntry | CommandGroup)[];
type Declared = CommandUnknownOpts['options'][number];

function createLine() {
  const root: CommandUnknownOpts = new Command('ecs-secrets');
  addGlobalOptions(root);
  const given = new Map<string, string>();
  const used = new Set<string>();
  let command = root;
  let entries: Entries | undefined = commands;
  let isHelp = false;
  let path: string[] = [];
  let arguments_ = 0;
  let pending: Declared | undefined;
  let ended = false;
  let lost = false;

  const optionOf = (flag: string): Declared | undefined =>
    command.options.find(({ long, short }) => flag === long || flag === short);

  async function choose(word: string): Promise<void> {
    if (word === 'help' && path.length === 0) {
      isHelp = true;
      return;
    }
    const entry = entries?.find(
      (one) => one.name === word || ('aliases' in one && one.aliases?.includes(word)),
    );
    if (!entry) {
      lost = true;
      return;
    }
    path = [...path, entry.name];
    if ('commands' in entry) {
      entries = entry.commands;
      return;
    }
    entries = undefined;
    command = new Command(entry.name);
    (await entry.load()).declare(command);
    addGlobalOptions(command);
  }

  async function read(word: string): Promise<void> {
    if (pending) {
      given.set(pending.attributeName(), word);
      pending = undefined;
    } else if (ended) {
      arguments_ += 1;
    } else if (word === '--') {
      ended = true;
    } else if (word.startsWith('-')) {
      const [flag = '', ...rest] = word.split('=');
      const option = optionOf(flag);
      if (!option) return;
      used.add(option.attributeName());
      if (rest.length > 0) given.set(option.attributeName(), rest.join('='));
      else if (option.required) pending = option;
    } else if (entries) {
      await choose(word);
    } else {
      arguments_ += 1;
    }
  }

  function at(current: string): Position {
    if (lost) return { candidates: [], given };
    if (pending) return valueOf(pending, current, '');
    const [, flag = '', typed = ''] = /^(--[\w-]+)=([\s\S]*)$/.exec(current) ?? [];
    const option = ended ? undefined : optionOf(flag);
    if (option) return valueOf(option, typed, `${flag}=`);
    if (!ended && current.startsWith('-')) return { candidates: options(current), given };
    if (entries) return { candidates: named(entries, current), given };
    if (isHelp) return { candidates: [], given };
    const declared = command.registeredArguments;
    const argument = declared[arguments_] ?? declared.findLast(({ variadic }) => variadic);
    if (!argument) return { candidates: [], given };
    if (argument.argChoices) return { candidates: choices(argument.argChoices, current), given };
    const kind = kindOf(path.join(' '), argument.name(), argument.name()) ?? 'none';
    return { candidates: [], value: { kind, typed: current, before: '' }, given };
  }

  function valueOf(option: Declared, typed: string, before: string): Position {
    const { argChoices, flags } = option;
    if (argChoices) {
      const candidates = choices(argChoices, typed).map((one) => ({
        ...one,
        value: before + one.value,
      }));
      return { candidates, given };
    }
    const placeholder = /[<[]([^<[\]>]+)[\]>]/.exec(flags)?.[1] ?? '';
    const kind = kindOf(path.join(' '), placeholder, option.attributeName()) ?? 'none';
    return { candidates: [], value: { kind, typed, before }, given };
  }

  function options(current: string): Candidate[] {
    return command.options
      .filter((one: Declared) => !one.hidden && one.long?.startsWith(current))
      .filter((one: Declared) => isRepeatable(one) || !used.has(one.attributeName()))
      .map(({ long = '', description }: Option) => ({ value: long, description }))
      .concat('--help'.startsWith(current) ? helpOption : []);
  }

  function named(from: Entries, current: string): Candidate[] {
    const own = from.filter(({ name }) => name.startsWith(current));
    const found = own.map(({ name, summary }) => ({ value: name, description: summary }));
    if (path.length === 0 && !isHelp && 'help'.startsWith(current)) found.push(helpCommand);
    if (found.length > 0) return found;
    return from.flatMap((one) =>
      ('aliases' in one ? (one.aliases ?? []) : [])
        .filter((alias) => alias.startsWith(current))
        .map((alias) => ({ value: alias, description: one.summary })),
    );
  }

  return { read, at };
}

const helpCommand: Candidate = { value: 'help', description: 'print the page of a command' };
const helpOption: Candidate[] = [{ value: '--help', description: 'print this help' }];

function isRepeatable({ parseArg, variadic }: Declared): boolean {
  return variadic || parseArg === repeatable;
}

function choices(all: readonly string[], typed: string): Candidate[] {
  return all.filter((one) => one.startsWith(typed)).map((value) => ({ value, description: '' }));
}

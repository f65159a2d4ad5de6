import { readdir, readFile } from 'node:fs/promises';
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { expect, test } from 'vitest';
import { addGlobalOptions } from '../src/cli.ts';
import { commands } from '../src/commands/index.ts';
import { textsIn } from './helpers/source-texts.ts';

// Every `ecs-secrets …` in a text of the sources (help, hints, messages) is one that the parser takes. A command
// in a sentence ends at the first word that is neither an option nor a placeholder, a reference or a number.

const declared = new Map<string, CommandUnknownOpts>();
for (const entry of commands) {
  for (const one of 'commands' in entry ? entry.commands : [entry]) {
    const command = new Command();
    (await one.load()).declare(command);
    addGlobalOptions(command);
    declared.set(one === entry ? entry.name : `${entry.name} ${one.name}`, command);
  }
}

/** What is wrong with a command, undefined for nothing. */
function faultOf(written: string): string | undefined {
  const words = (written.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replace(/[),;.?]+$/, ''));
  const ends = (written.match(/'[^']*'|\S+/g) ?? []).map((word) => /[),;?]$|[^.]\.$/.test(word));
  // The program's own options, any command, and a sentence that goes on.
  const first = words[0] === 'help' ? (words[1] ?? '') : (words[0] ?? '');
  if (/^(--help|--version|--licenses|COMMAND|for)$/.test(first)) return undefined;
  const two = words.slice(0, 2).join(' ');
  const path = declared.has(two) ? two : (words[0] ?? '');
  const command = declared.get(path);
  if (!command) {
    // A group that is only named, or its help.
    const group = (words[0] ?? '').replace(/:$/, '');
    const isNamed = words.length === 1 || ends[0] === true || group !== words[0];
    return commands.some(({ name }) => name === group) && (words[1] === '--help' || isNamed)
      ? undefined
      : `there is no command ${two}`;
  }
  let given = 0;
  const options = new Set<string>();
  const start = path.split(' ').length;
  for (let at = start; at < words.length && !(ends[at - 1] ?? false); at += 1) {
    const word = words[at] ?? '';
    if (word === '--' || /^[|>`"]/.test(word)) break;
    if (word === '--help') return undefined;
    if (word.startsWith('--')) {
      const [name] = word.split('=');
      const option = command.options.find(({ long }) => long === name);
      if (!option) return `${path} has no ${word}`;
      options.add(option.long ?? '');
      const takes = option.required || (option.optional && /^\d+$/.test(words[at + 1] ?? ''));
      if (takes && !word.includes('=')) at += 1;
      continue;
    }
    const isArgument = /^(-|-y)$|^[A-Z'…]|[/:=]|\d|[*.]\w|^X/.test(word);
    if (!isArgument) break;
    given += 1;
  }
  const { registeredArguments } = command;
  const most = registeredArguments.some(({ variadic }) => variadic)
    ? Number.POSITIVE_INFINITY
    : registeredArguments.length;
  if (given > most) return `${path} takes ${most} arguments`;
  // A command that is only named ("ecs-secrets migrate moves it") is no command to run.
  if (given + options.size === 0) return undefined;
  const least = registeredArguments.filter(({ required }) => required).length;
  if (given < least && !written.includes(' -- ')) return `${path} needs ${least} arguments`;
  const missing = command.options.find(
    ({ mandatory, long }) => mandatory && !options.has(long ?? ''),
  );
  return missing && `${path} needs ${missing.long ?? ''}`;
}

// What completion prints are programs of the shells.
const files = (await readdir('src', { recursive: true })).filter(
  (name) => name.endsWith('.ts') && !name.endsWith('completion-scripts.ts'),
);
const printed = (
  await Promise.all(
    files.map(async (file) =>
      textsIn(await readFile(`src/${file}`, 'utf8')).flatMap(({ filled }) =>
        [...filled.matchAll(/ecs-secrets (?=[a-z-])([^\n]*?)(?=\n|$| ecs-secrets )/g)].map(
          (match) => ({
            file,
            written: match[1] ?? '',
          }),
        ),
      ),
    ),
  )
).flat();

test('every command that a text prints is accepted by the parser', () => {
  const faults = printed.flatMap(({ file, written }) => {
    const fault = faultOf(written);
    return fault === undefined ? [] : [`${file}: ${fault}: ecs-secrets ${written}`];
  });
  expect(faults).toEqual([]);
  expect(printed.length).toBeGreaterThan(150);
});

test('a command with an option that it does not have is found', () => {
  expect(faultOf('rotate X --tier advanced')).toBe('rotate has no --tier');
  expect(faultOf('migrate X --tier advanced; then')).toBe('migrate has no --tier');
  expect(faultOf('role make X')).toBe('there is no command role make');
  expect(faultOf('history REF REF')).toBe('history takes 1 arguments');
  expect(faultOf('migrate FAMILY moves them')).toBe('migrate needs --prefix');
  expect(faultOf('rotate --redeploy')).toBe('rotate needs 1 arguments');
  expect(faultOf('list shows what there is')).toBeUndefined();
});

import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { isFromEnv, projectSourceOf, repeatable } from './cli.ts';
import type { Project } from './model/project/project.ts';
import type { ProjectFile } from './project.ts';
import type { World } from './world.ts';

/**
 * Makes missing arguments and options valid until `completeFromProject` has run, because the
 * project file may set them. Call it after everything is declared.
 */
export function allowOpen(command: CommandUnknownOpts): void {
  Object.assign(command, {
    missingArgument: (name: string) => {
      const argument = command.registeredArguments.find((one) => one.name() === name);
      if (!argument || !projectSourceOf(argument)) checks.missingArgument.call(command, name);
    },
    missingMandatoryOptionValue: (option: AnyOption) => {
      if (!projectSourceOf(option)) checks.missingMandatoryOptionValue.call(command, option);
    },
  });
}

/**
 * Sets options missing on the command line and in the environment from the project file. `args` are
 * the values of the command's arguments; missing ones are set in place. Returns the attribute names
 * of the options that it set. Throws commander's errors for a missing required argument or option.
 */
export function completeFromProject(
  command: CommandUnknownOpts,
  args: unknown[],
  project: ProjectFile | undefined,
  env: World['env'],
): string[] {
  const members = project?.members ?? {};
  const isOpen = (name: string): boolean =>
    !['cli', 'env'].includes(command.getOptionValueSource(name) ?? '') &&
    !command.registeredArguments.some((one, at) => one.name() === name && isGiven(args[at]));
  const set: string[] = [];
  // Computed before any is set: an option set by the file must not exclude its other members.
  const open = command.options.filter((option) => {
    const name = option.attributeName();
    if (name === 'region' && (env.AWS_REGION || env.AWS_DEFAULT_REGION)) return false;
    return isOpen(name) && (projectSourceOf(option)?.unless ?? []).every(isOpen);
  });
  for (const [at, argument] of command.registeredArguments.entries()) {
    const source = projectSourceOf(argument);
    if (!source || isGiven(args[at])) continue;
    const texts = source.unless.every(isOpen) ? textsOf(members, source.members) : [];
    if (argument.variadic && texts.length > 0) args[at] = texts;
    else if (texts.length === 1) args[at] = texts[0];
    if (argument.required && !isGiven(args[at])) {
      checks.missingArgument.call(command, argument.name());
    }
  }
  for (const option of command.options) {
    const source = projectSourceOf(option);
    const name = option.attributeName();
    const names = source?.members ?? (isFromEnv(option) ? [name] : []);
    const texts = open.includes(option) ? textsOf(members, names) : [];
    const isList = option.parseArg === repeatable;
    if (texts.length > 0 && (isList || texts.length === 1)) {
      const [first = ''] = texts;
      const value = isList ? texts : (option.parseArg?.<unknown>(first, undefined) ?? first);
      command.setOptionValueWithSource(name, value, 'project');
      set.push(name);
    } else if (option.mandatory && command.getOptionValue(name) === undefined) {
      checks.missingMandatoryOptionValue.call(command, option);
    }
  }
  return set;
}

// --- internal ---

type AnyOption = CommandUnknownOpts['options'][number];

/** Commander's checks for missing arguments and options; not in its types. */
const checks = Command.prototype as unknown as {
  missingArgument(this: CommandUnknownOpts, name: string): void;
  missingMandatoryOptionValue(this: CommandUnknownOpts, option: AnyOption): void;
};

function isGiven(value: unknown): boolean {
  return value !== undefined && !(Array.isArray(value) && value.length === 0);
}

/** The texts of the first of these members that is present. */
function textsOf(members: Project, names: readonly string[]): string[] {
  const values = names.map((name) => (members as Readonly<Record<string, unknown>>)[name]);
  const value = values.find(isGiven);
  return value === undefined ? [] : [value].flat().map(String);
}

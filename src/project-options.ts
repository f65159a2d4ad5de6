import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { isFromEnv, projectSourceOf, repeatable } from './cli.ts';
import type { Project } from './model/project/project.ts';
import type { ProjectFile } from './project.ts';
import type { World } from './world.ts';

/**
 * Has a command leave open what its project may say: an argument or option that is missing is no error
 * until `completeFromProject` is through. Call it when all is declared.
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
 * Sets what the command line and the environment left open from the project's file. `args` are the values
 * of the command's arguments, in which those are set as well. Answers the attribute names of the options
 * that were set. Throws commander's errors for an argument or option that the command cannot do without.
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
  // Before any is set: what the file sets is no reason to leave out another of its members.
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

/** Where commander says that something is missing; not in its types. */
const checks = Command.prototype as unknown as {
  missingArgument(this: CommandUnknownOpts, name: string): void;
  missingMandatoryOptionValue(this: CommandUnknownOpts, option: AnyOption): void;
};

function isGiven(value: unknown): boolean {
  return value !== undefined && !(Array.isArray(value) && value.length === 0);
}

/** The texts of the first of these members that is there. */
function textsOf(members: Project, names: readonly string[]): string[] {
  const values = names.map((name) => (members as Readonly<Record<string, unknown>>)[name]);
  const value = values.find(isGiven);
  return value === undefined ? [] : [value].flat().map(String);
}

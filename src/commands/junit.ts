import type { CommandDefinition } from '../cli.ts';
import { junitReport } from '../model/checked.ts';
import { notWritable } from '../operations/file-problem.ts';

/**
 * Adds the option `--junit` to a command that reports checks. Throws CliError `file-not-writable`,
 * if possible before the command runs.
 */
export function withJunit(name: string, definition: CommandDefinition): CommandDefinition {
  return {
    ...definition,
    declare: (command) =>
      definition
        .declare(command)
        .option('--junit <file>', 'also write a JUnit report (for GitLab, CircleCI, Jenkins)'),
    async run(context, args, options) {
      const { junit: file, strict } = options as { junit?: string; strict?: boolean };
      if (file === undefined) return definition.run(context, args, options);
      const { world } = context;
      const fail = (error: unknown): never => {
        throw notWritable(file, error);
      };
      await world.checkWritable(file).catch(fail);
      const result = await definition.run(context, args, options);
      const report = junitReport(name, result.checked ?? [], { strict: strict ?? false });
      await world.writeFile(file, report).catch(fail);
      return result;
    },
  };
}

import { Argument } from '@commander-js/extra-typings';
import { defineCommand } from '../../cli.ts';
import { completionScript, shells, type Shell } from '../../model/project/completion-scripts.ts';

/** The document of `completion --json`. */
export interface CompletionDocument {
  shell: Shell;
  script: string;
}

/** `completion SHELL`: the script that completes command lines. */
export const completion = defineCommand({
  ignoresProject: true,

  declare: (command) =>
    command.addArgument(new Argument('<shell>', 'the shell').choices(shells)).addHelpText(
      'after',
      `
Prints a script that the shell reads at its start. It completes commands, options and their values; families,
clusters, services and names of secrets are looked up in AWS, and kept for a minute in the user's cache
directory (names only). Without credentials nothing is completed there.

Examples:
  $ eval "$(ecs-secrets completion bash)"
  $ eval "$(ecs-secrets completion zsh)"
  $ ecs-secrets completion fish | source
  $ ecs-secrets completion powershell`,
    ),

  run(_context, [shell]) {
    const data: CompletionDocument = { shell, script: completionScript(shell) };
    return Promise.resolve({ data, text: data.script });
  },
});

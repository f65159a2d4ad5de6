import { Argument } from '@commander-js/extra-typings';
import { defineCommand, type Result } from '../../cli.ts';
import { completionScript, shells } from '../../model/project/completion-scripts.ts';
import type { CompletionDocument } from './documents.ts';

/** `completion SHELL`: prints the completion script for a shell. */
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

  run(_context, [shell]): Promise<Result<CompletionDocument>> {
    const script = completionScript(shell);
    return Promise.resolve({ data: { shell, script }, text: script });
  },
});

import { Option } from '@commander-js/extra-typings';
import { defineCommand, type Result } from '../../cli.ts';
import { autoRedeployStack } from '../../model/auto-redeploy/stack.ts';
import type { AutoRedeployPrintDocument } from './documents.ts';
import { readStackOptions, withStackOptions } from './stack-options.ts';

/** `auto-redeploy print`: the stack, for other tools to put in place. */
export const autoRedeployPrint = defineCommand({
  declare: (command) =>
    withStackOptions(command).addOption(
      new Option('--format <format>', 'how to write it')
        .choices(['cloudformation', 'terraform', 'json'] as const)
        .default('cloudformation' as const),
    ),

  run(_context, _args, options): Promise<Result<AutoRedeployPrintDocument>> {
    const stack = autoRedeployStack(readStackOptions(options));
    return Promise.resolve({ data: stack, text: JSON.stringify(stack, null, 2) });
  },
});

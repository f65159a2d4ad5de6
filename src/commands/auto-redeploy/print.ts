import { Option } from '@commander-js/extra-typings';
import { defineCommand, type Result } from '../../cli.ts';
import { largestTemplate } from '../../model/auto-redeploy/stack.ts';
import { formatStack, stackFormats } from '../../model/auto-redeploy/stack-formats.ts';
import type { AutoRedeployPrintDocument } from './documents.ts';
import { describedStack, withStackOptions } from './stack-options.ts';

/** `auto-redeploy print`: the stack, for other tools to put in place. */
export const autoRedeployPrint = defineCommand({
  declare: (command) =>
    withStackOptions(command)
      .addOption(
        new Option('--format <format>', 'how to write it')
          .choices(stackFormats)
          .default('cloudformation' as const),
      )
      .addHelpText(
        'after',
        `
The stack redeploys the ECS services that use a secret when its value changes, whoever changes it:
EventBridge rules start a state machine, which finds the services, forces deployments and reports to
an SNS topic. Its roles read no values. Without --prefix and --secret it watches all secrets.
cloudformation is a template in YAML, json the same in JSON. AWS is called only with --services-from.

A service with the tag ecs-secrets:auto-redeploy=off is left out.

Examples:
  $ ecs-secrets auto-redeploy print --prefix sm:shop/prod > stack.yaml
  $ ecs-secrets auto-redeploy print --secret /shop/db-password --cluster shop --format terraform
  $ ecs-secrets auto-redeploy print --prefix sm:shop --rollback --reconcile 1h --format json`,
      ),

  async run(context, _args, options): Promise<Result<AutoRedeployPrintDocument>> {
    const stack = await describedStack(context, options);
    const text = formatStack(stack, options.format);
    if (options.format !== 'terraform' && text.length > largestTemplate) {
      context.report.note(
        `the template has ${text.length} characters; CloudFormation reads more than ${largestTemplate} from S3 only (aws cloudformation deploy --s3-bucket); --format json is the shortest form`,
      );
    }
    return { data: stack, text };
  },
});

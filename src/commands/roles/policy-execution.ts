import { Option } from '@commander-js/extra-typings';
import { defineCommand, type Result } from '../../cli.ts';
import { executionPolicy } from '../../model/roles/execution-policy.ts';
import { formatPolicy, policyFormats } from '../../model/roles/policy-formats.ts';
import { grantsFor } from '../../operations/roles/role-grants.ts';
import type { PolicyExecutionDocument } from './documents.ts';
import { readReferences, tellGrants, withReferenceOptions } from './role-references.ts';

/** `policy execution`: the policy that an execution role needs, for other tools to put in place. */
export const policyExecution = defineCommand({
  declare: (command) =>
    withReferenceOptions(command)
      .addOption(
        new Option('--format <format>', 'how to write it').choices(policyFormats).default('json'),
      )
      .addHelpText(
        'after',
        `
Prints the inline policy that role create would write, for CloudFormation, Terraform or other tools.
FILE may also be a CloudFormation template or a list of containers.

Examples:
  $ ecs-secrets policy execution --task-definition web.json
  $ ecs-secrets policy execution --secret sm:shop/new --allow-missing --format terraform`,
      ),

  async run(context, _args, options): Promise<Result<PolicyExecutionDocument>> {
    const grants = await grantsFor(context.aws, await readReferences(context, options));
    tellGrants(context.report, grants);
    const document = executionPolicy(grants.secrets, grants.files);
    if (!document) {
      context.report.note('no references: the execution role needs no inline policy');
    }
    const policy = document ?? { Version: '2012-10-17', Statement: [] };
    return {
      data: policy,
      text: formatPolicy(policy, options.format, 'EcsSecretsExecutionPolicy'),
    };
  },
});

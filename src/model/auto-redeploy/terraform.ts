import { block, hcl, snake, type Entry } from './hcl.ts';
import type { Resource, Template } from './stack.ts';

/**
 * The stack in Terraform's language, for the AWS provider of version 5 or later. The documents of JSON are
 * locals, so that they can be read; what they contain is that of the template.
 */
export function terraformStack(template: Template): string {
  const { options } = template.Metadata.EcsSecrets;
  const documents = documentsOf(template);
  const blocks = [
    'data "aws_partition" "current" {}',
    'data "aws_region" "current" {}',
    'data "aws_caller_identity" "current" {}',
    block('locals', [
      ...Object.entries(documents).map(([name, value]) => [name, hcl(value)] as const),
      ['auto_redeploy_options', hcl(options)],
    ]),
    ...Object.entries(template.Resources).flatMap(([id, resource]) => resourceBlocks(id, resource)),
    ...Object.entries(template.Outputs).map(([name, { Description, Value }]) =>
      block(`output "auto_redeploy_${snake(name)}"`, [
        ['description', hcl(Description)],
        ['value', hcl(Value)],
      ]),
    ),
  ];
  return blocks.join('\n\n');
}

/** The documents of a template, by the names of their locals: definition, patterns and policies. */
export function documentsOf({ Resources }: Template): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(Resources).flatMap(([id, { Type, Properties }]): [string, unknown][] => {
      const name = `auto_redeploy_${snake(id)}`;
      if (Type === 'AWS::StepFunctions::StateMachine') {
        return [[name, JSON.parse(String(Properties.DefinitionString)) as unknown]];
      }
      if (Type === 'AWS::Events::Rule' && Properties.EventPattern !== undefined) {
        return [[name, Properties.EventPattern]];
      }
      if (Type !== 'AWS::IAM::Role') return [];
      const [policy] = Properties.Policies as { PolicyDocument: unknown }[];
      return [
        [`${name}_trust`, Properties.AssumeRolePolicyDocument],
        [`${name}_policy`, policy?.PolicyDocument],
      ];
    }),
  );
}

// --- internal ---

const types: Readonly<Record<string, string>> = {
  'AWS::SNS::Topic': 'aws_sns_topic',
  'AWS::SNS::Subscription': 'aws_sns_topic_subscription',
  'AWS::Logs::LogGroup': 'aws_cloudwatch_log_group',
  'AWS::IAM::Role': 'aws_iam_role',
  'AWS::StepFunctions::StateMachine': 'aws_sfn_state_machine',
  'AWS::Events::Rule': 'aws_cloudwatch_event_rule',
};

function resourceBlocks(id: string, { Type, Properties }: Resource): string[] {
  const label = `auto_redeploy_${snake(id)}`;
  const head = `resource "${types[Type] ?? ''}" "${label}"`;
  const json = (local: string): string => `jsonencode(local.${local})`;
  const value = (name: string): Entry => [snake(name), hcl(Properties[name])];
  const tags: Entry[] = Array.isArray(Properties.Tags)
    ? [
        [
          'tags',
          hcl(Object.fromEntries((Properties.Tags as Tag[]).map((tag) => [tag.Key, tag.Value]))),
        ],
      ]
    : [];
  switch (Type) {
    case 'AWS::SNS::Topic':
      return [block(head, [['name', hcl(Properties.TopicName)], ...tags])];
    case 'AWS::SNS::Subscription':
      return [block(head, [value('TopicArn'), value('Protocol'), value('Endpoint')])];
    case 'AWS::Logs::LogGroup':
      return [
        block(head, [['name', hcl(Properties.LogGroupName)], value('RetentionInDays'), ...tags]),
      ];
    case 'AWS::IAM::Role':
      return [
        block(head, [
          ['name', hcl(Properties.RoleName)],
          ['assume_role_policy', json(`${label}_trust`)],
          ...tags,
        ]),
        block(`resource "aws_iam_role_policy" "${label}"`, [
          ['name', hcl('auto-redeploy')],
          ['role', `aws_iam_role.${label}.id`],
          ['policy', json(`${label}_policy`)],
        ]),
      ];
    case 'AWS::Events::Rule':
      return ruleBlocks(head, label, Properties, tags);
    default:
      return [machineBlock(head, label, Properties, tags)];
  }
}

interface Tag {
  Key: string;
  Value: unknown;
}

function ruleBlocks(
  head: string,
  label: string,
  { Name, Description, EventPattern, ScheduleExpression }: Record<string, unknown>,
  tags: Entry[],
): string[] {
  return [
    block(head, [
      ['name', hcl(Name)],
      ['description', hcl(Description)],
      EventPattern === undefined
        ? ['schedule_expression', hcl(ScheduleExpression)]
        : ['event_pattern', `jsonencode(local.${label})`],
      ...tags,
    ]),
    block(`resource "aws_cloudwatch_event_target" "${label}"`, [
      ['rule', `aws_cloudwatch_event_rule.${label}.name`],
      ['arn', 'aws_sfn_state_machine.auto_redeploy_state_machine.arn'],
      ['role_arn', 'aws_iam_role.auto_redeploy_rules_role.arn'],
    ]),
  ];
}

function machineBlock(
  head: string,
  label: string,
  { StateMachineName, LoggingConfiguration }: Record<string, unknown>,
  tags: Entry[],
): string {
  const { Level, IncludeExecutionData } = LoggingConfiguration as Record<string, unknown>;
  return block(
    head,
    [
      ['name', hcl(StateMachineName)],
      ['role_arn', 'aws_iam_role.auto_redeploy_machine_role.arn'],
      ['definition', `jsonencode(local.${label})`],
      ...tags,
    ],
    [
      block('logging_configuration', [
        ['level', hcl(Level)],
        ['include_execution_data', hcl(IncludeExecutionData)],
        ['log_destination', '"${aws_cloudwatch_log_group.auto_redeploy_log_group.arn}:*"'],
      ]),
    ],
  );
}

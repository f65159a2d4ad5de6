import { eventPatterns, type EventPattern } from './event-patterns.ts';
import { topicName, type AutoRedeployOptions } from './options.ts';
import {
  arnHere,
  machineArn,
  machinePolicy,
  rulesPolicy,
  serviceTrust,
  sub,
  type StackPolicy,
  type Sub,
} from './roles.ts';
import { stateMachine } from './state-machine.ts';

/** A resource of a CloudFormation template. */
export interface Resource {
  Type: string;
  Properties: Record<string, unknown>;
}

/** A CloudFormation template, as a plain object. */
export interface Template {
  AWSTemplateFormatVersion: '2010-09-09';
  Description: string;
  /** `EcsSecrets` holds the options of the stack. */
  Metadata: { EcsSecrets: { options: AutoRedeployOptions } };
  Resources: Record<string, Resource>;
  /** `StateMachineArn`, `TopicArn`, and `RuleNames` with commas between. */
  Outputs: Record<string, { Description: string; Value: unknown }>;
}

/** CloudFormation takes a template of this many bytes in a call; a larger one comes from S3. */
export const largestTemplate = 51_200;

/** The stack: rules, state machine, roles, topic and log group. */
export function autoRedeployStack(options: AutoRedeployOptions): Template {
  const { name } = options;
  const rules = rulesOf(options);
  const Resources = {
    Topic: {
      Type: 'AWS::SNS::Topic',
      Properties: { TopicName: topicName(options), Tags: tags(name) },
    },
    ...(options.email !== undefined && {
      Subscription: {
        Type: 'AWS::SNS::Subscription',
        Properties: { TopicArn: { Ref: 'Topic' }, Protocol: 'email', Endpoint: options.email },
      },
    }),
    LogGroup: {
      Type: 'AWS::Logs::LogGroup',
      Properties: {
        LogGroupName: `/aws/vendedlogs/states/${name}`,
        RetentionInDays: 30,
        Tags: tags(name),
      },
    },
    MachineRole: role(
      options,
      'machine',
      serviceTrust('states.amazonaws.com', machineArn(name)),
      machinePolicy(options),
    ),
    StateMachine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: {
        StateMachineName: name,
        StateMachineType: 'STANDARD',
        DefinitionString: JSON.stringify(stateMachine(options)),
        RoleArn: attribute('MachineRole', 'Arn'),
        LoggingConfiguration: {
          Level: 'ERROR',
          IncludeExecutionData: false,
          Destinations: [{ CloudWatchLogsLogGroup: { LogGroupArn: attribute('LogGroup', 'Arn') } }],
        },
        Tags: tags(name),
      },
    },
    RulesRole: role(
      options,
      'rules',
      serviceTrust('events.amazonaws.com', arnHere('events', `rule/${name}-*`)),
      rulesPolicy(options),
    ),
    ...Object.fromEntries(rules.map(({ id, resource }) => [id, resource])),
  } satisfies Record<string, Resource>;
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: 'ecs-secrets auto-redeploy: redeploys ECS services when a secret changes',
    Metadata: { EcsSecrets: { options } },
    Resources,
    Outputs: {
      StateMachineArn: { Description: 'The state machine', Value: { Ref: 'StateMachine' } },
      TopicArn: { Description: 'The topic of the reports', Value: { Ref: 'Topic' } },
      RuleNames: {
        Description: 'The rules that start the state machine',
        Value: rules.map(({ name: rule }) => rule).join(','),
      },
    },
  };
}

// --- internal ---

function rulesOf(options: AutoRedeployOptions): { id: string; name: string; resource: Resource }[] {
  const { name, reconcile } = options;
  const rule = (id: string, word: string, when: Record<string, unknown>, description: string) => ({
    id,
    name: `${name}-${word}`,
    resource: {
      Type: 'AWS::Events::Rule',
      Properties: {
        Name: `${name}-${word}`,
        Description: description,
        State: 'ENABLED',
        ...when,
        Targets: [
          {
            Id: 'StateMachine',
            Arn: { Ref: 'StateMachine' },
            RoleArn: attribute('RulesRole', 'Arn'),
          },
        ],
        Tags: tags(name),
      },
    },
  });
  const { secrets, parameters } = eventPatterns(options);
  const onEvent = (EventPattern: EventPattern) => ({ EventPattern });
  return [
    ...(secrets
      ? [rule('SecretRule', 'secrets', onEvent(secrets), 'A secret has a new current version')]
      : []),
    ...(parameters
      ? [rule('ParameterRule', 'parameters', onEvent(parameters), 'A parameter has a new value')]
      : []),
    ...(reconcile === undefined
      ? []
      : [
          rule(
            'ReconcileRule',
            'reconcile',
            { ScheduleExpression: rate(reconcile) },
            'Looks for changes whose event was lost',
          ),
        ]),
  ];
}

/** EventBridge counts in whole minutes, and wants the singular for one of a unit. */
function rate(seconds: number): string {
  return `rate(${Math.max(2, Math.round(seconds / 60))} minutes)`;
}

function role(
  { name }: AutoRedeployOptions,
  word: string,
  trust: StackPolicy,
  policy: StackPolicy,
): Resource {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      // Names of roles are the account's, those of everything else the region's.
      RoleName: sub(`${name}-${word}-\${AWS::Region}`),
      AssumeRolePolicyDocument: trust,
      Policies: [{ PolicyName: 'auto-redeploy', PolicyDocument: policy }],
      Tags: tags(name),
    },
  };
}

function attribute(resource: string, name: string): { 'Fn::GetAtt': [string, string] } {
  return { 'Fn::GetAtt': [resource, name] };
}

function tags(name: string): { Key: string; Value: string | Sub }[] {
  return [{ Key: 'ecs-secrets:auto-redeploy:stack', Value: name }];
}

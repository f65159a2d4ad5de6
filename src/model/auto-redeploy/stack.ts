import type { AutoRedeployOptions } from './options.ts';
import { stateMachine } from './state-machine.ts';

/** A resource of a CloudFormation template. */
export interface Resource {
  Type: string;
  Properties: Record<string, unknown>;
  [attribute: string]: unknown;
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

/** The stack: rules, state machine, roles, topic and log group. */
export function autoRedeployStack(options: AutoRedeployOptions): Template {
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: 'ecs-secrets: redeploys ECS services when a secret changes',
    Metadata: { EcsSecrets: { options } },
    Resources: {
      StateMachine: {
        Type: 'AWS::StepFunctions::StateMachine',
        Properties: { StateMachineName: options.name, Definition: stateMachine(options) },
      },
    },
    Outputs: {},
  };
}

import { runSimulation } from '@cloud-copilot/iam-simulate';
import type { MachineCall } from '../../helpers/step-functions.ts';

const account = '123456789012';
const here = (service: string, resource: string): string =>
  `arn:aws:${service}:us-east-1:${account}:${resource}`;

/** A document of a template with the values that CloudFormation fills in. */
export function resolved(document: object): { Statement: { Action: string | string[] }[] } {
  const text = JSON.stringify(document).replace(
    /\{"Fn::Sub":"([^"]*)"\}/g,
    (_, inner: string) => `"${inner}"`,
  );
  const values: Record<string, string> = {
    'AWS::Partition': 'aws',
    'AWS::Region': 'us-east-1',
    'AWS::AccountId': account,
  };
  return JSON.parse(
    text.replace(/\$\{(AWS::\w+)\}/g, (_, name: string) => values[name] ?? ''),
  ) as never;
}

/** The actions that a policy grants. */
export function actionsOf(policy: ReturnType<typeof resolved>): string[] {
  return [...new Set(policy.Statement.flatMap(({ Action }) => Action))];
}

/** Calls that differ in what they ask IAM. */
export function distinct(calls: readonly MachineCall[]): MachineCall[] {
  const byKey = new Map(calls.map((call) => [JSON.stringify(question(call)), call]));
  return [...byKey.values()];
}

/** What IAM is asked about a call (service authorization reference). */
export function question({ service, operation, input }: MachineCall): {
  action: string;
  resource: string;
} {
  const prefix = service === 'stepfunctions' ? 'states' : service;
  const text = (member: string): string => String(input[member]);
  const resources: Record<string, () => string> = {
    DescribeServices: () => serviceArn(text('cluster'), String((input.services as string[])[0])),
    UpdateService: () => text('service'),
    ListServiceDeployments: () => text('service'),
    ListExecutions: () => text('stateMachineArn'),
    DescribeExecution: () => text('executionArn'),
    Publish: () => text('TopicArn'),
    PutEvents: () => here('events', 'event-bus/default'),
    DescribeSecret: () => text('SecretId'),
    ListSecretVersionIds: () => text('SecretId'),
    UpdateSecretVersionStage: () => text('SecretId'),
  };
  return { action: `${prefix}:${operation}`, resource: resources[operation]?.() ?? '*' };
}

/** A list of services has names. */
function serviceArn(cluster: string, service: string): string {
  return service.startsWith('arn:') ? service : here('ecs', `service/${cluster}/${service}`);
}

/** Whether an independent evaluator allows an action under a policy. */
export async function allows(policy: object, action: string, resource: string): Promise<boolean> {
  const answer = await runSimulation(
    {
      request: {
        principal: `arn:aws:iam::${account}:role/machine`,
        action,
        resource: { resource, accountId: account },
        contextVariables: action === 'events:PutEvents' ? { 'events:source': ['ecs-secrets'] } : {},
      },
      identityPolicies: [{ name: 'p', policy }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  if (answer.resultType === 'error') throw new Error(JSON.stringify(answer.errors));
  return answer.overallResult === 'Allowed';
}

import type { PolicyDocument, Statement } from '../roles/policy.ts';
import { topicName, type AutoRedeployOptions } from './options.ts';
import { watchedIn } from './watched.ts';

/** Characters of the inline policies of a role, without white space (IAM quotas). */
export const largestPolicy = 10_240;

/** A text with pseudo parameters of CloudFormation: `${AWS::Region}`. */
export interface Sub {
  'Fn::Sub': string;
}

/** A statement whose resources are filled in by CloudFormation. */
export type StackStatement = Omit<Statement, 'Resource' | 'Condition'> & {
  Resource?: (string | Sub)[];
  Condition?: Record<string, Record<string, string | Sub | (string | Sub)[]>>;
};

/** A policy document in a template. */
export type StackPolicy = Omit<PolicyDocument, 'Statement'> & { Statement: StackStatement[] };

/** A text that CloudFormation fills in. */
export function sub(text: string): Sub {
  return { 'Fn::Sub': text };
}

/** An ARN in the region and account of the stack. */
export function arnHere(service: string, resource: string): Sub {
  return sub('arn:${AWS::Partition}:' + service + ':${AWS::Region}:${AWS::AccountId}:' + resource);
}

/** Who may assume a role of the stack: a service, only for this resource of this account. */
export function serviceTrust(service: string, source: Sub): StackPolicy {
  return policy([
    {
      Sid: 'Service',
      Effect: 'Allow',
      Principal: { Service: service },
      Action: 'sts:AssumeRole',
      Condition: {
        StringEquals: { 'aws:SourceAccount': sub('${AWS::AccountId}') },
        ArnLike: { 'aws:SourceArn': source },
      },
    },
  ]);
}

/** What the rules may do: start the machine. */
export function rulesPolicy({ name }: AutoRedeployOptions): StackPolicy {
  return policy([allow('StartMachine', ['states:StartExecution'], [machineArn(name)])]);
}

/**
 * What the machine may do: each action is that of a call that it makes (service authorization reference).
 * None reads a value. `LogDelivery` is what Step Functions asks for to write its log.
 */
export function machinePolicy(options: AutoRedeployOptions): StackPolicy {
  const { name, distributed, services } = options;
  const executions = arnHere('states', `execution:${name}:*`);
  const secrets = secretArns(options);
  return policy([
    allow('FindServices', [
      ...(services
        ? []
        : [...(options.clusters.length > 0 ? [] : ['ecs:ListClusters']), 'ecs:ListServices']),
      'ecs:DescribeTaskDefinition',
    ]),
    allow(
      'RedeployServices',
      ['ecs:DescribeServices', 'ecs:ListServiceDeployments', 'ecs:UpdateService'],
      serviceArns(options),
    ),
    allow('FindEarlierRuns', ['states:ListExecutions'], [machineArn(name)]),
    allow('ReadEarlierRuns', ['states:DescribeExecution'], [executions]),
    ...(distributed
      ? [
          allow('StartChildren', ['states:StartExecution'], [machineArn(name)]),
          allow('StopChildren', ['states:StopExecution'], [executions]),
        ]
      : []),
    allow('Notify', ['sns:Publish'], [arnHere('sns', topicName(options))]),
    {
      ...allow('SendEvent', ['events:PutEvents'], [arnHere('events', 'event-bus/default')]),
      // A key with several values: one for each entry of the call.
      Condition: { 'ForAnyValue:StringEquals': { 'events:source': 'ecs-secrets' } },
    },
    ...(options.reconcile === undefined
      ? []
      : [
          allow('FindChanges', ['secretsmanager:ListSecrets', 'ssm:DescribeParameters']),
          ...(secrets.length > 0
            ? [allow('DateChanges', ['secretsmanager:ListSecretVersionIds'], secrets)]
            : []),
        ]),
    ...(options.rollback && secrets.length > 0
      ? [
          allow(
            'RollBack',
            [
              'secretsmanager:DescribeSecret',
              'secretsmanager:ListSecretVersionIds',
              'secretsmanager:UpdateSecretVersionStage',
            ],
            secrets,
          ),
        ]
      : []),
    allow('LogDelivery', [
      'logs:CreateLogDelivery',
      'logs:DeleteLogDelivery',
      'logs:DescribeLogGroups',
      'logs:DescribeResourcePolicies',
      'logs:GetLogDelivery',
      'logs:ListLogDeliveries',
      'logs:PutResourcePolicy',
      'logs:UpdateLogDelivery',
    ]),
  ]);
}

/** The ARN of the state machine of a stack. */
export function machineArn(name: string): Sub {
  return arnHere('states', `stateMachine:${name}`);
}

// --- internal ---

function policy(statements: StackStatement[]): StackPolicy {
  return { Version: '2012-10-17', Statement: statements };
}

function allow(
  sid: string,
  actions: string[],
  resources: (string | Sub)[] = ['*'],
): StackStatement {
  return { Sid: sid, Effect: 'Allow', Action: actions, Resource: resources };
}

/**
 * Characters of the longest list of services in a policy, half of what the inline policies of a role may
 * have. A longer list becomes patterns.
 */
const longestList = largestPolicy / 2;

/** Patterns for the ARNs of the services: listed ones, those of the clusters, or all. */
function serviceArns({ clusters, services }: AutoRedeployOptions): Sub[] {
  const near = services
    ? Object.keys(services)
    : clusters.map((cluster) => cluster.split('/').at(-1) ?? '');
  const single = Object.entries(services ?? {}).flatMap(([cluster, names]) =>
    names.map((name) => `service/${cluster}/${name}`),
  );
  const inClusters = near.map((cluster) => `service/${cluster}/*`);
  const patterns = [single, inClusters].find((list) => list.length > 0 && isShort(list));
  return (patterns ?? ['service/*']).map((pattern) => arnHere('ecs', pattern));
}

/** An ARN has 45 characters before the resource. */
function isShort(resources: readonly string[]): boolean {
  return resources.reduce((sum, one) => sum + 45 + one.length, 0) <= longestList;
}

/** Patterns for the ARNs of the watched secrets: a name is followed by a hyphen and 6 characters. */
function secretArns(options: AutoRedeployOptions): Sub[] {
  const watched = watchedIn(options, 'secrets-manager');
  if (!watched) return [];
  const patterns = [
    ...watched.names.map((name) => `${name}-??????`),
    ...watched.prefixes.map((prefix) => `${prefix}*`),
  ];
  return (patterns.length > 0 ? patterns : ['*']).map((pattern) =>
    arnHere('secretsmanager', `secret:${pattern}`),
  );
}

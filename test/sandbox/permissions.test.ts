import { allowedContextKeysForRequest, runSimulation } from '@cloud-copilot/iam-simulate';
import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createAccess, createDecide, type GuardedService } from '../../src/sandbox/access.ts';
import { createAccount, type Account } from '../../src/sandbox/account.ts';
import { createCodeDeploy } from '../../src/sandbox/codedeploy/index.ts';
import { createEcr } from '../../src/sandbox/ecr/index.ts';
import { createEc2 } from '../../src/sandbox/ec2/index.ts';
import { createEcs } from '../../src/sandbox/ecs/index.ts';
import { createEvents } from '../../src/sandbox/events/index.ts';
import { createIam } from '../../src/sandbox/iam/index.ts';
import { createKeyRing } from '../../src/sandbox/kms/keys.ts';
import { createKms } from '../../src/sandbox/kms/index.ts';
import { createLoadBalancing } from '../../src/sandbox/load-balancing/index.ts';
import { createLogs } from '../../src/sandbox/logs/index.ts';
import { createScheduler } from '../../src/sandbox/scheduler/index.ts';
import { createSecretsManager } from '../../src/sandbox/secrets-manager/index.ts';
import { owner, ServiceError, type Call, type Environment } from '../../src/sandbox/service.ts';
import { createSsm } from '../../src/sandbox/ssm/index.ts';

const account = '123456789012';
const region = 'us-east-1';
const iamArn = (resource: string): string => `arn:aws:iam::${account}:${resource}`;
const arn = (service: string, resource: string): string =>
  `arn:aws:${service}:${region}:${account}:${resource}`;
const caller: Call = {
  principal: { kind: 'role', roleArn: iamArn('role/caller'), sessionName: 's' },
  region,
};

type Input = Record<string, unknown>;
type Invoke = (...request: Parameters<Environment['invoke']>) => Promise<unknown>;
type Row = [service: string, operation: string, input: Input, ...needed: string[]];

/** Stand for what is only known at run time. */
const names = { key: '{key}', secret: '{secret}', deployment: '{deployment}' };
const keyArn = arn('kms', `key/${names.key}`);
const cluster = arn('ecs', 'cluster/prod');
const service = arn('ecs', 'service/prod/web');
const definition = arn('ecs', 'task-definition/web:1');
const passed = [`iam:PassRole ${iamArn('role/task')}`, `iam:PassRole ${iamArn('role/exec')}`];
const deployment = arn('ecs', `service-deployment/prod/web/${names.deployment}`);
const container = { name: 'app', image: 'nginx' };
const tags = [{ Key: 'team', Value: 'a' }];
const ecsTags = [{ key: 'team', value: 'a' }];
const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' },
});
const document = JSON.stringify({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: 'ssm:*', Resource: '*' },
});

const parameter = arn('ssm', 'parameter/app/db');
const secret = arn('secretsmanager', `secret:app/db-${names.secret}`);
const created = arn('secretsmanager', 'secret:new-??????');
const elsewhere = `arn:aws:secretsmanager:${region}:210987654321:secret:app/db-AbCdEf`;
const ssm = (operation: string, input: Input, ...more: string[]): Row => [
  'ssm',
  operation,
  input,
  `ssm:${operation} ${parameter}`,
  ...more,
];
const secrets = (operation: string, input: Input = {}, ...more: string[]): Row => [
  'secretsmanager',
  operation,
  { SecretId: 'app/db', ...input },
  `secretsmanager:${operation} ${secret}`,
  ...more,
];
const kms = (operation: string, input: Input = {}): Row => [
  'kms',
  operation,
  { KeyId: names.key, ...input },
  `kms:${operation} ${keyArn}`,
];
const ofRole = (operation: string, input: Input = {}): Row => [
  'iam',
  operation,
  { RoleName: 'exec', ...input },
  `iam:${operation} ${iamArn('role/team/exec')}`,
];
const ofPolicy = (operation: string, input: Input = {}): Row => [
  'iam',
  operation,
  { PolicyArn: iamArn('policy/limit'), ...input },
  `iam:${operation} ${iamArn('policy/limit')}`,
];
const daemon = arn('ecs', 'daemon/prod/agent');
const daemonDeployment = arn('ecs', 'daemon-deployment/prod/agent/1');
const daemonRevision = arn('ecs', 'daemon-revision/prod/agent/1');
const ecs = (operation: string, input: Input, ...resources: string[]): Row => [
  'ecs',
  operation,
  input,
  ...resources.map((resource) =>
    resource.startsWith('iam:') || resource.startsWith('ecs:')
      ? resource
      : `ecs:${operation} ${resource}`,
  ),
];
const rule = arn('events', 'rule/nightly');
const events = (operation: string, input: Input, ...resources: string[]): Row => [
  'events',
  operation,
  input,
  ...resources.map((one) =>
    one.startsWith('arn:') || one === '*' ? `events:${operation} ${one}` : one,
  ),
];
const schedule = arn('scheduler', 'schedule/default/nightly');
const scheduled = {
  Name: 'nightly',
  ScheduleExpression: 'rate(1 day)',
  FlexibleTimeWindow: { Mode: 'OFF' },
  Target: { Arn: cluster, RoleArn: iamArn('role/task') },
};
const group = arn('codedeploy', 'deploymentgroup:shop/blue');
const application = arn('codedeploy', 'application:shop');
const repository = arn('ecr', 'repository/web');
const logGroup = arn('logs', 'log-group:/ecs/new');
const ec2 = (operation: string, input: Input, ...resources: string[]): Row => [
  'ec2',
  operation,
  input,
  ...resources.map((one) => `ec2:${operation} ${one.includes('/') ? arn('ec2', one) : one}`),
];

const rows: Row[] = [
  ssm(
    'PutParameter',
    { Name: '/app/db', Value: 'w', Overwrite: true, KeyId: names.key },
    `kms:Encrypt ${keyArn}`,
  ),
  ssm(
    'PutParameter',
    { Name: '/app/db', Value: 'w', Overwrite: true, KeyId: 'alias/app', Tier: 'Advanced' },
    `kms:GenerateDataKey ${keyArn}`,
  ),
  [
    'ssm',
    'PutParameter',
    { Name: 'new', Value: 'w', Type: 'String', Tags: tags },
    `ssm:PutParameter ${arn('ssm', 'parameter/new')}`,
    `ssm:AddTagsToResource ${arn('ssm', 'parameter/new')}`,
  ],
  ssm('GetParameter', { Name: '/app/db' }),
  ssm('GetParameter', { Name: '/app/db:1', WithDecryption: true }, `kms:Decrypt ${keyArn}`),
  ssm('GetParameters', { Names: ['/app/db'], WithDecryption: true }, `kms:Decrypt ${keyArn}`),
  [
    'ssm',
    'GetParametersByPath',
    { Path: '/app', WithDecryption: true },
    `ssm:GetParametersByPath ${arn('ssm', 'parameter/app')}`,
    `kms:Decrypt ${keyArn}`,
  ],
  ssm('GetParameterHistory', { Name: '/app/db', WithDecryption: true }, `kms:Decrypt ${keyArn}`),
  ['ssm', 'DescribeParameters', {}, 'ssm:DescribeParameters *'],
  ssm('DeleteParameter', { Name: '/app/db' }),
  ssm('DeleteParameters', { Names: ['/app/db'] }),
  ssm('AddTagsToResource', { ResourceType: 'Parameter', ResourceId: '/app/db', Tags: tags }),
  ssm('RemoveTagsFromResource', {
    ResourceType: 'Parameter',
    ResourceId: '/app/db',
    TagKeys: ['team'],
  }),
  ssm('ListTagsForResource', { ResourceType: 'Parameter', ResourceId: '/app/db' }),
  ssm('LabelParameterVersion', { Name: '/app/db', Labels: ['good'] }),

  [
    'secretsmanager',
    'CreateSecret',
    { Name: 'new', SecretString: 'v', KmsKeyId: names.key, Tags: tags },
    `secretsmanager:CreateSecret ${created}`,
    `secretsmanager:TagResource ${created}`,
    'Access to KMS',
  ],
  [
    'secretsmanager',
    'CreateSecret',
    { Name: 'new', SecretString: 'v' },
    `secretsmanager:CreateSecret ${created}`,
  ],
  secrets('PutSecretValue', { SecretString: 'w' }, 'Access to KMS'),
  secrets('GetSecretValue', { VersionStage: 'AWSCURRENT' }, 'Access to KMS'),
  [
    'secretsmanager',
    'BatchGetSecretValue',
    { Filters: [{ Key: 'name', Values: ['app'] }] },
    'secretsmanager:BatchGetSecretValue *',
    'secretsmanager:ListSecrets *',
  ],
  secrets('DescribeSecret'),
  ['secretsmanager', 'ListSecrets', {}, 'secretsmanager:ListSecrets *'],
  secrets('ListSecretVersionIds'),
  secrets('UpdateSecret', { Description: 'x' }),
  secrets('UpdateSecret', { KmsKeyId: names.key }, 'Access to KMS'),
  secrets('UpdateSecretVersionStage', { VersionStage: 'x' }),
  secrets(
    'RotateSecret',
    { RotationLambdaARN: arn('lambda', 'function:fail'), RotationRules: {} },
    `lambda:InvokeFunction ${arn('lambda', 'function:fail')}`,
  ),
  secrets('CancelRotateSecret'),
  secrets('DeleteSecret', { RecoveryWindowInDays: 7 }),
  secrets('RestoreSecret'),
  secrets('ReplicateSecretToRegions'),
  secrets('RemoveRegionsFromReplication'),
  secrets('StopReplicationToReplica'),
  secrets('AssociateCrossAccountReplica', { CrossAccountReplicaARN: elsewhere }),
  secrets('DisassociateCrossAccountReplica', { CrossAccountReplicaARN: elsewhere }),
  secrets('TagResource', { Tags: tags }),
  secrets('UntagResource', { TagKeys: ['team'] }),
  secrets('PutResourcePolicy', { ResourcePolicy: '{}', BlockPublicPolicy: true }),
  secrets('GetResourcePolicy'),
  secrets('DeleteResourcePolicy'),

  ['kms', 'CreateKey', {}, 'kms:CreateKey *'],
  [
    'kms',
    'CreateKey',
    { Tags: [{ TagKey: 'team', TagValue: 'a' }] },
    'kms:CreateKey *',
    `kms:TagResource ${arn('kms', 'key/*')}`,
  ],
  [
    'kms',
    'CreateAlias',
    { AliasName: 'alias/new', TargetKeyId: names.key },
    `kms:CreateAlias ${arn('kms', 'alias/new')}`,
    `kms:CreateAlias ${keyArn}`,
  ],
  kms('DescribeKey', { KeyId: 'alias/app' }),
  ['kms', 'ListAliases', { KeyId: names.key }, 'kms:ListAliases *'],
  ['kms', 'ListKeys', {}, 'kms:ListKeys *'],
  kms('GetKeyPolicy'),
  kms('PutKeyPolicy', { Policy: '{}' }),
  kms('EnableKey'),
  kms('DisableKey'),
  kms('ScheduleKeyDeletion', { PendingWindowInDays: 7 }),
  kms('CancelKeyDeletion'),

  [
    'iam',
    'CreateRole',
    { RoleName: 'new', Path: '/team/', AssumeRolePolicyDocument: trust, Tags: tags },
    `iam:CreateRole ${iamArn('role/team/new')}`,
    `iam:TagRole ${iamArn('role/team/new')}`,
  ],
  ofRole('GetRole'),
  ['iam', 'ListRoles', { PathPrefix: '/team/' }, 'iam:ListRoles *'],
  ofRole('UpdateRole'),
  ofRole('UpdateRoleDescription', { Description: 'x' }),
  ofRole('UpdateAssumeRolePolicy', { PolicyDocument: trust }),
  ofRole('DeleteRole'),
  ofRole('TagRole', { Tags: tags }),
  ofRole('UntagRole', { TagKeys: ['team'] }),
  ofRole('ListRoleTags'),
  ofRole('PutRolePermissionsBoundary', { PermissionsBoundary: iamArn('policy/limit') }),
  ofRole('DeleteRolePermissionsBoundary'),
  ofRole('PutRolePolicy', { PolicyName: 'p', PolicyDocument: document }),
  ofRole('GetRolePolicy', { PolicyName: 'p' }),
  ofRole('ListRolePolicies'),
  ofRole('DeleteRolePolicy', { PolicyName: 'p' }),
  ofRole('AttachRolePolicy', { PolicyArn: iamArn('policy/limit') }),
  ofRole('DetachRolePolicy', { PolicyArn: iamArn('policy/limit') }),
  ofRole('ListAttachedRolePolicies'),
  ofRole('ListInstanceProfilesForRole'),
  [
    'iam',
    'CreatePolicy',
    { PolicyName: 'new', PolicyDocument: document, Tags: tags },
    `iam:CreatePolicy ${iamArn('policy/new')}`,
    `iam:TagPolicy ${iamArn('policy/new')}`,
  ],
  ofPolicy('GetPolicy'),
  ofPolicy('GetPolicyVersion', { VersionId: 'v1' }),
  ofPolicy('CreatePolicyVersion', { PolicyDocument: document }),
  ofPolicy('ListPolicyVersions'),
  ofPolicy('SetDefaultPolicyVersion', { VersionId: 'v1' }),
  ofPolicy('DeletePolicyVersion', { VersionId: 'v1' }),
  ofPolicy('DeletePolicy'),
  [
    'iam',
    'SimulatePrincipalPolicy',
    { PolicySourceArn: iamArn('role/team/exec'), ActionNames: ['ssm:GetParameter'] },
    `iam:SimulatePrincipalPolicy ${iamArn('role/team/exec')}`,
  ],

  ecs(
    'CreateCluster',
    { clusterName: 'new', tags: ecsTags },
    arn('ecs', 'cluster/new'),
    `ecs:TagResource ${arn('ecs', 'cluster/new')}`,
  ),
  ecs('DescribeClusters', { clusters: ['prod', cluster] }, cluster),
  ecs('DescribeClusters', {}, arn('ecs', 'cluster/default')),
  ecs('ListClusters', {}, '*'),
  ecs('DeleteCluster', { cluster }, cluster),
  ecs(
    'RegisterContainerInstance',
    { cluster: 'prod', tags: ecsTags },
    cluster,
    `ecs:TagResource ${arn('ecs', 'container-instance/prod/*')}`,
  ),
  ecs('DeregisterContainerInstance', { cluster: 'prod', containerInstance: 'i1' }, cluster),
  ecs('ListContainerInstances', { cluster }, cluster),
  ecs(
    'DescribeContainerInstances',
    { cluster: 'prod', containerInstances: ['i1'] },
    arn('ecs', 'container-instance/prod/i1'),
  ),
  ecs(
    'RegisterTaskDefinition',
    {
      family: 'web',
      containerDefinitions: [container],
      taskRoleArn: iamArn('role/task'),
      executionRoleArn: 'exec',
      requiresCompatibilities: ['FARGATE'],
      tags: ecsTags,
    },
    arn('ecs', 'task-definition/web:*'),
    `ecs:TagResource ${arn('ecs', 'task-definition/web:*')}`,
    ...passed,
  ),
  ecs('DescribeTaskDefinition', { taskDefinition: 'web' }, '*'),
  ecs('DeregisterTaskDefinition', { taskDefinition: 'web:1' }, '*'),
  ecs('DeleteTaskDefinitions', { taskDefinitions: ['web:1'] }, definition),
  ecs('ListTaskDefinitions', {}, '*'),
  ecs('ListTaskDefinitionFamilies', {}, '*'),
  ecs('RegisterDaemonTaskDefinition', { family: 'agent', containerDefinitions: [] }, '*'),
  ecs('DescribeDaemonTaskDefinition', { daemonTaskDefinition: 'agent' }, '*'),
  ecs('CreateDaemon', { daemonName: 'agent', clusterArn: 'prod' }, '*'),
  ecs('UpdateDaemon', { daemonArn: 'agent' }, '*'),
  ecs('ListDaemons', {}, '*'),
  ecs('ListDaemonTaskDefinitions', {}, '*'),
  ecs('DescribeDaemon', { daemonArn: daemon }, daemon),
  ecs('ListDaemonDeployments', { daemonArn: daemon }, daemon),
  ecs('DescribeDaemonDeployments', { daemonDeploymentArns: [daemonDeployment] }, daemonDeployment),
  ecs('DescribeDaemonRevisions', { daemonRevisionArns: [daemonRevision] }, daemonRevision),
  ecs(
    'CreateService',
    { cluster: 'prod', serviceName: 'new', taskDefinition: 'web', desiredCount: 0, tags: ecsTags },
    arn('ecs', 'service/prod/new'),
    `ecs:TagResource ${arn('ecs', 'service/prod/new')}`,
    ...passed,
  ),
  ecs('UpdateService', { cluster: 'prod', service: 'web', forceNewDeployment: true }, service),
  ecs(
    'UpdateService',
    { cluster, service, taskDefinition: 'web:1', enableExecuteCommand: true },
    service,
    ...passed,
  ),
  ecs('DescribeServices', { cluster: 'prod', services: ['web', service] }, service),
  ecs('ListServices', { cluster: 'prod' }, '*'),
  ecs('DeleteService', { cluster: 'prod', service: 'web', force: true }, service),
  ecs('ListServiceDeployments', { cluster: 'prod', service: 'web' }, service),
  ecs('DescribeServiceDeployments', { serviceDeploymentArns: [deployment] }, service, deployment),
  ecs(
    'DescribeServiceRevisions',
    { serviceRevisionArns: [arn('ecs', 'service-revision/prod/web/1')] },
    service,
    arn('ecs', 'service-revision/prod/web/1'),
  ),
  ecs('StopServiceDeployment', { serviceDeploymentArn: deployment }, service, deployment),
  ecs(
    'ContinueServiceDeployment',
    { serviceDeploymentArn: deployment, hookId: 'h' },
    service,
    deployment,
  ),
  ecs(
    'RunTask',
    {
      cluster: 'prod',
      taskDefinition: 'web',
      tags: ecsTags,
      overrides: { executionRoleArn: iamArn('role/other') },
    },
    definition,
    `ecs:TagResource ${arn('ecs', 'task/prod/*')}`,
    ...passed,
    `iam:PassRole ${iamArn('role/other')}`,
  ),
  ecs('StopTask', { cluster: 'prod', task: 't1' }, arn('ecs', 'task/prod/t1')),
  ecs('ListTasks', { cluster: 'prod' }, '*'),
  ecs('DescribeTasks', { cluster: 'prod', tasks: ['t1'] }, arn('ecs', 'task/prod/t1')),
  ecs('TagResource', { resourceArn: cluster, tags: ecsTags }, cluster),
  ecs('UntagResource', { resourceArn: definition, tagKeys: ['team'] }, definition),
  ecs('ListTagsForResource', { resourceArn: service }, service),

  events(
    'PutRule',
    {
      Name: 'nightly',
      ScheduleExpression: 'rate(1 day)',
      RoleArn: iamArn('role/task'),
      Tags: tags,
    },
    rule,
    `events:TagResource ${rule}`,
    passed[0]!,
  ),
  events('DeleteRule', { Name: 'nightly' }, rule),
  events(
    'DescribeRule',
    { Name: 'nightly', EventBusName: arn('events', 'event-bus/own') },
    arn('events', 'rule/own/nightly'),
  ),
  events('ListRules', {}, '*'),
  events('ListRuleNamesByTarget', { TargetArn: cluster }, '*'),
  events(
    'PutTargets',
    { Rule: 'nightly', Targets: [{ Id: '1', Arn: arn('sqs', 'q'), RoleArn: iamArn('role/task') }] },
    rule,
    passed[0]!,
  ),
  events('RemoveTargets', { Rule: 'nightly', Ids: ['1'] }, rule),
  events('ListTargetsByRule', { Rule: 'nightly' }, rule),
  events('CreateEventBus', { Name: 'own' }, arn('events', 'event-bus/own')),
  events('ListEventBuses', {}, '*'),
  events(
    'PutEvents',
    { Entries: [{ Source: 'shop', DetailType: 'Order', Detail: '{}', EventBusName: 'own' }] },
    arn('events', 'event-bus/own'),
  ),
  events('TestEventPattern', { EventPattern: '{}', Event: '{}' }, '*'),

  ['scheduler', 'CreateSchedule', scheduled, `scheduler:CreateSchedule ${schedule}`, passed[0]!],
  ['scheduler', 'UpdateSchedule', scheduled, `scheduler:UpdateSchedule ${schedule}`, passed[0]!],
  ['scheduler', 'GetSchedule', { Name: 'nightly' }, `scheduler:GetSchedule ${schedule}`],
  ['scheduler', 'DeleteSchedule', { Name: 'nightly' }, `scheduler:DeleteSchedule ${schedule}`],
  ['scheduler', 'ListSchedules', {}, 'scheduler:ListSchedules *'],
  [
    'scheduler',
    'CreateScheduleGroup',
    { Name: 'own' },
    `scheduler:CreateScheduleGroup ${arn('scheduler', 'schedule-group/own')}`,
  ],
  ['scheduler', 'ListScheduleGroups', {}, 'scheduler:ListScheduleGroups *'],

  [
    'codedeploy',
    'CreateApplication',
    { applicationName: 'shop', tags },
    `codedeploy:CreateApplication ${application}`,
    `codedeploy:TagResource ${application}`,
  ],
  ['codedeploy', 'ListApplications', {}, 'codedeploy:ListApplications *'],
  [
    'codedeploy',
    'CreateDeploymentGroup',
    {
      applicationName: 'shop',
      deploymentGroupName: 'blue',
      serviceRoleArn: iamArn('role/task'),
    },
    `codedeploy:CreateDeploymentGroup ${group}`,
    passed[0]!,
  ],
  [
    'codedeploy',
    'GetDeploymentGroup',
    { applicationName: 'shop', deploymentGroupName: 'blue' },
    `codedeploy:GetDeploymentGroup ${group}`,
  ],
  [
    'codedeploy',
    'BatchGetDeploymentGroups',
    { applicationName: 'shop', deploymentGroupNames: ['blue'] },
    `codedeploy:BatchGetDeploymentGroups ${group}`,
  ],
  [
    'codedeploy',
    'ListDeploymentGroups',
    { applicationName: 'shop' },
    `codedeploy:ListDeploymentGroups ${application}`,
  ],
  [
    'codedeploy',
    'CreateDeployment',
    { applicationName: 'shop', deploymentGroupName: 'blue' },
    `codedeploy:CreateDeployment ${group}`,
    `codedeploy:GetDeploymentConfig ${arn('codedeploy', 'deploymentconfig:CodeDeployDefault.ECSAllAtOnce')}`,
    `codedeploy:GetApplicationRevision ${application}`,
    `codedeploy:RegisterApplicationRevision ${application}`,
  ],
  ['codedeploy', 'GetDeployment', { deploymentId: 'd-1' }],
  ['codedeploy', 'StopDeployment', { deploymentId: 'd-1' }, 'codedeploy:StopDeployment *'],

  [
    'logs',
    'CreateLogGroup',
    { logGroupName: '/ecs/new', tags: { team: 'a' } },
    `logs:CreateLogGroup ${logGroup}:log-stream:`,
    `logs:TagResource ${logGroup}`,
  ],
  ['ecr', 'GetAuthorizationToken', {}, 'ecr:GetAuthorizationToken *'],
  ['ecr', 'CreateRepository', { repositoryName: 'web' }, `ecr:CreateRepository ${repository}`],
  ['ecr', 'DescribeRepositories', {}, 'ecr:DescribeRepositories *'],
  ...['PutImage', 'DescribeImages', 'BatchGetImage'].map((operation): Row => [
    'ecr',
    operation,
    { repositoryName: 'web' },
    `ecr:${operation} ${repository}`,
  ]),
  ...['CreatePullThroughCacheRule', 'DescribePullThroughCacheRules'].map((operation): Row => [
    'ecr',
    operation,
    {},
    `ecr:${operation} *`,
  ]),
  [
    ...(['elasticloadbalancing', 'CreateTargetGroup', { Name: 'web' }] as const),
    `elasticloadbalancing:CreateTargetGroup ${arn('elasticloadbalancing', 'targetgroup/web/*')}`,
  ],
  [
    ...(['elasticloadbalancing', 'DescribeTargetGroups', {}] as const),
    'elasticloadbalancing:DescribeTargetGroups *',
  ],
  ['logs', 'DescribeLogGroups', { logGroupNamePrefix: '/ecs' }, 'logs:DescribeLogGroups *'],
  [
    'logs',
    'DeleteLogGroup',
    { logGroupName: '/ecs/new' },
    `logs:DeleteLogGroup ${logGroup}:log-stream:`,
  ],
  [
    'logs',
    'CreateLogStream',
    { logGroupName: '/ecs/new', logStreamName: 'ecs/web/1' },
    `logs:CreateLogStream ${logGroup}:log-stream:ecs/web/1`,
  ],
  ...['PutLogEvents', 'GetLogEvents'].map((operation): Row => [
    'logs',
    operation,
    { logGroupName: '/ecs/new', logStreamName: 'ecs/web/1' },
    `logs:${operation} ${logGroup}:log-stream:ecs/web/1`,
  ]),
  [
    'logs',
    'FilterLogEvents',
    { logGroupName: '/ecs/new' },
    `logs:FilterLogEvents ${logGroup}:log-stream:`,
  ],
  ec2('CreateVpc', { CidrBlock: '10.0.0.0/16' }, 'vpc/*'),
  ec2('ModifyVpcAttribute', { VpcId: 'vpc-1' }, 'vpc/vpc-1'),
  ec2('DescribeVpcAttribute', { VpcId: 'vpc-1', Attribute: 'enableDnsSupport' }, 'vpc/vpc-1'),
  ec2('DescribeVpcs', {}, '*'),
  ec2('CreateSubnet', { VpcId: 'vpc-1', CidrBlock: '10.0.0.0/24' }, 'subnet/*', 'vpc/vpc-1'),
  ec2('DescribeSubnets', { SubnetId: ['subnet-1'] }, '*'),
  ec2('CreateInternetGateway', {}, 'internet-gateway/*'),
  ec2(
    'AttachInternetGateway',
    { InternetGatewayId: 'igw-1', VpcId: 'vpc-1' },
    'internet-gateway/igw-1',
    'vpc/vpc-1',
  ),
  ec2('DescribeInternetGateways', {}, '*'),
  ec2(
    'CreateNatGateway',
    { SubnetId: 'subnet-1', AllocationId: 'eipalloc-1' },
    'natgateway/*',
    'subnet/subnet-1',
    'elastic-ip/eipalloc-1',
  ),
  ec2('DeleteNatGateway', { NatGatewayId: 'nat-1' }, 'natgateway/nat-1'),
  ec2('DescribeNatGateways', {}, '*'),
  ec2('CreateRouteTable', { VpcId: 'vpc-1' }, 'route-table/*', 'vpc/vpc-1'),
  ec2('CreateRoute', { RouteTableId: 'rtb-1' }, 'route-table/rtb-1'),
  ec2('DeleteRoute', { RouteTableId: 'rtb-1' }, 'route-table/rtb-1'),
  ec2(
    'AssociateRouteTable',
    { RouteTableId: 'rtb-1', SubnetId: 'subnet-1' },
    'route-table/rtb-1',
    'subnet/subnet-1',
  ),
  ec2('DescribeRouteTables', {}, '*'),
  ec2(
    'CreateSecurityGroup',
    { GroupName: 'web', GroupDescription: 'web', VpcId: 'vpc-1' },
    'security-group/*',
    'vpc/vpc-1',
  ),
  ec2('AuthorizeSecurityGroupIngress', { GroupId: 'sg-1' }, 'security-group/sg-1'),
  ec2('AuthorizeSecurityGroupEgress', { GroupId: 'sg-1' }, 'security-group/sg-1'),
  ec2('RevokeSecurityGroupIngress', { GroupId: 'sg-1' }, 'security-group/sg-1'),
  ec2('RevokeSecurityGroupEgress', { GroupId: 'sg-1' }, 'security-group/sg-1'),
  ec2('DescribeSecurityGroups', {}, '*'),
  ec2(
    'CreateVpcEndpoint',
    {
      VpcId: 'vpc-1',
      ServiceName: 'com.amazonaws.us-east-1.ssm',
      SubnetId: ['subnet-1', 'subnet-2'],
      SecurityGroupId: ['sg-1'],
      RouteTableId: ['rtb-1'],
    },
    'vpc-endpoint/*',
    'vpc/vpc-1',
    'subnet/subnet-1',
    'subnet/subnet-2',
    'security-group/sg-1',
    'route-table/rtb-1',
  ),
  ec2(
    'ModifyVpcEndpoint',
    { VpcEndpointId: 'vpce-1', AddSubnetId: ['subnet-1'] },
    'vpc-endpoint/vpce-1',
    'subnet/subnet-1',
  ),
  ec2('DescribeVpcEndpoints', {}, '*'),
  [
    'ec2',
    'RunInstances',
    { MinCount: 1, MaxCount: 1, ImageId: 'ami-1', SubnetId: 'subnet-1', SecurityGroupId: ['sg-1'] },
    `ec2:RunInstances ${arn('ec2', 'instance/*')}`,
    `ec2:RunInstances arn:aws:ec2:${region}::image/ami-1`,
    ...['network-interface/*', 'volume/*', 'subnet/subnet-1', 'security-group/sg-1'].map(
      (one) => `ec2:RunInstances ${arn('ec2', one)}`,
    ),
  ],
  ec2('DescribeInstances', {}, '*'),
];

let open: Account | undefined;
afterEach(() => open?.ecs.close());

/** An account with a thing of each kind, and a role `caller` without permissions. */
async function scene(): Promise<{ invoke: Invoke; fill: (text: string) => string }> {
  open = createAccount({ ecs: { tickMs: 1000 } });
  const { environment } = open;
  const invoke: Invoke = (...request) => environment.invoke(...request);
  const ask = (name: string, operation: string, input: Input): Promise<unknown> =>
    invoke(name, operation, input, { principal: owner, region });
  const found = new Map<string, string>();

  const key = (await ask('kms', 'CreateKey', {})) as { KeyMetadata: { KeyId: string } };
  const { KeyId } = key.KeyMetadata;
  await ask('kms', 'CreateAlias', { AliasName: 'alias/app', TargetKeyId: KeyId });
  const stored = { Name: '/app/db', Value: 'v', Type: 'SecureString', KeyId, Tags: tags };
  await ask('ssm', 'PutParameter', stored);
  const kept = { Name: 'app/db', SecretString: 'v', KmsKeyId: KeyId, Tags: tags };
  const { ARN } = (await ask('secretsmanager', 'CreateSecret', kept)) as { ARN: string };
  for (const RoleName of ['caller', 'exec']) {
    const Path = RoleName === 'exec' ? '/team/' : '/';
    const role = { RoleName, Path, AssumeRolePolicyDocument: trust, Tags: tags };
    await ask('iam', 'CreateRole', role);
  }
  await ask('iam', 'CreatePolicy', { PolicyName: 'limit', PolicyDocument: document });
  await ask('ecs', 'CreateCluster', { clusterName: 'prod' });
  await ask('ecs', 'RegisterTaskDefinition', {
    family: 'web',
    containerDefinitions: [container],
    taskRoleArn: iamArn('role/task'),
    executionRoleArn: iamArn('role/exec'),
    tags: ecsTags,
  });
  const web = { cluster: 'prod', serviceName: 'web', taskDefinition: 'web', desiredCount: 1 };
  await ask('ecs', 'CreateService', { ...web, tags: ecsTags });
  const list = { cluster: 'prod', service: 'web' };
  const { serviceDeployments } = (await ask('ecs', 'ListServiceDeployments', list)) as {
    serviceDeployments: { serviceDeploymentArn: string }[];
  };
  found.set(names.key, KeyId);
  found.set(names.secret, ARN.slice(-6));
  const [record] = serviceDeployments;
  found.set(names.deployment, record!.serviceDeploymentArn.split('/').at(-1)!);
  const fill = (text: string): string =>
    [...found].reduce((filled, [name, value]) => filled.replaceAll(name, value), text);
  return { invoke, fill };
}

/** Asks again and again, allowing each time what was refused; tells what that was. */
async function neededFor(
  invoke: Invoke,
  name: string,
  operation: string,
  input: Input,
): Promise<string[]> {
  const needed: string[] = [];
  const statements: object[] = [];
  for (;;) {
    try {
      await invoke(name, operation, input, caller);
      return needed;
    } catch (error) {
      if (!(error instanceof ServiceError) || !error.code.startsWith('AccessDenied')) return needed;
      const refused = /perform: (\S+) on resource: (\S+)/.exec(error.message);
      const { 1: Action = ['kms:GenerateDataKey', 'kms:Decrypt'], 2: Resource = '*' } =
        refused ?? [];
      needed.push(
        refused ? `${refused[1]!} ${Resource}` : error.message.replace(' is not allowed', ''),
      );
      if (needed.length > 10) throw new Error(needed.join('\n'), { cause: error });
      // The suffix of a secret that is created is another one in the next attempt.
      const again = Resource.replace(/(:secret:new-).*/, '$1*');
      statements.push({ Effect: 'Allow', Action, Resource: again });
    }
    await invoke(
      'iam',
      'PutRolePolicy',
      {
        RoleName: 'caller',
        PolicyName: 'p',
        PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: statements }),
      },
      { principal: owner, region },
    );
  }
}

it.each(rows)('%s %s of %j needs %s', async (name, operation, input, ...needed) => {
  const { invoke, fill } = await scene();
  const filled = JSON.parse(fill(JSON.stringify(input))) as Input;
  const asked = await neededFor(invoke, name, operation, filled);
  expect(asked.map((one) => one.replace(/(:secret:new-).{6}$/, '$1??????'))).toEqual(
    needed.map(fill),
  );
});

describe('the service authorization reference', () => {
  const environment: Environment = {
    account,
    partition: 'aws',
    now: () => 0,
    invoke: () => Promise.resolve({}),
    emit: () => undefined,
  };
  const access = createAccess(
    environment,
    createDecide(environment, () => undefined),
  );
  const keys = createKeyRing(environment, access);
  const guarded: GuardedService[] = [
    createSsm(environment, keys),
    createSecretsManager(environment, keys, access, 0),
    createKms(environment, keys),
    createIam(environment, 0).service,
    createEcs(environment),
    createEvents(environment, () => undefined),
    createScheduler(environment),
    createCodeDeploy(environment),
    createLogs(environment),
    createEcr(environment),
    createLoadBalancing(environment),
    createEc2(environment),
  ];

  beforeAll(async () => {
    const [, store, , , ecsService] = guarded;
    const asOwner: Call = { principal: owner, region };
    await store!.operations.CreateSecret!({ Name: 'app/db', Tags: tags } as never, asOwner);
    const rotation = {
      SecretId: 'app/db',
      RotationLambdaARN: arn('lambda', 'function:f'),
      RotateImmediately: false,
    };
    await store!.operations.RotateSecret!(rotation as never, asOwner);
    const web = { family: 'web', containerDefinitions: [container] };
    await ecsService!.operations.RegisterTaskDefinition!(web as never, asOwner);
  });

  it('is followed by rows for every operation', () => {
    const asked = new Set(rows.map(([name, operation]) => `${name}:${operation}`));
    const all = guarded.flatMap(({ name, operations }) =>
      Object.keys(operations).map((operation) => `${name}:${operation}`),
    );
    expect([...asked].sort()).toEqual(all.sort());
  });

  it.each(rows)('knows what is asked by %s %s of %j', async (name, operation, input) => {
    const asked = guarded.find((one) => one.name === name)!.attempts!(operation, input, caller);
    for (const question of asked) {
      const { action = `${name}:${operation}`, resource, context = {} } = question;
      const statement = { Effect: 'Allow', Action: action, Resource: resource };
      const policy = { Version: '2012-10-17', Statement: [statement] };
      const answer = await runSimulation(
        {
          request: {
            principal: iamArn('role/caller'),
            action,
            resource: { resource, accountId: account },
            contextVariables: {},
          },
          identityPolicies: [{ name: 'p', policy }],
          serviceControlPolicies: [],
          resourceControlPolicies: [],
        },
        {},
      );
      // Newer than the reference that the evaluator has: when it knows them, this goes.
      if (/:(?:Dis)?[Aa]ssociateCrossAccountReplica$/.test(action)) {
        expect(answer, action).toMatchObject({ errors: { message: 'invalid.action' } });
        return;
      }
      // Its only type of resource is container instances, which a request without one is not about.
      if (action !== 'ecs:ListTasks') expect(answer, action).not.toHaveProperty('errors');
      const allowed = await allowedContextKeysForRequest(
        ...(action.split(':') as [string, string]),
        resource,
        false,
        undefined,
      );
      const known = new Set(allowed.map((one) => one.replace(/\/.*/, '')));
      const unknown = Object.keys(context).filter(
        (one) => !known.has(one.toLowerCase().replace(/\/.*/, '')),
      );
      expect(unknown, action).toEqual([]);
    }
  });

  it('is asked whatever a request looks like', () => {
    const members = [...new Set(rows.flatMap(([, , input]) => Object.keys(input)))];
    const odd = fc.oneof(
      fc.constantFrom('', 'a', 'alias/', 'arn:', 'arn:aws:ssm:us-east-1:1:x/y', 'a/b/c:d', '${a}'),
      fc.constantFrom<unknown>(0, true, null, {}, [], [null], [[]], [{ Key: 1 }], [{ key: 'a' }]),
    );
    const asked = fc.record({
      one: fc.constantFrom(...guarded),
      input: fc.dictionary(fc.constantFrom(...members), odd, { maxKeys: 5 }),
    });
    fc.assert(
      fc.property(asked, ({ one, input }) => {
        for (const operation of Object.keys(one.operations)) {
          try {
            const questions = one.attempts!(operation, input, caller);
            expect(questions.every(({ resource }) => typeof resource === 'string')).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(ServiceError);
          }
        }
      }),
    );
  });
});

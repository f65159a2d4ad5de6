import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createAccount } from '../../src/sandbox/account.ts';
import { owner, ServiceError } from '../../src/sandbox/service.ts';

const members = [
  'Name',
  'Names',
  'Path',
  'Value',
  'Type',
  'KeyId',
  'Tags',
  'TagKeys',
  'ResourceType',
  'ResourceId',
  'ParameterFilters',
  'Labels',
  'NextToken',
  'MaxResults',
  'SecretId',
  'SecretIdList',
  'SecretString',
  'Filters',
  'VersionStage',
  'AddReplicaRegions',
  'RemoveReplicaRegions',
  'MoveToVersionId',
  'RoleName',
  'PolicyName',
  'PolicyDocument',
  'PolicyArn',
  'AssumeRolePolicyDocument',
  'ResourcePolicy',
  'Policy',
  'AliasName',
  'TargetKeyId',
  'Marker',
  'RotationLambdaARN',
  'RotationRules',
  'ScheduleExpression',
  'EventPattern',
  'Event',
  'Entries',
  'EventBusName',
  'Rule',
  'Targets',
  'Ids',
  'TargetArn',
  'GroupName',
  'Target',
  'FlexibleTimeWindow',
  'applicationName',
  'deploymentGroupName',
  'deploymentGroupNames',
  'ecsServices',
  'blueGreenDeploymentConfiguration',
  'serviceRoleArn',
  'revision',
  'deploymentId',
];
const operations = {
  ssm: [
    'PutParameter',
    'GetParameter',
    'GetParameters',
    'GetParametersByPath',
    'DescribeParameters',
    'GetParameterHistory',
    'DeleteParameter',
    'DeleteParameters',
    'AddTagsToResource',
    'LabelParameterVersion',
  ],
  secretsmanager: [
    'CreateSecret',
    'PutSecretValue',
    'GetSecretValue',
    'BatchGetSecretValue',
    'ListSecrets',
    'UpdateSecret',
    'UpdateSecretVersionStage',
    'DeleteSecret',
    'RestoreSecret',
    'TagResource',
    'PutResourcePolicy',
    'RotateSecret',
    'CancelRotateSecret',
    'ReplicateSecretToRegions',
    'RemoveRegionsFromReplication',
    'StopReplicationToReplica',
  ],
  kms: [
    'CreateKey',
    'CreateAlias',
    'DescribeKey',
    'ListAliases',
    'PutKeyPolicy',
    'ScheduleKeyDeletion',
  ],
  iam: [
    'CreateRole',
    'GetRole',
    'ListRoles',
    'PutRolePolicy',
    'AttachRolePolicy',
    'CreatePolicy',
    'TagRole',
  ],
  events: [
    'PutRule',
    'DeleteRule',
    'ListRules',
    'ListRuleNamesByTarget',
    'PutTargets',
    'RemoveTargets',
    'ListTargetsByRule',
    'CreateEventBus',
    'PutEvents',
    'TestEventPattern',
  ],
  scheduler: ['CreateSchedule', 'UpdateSchedule', 'GetSchedule', 'ListSchedules'],
  codedeploy: [
    'CreateApplication',
    'CreateDeploymentGroup',
    'BatchGetDeploymentGroups',
    'CreateDeployment',
    'GetDeployment',
  ],
};

it('answers any request with a result or an error of AWS', async () => {
  const account = createAccount();
  const text = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.constantFrom(
      'a',
      '/a',
      '/a/b',
      'a:1',
      'arn:aws:ssm:us-east-1:123456789012:parameter/a',
      'x'.repeat(40),
    ),
    fc.constantFrom(
      'String',
      'SecureString',
      'Parameter',
      '{}',
      '{"Statement":{"Effect":"Allow"}}',
      'alias/x',
      'rate(1 day)',
    ),
  );
  const scalar = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null));
  const pair = fc.record(
    { Key: scalar, Value: scalar, Values: fc.array(scalar, { maxLength: 2 }) },
    { requiredKeys: [] },
  );
  const value = fc.oneof(
    text,
    scalar,
    fc.array(fc.oneof(text, scalar, pair), { maxLength: 3 }),
    pair,
  );
  const call = fc
    .constantFrom(...(Object.keys(operations) as (keyof typeof operations)[]))
    .chain((service) =>
      fc.record({
        service: fc.constant(service),
        operation: fc.constantFrom(...operations[service]),
        input: fc.dictionary(fc.constantFrom(...members), value, { maxKeys: 6 }),
        principal: fc.constantFrom(owner, {
          kind: 'role' as const,
          roleArn: 'arn:aws:iam::123456789012:role/a',
        }),
      }),
    );
  await fc.assert(
    fc.asyncProperty(call, async ({ service, operation, input, principal }) => {
      const asked = { principal, region: 'us-east-1' };
      try {
        await account.environment.invoke(service, operation, input, asked);
      } catch (error) {
        expect(error).toBeInstanceOf(ServiceError);
      }
    }),
    { numRuns: 4000 },
  );
  account.ecs.close();
});

/**
 * Members of responses that this tool needs to work correctly, by action. `[]` means each entry of
 * a list. AWS always returns them (API references); the SDK declares them optional.
 */
export const neededMembers: Readonly<Record<string, readonly string[]>> = {
  'ssm:GetParameter': ['Parameter.Name', 'Parameter.Value', 'Parameter.Version'],
  'ssm:GetParameters': ['Parameters[].Name', 'Parameters[].Value', 'Parameters[].Version'],
  'ssm:GetParametersByPath': ['Parameters[].Name', 'Parameters[].Value', 'Parameters[].Version'],
  'ssm:GetParameterHistory': ['Parameters[].Version'],
  'ssm:DescribeParameters': ['Parameters[].Name'],
  'ssm:PutParameter': ['Version'],
  'secretsmanager:GetSecretValue': ['ARN', 'Name', 'VersionId'],
  'secretsmanager:BatchGetSecretValue': [
    'SecretValues[].ARN',
    'SecretValues[].Name',
    'SecretValues[].VersionId',
  ],
  'secretsmanager:DescribeSecret': ['ARN', 'Name'],
  'secretsmanager:ListSecrets': ['SecretList[].ARN', 'SecretList[].Name'],
  'secretsmanager:ListSecretVersionIds': ['Versions[].VersionId'],
  'secretsmanager:CreateSecret': ['ARN', 'VersionId'],
  'secretsmanager:PutSecretValue': ['ARN', 'VersionId'],
  'ecs:DescribeServices': [
    'services[].serviceArn',
    'services[].serviceName',
    'services[].clusterArn',
    'services[].status',
    'services[].deployments[].id',
    'services[].deployments[].status',
  ],
  'ecs:UpdateService': ['service.serviceArn', 'service.serviceName', 'service.clusterArn'],
  'ecs:DescribeServiceDeployments': [
    'serviceDeployments[].serviceDeploymentArn',
    'serviceDeployments[].status',
  ],
  'ecs:DescribeTaskDefinition': [
    'taskDefinition.taskDefinitionArn',
    'taskDefinition.containerDefinitions',
  ],
  'ecs:RegisterTaskDefinition': ['taskDefinition.taskDefinitionArn', 'taskDefinition.revision'],
  'ecs:DescribeTasks': ['tasks[].taskArn', 'tasks[].lastStatus'],
  'iam:GetRole': ['Role.RoleName', 'Role.Arn', 'Role.AssumeRolePolicyDocument'],
  'iam:CreateRole': ['Role.Arn'],
  'iam:GetRolePolicy': ['PolicyDocument'],
  'iam:GetPolicy': ['Policy.DefaultVersionId'],
  'iam:GetPolicyVersion': ['PolicyVersion.Document'],
  'iam:ListPolicyVersions': ['Versions[].VersionId'],
  'kms:DescribeKey': ['KeyMetadata.Arn'],
  'sts:GetCallerIdentity': ['Arn', 'Account'],
  'codedeploy:CreateDeployment': ['deploymentId'],
  'codedeploy:GetDeployment': ['deploymentInfo.status'],
};

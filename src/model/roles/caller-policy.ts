import { dnsSuffix, type Scope } from '../secrets/partition.ts';
import type { PolicyDocument, Statement } from './policy.ts';
import type { Store } from '../secrets/reference.ts';
import { sidOf, type Target } from './caller-targets.ts';

/** What a caller's policy is about, where it is narrowed. */
export interface CallerScope {
  /** Only this store. */
  store?: Store | undefined;
  /** Names of parameters and secrets begin so: `/shop/prod`. */
  prefix?: string | undefined;
  /** Names of the roles that are made or passed. */
  roles: readonly string[];
  clusters: readonly string[];
  /** ARNs of customer-managed keys. */
  keys: readonly string[];
}

/** Actions with what they act on. */
type Needs = readonly (readonly [target: Target, ...actions: string[]])[];

// sts:GetCallerIdentity needs no permission (STS API reference), so it is nowhere in here.
const updateParameter: Needs = [
  ['parameters', 'ssm:GetParameter', 'ssm:PutParameter'],
  ['everything', 'ssm:DescribeParameters'],
  ['keys', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:Decrypt'],
];
const putParameter: Needs = [
  ...updateParameter,
  ['parameters', 'ssm:AddTagsToResource', 'ssm:ListTagsForResource'],
];
const updateSecret: Needs = [
  ['secrets', 'secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
  ['secrets', 'secretsmanager:PutSecretValue', 'secretsmanager:UpdateSecretVersionStage'],
  ['keys', 'kms:GenerateDataKey', 'kms:Decrypt'],
];
const createSecret: Needs = [
  ...updateSecret,
  ['secrets', 'secretsmanager:CreateSecret', 'secretsmanager:TagResource'],
  ['secrets', 'secretsmanager:UpdateSecret'],
];
const resolve: Needs = [
  ['everything', 'ssm:DescribeParameters'],
  ['secrets', 'secretsmanager:DescribeSecret'],
];
const daemon: Needs = [
  ['everything', 'ecs:DescribeDaemon', 'ecs:DescribeDaemonDeployments'],
  ['everything', 'ecs:DescribeDaemonRevisions', 'ecs:DescribeDaemonTaskDefinition'],
];
const scan: Needs = [
  ['everything', 'ecs:ListClusters', 'ecs:ListServices'],
  ['everything', 'ecs:ListTasks', 'ecs:DescribeTaskDefinition'],
  ['services', 'ecs:DescribeServices', 'ecs:DescribeServiceRevisions'],
  ['tasks', 'ecs:DescribeTasks'],
  ['everything', 'ecs:ListDaemons'],
  ...daemon,
  // Of Express services, which DescribeServices shows without their task definitions.
  ['serviceRevisions', 'ecs:DescribeServiceRevisions'],
];
const scheduled: Needs = [
  ['everything', 'events:ListRuleNamesByTarget', 'scheduler:ListSchedules'],
  ['rules', 'events:ListTargetsByRule'],
  ['schedules', 'scheduler:GetSchedule'],
];
/** What uses revisions of task definitions. */
const revisionUsers: Needs = [
  ['everything', 'ecs:ListClusters', 'ecs:ListServices', 'ecs:ListTasks'],
  ['services', 'ecs:DescribeServices', 'ecs:DescribeServiceRevisions'],
  ['tasks', 'ecs:DescribeTasks'],
  ['serviceRevisions', 'ecs:DescribeServiceRevisions'],
  ...scheduled,
  // Where a service has the CODE_DEPLOY controller.
  ['everything', 'codedeploy:ListApplications', 'codedeploy:ListDeploymentGroups'],
  ['everything', 'codedeploy:BatchGetDeploymentGroups'],
];
const redeploy: Needs = [
  ...scan,
  ['services', 'ecs:UpdateService', 'ecs:DescribeServiceDeployments'],
  ['serviceDeployments', 'ecs:DescribeServiceDeployments'],
];
const readBelow: Needs = [
  ['parameters', 'ssm:GetParametersByPath', 'ssm:GetParameter'],
  ['everything', 'secretsmanager:ListSecrets', 'secretsmanager:BatchGetSecretValue'],
  ['secrets', 'secretsmanager:GetSecretValue'],
  ['keys', 'kms:Decrypt'],
];
const readContainer: Needs = [
  ['everything', 'ecs:DescribeTaskDefinition'],
  ['parameters', 'ssm:GetParameters'],
  ['secrets', 'secretsmanager:GetSecretValue'],
  ['keys', 'kms:Decrypt'],
];
/** What the values of a time take. */
const earlier: Needs = [
  ['parameters', 'ssm:GetParameterHistory', 'ssm:GetParameters'],
  ['secrets', 'secretsmanager:DescribeSecret', 'secretsmanager:ListSecretVersionIds'],
];
const list: Needs = [['everything', 'ssm:DescribeParameters', 'secretsmanager:ListSecrets']];
const references: Needs = [
  ...resolve,
  ['everything', 'ecs:DescribeTaskDefinition'],
  ['services', 'ecs:DescribeServices', 'ecs:DescribeServiceRevisions'],
  ['serviceRevisions', 'ecs:DescribeServiceRevisions'],
  ['keys', 'kms:DescribeKey'],
];
const readRole: Needs = [
  ['roles', 'iam:GetRole', 'iam:ListRolePolicies', 'iam:GetRolePolicy'],
  ['roles', 'iam:ListAttachedRolePolicies'],
];
const readPolicies: Needs = [['managedPolicies', 'iam:GetPolicy', 'iam:GetPolicyVersion']];
const createRole: Needs = [
  ...references,
  ...readRole,
  ...readPolicies,
  ['roles', 'iam:CreateRole', 'iam:UpdateAssumeRolePolicy', 'iam:UpdateRole', 'iam:TagRole'],
  ['roles', 'iam:PutRolePolicy', 'iam:DeleteRolePolicy'],
  ['roles', 'iam:AttachRolePolicy', 'iam:DetachRolePolicy'],
  ['ownPolicies', 'iam:CreatePolicy', 'iam:CreatePolicyVersion', 'iam:ListPolicyVersions'],
  ['ownPolicies', 'iam:DeletePolicy', 'iam:DeletePolicyVersion'],
];
const readNetwork: Needs = [
  ['everything', 'ec2:DescribeSubnets', 'ec2:DescribeRouteTables', 'ec2:DescribeVpcEndpoints'],
  ['everything', 'ec2:DescribeSecurityGroups', 'ec2:DescribeNatGateways'],
  ['everything', 'ec2:DescribeInstances'],
  ['vpcs', 'ec2:DescribeVpcAttribute'],
];
/** All that is looked at before a task of a service or of a revision starts; reads no value. */
const startChecks: Needs = [
  ...references,
  ...readRole,
  ...readPolicies,
  ['secrets', 'secretsmanager:ListSecretVersionIds', 'secretsmanager:GetResourcePolicy'],
  // For roles whose policies ask for tags.
  ['parameters', 'ssm:ListTagsForResource'],
  ['keys', 'kms:GetKeyPolicy'],
  ['roles', 'iam:SimulatePrincipalPolicy'],
  // Whether the caller may pass roles, is asked about the caller.
  ['callerRoles', 'iam:GetRole', 'iam:SimulatePrincipalPolicy'],
  ['callerUsers', 'iam:SimulatePrincipalPolicy'],
  ['everything', 'logs:DescribeLogGroups', 'ecr:DescribePullThroughCacheRules'],
  ['repositories', 'ecr:DescribeImages'],
  ['clusters', 'ecs:ListContainerInstances'],
  ['containerInstances', 'ecs:DescribeContainerInstances'],
  ...readNetwork,
];
const verify: Needs = [
  ...startChecks,
  ...daemon,
  ['everything', 'elasticloadbalancing:DescribeTargetGroups'],
];
const diagnose: Needs = [
  ...verify,
  ['everything', 'ecs:ListTasks'],
  ['tasks', 'ecs:DescribeTasks'],
];
const readValues: Needs = [
  ['secrets', 'secretsmanager:GetSecretValue'],
  ['keys', 'kms:Decrypt'],
];

const register: Needs = [
  ...resolve,
  ['everything', 'ecs:DescribeTaskDefinition'],
  ['taskDefinitions', 'ecs:RegisterTaskDefinition', 'ecs:TagResource'],
  ...readRole,
  ...readPolicies,
  ['secrets', 'secretsmanager:GetSecretValue', 'secretsmanager:GetResourcePolicy'],
  ['parameters', 'ssm:ListTagsForResource'],
  ['everything', 'secretsmanager:ListSecrets', 'secretsmanager:BatchGetSecretValue'],
  ['keys', 'kms:DescribeKey', 'kms:GetKeyPolicy', 'kms:Decrypt'],
  ['passedRoles', 'iam:PassRole'],
  ['services', 'ecs:DescribeServices', 'ecs:UpdateService'],
  ['services', 'ecs:DescribeServiceDeployments'],
  ['serviceDeployments', 'ecs:DescribeServiceDeployments'],
  ['everything', 'ecs:ListTasks', 'elasticloadbalancing:DescribeTargetGroups'],
  ['tasks', 'ecs:DescribeTasks'],
];

const runTask: Needs = [
  ['everything', 'ecs:DescribeTaskDefinition'],
  ['services', 'ecs:DescribeServices', 'ecs:DescribeServiceRevisions'],
  ['serviceRevisions', 'ecs:DescribeServiceRevisions'],
  ['taskDefinitions', 'ecs:RunTask'],
  ['tasks', 'ecs:DescribeTasks', 'ecs:StopTask', 'ecs:TagResource'],
  ['passedRoles', 'iam:PassRole'],
  ['logStreams', 'logs:GetLogEvents'],
];

const readStack: Needs = [
  ['stacks', 'cloudformation:DescribeStacks', 'cloudformation:GetTemplate'],
  ['stacks', 'cloudformation:ListChangeSets'],
];
const followStack: Needs = [
  ...readStack,
  ['stacks', 'cloudformation:DescribeStackEvents', 'cloudformation:DeleteStack'],
];
/** CloudFormation acts with the caller's permissions: what deletes the resources of the stack. */
const removeResources: Needs = [
  ['stateMachines', 'states:DescribeStateMachine', 'states:DeleteStateMachine'],
  ['rules', 'events:DescribeRule', 'events:ListTargetsByRule'],
  ['rules', 'events:RemoveTargets', 'events:DeleteRule'],
  ['topics', 'sns:GetTopicAttributes', 'sns:DeleteTopic', 'sns:ListSubscriptionsByTopic'],
  ['topics', 'sns:GetSubscriptionAttributes', 'sns:Unsubscribe'],
  ['logGroups', 'logs:DeleteLogGroup'],
  ['everything', 'logs:DescribeLogGroups'],
  ['stackRoles', 'iam:GetRole', 'iam:DeleteRole', 'iam:DeleteRolePolicy'],
  ['stackRoles', 'iam:ListRolePolicies', 'iam:ListAttachedRolePolicies', 'iam:GetRolePolicy'],
];
/** The same, for what creates and updates them; a failed creation is rolled back. */
const createResources: Needs = [
  ...removeResources,
  ['stateMachines', 'states:CreateStateMachine', 'states:UpdateStateMachine'],
  ['stateMachines', 'states:TagResource', 'states:UntagResource', 'states:ListTagsForResource'],
  ['rules', 'events:PutRule', 'events:PutTargets'],
  ['rules', 'events:TagResource', 'events:UntagResource', 'events:ListTagsForResource'],
  ['topics', 'sns:CreateTopic', 'sns:SetTopicAttributes', 'sns:Subscribe'],
  ['topics', 'sns:TagResource', 'sns:UntagResource', 'sns:ListTagsForResource'],
  ['logGroups', 'logs:CreateLogGroup', 'logs:PutRetentionPolicy', 'logs:ListTagsForResource'],
  ['logGroups', 'logs:TagResource', 'logs:UntagResource'],
  ['stackRoles', 'iam:CreateRole', 'iam:PutRolePolicy', 'iam:UpdateAssumeRolePolicy'],
  ['stackRoles', 'iam:TagRole', 'iam:UntagRole'],
  ['passedStackRoles', 'iam:PassRole'],
];

/**
 * What the caller of each command has to be allowed, in all that it does. What only looks is no reason
 * to let somebody read values: with that option it has a policy of its own. A test holds this table
 * against the calls that the commands make (test/commands/roles/caller-policy.test.ts).
 */
export const callerNeeds = {
  put: [...putParameter, ...createSecret, ['secrets', 'secretsmanager:RestoreSecret']],
  import: [
    ...putParameter,
    ...createSecret,
    ...list,
    ['parameters', 'ssm:GetParameters'],
    ['everything', 'secretsmanager:BatchGetSecretValue'],
  ],
  list,
  'list --tags': [...list, ['parameters', 'ssm:ListTagsForResource']],
  'list --unused': [...list, ...scan, ...scheduled],
  find: list,
  'find --value': [
    ...list,
    ['parameters', 'ssm:GetParameters'],
    ['everything', 'secretsmanager:BatchGetSecretValue'],
    ['secrets', 'secretsmanager:GetSecretValue'],
    ['keys', 'kms:Decrypt'],
  ],
  tag: [
    ['parameters', 'ssm:ListTagsForResource', 'ssm:AddTagsToResource'],
    ['secrets', 'secretsmanager:DescribeSecret', 'secretsmanager:TagResource'],
  ],
  untag: [
    ['parameters', 'ssm:ListTagsForResource', 'ssm:RemoveTagsFromResource'],
    ['secrets', 'secretsmanager:DescribeSecret', 'secretsmanager:UntagResource'],
  ],
  get: [
    ['everything', 'ssm:DescribeParameters'],
    ['parameters', 'ssm:ListTagsForResource', 'ssm:GetParameter'],
    ['secrets', 'secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
    ['keys', 'kms:Decrypt'],
  ],
  history: [
    ['parameters', 'ssm:GetParameterHistory'],
    ['secrets', 'secretsmanager:DescribeSecret', 'secretsmanager:ListSecretVersionIds'],
  ],
  rollback: [
    ...resolve,
    ['parameters', 'ssm:GetParameterHistory', 'ssm:GetParameter', 'ssm:PutParameter'],
    ['secrets', 'secretsmanager:ListSecretVersionIds', 'secretsmanager:UpdateSecretVersionStage'],
    // Of a version that is newer than the current one the value is stored again.
    ['secrets', 'secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'],
    ['keys', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:Decrypt'],
  ],
  delete: [
    ...resolve,
    ...scan,
    ...scheduled,
    ['parameters', 'ssm:DeleteParameters'],
    ['secrets', 'secretsmanager:DeleteSecret'],
  ],
  restore: [['secrets', 'secretsmanager:DescribeSecret', 'secretsmanager:RestoreSecret']],
  export: [...readBelow, ...readContainer],
  'export --at': [...readBelow, ...readContainer, ...earlier],
  exec: [...readBelow, ...readContainer],
  'exec --at': [...readBelow, ...readContainer, ...earlier],
  diff: [...readBelow, ...readContainer],
  'diff --at': [...readBelow, ...readContainer, ...earlier],
  check: [
    ...list,
    ['everything', 'secretsmanager:BatchGetSecretValue'],
    ['secrets', 'secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
    ['keys', 'kms:Decrypt'],
  ],
  'role create': createRole,
  'role create --exact': [
    ...createRole,
    // Who needs what goes.
    ...scan,
    ...scheduled,
    ['roles', 'iam:PutRolePermissionsBoundary'],
  ],
  'role show': [...readRole, ...readPolicies],
  'role check': [
    ...references,
    ...readRole,
    ...readPolicies,
    ['roles', 'iam:SimulatePrincipalPolicy'],
    ['secrets', 'secretsmanager:GetResourcePolicy'],
    ['parameters', 'ssm:ListTagsForResource'],
    ['keys', 'kms:GetKeyPolicy'],
  ],
  'role delete': [
    ...scan,
    ...scheduled,
    ['roles', 'iam:GetRole', 'iam:ListRolePolicies', 'iam:ListAttachedRolePolicies'],
    ['ownPolicies', 'iam:GetPolicy', 'iam:GetPolicyVersion'],
    ['roles', 'iam:DetachRolePolicy', 'iam:DeleteRolePolicy', 'iam:DeleteRole'],
    ['ownPolicies', 'iam:ListPolicyVersions', 'iam:DeletePolicyVersion', 'iam:DeletePolicy'],
  ],
  register,
  'register --schedules': [
    ...register,
    ['everything', 'ecs:ListClusters'],
    ...scheduled,
    ['rules', 'events:PutTargets'],
    ['schedules', 'scheduler:UpdateSchedule'],
    ['passedTargetRoles', 'iam:PassRole'],
  ],
  migrate: [
    ...references,
    ...readRole,
    ...readPolicies,
    ...revisionUsers,
    ['parameters', 'ssm:GetParameters', 'ssm:PutParameter', 'ssm:AddTagsToResource'],
    ['everything', 'secretsmanager:BatchGetSecretValue'],
    ['everything', 'ecs:ListTaskDefinitions', 'ecs:DeregisterTaskDefinition'],
    ['secrets', 'secretsmanager:CreateSecret', 'secretsmanager:TagResource'],
    ['secrets', 'secretsmanager:GetSecretValue', 'secretsmanager:GetResourcePolicy'],
    ['keys', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:Decrypt', 'kms:GetKeyPolicy'],
    ['roles', 'iam:CreateRole', 'iam:UpdateAssumeRolePolicy'],
    ['roles', 'iam:PutRolePolicy', 'iam:AttachRolePolicy'],
    ['ownPolicies', 'iam:CreatePolicy', 'iam:CreatePolicyVersion', 'iam:ListPolicyVersions'],
    ['ownPolicies', 'iam:DeletePolicyVersion'],
    ['passedRoles', 'iam:PassRole'],
    ['taskDefinitions', 'ecs:RegisterTaskDefinition', 'ecs:TagResource'],
    ['taskDefinitions', 'ecs:DeleteTaskDefinitions'],
    ['services', 'ecs:UpdateService'],
    ['services', 'ecs:DescribeServiceDeployments'],
    ['serviceDeployments', 'ecs:DescribeServiceDeployments'],
  ],
  revisions: [
    ...resolve,
    ...revisionUsers,
    ['everything', 'ecs:ListTaskDefinitions', 'ecs:DescribeTaskDefinition'],
  ],
  'revisions --keep': [
    ...revisionUsers,
    ['everything', 'ecs:ListTaskDefinitions', 'ecs:DeregisterTaskDefinition'],
    ['taskDefinitions', 'ecs:DeleteTaskDefinitions'],
  ],
  rotate: [...resolve, ...updateParameter, ...updateSecret, ...redeploy, ...scheduled],
  redeploy: [...resolve, ...redeploy, ['secrets', 'secretsmanager:ListSecretVersionIds']],
  'deploy rollback': [
    ['everything', 'ecs:DescribeTaskDefinition', 'ecs:ListTaskDefinitions', 'ecs:ListTasks'],
    ['services', 'ecs:DescribeServices', 'ecs:UpdateService', 'ecs:DescribeServiceDeployments'],
    ['serviceDeployments', 'ecs:DescribeServiceDeployments'],
    ['tasks', 'ecs:DescribeTasks'],
    ['passedRoles', 'iam:PassRole'],
  ],
  wait: [
    ['everything', 'ecs:DescribeTaskDefinition', 'ecs:ListTasks'],
    ['services', 'ecs:DescribeServices', 'ecs:DescribeServiceDeployments'],
    ['serviceDeployments', 'ecs:DescribeServiceDeployments'],
    ['tasks', 'ecs:DescribeTasks'],
  ],
  run: [...startChecks, ...runTask],
  'run --no-verify': runTask,
  'where-used': [...resolve, ...scan, ...scheduled],
  // Only --services-from calls AWS.
  'auto-redeploy print': [
    ['everything', 'ecs:ListClusters', 'ecs:ListServices', 'ecs:DescribeTaskDefinition'],
    ['services', 'ecs:DescribeServices'],
  ],
  stale: [...resolve, ...scan, ['secrets', 'secretsmanager:ListSecretVersionIds']],
  'auto-redeploy deploy': [
    ...followStack,
    ['stacks', 'cloudformation:CreateChangeSet', 'cloudformation:DescribeChangeSet'],
    ['stacks', 'cloudformation:ExecuteChangeSet', 'cloudformation:DeleteChangeSet'],
    ...createResources,
    // --services-from where-used
    ...scan,
  ],
  'auto-redeploy status': [
    ...readStack,
    ['stateMachines', 'states:ListExecutions'],
    ['executions', 'states:DescribeExecution'],
    // With a list of services.
    ...scan,
  ],
  'auto-redeploy test': [
    ...resolve,
    ...readStack,
    ['stateMachines', 'states:StartExecution'],
    ['executions', 'states:DescribeExecution'],
  ],
  'auto-redeploy remove': [...followStack, ...removeResources],
  audit: [
    ...scan,
    ['everything', 'ecs:ListTaskDefinitionFamilies', 'ecs:ListTaskDefinitions'],
    ['everything', 'ecs:ListDaemonTaskDefinitions'],
  ],
  verify,
  'verify --read-values': [...verify, ...readValues],
  'verify --read-images': [...verify, ['repositories', 'ecr:BatchGetImage']],
  diagnose,
  'diagnose --read-values': [...diagnose, ...readValues],
} satisfies Record<string, Needs>;

/** The commands that there are policies for. */
export type CallerCommand = keyof typeof callerNeeds;

/** Whether there is a policy for a command of this name. */
export function isCallerCommand(name: string): name is CallerCommand {
  return Object.hasOwn(callerNeeds, name);
}

/**
 * The least policy with which these commands do their work: actions grouped by what they are allowed
 * on, narrowed by the scope (service authorization reference).
 */
export function callerPolicy(
  commands: readonly CallerCommand[],
  here: Scope,
  scope: CallerScope,
): PolicyDocument {
  const actions = new Map<Target, Set<string>>();
  for (const [target, ...more] of commands.flatMap((command): Needs => callerNeeds[command])) {
    const own = actions.get(target) ?? new Set<string>();
    for (const action of more) if (inStore(action, scope.store)) own.add(action);
    actions.set(target, own);
  }
  const statements = [...actions].flatMap(([target, own]): Statement[] => {
    const resources = resourcesOf(target, here, scope);
    if (own.size === 0 || resources.length === 0) return [];
    return [
      {
        Sid: sidOf(target, [...own]),
        Effect: 'Allow',
        Action: [...own].sort(),
        Resource: resources,
        ...conditionOf(target, here),
      },
    ];
  });
  return { Version: '2012-10-17', Statement: statements };
}

// --- internal ---

function inStore(action: string, store: Store | undefined): boolean {
  if (store === undefined) return true;
  return !action.startsWith(store === 'parameter-store' ? 'secretsmanager:' : 'ssm:');
}

function resourcesOf(target: Target, here: Scope, scope: CallerScope): string[] {
  const { partition, region, account } = here;
  const at = (service: string, resource: string): string =>
    `arn:${partition}:${service}:${region}:${account}:${resource}`;
  const iam = (resource: string): string => `arn:${partition}:iam::${account}:${resource}`;
  const path = (scope.prefix ?? '').replace(/^\/|\/$/g, '');
  const roles = scope.roles.length > 0 ? scope.roles : ['*'];
  const clusters = scope.clusters.length > 0 ? scope.clusters : ['*'];
  switch (target) {
    case 'everything':
      return ['*'];
    case 'parameters':
      // A path itself is what GetParametersByPath asks for.
      return path === ''
        ? [at('ssm', 'parameter/*')]
        : [at('ssm', `parameter/${path}`), at('ssm', `parameter/${path}/*`)];
    case 'secrets':
      return [at('secretsmanager', `secret:${path === '' ? '' : `${path}/`}*`)];
    case 'keys':
      return [...scope.keys];
    case 'roles':
    case 'passedRoles':
    case 'passedTargetRoles':
      return roles.map((role) => iam(`role/${role}`));
    case 'callerRoles':
      // Who calls is not known here. No policy can name the role of its session.
      return scope.roles.length > 0 ? [iam('role/*')] : [];
    case 'callerUsers':
      return [iam('user/${aws:username}'), iam('user/*/${aws:username}')];
    case 'ownPolicies':
      return roles.map((role) => iam(`policy/${role}-ecs-secrets-*`));
    case 'managedPolicies':
      return [iam('policy/*'), `arn:${partition}:iam::aws:policy/*`];
    case 'services':
      return clusters.map((cluster) => at('ecs', `service/${cluster}/*`));
    case 'clusters':
      return clusters.map((cluster) => at('ecs', `cluster/${cluster}`));
    case 'tasks':
      return clusters.map((cluster) => at('ecs', `task/${cluster}/*`));
    case 'containerInstances':
      return clusters.map((cluster) => at('ecs', `container-instance/${cluster}/*`));
    case 'serviceDeployments':
      return clusters.map((cluster) => at('ecs', `service-deployment/${cluster}/*`));
    case 'serviceRevisions':
      return clusters.map((cluster) => at('ecs', `service-revision/${cluster}/*`));
    case 'taskDefinitions':
      return [at('ecs', 'task-definition/*')];
    case 'vpcs':
      // A VPC may be shared by another account, which is in its ARN then.
      return [`arn:${partition}:ec2:${region}:*:vpc/*`];
    case 'repositories':
      // Images may be in another region or account.
      return [`arn:${partition}:ecr:*:*:repository/*`];
    case 'rules':
      return [at('events', 'rule/*')];
    case 'schedules':
      return [at('scheduler', 'schedule/*')];
    case 'stacks':
      return [at('cloudformation', 'stack/*')];
    case 'stateMachines':
      return [at('states', 'stateMachine:*')];
    case 'executions':
      return [at('states', 'execution:*')];
    case 'topics':
      return [at('sns', '*-reports'), at('sns', '*-reports:*')];
    case 'logStreams':
      // The log configuration may name another region.
      return [`arn:${partition}:logs:*:${account}:log-group:*:log-stream:*`];
    case 'logGroups':
      return [at('logs', 'log-group:/aws/vendedlogs/states/*')];
    case 'stackRoles':
    case 'passedStackRoles':
      return [iam(`role/*-machine-${region}`), iam(`role/*-rules-${region}`)];
  }
}

function conditionOf(target: Target, { region, partition }: Scope): Pick<Statement, 'Condition'> {
  if (target === 'passedRoles') {
    return { Condition: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } } };
  }
  if (target === 'passedTargetRoles') {
    const services = ['events.amazonaws.com', 'scheduler.amazonaws.com'];
    return { Condition: { StringEquals: { 'iam:PassedToService': services } } };
  }
  if (target === 'passedStackRoles') {
    const services = ['states.amazonaws.com', 'events.amazonaws.com'];
    return { Condition: { StringEquals: { 'iam:PassedToService': services } } };
  }
  if (target !== 'keys') return {};
  // A key is used through its store only; describing it is not.
  const via = ['ssm', 'secretsmanager'].map(
    (service) => `${service}.${region}.${dnsSuffix(partition)}`,
  );
  return { Condition: { StringEqualsIfExists: { 'kms:ViaService': via } } };
}

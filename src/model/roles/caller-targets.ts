/** What an action is allowed on. */
export type Target =
  | 'everything'
  | 'parameters'
  | 'secrets'
  | 'keys'
  | 'roles'
  | 'callerRoles'
  | 'callerUsers'
  | 'ownPolicies'
  | 'managedPolicies'
  | 'passedRoles'
  | 'passedTargetRoles'
  | 'services'
  | 'clusters'
  | 'tasks'
  | 'containerInstances'
  | 'serviceDeployments'
  | 'serviceRevisions'
  | 'taskDefinitions'
  | 'vpcs'
  | 'repositories'
  | 'rules'
  | 'schedules'
  | 'stacks'
  | 'stateMachines'
  | 'executions'
  | 'topics'
  | 'logGroups'
  | 'logStreams'
  | 'stackRoles'
  | 'passedStackRoles';

/** What a statement is for, in the letters and digits that a Sid may have: `ReadAndWriteParameters`. */
export function sidOf(target: Target, actions: readonly string[]): string {
  if (target === 'passedRoles') return 'PassRolesToEcsTasks';
  if (target === 'passedTargetRoles') return 'PassRolesToEventBridge';
  if (target === 'passedStackRoles') return 'PassRolesOfStack';
  if (target === 'keys') return 'UseKmsKeys';
  if (target === 'everything') {
    const found = Object.entries(foundBy).filter(([prefix]) =>
      actions.some((action) => action.startsWith(prefix)),
    );
    // More names than these would make a Sid that nobody reads.
    const what = found.length > 4 ? 'Resources' : found.map(([, one]) => one).join('');
    return `${accessTo(actions) === 'Read' ? 'Find' : 'FindAndWrite'}${what}`;
  }
  return accessTo(actions) + targetNames[target];
}

// --- internal ---

function accessTo(actions: readonly string[]): 'Read' | 'Write' | 'ReadAndWrite' {
  const reads = actions.map((action) =>
    /^[a-z0-9-]+:(Get|List|Describe|BatchGet|Simulate)/.test(action),
  );
  if (reads.every(Boolean)) return 'Read';
  return reads.some(Boolean) ? 'ReadAndWrite' : 'Write';
}

/** What actions without resources look for, by the beginning of their names. */
const foundBy: Readonly<Record<string, string>> = {
  'ssm:': 'Parameters',
  'secretsmanager:': 'Secrets',
  'ecs:': 'Services',
  'ec2:': 'Networks',
  'logs:': 'LogGroups',
  'elasticloadbalancing:': 'TargetGroups',
  'ecr:': 'PullThroughCacheRules',
  'events:': 'Rules',
  'scheduler:': 'Schedules',
  'codedeploy:': 'DeploymentGroups',
};

const targetNames: Readonly<
  Record<
    Exclude<
      Target,
      'passedRoles' | 'passedTargetRoles' | 'passedStackRoles' | 'keys' | 'everything'
    >,
    string
  >
> = {
  parameters: 'Parameters',
  secrets: 'Secrets',
  roles: 'ExecutionRoles',
  callerRoles: 'RoleOfCaller',
  callerUsers: 'UserOfCaller',
  ownPolicies: 'PoliciesOfExecutionRoles',
  managedPolicies: 'ManagedPolicies',
  services: 'Services',
  clusters: 'Clusters',
  tasks: 'Tasks',
  containerInstances: 'ContainerInstances',
  serviceDeployments: 'ServiceDeployments',
  serviceRevisions: 'ServiceRevisions',
  taskDefinitions: 'TaskDefinitions',
  vpcs: 'Vpcs',
  repositories: 'ImageRepositories',
  rules: 'EventRules',
  schedules: 'Schedules',
  stacks: 'Stacks',
  stateMachines: 'StateMachines',
  executions: 'Executions',
  topics: 'Topics',
  logGroups: 'LogGroupsOfStack',
  logStreams: 'LogStreams',
  stackRoles: 'RolesOfStack',
};

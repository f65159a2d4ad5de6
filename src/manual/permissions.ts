// What the caller of a command has to be allowed, for its page.
import { callerNeeds } from '../model/roles/caller-policy.ts';

/** What the caller of a command has to be allowed. */
export interface Permissions {
  /** The name that `policy caller --for` takes; undefined where there is no policy. */
  policy: string | undefined;
  /** In place of a policy: Markdown. */
  note: string;
  /** Actions by what they are allowed on; `option` needs these in addition to the others. */
  tables: { option: string | undefined; rows: [target: string, actions: string[]][] }[];
}

/** The permissions of a command, by its name: `role create`. */
export function permissionsOf(name: string): Permissions {
  const keys = Object.keys(callerNeeds).filter(
    (key) => key === name || key.startsWith(`${name} --`),
  );
  if (keys.length === 0) return { policy: undefined, note: none[name] ?? '', tables: [] };
  const base = needsOf(name);
  const tables = keys.map((key) => {
    if (key === name) return { option: undefined, rows: rowsOf(base) };
    const extra = needsOf(key);
    for (const [target, actions] of base) for (const one of actions) extra.get(target)?.delete(one);
    return { option: key.slice(name.length + 1), rows: rowsOf(extra) };
  });
  // An option can need less than the command without it.
  const needed = tables.filter(({ option, rows }) => option === undefined || rows.length > 0);
  return { policy: name, note: '', tables: needed };
}

// --- internal ---

/** The commands that have no policy of their own. */
const none: Readonly<Record<string, string>> = {
  'policy caller':
    'It calls `sts:GetCallerIdentity` only, which needs no permission; with `--account` it makes no call.',
  'policy execution':
    'It reads what its options name: `ssm:DescribeParameters`, `secretsmanager:DescribeSecret`, `kms:DescribeKey`, `ecs:DescribeTaskDefinition`, `ecs:DescribeServices`.',
  init: 'None: it does not call AWS.',
  completion:
    'None. What it completes is listed with `ecs:ListTaskDefinitionFamilies`, `ecs:ListClusters`, `ecs:ListServices`, `ssm:DescribeParameters` and `secretsmanager:ListSecrets`; what is not allowed is not completed.',
  whoami: 'None: every identity may call `sts:GetCallerIdentity`.',
  sandbox: 'None: it does not call AWS.',
};

const targets: Readonly<Record<string, string>> = {
  everything: 'all resources (`*`)',
  parameters: 'parameters',
  secrets: 'secrets',
  keys: 'customer-managed KMS keys',
  roles: 'the execution role',
  callerRoles: "the caller's role",
  callerUsers: "the caller's user",
  ownPolicies: 'managed policies `ROLE-ecs-secrets-N`',
  managedPolicies: 'managed policies',
  passedRoles: 'the execution role and the task role',
  passedTargetRoles: 'the roles of rules and schedules, to EventBridge',
  services: 'services',
  clusters: 'clusters',
  tasks: 'tasks',
  containerInstances: 'container instances',
  serviceDeployments: 'service deployments',
  taskDefinitions: 'task definitions',
  vpcs: 'VPCs',
  rules: 'EventBridge rules',
  schedules: 'EventBridge schedules',
  stacks: 'CloudFormation stacks',
  stateMachines: 'state machines',
  executions: 'executions of state machines',
  topics: 'SNS topics `NAME-reports`',
  logGroups: 'log groups of state machines',
  stackRoles: 'roles of the stack',
  passedStackRoles: 'roles of the stack, to Step Functions and EventBridge',
};

function needsOf(name: string): Map<string, Set<string>> {
  const needs = new Map<string, Set<string>>();
  const rows: readonly (readonly string[])[] =
    Object.entries(callerNeeds).find(([key]) => key === name)?.[1] ?? [];
  for (const [target = '', ...actions] of rows) {
    needs.set(target, new Set([...(needs.get(target) ?? []), ...actions]));
  }
  return needs;
}

function rowsOf(
  needs: ReadonlyMap<string, ReadonlySet<string>>,
): [target: string, actions: string[]][] {
  return [...needs]
    .filter(([, actions]) => actions.size > 0)
    .map(([target, actions]) => [targets[target] ?? target, [...actions].sort()]);
}

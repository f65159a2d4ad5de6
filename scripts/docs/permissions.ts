// What the caller of a command has to be allowed, as tables in Markdown.
import { callerNeeds } from '../../src/model/roles/caller-policy.ts';
import { table } from './markdown.ts';

/** The section on permissions of a command's page. */
export function permissionsOf(name: string): string {
  const keys = Object.keys(callerNeeds).filter(
    (key) => key === name || key.startsWith(`${name} --`),
  );
  if (keys.length === 0) return none[name] ?? '';
  const base = needsOf(name);
  const parts = keys.map((key) => {
    if (key === name) return tableOf(base);
    const extra = needsOf(key);
    for (const [target, actions] of base) for (const one of actions) extra.get(target)?.delete(one);
    return `With \`${key.slice(name.length + 1)}\` also:\n\n${tableOf(extra)}`;
  });
  const quoted = keys.includes(name) && !name.includes(' ') ? name : `'${name}'`;
  return [
    `\`ecs-secrets policy caller --for ${quoted}\` prints this as a policy. Options of \`policy caller\` narrow it.`,
    ...parts,
  ].join('\n\n');
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
  services: 'services',
  clusters: 'clusters',
  tasks: 'tasks',
  containerInstances: 'container instances',
  serviceDeployments: 'service deployments',
  taskDefinitions: 'task definitions',
  vpcs: 'VPCs',
  rules: 'EventBridge rules',
  schedules: 'EventBridge schedules',
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

function tableOf(needs: ReadonlyMap<string, ReadonlySet<string>>): string {
  const rows = [...needs]
    .filter(([, actions]) => actions.size > 0)
    .map(([target, actions]) => [
      targets[target] ?? target,
      [...actions]
        .sort()
        .map((action) => `\`${action}\``)
        .join(', '),
    ]);
  return table(['on', 'actions'], rows);
}

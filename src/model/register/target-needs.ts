import { lastPart } from '../last-part.ts';
import type { RoleFinding, RoleNeed } from '../roles/role-check.ts';
import type { PolicyDocument, Statement } from '../roles/policy.ts';
import type { Scope } from '../secrets/partition.ts';
import type { TaskDefinition } from '../definitions/task-definition.ts';
import { commandLine } from '../shell.ts';

/** What a rule or schedule does under its role: it runs a revision in a cluster, and passes the revision's roles. */
export interface TargetRun {
  /** ARN of the revision. */
  revision: string;
  /** ARN of the cluster. */
  cluster: string;
  definition: TaskDefinition;
}

/**
 * What the role of a rule or schedule must allow to run a revision: ecs:RunTask, and iam:PassRole for the roles that it names
 * (EventBridge user guide, "Amazon ECS targets"; Scheduler user guide, "execution role").
 */
export function targetNeeds({ revision, cluster, definition }: TargetRun, here: Scope): RoleNeed[] {
  const { executionRoleArn, taskRoleArn } = definition;
  const passed = [
    ['the execution role', executionRoleArn],
    ['the task role', taskRoleArn],
  ] as const;
  return [
    {
      what: lastPart(revision),
      action: 'ecs:RunTask',
      resource: revision,
      context: { 'ecs:cluster': cluster },
    },
    ...passed.flatMap(([what, role]): RoleNeed[] => {
      if (!role) return [];
      const { partition, account, region } = here;
      const resource = role.startsWith('arn:')
        ? role
        : `arn:${partition}:iam::${account}:role/${role}`;
      const context = {
        'iam:PassedToService': 'ecs-tasks.amazonaws.com',
        // Of a global service; the ARN of a role has no region.
        'aws:RequestedRegion': region,
      };
      return [{ what: `${what} ${lastPart(resource)}`, action: 'iam:PassRole', resource, context }];
    }),
  ];
}

/**
 * The command that adds to a role what it lacks: all revisions of the family, so that the next one needs no
 * change. Undefined if a policy denies it, which no other policy overrides.
 */
export function targetRoleFix(
  role: string,
  cluster: string,
  findings: readonly RoleFinding[],
): string | undefined {
  if (findings.some(({ verdict, by }) => verdict === 'denied' || by === 'boundary')) {
    return undefined;
  }
  const of = (action: string): string[] => [
    ...new Set(findings.filter((one) => one.action === action).map(({ resource }) => resource)),
  ];
  const run = of('ecs:RunTask').map((revision) => revision.replace(/:\d+$/, ':*'));
  const pass = of('iam:PassRole');
  const statements: Statement[] = [
    ...(run.length === 0
      ? []
      : [
          {
            Sid: 'RunTask',
            Effect: 'Allow' as const,
            Action: 'ecs:RunTask',
            Resource: run,
            Condition: { ArnEquals: { 'ecs:cluster': cluster } },
          },
        ]),
    ...(pass.length === 0
      ? []
      : [
          {
            Sid: 'PassRoles',
            Effect: 'Allow' as const,
            Action: 'iam:PassRole',
            Resource: pass,
            Condition: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
          },
        ]),
  ];
  const document: PolicyDocument = { Version: '2012-10-17', Statement: statements };
  const family = lastPart(run[0] ?? 'tasks').replace(/:\*$/, '');
  return commandLine([
    ...['aws', 'iam', 'put-role-policy', '--role-name', role],
    ...['--policy-name', `run-${family}-in-${lastPart(cluster)}`.slice(0, 128)],
    ...['--policy-document', JSON.stringify(document)],
  ]);
}

import { Argument } from '@commander-js/extra-typings';
import { defineCommand, fromProject, type Result } from '../../cli.ts';
import { readRole, type AttachedPolicy } from '../../operations/roles/role-policies.ts';
import { shortArn } from '../short-arn.ts';
import { table, withWide } from '../table.ts';
import type { GrantDocument, RoleShowDocument } from './documents.ts';

/** `role show NAME`: what a role grants, statement by statement. */
export const roleShow = defineCommand({
  declare: (command) =>
    withWide(
      command.addArgument(
        fromProject(new Argument('<name>', 'name or ARN of the role'), ['executionRole']),
      ),
    ).addHelpText(
      'after',
      `
Shows each action on each resource, with the policy and the statement that grants it.

Examples:
  $ ecs-secrets role show shop-execution`,
    ),

  async run({ aws, world }, [name], { wide }): Promise<Result<RoleShowDocument>> {
    const { role, policies, boundary } = await readRole(await aws.iam(), name);
    const grants = [...policies, ...(boundary ? [boundary] : [])].flatMap(grantsOf);
    return {
      data: {
        name: role.name,
        arn: role.arn,
        trustPolicy: role.trustPolicy,
        permissionsBoundary: role.permissionsBoundary,
        grants,
      },
      tabs: true,
      text: [
        `role ${role.arn}`,
        ...(boundary ? [`permissions boundary ${boundary.name}`] : []),
        grants.length === 0
          ? 'it grants nothing'
          : table(
              ['RESOURCE', 'ACTION', 'EFFECT', 'POLICY', 'STATEMENT', 'CONDITIONS'],
              grants.map(({ resource, action, effect, policy, statement, conditions }) => [
                resource,
                action,
                effect === 'Allow' ? '' : effect,
                shortArn(policy),
                statement ?? '',
                conditions.join(', '),
              ]),
              { output: world.stdout, wide },
            ),
      ].join('\n'),
    };
  },
});

// --- internal ---

function grantsOf({ kind, name, policy }: AttachedPolicy): GrantDocument[] {
  return policy.Statement.flatMap((statement) => {
    const { Sid, Effect, Action, NotAction, Resource, NotResource, Condition = {} } = statement;
    const actions = Action ?? (NotAction ?? []).map((action) => `all but ${action}`);
    const resources = Resource ?? (NotResource ?? []).map((resource) => `all but ${resource}`);
    const conditions = Object.values(Condition).flatMap((test) => Object.keys(test));
    return resources.flatMap((resource) =>
      actions.map((action) => ({
        resource,
        action,
        effect: Effect,
        policy: name,
        kind,
        statement: Sid,
        conditions: [...new Set(conditions)],
      })),
    );
  });
}

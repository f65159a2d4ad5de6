import { Argument } from '@commander-js/extra-typings';
import { defineCommand, fromProject, type Result } from '../../cli.ts';
import { exitCodes } from '../../errors.ts';
import type { Checked } from '../../model/checked.ts';
import { wrapped } from '../../model/fit-text.ts';
import { mendingCommand, type RoleFinding } from '../../model/roles/role-check.ts';
import { ahead } from '../../operations/ahead.ts';
import { checkRole } from '../../operations/roles/check-role.ts';
import { grantsFor } from '../../operations/roles/role-grants.ts';
import { readRole } from '../../operations/roles/role-policies.ts';
import type { RoleCheckDocument } from './documents.ts';
import {
  readReferences,
  tellGrants,
  withReferenceOptions,
  type ReferenceOptions,
} from './role-references.ts';
import { withJunit } from '../junit.ts';
import { table, withWide } from '../table.ts';

const command = defineCommand({
  declare: (command) =>
    withWide(
      withReferenceOptions(
        command.addArgument(
          fromProject(new Argument('<name>', 'name or ARN of the role'), ['executionRole']),
        ),
      ),
    ).addHelpText(
      'after',
      `
Evaluates trust, inline and attached policies, the permissions boundary, the policies of keys and
secrets, and runs IAM's policy simulation if you have permission. Reads no value. Exit code 3 when
something is missing or denied; what cannot be read is reported as unknown.

Examples:
  $ ecs-secrets role check shop-execution --task-definition web.json
  $ ecs-secrets role check shop-execution --service shop/web`,
    ),

  async run(context, [name], options): Promise<Result<RoleCheckDocument>> {
    const { aws, report, world } = context;
    const references = await readReferences(context, options);
    const granting = ahead(grantsFor(aws, references));
    const found = await readRole(await aws.iam(), name);
    const grants = await granting;
    tellGrants(report, grants);
    const { findings, unused, simulated, notSimulated } = await checkRole(
      aws,
      found,
      grants,
      references.definitions,
    );
    if (notSimulated !== undefined) {
      report.note(`not confirmed by IAM, so organization policies are unknown: ${notSimulated}`);
    }
    const wrong = findings.filter(({ verdict }) => verdict === 'missing' || verdict === 'denied');
    // What is denied is so by somebody's decision; a grant does not change that.
    if (wrong.some(({ verdict }) => verdict === 'missing')) {
      report.note(
        `to grant what is missing: ${mendingCommand(found.role.name, optionsOf(options))}`,
      );
    }
    return {
      data: { name: found.role.name, arn: found.role.arn, findings, unused, simulated },
      tabs: true,
      text: [
        table(['RESULT', 'WHAT', 'ACTION', 'WHY'], findings.map(row), {
          output: world.stdout,
          wide: options.wide,
        }),
        ...unused.flatMap((grant) =>
          options.wide
            ? [`unused: ${grant}`]
            : wrapped(`unused: ${grant}`, world.stdout.size().columns, '  '),
        ),
      ].join('\n'),
      checked: findings.map((finding) => checkedOf(found.role.name, finding)),
      exitCode: wrong.length > 0 ? exitCodes.findings : exitCodes.done,
    };
  },
});

/** `role check NAME`: whether a role covers what task definitions refer to. */
export const roleCheck = withJunit('role check', command);

// --- internal ---

function checkedOf(where: string, { verdict, what, action, why }: RoleFinding): Checked {
  const message = verdict === 'allowed' ? why : `${verdict}: ${why}`;
  return { status: statuses[verdict], where, what: `${action} for ${what}`, message };
}

const statuses = {
  allowed: 'ok',
  missing: 'problem',
  denied: 'problem',
  unknown: 'not-checked',
} as const satisfies Record<RoleFinding['verdict'], Checked['status']>;

function row({ verdict, what, action, why }: RoleFinding): string[] {
  return [verdict, what, action, why];
}

/** The same options for role create. */
function optionsOf(options: ReferenceOptions): string[] {
  const { taskDefinition = [], service = [], secret = [], kmsKey = [], store } = options;
  return [
    ...taskDefinition.flatMap((one) => ['--task-definition', one]),
    ...service.flatMap((one) => ['--service', one]),
    ...secret.flatMap((one) => ['--secret', one]),
    ...(store === 'secrets-manager' ? ['--store', store] : []),
    ...(options.allowMissing ? ['--allow-missing'] : []),
    ...kmsKey.flatMap((one) => ['--kms-key', one]),
  ];
}

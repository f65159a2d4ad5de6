import { Argument, Option } from '@commander-js/extra-typings';
import { defineCommand, fromEnv, repeatable } from '../cli.ts';
import { UsageError } from '../errors.ts';
import { Problems } from '../model/problems.ts';
import { parseTags } from '../model/secret-rules.ts';
import { needsExecutionRolePolicy } from '../model/task-definition.ts';
import { ensureRole, type RoleOutcome } from '../operations/ensure-role.ts';
import { grantsFor } from '../operations/role-grants.ts';
import { readReferences, tellGrants, withReferenceOptions } from './role-references.ts';

/** `role create NAME`: the execution role with trust, inline and managed policy. */
export const roleCreate = defineCommand({
  declare: (command) =>
    withReferenceOptions(command.addArgument(new Argument('<name>', 'name of the role')))
      .addOption(
        new Option('--managed-policy <when>', 'attach AmazonECSTaskExecutionRolePolicy')
          .choices(['auto', 'always', 'never'] as const)
          .default('auto' as const, 'auto: when an image is in ECR or logs go to CloudWatch'),
      )
      .addOption(
        fromEnv(new Option('--permissions-boundary <arn>', 'set this permissions boundary')),
      )
      .option('--path <path>', 'create the role under this path')
      .option('--description <text>', 'what it is for')
      .option('--add', 'grant this besides what the role grants already, and take nothing away')
      .option('--compact', 'where the policy is too large, grant common prefixes')
      .option('--split', 'where it is too large, spread it over managed policies')
      .option('--tag <key=value>', 'tag the role (repeatable)', repeatable)
      .option('--no-source-condition', 'trust ECS without naming this account and region')
      .option('--dry-run', 'say what would be done, and do nothing')
      .addHelpText(
        'after',
        `
Run again it brings the role to exactly what the references need, and says what changed.
Its inline policy is named ecs-secrets; other policies of the role are left alone.
With --add it takes nothing away, as a role asks for that other task definitions have too: grants and
boundary stay, and so does the trust policy where it lets ECS in (else it is let in besides those who
are). A role in managed policies needs no --split again; --compact makes the grants that are there
wider too, and --managed-policy never does not detach.

Examples:
  $ ecs-secrets role create shop-execution --task-definition web.json
  $ ecs-secrets role create shop-execution --secret /shop/prod/db-password --secret sm:shop/prod/api --dry-run
  $ ecs-secrets role create shop-execution --task-definition worker --add`,
      ),

  async run(context, [name], options) {
    const { aws, world, report } = context;
    if (options.compact && options.split) {
      throw new UsageError('--compact and --split exclude each other', 'give one of them');
    }
    const problems = new Problems();
    if (!/^[\w+=,.@-]{1,64}$/.test(name)) {
      problems.add(`role name "${name}" is not 1 to 64 letters, digits and _+=,.@-`);
    }
    if (options.path !== undefined && !/^\/([\x21-\x7e]+\/)?$/.test(options.path)) {
      problems.add(`path "${options.path}" does not begin and end with "/"`);
    }
    if ((options.description?.length ?? 0) > 1000) {
      problems.add('the description is longer than 1,000 characters');
    }
    const tags = problems.attempt(() => parseTags(options.tag ?? [])) ?? [];
    problems.throwIfAny();

    const references = await readReferences(context, options);
    const grants = await grantsFor(aws, references);
    tellGrants(report, grants);
    const dryRun = options.dryRun ?? false;
    const outcome = await ensureRole(
      aws,
      {
        name,
        grants,
        oversize: options.compact ? 'compact' : options.split ? 'split' : 'fail',
        managedPolicy: managedPolicy(
          options.managedPolicy,
          references.definitions.some(needsExecutionRolePolicy),
        ),
        sourceCondition: options.sourceCondition,
        path: options.path,
        permissionsBoundary: options.permissionsBoundary,
        description: options.description,
        tags,
        dryRun,
        add: options.add ?? false,
        onNote: (text) => {
          report.note(text);
        },
        onCompact: (wildcards) => {
          for (const { pattern, secrets } of wildcards) {
            report.warn(
              `${pattern} stands for ${secrets} secrets, and for whatever else lies there`,
            );
          }
        },
      },
      world.clock,
    );
    const revoked = outcome.changes.flatMap(({ revokes = [] }) => revokes);
    if (revoked.length > 0) {
      report.warn(
        `${revoked.length} ${revoked.length === 1 ? 'grant goes' : 'grants go'} away, because no reference given needs ${revoked.length === 1 ? 'it' : 'them'}; a task that does fails at its next start`,
      );
    }
    if (outcome.others.length > 0) {
      report.note(`left alone, not made by this command: ${outcome.others.join(', ')}`);
    }
    return { data: { ...outcome, dryRun }, text: tell(outcome, dryRun) };
  },
});

// --- internal ---

/** With `auto` a policy that is not needed is left to whoever attached it. */
function managedPolicy(when: 'auto' | 'always' | 'never', needed: boolean): boolean | undefined {
  if (when === 'auto') return needed || undefined;
  return when === 'always';
}

function tell(
  { name, arn, changes, inlinePolicy, managedPolicies }: RoleOutcome,
  dryRun: boolean,
): string {
  const head = dryRun
    ? `role ${name}: ${changes.length === 0 ? 'nothing would change' : 'what would change'}`
    : `role ${arn ?? name}${changes.length === 0 ? ' unchanged' : ''}`;
  return [
    head,
    ...changes.flatMap(({ what, detail, grants = [], revokes = [] }) => [
      `  ${what}: ${detail}`,
      ...revokes.map((grant) => `    - ${grant}`),
      ...grants.map((grant) => `    + ${grant}`),
    ]),
    ...(dryRun
      ? [inlinePolicy, ...managedPolicies].flatMap((policy) =>
          policy ? [JSON.stringify(policy, null, 2)] : [],
        )
      : []),
  ].join('\n');
}

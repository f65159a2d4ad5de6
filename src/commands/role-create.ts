import { Argument, Option } from '@commander-js/extra-typings';
import { defineCommand, fromEnv, repeatable } from '../cli.ts';
import { UsageError } from '../errors.ts';
import { Problems } from '../model/problems.ts';
import { parseReference } from '../model/reference.ts';
import { parseTags } from '../model/secret-rules.ts';
import { needsExecutionRolePolicy, secretUses, useReference } from '../model/task-definition.ts';
import { ensureRole, type RoleOutcome } from '../operations/ensure-role.ts';
import { readTaskDefinition } from '../operations/read-task-definition.ts';
import { grantsFor } from '../operations/role-grants.ts';
import { sourcesOf } from './sources.ts';
import { storeOption } from './store-option.ts';

/** `role create NAME`: the execution role with trust, inline and managed policy. */
export const roleCreate = defineCommand({
  declare: (command) =>
    command
      .addArgument(new Argument('<name>', 'name of the role'))
      .option(
        '--task-definition <file|family>',
        'grant what it refers to: FILE, FAMILY[:REVISION] (repeatable)',
        repeatable,
      )
      .option('--secret <ref>', 'grant this secret (repeatable)', repeatable)
      .addOption(storeOption())
      .addOption(
        new Option('--managed-policy <when>', 'attach AmazonECSTaskExecutionRolePolicy')
          .choices(['auto', 'always', 'never'] as const)
          .default('auto' as const, 'auto: when an image is in ECR or logs go to CloudWatch'),
      )
      .addOption(
        fromEnv(new Option('--permissions-boundary <arn>', 'set this permissions boundary')),
      )
      .option('--path <path>', 'create the role under this path')
      .option('--tag <key=value>', 'tag the role (repeatable)', repeatable)
      .option('--no-source-condition', 'trust ECS without naming this account and region')
      .option('--dry-run', 'say what would be done, and do nothing')
      .addHelpText(
        'after',
        `
Run again it brings the role to exactly what the references need, and says what changed.
Its inline policy is named ecs-secrets; other policies of the role are left alone.

Examples:
  $ ecs-secrets role create shop-execution --task-definition web.json
  $ ecs-secrets role create shop-execution --secret /shop/prod/db-password --secret sm:shop/prod/api --dry-run`,
      ),

  async run(context, [name], options) {
    const { aws, world, report } = context;
    const definitions = options.taskDefinition ?? [];
    const secrets = options.secret ?? [];
    if (definitions.length + secrets.length === 0) {
      throw new UsageError(
        'there is nothing to grant',
        'give --task-definition FILE|FAMILY or --secret REF, or both',
      );
    }
    const problems = new Problems();
    if (!/^[\w+=,.@-]{1,64}$/.test(name)) {
      problems.add(`role name "${name}" is not 1 to 64 letters, digits and _+=,.@-`);
    }
    if (options.path !== undefined && !/^\/([\x21-\x7e]+\/)?$/.test(options.path)) {
      problems.add(`path "${options.path}" does not begin and end with "/"`);
    }
    const tags = problems.attempt(() => parseTags(options.tag ?? [])) ?? [];
    const references = secrets.flatMap(
      (ref) => problems.attempt(() => parseReference(ref, options.store)) ?? [],
    );
    problems.throwIfAny();

    const sources = sourcesOf(world);
    const read = [];
    for (const written of definitions) read.push(await readTaskDefinition(written, aws, sources));
    for (const use of read.flatMap(secretUses)) {
      const reference = problems.attempt(() => useReference(use), use.place);
      if (reference) references.push(reference);
    }
    problems.throwIfAny();

    const dryRun = options.dryRun ?? false;
    const outcome = await ensureRole(
      aws,
      {
        name,
        grants: await grantsFor(aws, references),
        managedPolicy: managedPolicy(options.managedPolicy, read.some(needsExecutionRolePolicy)),
        sourceCondition: options.sourceCondition,
        path: options.path,
        permissionsBoundary: options.permissionsBoundary,
        tags,
        dryRun,
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

function tell({ name, arn, changes, inlinePolicy }: RoleOutcome, dryRun: boolean): string {
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
    ...(dryRun && inlinePolicy ? [JSON.stringify(inlinePolicy, null, 2)] : []),
  ].join('\n');
}

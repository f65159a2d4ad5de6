import { Argument, Option } from '@commander-js/extra-typings';
import {
  defineCommand,
  fromEnv,
  fromProject,
  repeatable,
  type Context,
  type Result,
} from '../../cli.ts';
import { CliError, UsageError } from '../../errors.ts';
import { Problems } from '../../model/problems.ts';
import { parseTags } from '../../model/secrets/secret-rules.ts';
import { needsExecutionRolePolicy } from '../../model/definitions/task-definition.ts';
import {
  ensureRole,
  type RoleChange,
  type RoleLoss,
  type RoleOutcome,
  type RoleRequest,
} from '../../operations/roles/ensure-role.ts';
import { ahead } from '../../operations/ahead.ts';
import { grantsFor } from '../../operations/roles/role-grants.ts';
import { neededOfLoss } from '../../operations/roles/role-loss.ts';
import { confirmed } from '../confirm.ts';
import { withProgress } from '../progress.ts';
import type { RoleCreateDocument } from './documents.ts';
import { readReferences, tellGrants, withReferenceOptions } from './role-references.ts';

/** `role create NAME`: the execution role with trust, inline and managed policy. */
export const roleCreate = defineCommand({
  callerPolicy: ({ exact }) => (exact ? 'role create --exact' : undefined),

  declare: (command) =>
    withReferenceOptions(
      command.addArgument(
        fromProject(new Argument('<name>', 'name of the role'), ['executionRole']),
      ),
    )
      .addOption(
        new Option('--managed-policy <when>', 'attach AmazonECSTaskExecutionRolePolicy')
          .choices(['auto', 'always', 'never'] as const)
          .default('auto' as const, 'auto: when an image is in ECR or logs go to CloudWatch'),
      )
      .addOption(
        fromEnv(new Option('--permissions-boundary <arn>', 'set this permissions boundary')),
      )
      .option('--path <path>', 'create the role under this path')
      .option('--description <text>', 'description')
      .option('--exact', 'also remove what these references do not need (asks)')
      .option('--force', 'with --exact: also remove what running services need')
      // What role create does by default; kept for scripts that give it.
      .addOption(new Option('--add', 'only add (the default)').hideHelp())
      .option('--compact', 'if the policy is too large, grant common prefixes')
      .option('--split', 'if it is too large, spread it over managed policies')
      .option('--tag <key=value>', 'tag the role (repeatable)', repeatable)
      .option('--no-source-condition', 'trust ECS without naming this account and region')
      .option('--dry-run', 'print what would be done, and do nothing')
      .addHelpText(
        'after',
        `
Adds to a role that exists: trust, grants, permissions boundary and policies of others are kept, so
several task definitions can share a role, and several runs can change it at the same time.
Its inline policy is named ecs-secrets.
--exact makes the role grant exactly what is given. It lists what will be removed, asks (--yes skips the
question), and fails while a service, running task, rule or schedule of this region needs it. Run
--dry-run first.

Examples:
  $ ecs-secrets role create shop-execution --task-definition web.json
  $ ecs-secrets role create shop-execution --secret /shop/prod/db-password --secret sm:shop/prod/api --dry-run
  $ ecs-secrets role create shop-execution --task-definition worker
  $ ecs-secrets role create shop-execution --task-definition web --task-definition worker --exact`,
      ),

  async run(context, [name], options): Promise<Result<RoleCreateDocument>> {
    const { aws, world, report } = context;
    if (options.compact && options.split) {
      throw new UsageError('--compact and --split cannot be combined', 'give one of them');
    }
    const { exact = false, force = false } = options;
    if (exact && options.add) {
      throw new UsageError('--add and --exact cannot be combined', 'give one of them');
    }
    if (force && !exact) throw new UsageError('--force is only for --exact');
    const named = /^arn:[^:]+:iam::\d*:role\/(?:.+\/)?([\w+=,.@-]{1,64})$/.exec(name)?.[1];
    if (named !== undefined) {
      throw new UsageError(
        'role create takes the name of the role, not its ARN',
        `ecs-secrets role create ${named} --task-definition FILE|FAMILY`,
      );
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
    const reading = ahead(aws.iam().then((iam) => iam.role(name)));
    const grants = await grantsFor(aws, references);
    tellGrants(report, grants);
    const dryRun = options.dryRun ?? false;
    let failure: CliError | undefined;
    const request: RoleRequest = {
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
      exact,
      onWarning: (text) => {
        report.warn(text);
      },
      onCompact: (wildcards) => {
        for (const { pattern, secrets } of wildcards) {
          report.warn(`${pattern} stands for ${secrets} secrets, and any other secret below it`);
        }
      },
      onLoss: async (loss) => {
        report.clearLive();
        if (!force) failure = await inUse(context, loss);
        if (dryRun) return;
        if (failure) throw failure;
        for (const line of loss.changes.flatMap(tellChange)) report.event(line);
        await confirmed(context, `Remove this from the role ${name}?`);
      },
    };
    const outcome = await withProgress(context, (onProgress) =>
      ensureRole(aws, { ...request, onProgress }, world.clock, reading),
    );
    const revoked = outcome.changes.flatMap(({ revokes = [] }) => revokes).length;
    if (revoked > 0) {
      report.warn(
        `${count(revoked)} ${dryRun ? 'would be ' : ''}removed; tasks that need ${revoked === 1 ? 'it' : 'them'} will fail at their next start`,
      );
    }
    const kept = exact ? 0 : outcome.unneeded.length;
    if (kept > 0) {
      const are = kept === 1 ? 'is' : 'are';
      report.note(
        `${count(kept)} ${are} not needed by these references; --exact removes ${kept === 1 ? 'it' : 'them'}`,
      );
    }
    if (outcome.others.length > 0) {
      report.note(`kept, not created by this command: ${outcome.others.join(', ')}`);
    }
    return { data: { ...outcome, dryRun }, text: tell(outcome, dryRun), failure };
  },
});

// --- internal ---

/** With `auto`, a policy that is not needed stays attached. */
function managedPolicy(when: 'auto' | 'always' | 'never', needed: boolean): boolean | undefined {
  if (when === 'auto') return needed || undefined;
  return when === 'always';
}

/** Why what goes may not go; undefined where nothing that runs needs it. */
async function inUse(context: Context, loss: RoleLoss): Promise<CliError | undefined> {
  const { aws, report } = context;
  const { needed, unchecked } = await withProgress(context, (onProgress) =>
    neededOfLoss(aws, loss, onProgress),
  );
  for (const what of unchecked) report.warn(`not checked: ${what}`);
  if (needed.length === 0) return undefined;
  return new CliError('in-use', needed.join('\n'), {
    hint: 'nothing was changed; give these task definitions too (--task-definition, --service), or --force',
  });
}

function count(grants: number): string {
  return grants === 1 ? '1 grant' : `${grants} grants`;
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
    ...changes.flatMap(tellChange).map((line) => `  ${line}`),
    ...(dryRun
      ? [inlinePolicy, ...managedPolicies].flatMap((policy) =>
          policy ? [JSON.stringify(policy, null, 2)] : [],
        )
      : []),
  ].join('\n');
}

function tellChange({
  what,
  detail,
  grants = [],
  revokes = [],
  denials = [],
}: RoleChange): string[] {
  return [
    `${what}: ${detail}`,
    ...denials.map((denial) => `  - Deny ${denial}`),
    ...revokes.map((grant) => `  - ${grant}`),
    ...grants.map((grant) => `  + ${grant}`),
  ];
}

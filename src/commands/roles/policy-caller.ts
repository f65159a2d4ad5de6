import { Option } from '@commander-js/extra-typings';
import { defineCommand, repeatable, type Context, type Result } from '../../cli.ts';
import { CliError } from '../../errors.ts';
import { callerNeeds, callerPolicy, isCallerCommand } from '../../model/roles/caller-policy.ts';
import { formatPolicy, policyFormats } from '../../model/roles/policy-formats.ts';
import { Problems } from '../../model/problems.ts';
import { partitionOfRegion, type Scope } from '../../model/secrets/partition.ts';
import { withoutValue } from '../../model/secrets/shown-text.ts';
import { storeOption } from '../secrets/store-option.ts';
import type { PolicyCallerDocument } from './documents.ts';

/** `policy caller`: the least permissions that the caller of this tool needs. */
export const policyCaller = defineCommand({
  declare: (command) =>
    command
      .requiredOption('--for <commands>', 'commands, with commas between: put,role create,rotate')
      .option('--prefix <path>', 'only parameters and secrets below this path')
      .addOption(storeOption())
      .option('--role <name>', 'only this execution role (repeatable)', repeatable)
      .option('--cluster <name>', 'only services of this cluster (repeatable)', repeatable)
      .option('--kms-key <arn>', 'customer-managed key of the secrets (repeatable)', repeatable)
      .addOption(
        new Option('--format <format>', 'how to write it').choices(policyFormats).default('json'),
      )
      .addHelpText(
        'after',
        `
"role" means all of its commands. "verify --read-values" includes the permission to read values.
Without --prefix, --role and --cluster it covers the account. Without credentials it prints ACCOUNT_ID
and REGION where they are not known; --account and --region set them. With --account AWS is not called.

Examples:
  $ ecs-secrets policy caller --for put,rotate --prefix /shop/prod
  $ ecs-secrets policy caller --for role,register --role shop-execution --format cloudformation
  $ ecs-secrets policy caller --for put --account 123456789012 --region eu-west-1`,
      ),

  async run(context, _args, options): Promise<Result<PolicyCallerDocument>> {
    const problems = new Problems();
    const commands = options.for
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '')
      .flatMap((name) => {
        if (isCallerCommand(name)) return name;
        const group = Object.keys(callerNeeds)
          .filter(isCallerCommand)
          .filter((one) => one.startsWith(`${name} `));
        if (group.length === 0) {
          problems.add(
            `there is no policy for "${name}"; there is for ${Object.keys(callerNeeds).join(', ')}`,
          );
        }
        return group;
      });
    for (const key of options.kmsKey ?? []) {
      if (!/^arn:[^:]+:kms:[^:]+:\d{12}:key\/.+$/.test(key)) {
        problems.add(
          `--kms-key: "${withoutValue(key)}" is not the ARN of a key (arn:…:key/…, not an alias)`,
        );
      }
    }
    problems.throwIfAny();
    const document = callerPolicy(commands, await scopeOf(context, context.globals.account), {
      store: options.store,
      prefix: options.prefix,
      roles: options.role ?? [],
      clusters: options.cluster ?? [],
      keys: options.kmsKey ?? [],
    });
    return {
      data: document,
      text: formatPolicy(document, options.format, 'EcsSecretsCallerPolicy'),
    };
  },
});

// --- internal ---

/** Unknown parts are placeholders, which a note lists. */
async function scopeOf(
  { aws, globals, world: { env }, report }: Context,
  given: string | undefined,
): Promise<Scope> {
  const region = [globals.region, env.AWS_REGION, env.AWS_DEFAULT_REGION].find(Boolean);
  if (given === undefined) {
    try {
      return await aws.caller();
    } catch (error) {
      if (!(error instanceof CliError) || !isAnonymous.has(error.code)) throw error;
    }
  }
  const missing = [
    ...(given === undefined ? ['ACCOUNT_ID (--account)'] : []),
    ...(region === undefined ? ['REGION (--region)'] : []),
  ];
  if (missing.length > 0) report.note(`replace ${missing.join(' and ')} in the policy`);
  return {
    partition: partitionOfRegion(region ?? ''),
    region: region ?? 'REGION',
    account: given ?? 'ACCOUNT_ID',
  };
}

/** Codes of errors after which nobody knows who calls. */
const isAnonymous = new Set([
  'no-credentials',
  'expired-credentials',
  'invalid-credentials',
  'no-region',
]);

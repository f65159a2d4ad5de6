import { Argument, Option } from '@commander-js/extra-typings';
import { defineCommand, fromEnv, repeatable } from '../cli.ts';
import { UsageError } from '../errors.ts';
import { secretUses } from '../model/task-definition.ts';
import {
  describeTaskDefinition,
  readTaskDefinitionFile,
} from '../operations/read-task-definition.ts';
import { registerTaskDefinition } from '../operations/register-task-definition.ts';
import { sourcesOf } from './sources.ts';
import { storeOption } from './store-option.ts';

/** `register [FILE|-]`: register a task definition with references to secrets. */
export const register = defineCommand({
  declare: (command) =>
    command
      .addArgument(
        new Argument('[file]', 'JSON or YAML, register input or describe output; - for stdin'),
      )
      .option('--family <family>', 'its family; without FILE: start from this FAMILY[:REVISION]')
      .option(
        '--secret <env=ref>',
        'set a variable from a secret: [CONTAINER:]ENV=REF (repeatable)',
        repeatable,
      )
      .option(
        '--secret-option <option=ref>',
        'set a log option from a secret: [CONTAINER:]OPTION=REF (repeatable)',
        repeatable,
      )
      .addOption(storeOption())
      .option('--image <uri>', 'set an image: [CONTAINER=]URI (repeatable)', repeatable)
      .addOption(
        fromEnv(new Option('--execution-role <role>', 'name or ARN of the execution role')),
      )
      .option('--force', 'register even if the latest revision is the same')
      .option('--dry-run', 'print what would be registered, and register nothing')
      .addHelpText(
        'after',
        `
References become the full ARNs that AWS knows; one that does not exist stops the command before
anything is registered. The latest revision is returned when its content is the same.

Examples:
  $ ecs-secrets register web.json --secret web:DATABASE_PASSWORD=/shop/prod/db-password --execution-role shop-execution
  $ ecs-secrets register --family web --image web=123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:2.1
  $ ecs-secrets register web.yaml --secret API_KEY=sm:shop/prod/api:key --dry-run`,
      ),

  async run({ aws, world, report }, [file], options) {
    const base = await baseOf();
    const dryRun = options.dryRun ?? false;
    const outcome = await registerTaskDefinition(aws, {
      base,
      edits: {
        family: file === undefined ? undefined : options.family,
        images: options.image ?? [],
        secrets: options.secret ?? [],
        secretOptions: options.secretOption ?? [],
      },
      executionRole: options.executionRole,
      store: options.store ?? 'parameter-store',
      force: options.force ?? false,
      dryRun,
      clock: world.clock,
      interrupted: world.interrupted,
      onWait: () => {
        report.note(
          'ECS does not see the role yet: IAM takes up to two minutes to spread a new one',
        );
      },
    });
    const { action, arn, definition } = outcome;
    const uses = secretUses(definition);
    return {
      data: { action, dryRun, taskDefinitionArn: arn, taskDefinition: definition },
      text: dryRun
        ? JSON.stringify(definition, null, 2)
        : [
            `${arn ?? ''} ${action === 'registered' ? 'registered' : 'unchanged: it has this content already'}`,
            ...uses.map(
              ({ container, name, valueFrom }) =>
                `  ${[container, name].filter(Boolean).join(':')} from ${valueFrom}`,
            ),
          ].join('\n'),
    };

    async function baseOf() {
      if (file !== undefined) return readTaskDefinitionFile(file, sourcesOf(world));
      if (options.family === undefined) {
        throw new UsageError(
          'there is no task definition to register',
          'give a FILE (- for stdin), or --family FAMILY[:REVISION] to start from a registered one',
        );
      }
      return (await describeTaskDefinition(options.family, aws)).definition;
    }
  },
});

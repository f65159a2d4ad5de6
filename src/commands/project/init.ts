import { Option } from '@commander-js/extra-typings';
import { defineCommand, fromEnv, type Result } from '../../cli.ts';
import { UsageError } from '../../errors.ts';
import { projectFileName } from '../../model/project/file-name.ts';
import { checkProject, type Project } from '../../model/project/project.ts';
import { projectText } from '../../model/project/project-text.ts';
import { notWritable } from '../../operations/file-problem.ts';
import { lookAround } from '../../operations/project/look-around.ts';
import type { World } from '../../world.ts';
import { storeOption } from '../secrets/store-option.ts';
import type { InitDocument } from './documents.ts';

/** `init`: creates a file with the options of a repository. */
export const init = defineCommand({
  ignoresProject: true,

  declare: (command) =>
    command
      .option('--prefix <prefix>', '/path or sm:NAME that the secrets are below')
      .addOption(storeOption())
      .addOption(fromEnv(new Option('--cluster <cluster>', 'cluster of the services')))
      .addOption(
        fromEnv(new Option('--execution-role <role>', 'name or ARN of the execution role')),
      )
      .option('--force', 'replace a file that is there')
      .option('--dry-run', 'print the file, and write nothing')
      .addHelpText(
        'after',
        `
Writes .ecs-secrets.json into the working directory, with a comment for each member. Takes the region
from --region or AWS_REGION, and what task definitions in the directory agree on. It asks nothing and does
not call AWS.

Examples:
  $ ecs-secrets init
  $ ecs-secrets init --prefix /shop/prod --cluster shop --region eu-west-1
  $ ecs-secrets init --dry-run`,
      ),

  async run({ world, globals, report }, _args, options): Promise<Result<InitDocument>> {
    const region = [globals.region, world.env.AWS_REGION, world.env.AWS_DEFAULT_REGION].find(
      Boolean,
    );
    const given = {
      region,
      store: options.store,
      prefix: options.prefix,
      cluster: options.cluster,
      executionRole: options.executionRole,
    };
    const seen = await lookAround(world);
    const set = Object.entries({ ...(await schemaOf(world)), ...seen, ...defined(given) });
    const members = checkProject(
      set.map(([name, value]) => ({ name, value, place: projectFileName })),
    );
    const text = projectText(members);
    const dryRun = options.dryRun ?? false;
    if (!dryRun) {
      if (!options.force && (await isThere(world))) {
        throw new UsageError(`there is a ${projectFileName} already`, '--force replaces it');
      }
      await world.writeFile(projectFileName, text, 0o644).catch((error: unknown) => {
        throw notWritable(projectFileName, error);
      });
    }
    const names = Object.keys(members).filter((name) => name !== '$schema');
    const found = Object.keys(seen).filter((name) => !(name in defined(given)));
    if (found.length > 0) report.note(`taken from task definitions here: ${found.join(', ')}`);
    const what = names.length > 0 ? names.join(', ') : 'comments only';
    return {
      data: { path: projectFileName, dryRun, members: withoutDeclared(members) },
      text: dryRun ? text : `${projectFileName} written: ${what}`,
    };
  },
});

// --- internal ---

/** The members that `init` sets. */
function withoutDeclared({
  secrets: _secrets,
  environments: _environments,
  ...members
}: Project): InitDocument['members'] {
  return members;
}

function defined(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

async function isThere({ readFile }: World): Promise<boolean> {
  return readFile(projectFileName).then(
    () => true,
    (error: unknown) => (error as NodeJS.ErrnoException).code !== 'ENOENT',
  );
}

/** The schema of the installed package, if it is a dependency of the repository. */
async function schemaOf({ readFile }: World): Promise<Project> {
  const file = './node_modules/ecs-secrets/docs/schemas/config.json';
  return readFile(file).then(
    () => ({ $schema: file }),
    () => ({}),
  );
}

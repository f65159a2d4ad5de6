import { Argument } from '@commander-js/extra-typings';
import { defineCommand, fromProject, type Result } from '../../cli.ts';
import { exitCodes } from '../../errors.ts';
import type { Checked } from '../../model/checked.ts';
import { verify as verifyTargets } from '../../operations/starts/verify.ts';
import { findingsSummary, findingsTree } from './findings-tree.ts';
import type { VerifiedDocument, VerifyDocument } from './documents.ts';
import { findingsReaching } from './printed-commands.ts';
import { reachingSame } from '../reaching-same.ts';
import { withJunit } from '../junit.ts';
import { sourcesOf } from '../sources.ts';
import { substitutionArguments, variablesOf, withSubstitution } from '../substitution.ts';

const command = defineCommand({
  declare: (command) =>
    withSubstitution(command)
      .addArgument(
        fromProject(
          new Argument(
            '<target...>',
            'FILE, - (stdin), FAMILY[:REVISION], CLUSTER/SERVICE or CLUSTER/daemon:NAME',
          ),
          ['taskDefinitions', 'services'],
        ),
      )
      .option('--family <family>', 'of a file with several task definitions, this one')
      .option('--read-values', 'read secrets to check that the keys exist (prints no values)')
      .option('--read-images', 'read image manifests: platforms, and images outside ECR')
      .option('--strict', 'exit with 3 for warnings as well')
      .option('--all', 'list every check, also those that passed or could not be made')
      .addHelpText(
        'after',
        `
Checks references, secrets, keys, the execution role, the task role, images in ECR, log groups, platform,
size, load balancers of a service, network and your own iam:PassRole, without changing anything. Prints
problems with the commands that fix them, then warnings. A check that cannot be made counts as not checked,
and is not a problem by itself. A file is recognized by its ending; write ./FILE for another. A file may
also be a CloudFormation template or a list of containers. Exit code 3 when there is a problem.

--read-images also checks the platforms of images, and whether images of other registries exist, without
credentials. ECR records it as a pull of its images. Which variables an image expects (ENV) is not checked.

Examples:
  $ ecs-secrets verify web.json
  $ ecs-secrets verify shop/web shop/worker --read-values
  $ ecs-secrets verify web:42 --json`,
      ),

  async run(context, [targets], options): Promise<Result<VerifyDocument>> {
    const { aws, world, report } = context;
    const reach = reachingSame(context);
    const verified = await verifyTargets(aws, targets, sourcesOf(world), {
      readValues: options.readValues ?? false,
      readImages: options.readImages ?? false,
      family: options.family,
      variables: await variablesOf(options, world),
      substitution: substitutionArguments(options),
    });
    const found = verified.map((one) => ({
      ...one,
      findings: findingsReaching(one.findings, reach),
      fix: one.fix.map(reach),
    }));
    if (found.some(({ taskDefinition, fix }) => !taskDefinition && fix.some(isRegister))) {
      report.note(
        'register changes the registered task definition, not the file: change the file too',
      );
    }
    const count = (status: string): number =>
      found.flatMap(({ findings }) => findings).filter((one) => one.status === status).length;
    const [problems, warnings, notChecked] = [
      count('problem'),
      count('warning'),
      count('not-checked'),
    ];
    const print = options.all ? findingsTree : findingsSummary;
    const failed = problems > 0 || (options.strict === true && warnings > 0);
    return {
      data: { targets: found, problems, warnings, notChecked },
      text: found.map((one) => print(one, world.stdout)).join('\n\n'),
      checked: found.flatMap(checkedIn),
      exitCode: failed ? exitCodes.findings : exitCodes.done,
    };
  },
});

/** `verify TARGET...`: shows what would prevent tasks from starting. */
export const verify = withJunit('verify', command);

// --- internal ---

/** The findings of a target; those of a file include its path, except for standard input. */
function checkedIn({ target, taskDefinition, findings }: VerifiedDocument): Checked[] {
  const isFile = taskDefinition === undefined && target !== '-';
  return findings.map(({ status, check, subject, message }) => ({
    status,
    where: target === '-' ? 'standard input' : target,
    what: `${check}: ${subject}`,
    message,
    ...(isFile && { file: target }),
  }));
}

const isRegister = (command: string): boolean => command.startsWith('ecs-secrets register ');

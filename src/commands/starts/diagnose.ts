import { Argument, Option } from '@commander-js/extra-typings';
import { defineCommand, fromEnv, type Context, type Result } from '../../cli.ts';
import { exitCodes, UsageError } from '../../errors.ts';
import { parseDuration } from '../../model/duration.ts';
import { wrapped } from '../../model/fit-text.ts';
import { Problems } from '../../model/problems.ts';
import { shownName } from '../../model/secrets/shown-text.ts';
import {
  diagnose as diagnoseTarget,
  type DiagnosisTarget,
} from '../../operations/starts/diagnose.ts';
import type { Diagnosis } from '../../operations/starts/diagnosis.ts';
import type { ReportedFailure } from '../../model/starts/failure-report.ts';
import { readPasted } from '../../operations/failures/read-pasted.ts';
import { findingLines, toFix, type FindingsOutput } from './findings-tree.ts';
import type { DiagnoseDocument } from './documents.ts';
import { findingsReaching } from './printed-commands.ts';
import { reachingSame } from '../reaching-same.ts';
import { sourcesOf } from '../sources.ts';

/** `diagnose TARGET`: explains why tasks did not start. */
export const diagnose = defineCommand({
  declare: (command) =>
    command
      .addArgument(
        new Argument('<target>', 'CLUSTER/SERVICE, CLUSTER/TASK, ARN of a task, or - (stdin)'),
      )
      .addOption(
        fromEnv(new Option('--cluster <cluster>', 'cluster of a task given by its id alone')),
      )
      .option('--since <duration>', 'how far to look back for what failed', '1h')
      .option('--read-values', 'read secrets to check that the keys exist (prints no values)')
      .addHelpText(
        'after',
        `
Reads why tasks stopped, what ECS says of the deployments, and the service's events; - takes a reason
that was copied from anywhere, or the output of aws ecs describe-tasks. Tells each distinct failure once:
its cause, what is wrong in the account that explains it, and the commands that fix it. Changes
nothing. Exit code 3 when something has failed.

Examples:
  $ ecs-secrets diagnose shop/web
  $ ecs-secrets diagnose shop/0123456789abcdef0123456789abcdef
  $ pbpaste | ecs-secrets diagnose -`,
      ),

  async run(context, [written], options): Promise<Result<DiagnoseDocument>> {
    const { aws, world } = context;
    const problems = new Problems();
    const since = problems.attempt(() => parseDuration(options.since), '--since') ?? 0;
    problems.throwIfAny();
    const target = await readTarget(context, written, options.cluster);
    const found = reaching(
      await diagnoseTarget(aws, target, {
        readValues: options.readValues ?? false,
        since: new Date(world.clock.now() - since),
      }),
      reachingSame(context),
    );
    const failed = found.failures.length > 0 && !found.recovered;
    return {
      data: { target: written, ...found },
      text: tell(found, written, options.since, world.stdout),
      exitCode: failed ? exitCodes.findings : exitCodes.done,
    };
  },
});

// --- internal ---

async function readTarget(
  { world }: Context,
  written: string,
  cluster: string | undefined,
): Promise<DiagnosisTarget> {
  if (written === '-') {
    const text = await readPasted(sourcesOf(world));
    if (text.trim() === '') {
      throw new UsageError(
        'there is no text on standard input',
        'pipe in the reason that ECS gave',
      );
    }
    return { kind: 'text', text };
  }
  const task =
    /^(?:arn:[^:]+:ecs:[^:]*:\d*:task\/)?(?:([\w-]+)\/)?([0-9a-f]{32}|[0-9a-f-]{36})$/.exec(
      written,
    );
  if (task) return { kind: 'task', cluster: task[1] ?? cluster, task: task[2] ?? '' };
  const service = /^(?:arn:[^:]+:ecs:[^:]*:\d*:service\/)?([\w-]+)\/([\w-]+)$/.exec(written);
  if (service) {
    return { kind: 'service', cluster: service[1] ?? '', service: service[2] ?? '' };
  }
  throw new UsageError(
    `"${shownName(written)}" is not a service, a task or -`,
    'give CLUSTER/SERVICE, CLUSTER/TASK, the ARN of one, or - and the text on standard input',
  );
}

function reaching(found: Diagnosis, reach: (command: string) => string): Diagnosis {
  return {
    ...found,
    failures: found.failures.map((failure) => ({
      ...failure,
      evidence: findingsReaching(failure.evidence, reach),
      fix: failure.fix.map(reach),
    })),
    others: findingsReaching(found.others, reach),
    fix: found.fix.map(reach),
  };
}

function tell(found: Diagnosis, target: string, since: string, output: FindingsOutput): string {
  const { failures, others, fix, unseen, notSeen, state, recovered } = found;
  const { style } = output;
  const lines = (text: string, indent = ''): string[] => fitted(text, output, indent);
  const open = notSeen.flatMap((what) => lines(`not looked at: ${what}`, '  '));
  if (failures.length === 0) {
    if (target === '-') return 'the text on standard input describes no failure';
    return [
      ...lines(
        `${target}: nothing failed in the last ${since}${state === undefined ? '' : `; ${state}`}`,
      ),
      ...open,
      '--since looks further back; ECS shows stopped tasks for about an hour',
    ].join('\n');
  }
  const now = `healthy now (${state ?? ''}); earlier failures:`;
  return [
    ...(recovered ? [style.green(now), ''] : []),
    failures.map((failure) => tellFailure(failure, recovered, output)).join('\n\n'),
    ...(unseen === undefined ? [] : ['', ...lines(`nothing could be looked up: ${unseen}`, '  ')]),
    ...(open.length === 0 ? [] : ['', ...open]),
    ...(others.length === 0
      ? []
      : [
          '',
          'the next start would also meet:',
          ...others.flatMap((finding) => findingLines(finding, output)),
        ]),
    ...toFix(fix),
  ].join('\n');
}

const startAgain = 'fixed now; restart the failed tasks';

function tellFailure(failure: ReportedFailure, recovered: boolean, output: FindingsOutput): string {
  const { title, cause, references, evidence, reason, source, count, lastAt, fix, advice } =
    failure;
  const times = count === 1 ? 'once' : `${count} times`;
  const last = lastAt === undefined ? '' : `, last at ${lastAt.toISOString()}`;
  const isMended = evidence.length > 0 && evidence.every(({ status }) => status === 'ok');
  const { style } = output;
  const lines = (text: string, indent = '    '): string[] => fitted(text, output, indent);
  const seen = source === 'text' ? '' : ` (${source}, ${times}${last})`;
  return [
    `${style.red(title)}${seen}`,
    ...lines(`  ${reason.replace(/\s+/g, ' ')}`, '  ').map(style.dim),
    ...lines(`  cause: ${cause}`),
    ...references.flatMap(({ container, name, reference }) =>
      lines(`  for: ${container} ${name}, which reads ${reference}`),
    ),
    ...evidence.flatMap((finding) => findingLines(finding, output)),
    ...(fix.length > 0 || recovered
      ? []
      : lines(`  what to do: ${isMended ? startAgain : advice}`)),
  ].join('\n');
}

/** A text wrapped to the width of the output. */
function fitted(text: string, { size }: FindingsOutput, indent: string): string[] {
  return wrapped(text, size().columns, indent);
}

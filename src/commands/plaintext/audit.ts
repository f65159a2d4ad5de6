import { Argument, Option } from '@commander-js/extra-typings';
import { defineCommand, repeatable, type Context, type Result } from '../../cli.ts';
import { CliError, exitCodes, UsageError } from '../../errors.ts';
import type { Checked } from '../../model/checked.ts';
import { oneLine } from '../../model/printable.ts';
import { isAtLeast } from '../../model/secrets/plaintext-secrets.ts';
import { commandLine } from '../../model/shell.ts';
import { sarifLog } from '../../model/plaintext/sarif.ts';
import { isDaemonDefinition } from '../../model/usage/daemon.ts';
import {
  auditAws,
  auditedName,
  type Audit,
  type AuditFinding,
} from '../../operations/plaintext/audit.ts';
import { readBaseline, writeBaseline } from '../../operations/plaintext/audit-baseline.ts';
import { auditFiles, type FilesAudit } from '../../operations/plaintext/audit-files.ts';
import { notWritable } from '../../operations/file-problem.ts';
import { withProgress } from '../progress.ts';
import { withJunit } from '../junit.ts';
import { sourcesOf } from '../sources.ts';
import { variablesOf, withSubstitution, type SubstitutionOptions } from '../substitution.ts';
import type { AuditDocument, PlaintextDocument } from './documents.ts';
import { table, withWide, type TableLayout } from '../table.ts';

const command = defineCommand({
  declare: (command) =>
    withSubstitution(withWide(command))
      .addArgument(new Argument('[file...]', 'files with containers, globs, or - (stdin)'))
      .option('--family <family>', 'only this family (repeatable)', repeatable)
      // Not from the environment: a variable set for other CI commands must not silently narrow an
      // audit.
      .option('--cluster <cluster>', 'only what this cluster runs (repeatable)', repeatable)
      .option('--all-revisions', 'older revisions too, ACTIVE and INACTIVE')
      .option('--no-services', 'do not look for the services that run what is found')
      .addOption(
        new Option('--min-confidence <confidence>', 'minimum confidence to report')
          .choices(['low', 'medium', 'high'] as const)
          .default('medium' as const),
      )
      .option('--strict-files', 'files of a glob without containers are errors too')
      .option('--baseline <file>', 'ignore findings that this file lists')
      .option('--write-baseline <file>', 'write the findings to such a file')
      .addOption(
        new Option('--format <format>', 'format of the result')
          .choices(['text', 'sarif'] as const)
          .default('text' as const),
      )
      .addHelpText(
        'after',
        `
Without arguments: the latest ACTIVE revision of every family of the region, those of managed daemons
included, and every revision that a service runs. With files: no call to AWS; * and ? match part of a
name, ** any folders. Reads task definitions (JSON with comments, YAML), lists of containers,
CloudFormation and SAM templates, the output of terraform show -json, Compose files and Copilot
manifests. Files of a glob without containers are skipped with a note. Checks environment, command,
entryPoint, healthCheck, dockerLabels, and options of logConfiguration and firelensConfiguration; of
services the log options of Service Connect. Never prints a value. Exit code 3 when there are findings.

Examples:
  $ ecs-secrets audit --all-revisions
  $ ecs-secrets audit ecs/*.json --baseline .ecs-secrets-baseline.json
  $ ecs-secrets audit 'ecs/**/*.yaml' --format sarif > audit.sarif`,
      ),

  async run(context, [files], options): Promise<Result<AuditDocument>> {
    const { report, world } = context;
    const sources = sourcesOf(world);
    const known =
      options.baseline === undefined
        ? new Set<string>()
        : await readBaseline(options.baseline, sources);
    const written = options.writeBaseline;
    if (written !== undefined) {
      // An audit of many revisions takes some time.
      await world.checkWritable(written).catch((error: unknown) => {
        throw notWritable(written, error);
      });
    }
    const found = await look(context, files, options);
    const { skipped = [], unread = [], failure: unfit } = found;
    for (const problem of unread) report.warn(`not audited: ${problem}`);
    if (skipped.length > 0) {
      report.note(
        `${counted(skipped.length, 'file')} without containers skipped: ${listed(skipped)}`,
      );
    }
    if (unfit && found.findings.length === 0) throw unfit;
    for (const what of found.unchecked) report.warn(`not checked: ${what}`);
    const sure = found.findings.filter((one) => isAtLeast(one.confidence, options.minConfidence));
    if (written !== undefined) {
      await writeBaseline(written, sure, world.writeFile);
      report.note(`${counted(sure.length, 'finding')} written to ${written}`);
    }
    const findings =
      written === undefined ? sure.filter(({ fingerprint }) => !known.has(fingerprint)) : [];
    const ignored = sure.length - findings.length;
    if (ignored > 0 && written === undefined) {
      report.note(`${counted(ignored, 'finding')} of the baseline ignored`);
    }
    const looked = { ...found.looked, ...(files.length > 0 && { families: undefined }) };
    const log = sarifOf(findings);
    const sarif = options.format === 'sarif' ? log : undefined;
    return {
      data: sarif ?? { findings: findings.map(withoutPath), ignored, looked: found.looked },
      tabs: true,
      text: sarif
        ? JSON.stringify(sarif, null, 2)
        : textOf(findings, looked, ignored, { output: world.stdout, wide: options.wide }),
      checked: findings.length > 0 ? findings.map(checkedOf) : [nothingFound(looked, ignored)],
      sarif: log,
      failure:
        unfit ??
        (findings.length === 0
          ? undefined
          : new CliError(
              'plaintext-secrets',
              `${counted(findings.length, 'value')} in plain text ${findings.length === 1 ? 'looks like a secret' : 'look like secrets'}`,
              {
                exitCode: exitCodes.findings,
                hint: howToMove(findings),
              },
            )),
    };
  },
});

/** `audit [FILE...]`: finds plaintext secrets in task definitions, in AWS or in files. */
export const audit = withJunit('audit', command);

// --- internal ---

/** How much was searched; `families` is undefined for files. */
type Looked = Omit<Audit['looked'], 'families'> & { families: number | undefined };

interface LookOptions extends SubstitutionOptions {
  strictFiles?: true | undefined;
  family?: string[] | undefined;
  cluster?: string[] | undefined;
  allRevisions?: true | undefined;
  services: boolean;
}

async function look(
  context: Context,
  files: readonly string[],
  options: LookOptions,
): Promise<Audit & Partial<FilesAudit>> {
  const { aws, world } = context;
  const { family: families = [], cluster: clusters = [], allRevisions = false } = options;
  if (files.length > 0) {
    if (families.length > 0 || clusters.length > 0 || allRevisions) {
      throw new UsageError('files cannot be combined with --family, --cluster, --all-revisions');
    }
    const sources = { ...sourcesOf(world), glob: world.glob };
    const how = {
      variables: await variablesOf(options, world),
      strict: options.strictFiles ?? false,
    };
    return withProgress(context, (onProgress) => auditFiles(files, sources, how, onProgress));
  }
  if (options.strictFiles) throw new UsageError('--strict-files requires files');
  if (families.length > 0 && clusters.length > 0) {
    throw new UsageError('--family and --cluster cannot be combined');
  }
  const scope = { families, clusters, allRevisions, services: options.services };
  return withProgress(context, (onProgress) => auditAws(aws, scope, onProgress));
}

function textOf(
  findings: readonly AuditFinding[],
  looked: Looked,
  ignored: number,
  layout: TableLayout,
): string {
  if (findings.length === 0) return nothingFound(looked, ignored).message;
  const heads = ['CONFIDENCE', 'KIND', 'WHERE', 'CONTAINER', 'NAME', 'PLACE', 'LENGTH', 'HINT'];
  return table(
    [...heads, 'SERVICES'],
    findings.map((finding) => [
      finding.confidence,
      finding.kind,
      whereOf(finding),
      containerOf(finding),
      finding.name,
      finding.place,
      String(finding.length),
      finding.hint ?? '',
      finding.services?.join(', ') ?? '',
    ]),
    layout,
  );
}

function sarifOf(findings: readonly AuditFinding[]) {
  return sarifLog(
    findings.map((finding) => ({
      ...finding,
      message: sentenceOf(finding),
      place: finding.file === undefined ? `${whereOf(finding)}/${finding.place}` : finding.place,
    })),
  );
}

/** `migrate` edits task definitions only: files, and families that are not those of daemons. */
function howToMove(findings: readonly AuditFinding[]): string {
  const movable = findings.find(
    ({ file, place, service, taskDefinition = '' }) =>
      service === undefined &&
      !isDaemonDefinition(taskDefinition) &&
      (file === undefined || place.startsWith('containerDefinitions')),
  );
  const { file, family = 'FAMILY' } = movable ?? {};
  const how = movable
    ? `ecs-secrets migrate ${commandLine([file ?? family])} --prefix PREFIX`
    : 'ecs-secrets put REF, and refer to it instead of the value';
  return `to move them into the store: ${how}; rotate them afterwards, since old revisions keep them`;
}

/** `web`, in a file of another format `Task/web`, or `Service Connect`. */
function containerOf({ container, resource, service }: AuditFinding): string {
  if (service !== undefined) return 'Service Connect';
  return resource === undefined || resource === container ? container : `${resource}/${container}`;
}

function sentenceOf(finding: AuditFinding): string {
  const { name, place } = finding;
  const what = name === '' ? place : `${name} (${place})`;
  const own = containerOf(finding);
  const of = finding.service !== undefined ? own : `container ${own}`;
  return `${what} of ${of} in ${whereOf(finding)} ${whatItIs(finding)}`;
}

function whatItIs({ kind, services = [] }: AuditFinding): string {
  const running = services.length === 0 ? '' : `, run by ${services.join(', ')}`;
  return `looks like a secret in plain text: ${kind}${running}`;
}

function checkedOf(finding: AuditFinding): Checked {
  const { name, place, file, line, column } = finding;
  return {
    status: 'problem',
    where: whereOf(finding),
    what: `${containerOf(finding)}: ${name === '' ? place : name}`,
    message: whatItIs(finding),
    ...(file !== undefined && file !== '-' && { file, line, column }),
  };
}

function nothingFound({ files, revisions, families }: Looked, ignored: number): Checked {
  const where = families === undefined ? counted(files, 'file') : counted(revisions, 'revision');
  const more = ignored > 0 ? ' beyond the baseline' : '';
  const message = `no secret in plain text found in ${where}${more}`;
  return { status: 'ok', where, what: 'secrets in plain text', message };
}

/** `web:3`, `daemon agent:1`, `service shop/web`, or `ecs/web.json:12:7` with line and column. */
function whereOf({ taskDefinition = '', service, file, line, column = 1 }: AuditFinding): string {
  if (service !== undefined) return `service ${service}`;
  if (file === undefined) return auditedName(taskDefinition);
  const name = file === '-' ? 'standard input' : file;
  return line === undefined ? name : `${name}:${line}:${column}`;
}

function withoutPath({ path: _, ...finding }: AuditFinding): PlaintextDocument {
  return finding;
}

/** The first few names, and how many more there are. */
function listed(names: readonly string[]): string {
  const first = names.slice(0, 3).map(oneLine).join(', ');
  return names.length > 3 ? `${first} and ${names.length - 3} more` : first;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

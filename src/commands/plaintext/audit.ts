import { Argument, Option } from '@commander-js/extra-typings';
import { defineCommand, repeatable, type Context, type Result } from '../../cli.ts';
import { CliError, exitCodes, UsageError } from '../../errors.ts';
import type { Checked } from '../../model/checked.ts';
import { isAtLeast } from '../../model/secrets/plaintext-secrets.ts';
import { commandLine } from '../../model/shell.ts';
import { sarifLog } from '../../model/plaintext/sarif.ts';
import { auditAws, type Audit, type AuditFinding } from '../../operations/plaintext/audit.ts';
import { readBaseline, writeBaseline } from '../../operations/plaintext/audit-baseline.ts';
import { auditFiles } from '../../operations/plaintext/audit-files.ts';
import { notWritable } from '../../operations/file-problem.ts';
import { withProgress } from '../progress.ts';
import { withJunit } from '../junit.ts';
import { sourcesOf } from '../sources.ts';
import type { AuditDocument, PlaintextDocument } from './documents.ts';
import { table, withWide, type TableLayout } from '../table.ts';

const command = defineCommand({
  declare: (command) =>
    withWide(command)
      .addArgument(
        new Argument('[file...]', 'task definitions in JSON or YAML, globs, or - (stdin)'),
      )
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
Without arguments: the latest ACTIVE revision of every family of the region, and every revision that a
service runs. With files: no call to AWS; * and ? match part of a name, ** any folders. Checks
environment, command, entryPoint, healthCheck, dockerLabels, and options of logConfiguration and
firelensConfiguration. Never prints a value. Exit code 3 when there are findings.

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
    const log = sarifOf(findings);
    const sarif = options.format === 'sarif' ? log : undefined;
    return {
      data: sarif ?? { findings: findings.map(withoutPath), ignored, looked: found.looked },
      tabs: true,
      text: sarif
        ? JSON.stringify(sarif, null, 2)
        : textOf(findings, found.looked, ignored, { output: world.stdout, wide: options.wide }),
      checked:
        findings.length > 0 ? findings.map(checkedOf) : [nothingFound(found.looked, ignored)],
      sarif: log,
      failure:
        findings.length === 0
          ? undefined
          : new CliError(
              'plaintext-secrets',
              `${counted(findings.length, 'value')} in plain text ${findings.length === 1 ? 'looks like a secret' : 'look like secrets'}`,
              {
                exitCode: exitCodes.findings,
                hint: `to move them into the store: ecs-secrets migrate ${commandLine([findings[0]?.file ?? findings[0]?.family ?? 'FAMILY'])} --prefix PREFIX; rotate them afterwards, since old revisions keep them`,
              },
            ),
    };
  },
});

/** `audit [FILE...]`: finds plaintext secrets in task definitions, in AWS or in files. */
export const audit = withJunit('audit', command);

// --- internal ---

interface LookOptions {
  family?: string[] | undefined;
  cluster?: string[] | undefined;
  allRevisions?: true | undefined;
  services: boolean;
}

function look(context: Context, files: readonly string[], options: LookOptions): Promise<Audit> {
  const { aws, world } = context;
  const { family: families = [], cluster: clusters = [], allRevisions = false } = options;
  if (files.length > 0) {
    if (families.length > 0 || clusters.length > 0 || allRevisions) {
      throw new UsageError('files cannot be combined with --family, --cluster, --all-revisions');
    }
    const sources = { ...sourcesOf(world), glob: world.glob };
    return withProgress(context, (onProgress) => auditFiles(files, sources, onProgress));
  }
  if (families.length > 0 && clusters.length > 0) {
    throw new UsageError('--family and --cluster cannot be combined');
  }
  const scope = { families, clusters, allRevisions, services: options.services };
  return withProgress(context, (onProgress) => auditAws(aws, scope, onProgress));
}

function textOf(
  findings: readonly AuditFinding[],
  looked: Audit['looked'],
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
      finding.container,
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

function sentenceOf(finding: AuditFinding): string {
  const { container, name, place } = finding;
  const what = name === '' ? place : `${name} (${place})`;
  return `${what} of container ${container} in ${whereOf(finding)} ${whatItIs(finding)}`;
}

function whatItIs({ kind, services = [] }: AuditFinding): string {
  const running = services.length === 0 ? '' : `, run by ${services.join(', ')}`;
  return `looks like a secret in plain text: ${kind}${running}`;
}

function checkedOf(finding: AuditFinding): Checked {
  const { container, name, place, file, line, column } = finding;
  return {
    status: 'problem',
    where: whereOf(finding),
    what: `${container}: ${name === '' ? place : name}`,
    message: whatItIs(finding),
    ...(file !== undefined && file !== '-' && { file, line, column }),
  };
}

function nothingFound({ files, revisions }: Audit['looked'], ignored: number): Checked {
  const where = files > 0 ? counted(files, 'file') : counted(revisions, 'revision');
  const more = ignored > 0 ? ' beyond the baseline' : '';
  const message = `no secret in plain text found in ${where}${more}`;
  return { status: 'ok', where, what: 'secrets in plain text', message };
}

/** `web:3`, or `ecs/web.json:12`. */
function whereOf({ family = '', revision, file, line }: AuditFinding): string {
  if (file === undefined) return `${family}:${revision ?? 0}`;
  const name = file === '-' ? 'standard input' : file;
  return line === undefined ? name : `${name}:${line}`;
}

function withoutPath({ path: _, ...finding }: AuditFinding): PlaintextDocument {
  return finding;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

import type { CheckName, Finding } from '../../model/failures/finding.ts';
import { wrapped } from '../../model/fit-text.ts';
import { oneLine } from '../../model/printable.ts';
import type { Output, Style } from '../../world.ts';

/** The findings for one target. */
export interface Found {
  target: string;
  /** ARN of the revision; undefined for a file. */
  taskDefinition: string | undefined;
  findings: readonly Finding[];
  /** The commands that fix every problem, each once, in the order to run them. */
  fix: readonly string[];
}

/** The output for findings: lines are at most as long as its terminal, except commands. */
export type FindingsOutput = Pick<Output, 'style' | 'size'>;

/**
 * The findings of one target for people: problems, each above the command that fixes it; warnings;
 * and the number of passed checks. A command that fixes several problems is printed once, below the
 * last of them.
 */
export function findingsSummary(found: Found, output: FindingsOutput): string {
  const of = (status: Finding['status']): Finding[] =>
    found.findings.filter((finding) => finding.status === status);
  const lines = (findings: readonly Finding[]): string[] =>
    alike(findings, mostNamed).flatMap((finding) => findingLines(finding, output, layouts.summary));
  const left = new Set(of('problem'));
  const problems = found.fix.flatMap((command) => {
    const own = [...left].filter(({ fix }) => fix.includes(command));
    for (const finding of own) left.delete(finding);
    // A command without its own problem completes the fixes above it.
    return [...lines(own), `           ${own.length > 0 ? 'Fix' : 'Then'}: ${command}`];
  });
  const [passed, open] = [of('ok').length, of('not-checked').length];
  const counts = [
    ...(left.size + problems.length + of('warning').length === 0 ? ['no problems found'] : []),
    ...(passed > 0 ? [`${passed} ${passed === 1 ? 'check' : 'checks'} passed`] : []),
    ...(open > 0 ? [`${open} not checked`] : []),
  ];
  return [
    ...head(found, output),
    ...problems,
    ...lines([...left]),
    ...lines(of('warning')),
    ...(counts.length > 0 ? [`  ${counts.join(', ')} (--all lists them)`] : []),
  ].join('\n');
}

/** All findings of one target, including `ok`, grouped by what was checked; then the commands. */
export function findingsTree(found: Found, output: FindingsOutput): string {
  const groups = new Map<string, Finding[]>();
  for (const finding of found.findings) {
    const title = titles[finding.check];
    groups.set(title, [...(groups.get(title) ?? []), finding]);
  }
  const ordered = (group: readonly Finding[]): Finding[] =>
    order.flatMap((status) => group.filter((finding) => finding.status === status));
  return [
    ...head(found, output),
    ...[...groups].flatMap(([title, group]) => [
      `  ${title}`,
      ...alike(ordered(group), Number.POSITIVE_INFINITY).flatMap((finding) =>
        findingLines(finding, output),
      ),
    ]),
    `  ${conclusion(found.findings, output.style)}`,
    ...toFix(found.fix),
  ].join('\n');
}

/** One finding, indented, preceded by its status. */
export function findingLines(
  { status, subject, message }: Finding,
  { style, size }: FindingsOutput,
  { indent, width }: Layout = layouts.tree,
): string[] {
  const hang = ' '.repeat(indent + width + 2);
  const text = wrapped(`${hang}${oneLine(`${subject}: ${message}`)}`, size().columns, hang);
  const mark = status.replace('-', ' ').padEnd(width);
  return text.map((line, index) =>
    // Coloured last, because colour sequences take no space on the screen.
    index === 0
      ? `${' '.repeat(indent)}${colours[status](style)(mark)}${line.slice(indent + width)}`
      : line,
  );
}

/** The commands that fix the findings, each unwrapped; empty if there are none. */
export function toFix(commands: readonly string[]): string[] {
  return commands.length === 0 ? [] : ['', 'To fix:', ...commands.map((command) => `  ${command}`)];
}

// --- internal ---

/** The indentation of a finding and the width of its status, in characters. */
interface Layout {
  indent: number;
  width: number;
}

const layouts = {
  summary: { indent: 2, width: 'problem'.length },
  tree: { indent: 4, width: 'not checked'.length },
} as const;

const titles: Readonly<Record<CheckName, string>> = {
  reference: 'references',
  existence: 'references',
  value: 'values',
  role: 'execution role',
  trust: 'execution role',
  grant: 'execution role',
  key: 'keys',
  image: 'images',
  logs: 'logs',
  platform: 'platform',
  limits: 'form and limits',
  'load-balancer': 'load balancers',
  caller: 'your own permissions',
  network: 'network',
};

const order = ['problem', 'warning', 'not-checked', 'ok'] as const;

const colours: Readonly<Record<Finding['status'], (style: Style) => (text: string) => string>> = {
  ok: ({ green }) => green,
  warning: ({ yellow }) => yellow,
  problem: ({ red }) => red,
  'not-checked': ({ dim }) => dim,
};

function head({ target, taskDefinition }: Found, { style, size }: FindingsOutput): string[] {
  const revision = taskDefinition?.replace(/^.*:task-definition\//, '');
  const text = revision === undefined || revision === target ? target : `${target} (${revision})`;
  return wrapped(oneLine(text), size().columns).map(style.bold);
}

/** Merges findings with the same message into one, which names up to `most` subjects. */
function alike(findings: readonly Finding[], most: number): Finding[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = `${finding.status} ${finding.message}`;
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (!first) return [];
    const subjects = [first, ...others].map(({ subject }) => subject);
    const more = subjects.length - most;
    const named = subjects.slice(0, most).join(', ');
    return [{ ...first, subject: more > 0 ? `${named} and ${more} more` : named }];
  });
}

/** Maximum number of subjects named in one line, unless all are requested. */
const mostNamed = 4;

function conclusion(findings: readonly Finding[], style: Style): string {
  const count = (status: Finding['status']): number =>
    findings.filter((finding) => finding.status === status).length;
  const [problems, warnings, open] = [count('problem'), count('warning'), count('not-checked')];
  if (problems + warnings + open === 0) return style.green('no problems found');
  if (problems + warnings === 0) return `no problems found, but ${open} not checked`;
  return [
    ...(problems > 0 ? [style.red(`${problems} ${problems === 1 ? 'problem' : 'problems'}`)] : []),
    ...(warnings > 0 ? [`${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`] : []),
    ...(open > 0 ? [`${open} not checked`] : []),
  ].join(', ');
}

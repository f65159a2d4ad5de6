import type { CheckName, Finding } from '../../model/failures/finding.ts';
import { oneLine } from '../../model/printable.ts';
import type { Style } from '../../world.ts';

/** What was found of one target, for people: grouped by what was looked at, the worst first. */
export function findingsTree(
  {
    target,
    taskDefinition,
    findings,
    fix,
  }: {
    target: string;
    taskDefinition: string | undefined;
    findings: readonly Finding[];
    fix: readonly string[];
  },
  style: Style,
): string {
  const revision = taskDefinition?.replace(/^.*:task-definition\//, '');
  const head = revision === undefined || revision === target ? target : `${target} (${revision})`;
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const title = titles[finding.check];
    groups.set(title, [...(groups.get(title) ?? []), finding]);
  }
  return [
    style.bold(oneLine(head)),
    ...[...groups].flatMap(([title, group]) => [`  ${title}`, ...lines(group, style)]),
    `  ${conclusion(findings, style)}`,
    ...(fix.length > 0 ? ['', 'To fix:', ...fix.map((command) => `  ${command}`)] : []),
  ].join('\n');
}

/** One finding, indented. */
export function findingLine({ status, subject, message }: Finding, style: Style): string {
  return `    ${mark(status, style)}  ${oneLine(`${subject}: ${message}`)}`;
}

// --- internal ---

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
  caller: 'your own permissions',
  network: 'network',
};

const order = ['problem', 'warning', 'not-checked', 'ok'] as const;

function lines(group: readonly Finding[], style: Style): string[] {
  return order.flatMap((status) => {
    const own = group.filter((finding) => finding.status === status);
    if (status === 'ok' && own.length > mostShown) {
      return [`    ${mark('ok', style)}  ${own.length} checks`];
    }
    return alike(own).map((finding) => findingLine(finding, style));
  });
}

/** What says the same of several things is one line. */
function alike(findings: readonly Finding[]): Finding[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    groups.set(finding.message, [...(groups.get(finding.message) ?? []), finding]);
  }
  return [...groups.values()].flatMap(([first, ...others]) =>
    first ? [{ ...first, subject: listed([first, ...others].map(({ subject }) => subject)) }] : [],
  );
}

function listed(subjects: readonly string[]): string {
  const shown = subjects.slice(0, mostNamed).join(', ');
  const more = subjects.length - mostNamed;
  return more > 0 ? `${shown} and ${more} more` : shown;
}

/** So many subjects of one line are named. */
const mostNamed = 4;

/** So many good results are listed one by one. */
const mostShown = 6;

function mark(status: Finding['status'], style: Style): string {
  switch (status) {
    case 'ok':
      return style.green('ok         ');
    case 'warning':
      return style.yellow('warning    ');
    case 'problem':
      return style.red('problem    ');
    case 'not-checked':
      return style.dim('not checked');
  }
}

function conclusion(findings: readonly Finding[], style: Style): string {
  const count = (status: Finding['status']): number =>
    findings.filter((finding) => finding.status === status).length;
  const [problems, warnings, open] = [count('problem'), count('warning'), count('not-checked')];
  const parts = [
    ...(problems > 0 ? [style.red(`${problems} ${problems === 1 ? 'problem' : 'problems'}`)] : []),
    ...(warnings > 0 ? [`${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`] : []),
    ...(open > 0 ? [`${open} not checked`] : []),
  ];
  if (problems + warnings + open === 0) {
    return style.green('nothing found that would keep a task from starting');
  }
  return problems + warnings === 0 ? `no problem found, but ${open} not checked` : parts.join(', ');
}

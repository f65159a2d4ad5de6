import { markdownText } from './markdown.ts';
import { oneLine } from './printable.ts';

/** One check of a command, for summaries, JUnit reports and annotations. Contains no value. */
export interface Checked {
  status: 'ok' | 'warning' | 'problem' | 'not-checked';
  /** Where it is: a revision, a file, a service, a role. */
  where: string;
  /** What was checked there. */
  what: string;
  /** The finding, for people. */
  message: string;
  /** Path of the file that contains it. Absent for resources in AWS. */
  file?: string;
  /** Line and column in the file, from 1. Absent if unknown. */
  line?: number;
  column?: number;
}

/**
 * The checks as a Markdown table: problems first, at most 200 rows, and the number of remaining
 * ones.
 */
export function checkedSummary(title: string, checked: readonly Checked[]): string {
  const of = (status: Checked['status']): Checked[] =>
    checked.filter((one) => one.status === status);
  const found = [...of('problem'), ...of('warning'), ...of('not-checked')];
  const rows = found
    .slice(0, mostRows)
    .map(({ status, where, what, message }) => [status.replace('-', ' '), where, what, message]);
  const counts = [
    counted(of('problem').length, 'problem'),
    ...(of('warning').length > 0 ? [counted(of('warning').length, 'warning')] : []),
    ...(of('not-checked').length > 0 ? [`${of('not-checked').length} not checked`] : []),
    ...(of('ok').length > 0 ? [`${of('ok').length} ok`] : []),
  ];
  const more = found.length - rows.length;
  return [
    `### ecs-secrets ${markdownText(title)}`,
    '',
    counts.join(', '),
    ...(rows.length > 0
      ? ['', '| status | where | what | message |', '|---|---|---|---|', ...rows.map(row)]
      : []),
    ...(more > 0 ? ['', `${more} more are in the output of the command.`] : []),
  ].join('\n');
}

/**
 * The checks as a JUnit report, in the form that GitLab and CircleCI read: one test case per check.
 * Problems are failures, as are warnings with `strict`; `not-checked` is skipped.
 */
export function junitReport(
  title: string,
  checked: readonly Checked[],
  { strict = false }: { strict?: boolean } = {},
): string {
  const failed = ({ status }: Checked): boolean =>
    status === 'problem' || (strict && status === 'warning');
  const skipped = ({ status }: Checked): boolean => status === 'not-checked';
  const counts = `tests="${checked.length}" failures="${checked.filter(failed).length}" errors="0" skipped="${checked.filter(skipped).length}"`;
  const cases = checked.flatMap((one) => {
    const place = one.line === undefined ? one.file : `${one.file ?? ''}:${one.line}`;
    const text = place === undefined ? one.message : `${place}: ${one.message}`;
    const file = one.file === undefined ? '' : ` file="${xmlText(one.file)}"`;
    const inside = failed(one)
      ? `<failure message="${xmlText(one.message)}" type="${one.status}">${xmlText(text)}</failure>`
      : skipped(one)
        ? `<skipped message="${xmlText(one.message)}"/>`
        : one.status === 'warning'
          ? `<system-out>${xmlText(`warning: ${text}`)}</system-out>`
          : '';
    return [
      `    <testcase classname="${xmlText(one.where)}" name="${xmlText(one.what)}"${file} time="0">${inside}</testcase>`,
    ];
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="ecs-secrets" ${counts}>`,
    `  <testsuite name="ecs-secrets ${xmlText(title)}" ${counts} time="0">`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

// --- internal ---

// The limit of a summary is 1 MiB (docs.github.com, "Step isolation and limits"); GitHub shows no
// part of a longer one.
const mostRows = 200;

function row(cells: readonly string[]): string {
  return `| ${cells.map(markdownText).join(' | ')} |`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/**
 * Text for an attribute or an element. XML 1.0 cannot represent some characters, not even as
 * references.
 */
function xmlText(text: string): string {
  return oneLine(text)
    .replace(/[\p{Surrogate}\ufffe\uffff]/gu, '\ufffd')
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

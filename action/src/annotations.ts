import { error, warning, type AnnotationProperties } from '@actions/core';
import type { Checked } from '../../src/model/checked.ts';

/**
 * Annotates problems as errors and warnings as warnings, at their lines of files. Answers whether there was any.
 * GitHub shows ten of each for a step; the last of them says how many more there are.
 */
export function annotate(checked: readonly Checked[]): boolean {
  const problems = checked.filter(({ status }) => status === 'problem');
  const warnings = checked.filter(({ status }) => status === 'warning');
  annotateAll(problems, error);
  annotateAll(warnings, warning);
  return problems.length + warnings.length > 0;
}

// --- internal ---

/** docs.github.com, "Usage limits for annotations": 10 errors and 10 warnings for a step. */
const most = 10;

function annotateAll(
  found: readonly Checked[],
  print: (message: string, properties: AnnotationProperties) => void,
): void {
  const shown = found.length > most ? found.slice(0, most - 1) : found;
  for (const { where, what, message, file, line, column } of shown) {
    print(`${what}: ${message}`, {
      title: `ecs-secrets: ${where}`,
      ...(file !== undefined && { file, startLine: line, startColumn: column }),
    });
  }
  const more = found.length - shown.length;
  if (more > 0) print(`${more} more are in the summary of the step`, { title: 'ecs-secrets' });
}

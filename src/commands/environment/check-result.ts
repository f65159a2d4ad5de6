import type { Checked } from '../../model/checked.ts';
import { shortReference } from '../../model/environment/declared.ts';
import { oneLine } from '../../model/printable.ts';
import type { CheckedSecret, CheckedSet } from '../../operations/environment/check-declared.ts';
import { isAbsent } from '../../operations/environment/judge-declared.ts';
import { table, type TableLayout } from '../table.ts';
import type { CheckedEnvironmentDocument } from './documents.ts';

/** The status of a secret; a missing optional one is `ok`. */
export function statusOf(secret: Pick<CheckedSecret, 'state' | 'required'>): Checked['status'] {
  const { state, required } = secret;
  if (isAbsent(secret)) return required ? 'problem' : 'ok';
  if (state === 'not-checked' || state === 'not-read') return 'not-checked';
  return state === 'ok' ? 'ok' : 'warning';
}

/** The secrets of an environment for summaries and reports. `file` is the project file. */
export function checkedOf({ environment, secrets }: CheckedSet, file?: string): Checked[] {
  return secrets.map((secret) => ({
    status: statusOf(secret),
    where: environment,
    what: secret.variable,
    message: messageOf(secret),
    ...(file !== undefined && { file }),
  }));
}

/** An environment in the document of `check`. */
export function documentOf({
  environment,
  secrets,
  undeclared,
}: CheckedSet): CheckedEnvironmentDocument {
  return {
    name: environment,
    secrets: secrets.map(({ variable, reference, required, state, message }) => ({
      variable,
      reference: shortReference(reference),
      required,
      state,
      message,
    })),
    undeclared,
  };
}

/** The result for people: a table with a column for each environment, what is not right, and how to fix it. */
export function textOf(
  sets: readonly CheckedSet[],
  fix: readonly string[],
  layout: TableLayout,
): string {
  const variables = [...new Set(sets.flatMap(({ secrets }) => secrets.map((one) => one.variable)))];
  const rows = variables.map((variable) => [
    variable,
    ...sets.map(({ secrets }) => cellOf(secrets.find((one) => one.variable === variable))),
  ]);
  const lines = sets.flatMap(({ environment, secrets }) =>
    secrets
      .filter(({ message }) => message !== undefined)
      .map((one) => `${environment}: ${one.variable}: ${oneLine(messageOf(one))}`),
  );
  return [
    table(['VARIABLE', ...sets.map(({ environment }) => environment)], rows, layout),
    ...(lines.length > 0 ? ['', ...lines] : []),
    ...(fix.length > 0 ? ['', 'To fix:', ...fix.map((one) => `  ${one}`)] : []),
  ].join('\n');
}

// --- internal ---

function messageOf({ message = 'stored', required }: CheckedSecret): string {
  return required ? message : `${message} (optional)`;
}

function cellOf(secret: CheckedSecret | undefined): string {
  if (!secret) return '-';
  const word = secret.state.replace('-', ' ');
  return isAbsent(secret) && !secret.required ? `${word} (optional)` : word;
}

import type { Result } from '../../cli.ts';
import { CliError, Interrupted } from '../../errors.ts';
import { formatReference } from '../../model/secrets/reference.ts';
import type { ImportedItem } from '../../operations/import/import-secrets.ts';
import type { ImportedDocument } from './documents.ts';
import type { Pruned } from './import-prune.ts';

/** Formats the result of an import. */
export function tell(
  imported: readonly ImportedItem[],
  pruned: Pruned,
  dryRun: boolean,
): Result<ImportedDocument> {
  const verb = (action: string): string => (dryRun ? `would be ${action}` : action);
  const count = (action: string): number =>
    imported.filter(({ put }) => put?.action === action).length;
  const failed = [
    ...imported.flatMap(({ reference, error }) =>
      error ? [{ name: formatReference(reference).replace(/^ssm:/, ''), error }] : [],
    ),
    ...pruned.failed,
  ];
  const counts = [
    `${count('created')} ${verb('created')}`,
    `${count('updated')} ${verb('updated')}`,
    `${count('unchanged')} unchanged`,
    ...(pruned.deleted.length > 0 ? [`${pruned.deleted.length} ${verb('deleted')}`] : []),
    ...(failed.length > 0 ? [`${failed.length} failed`] : []),
  ].join(', ');
  const changes = dryRun
    ? imported.flatMap(({ put }) =>
        put && put.action !== 'unchanged' ? [`${verb(put.action)}  ${put.name}`] : [],
      )
    : [];
  return {
    data: {
      dryRun,
      secrets: imported.map(({ key, reference, put, error }) => ({
        key,
        name: put?.name ?? reference.name,
        ...(put
          ? {
              action: put.action,
              version: put.version,
              previousVersion: put.previousVersion,
              compared: put.compared,
            }
          : { action: 'failed', error: { code: error.code, message: error.message } }),
      })),
      deleted: pruned.deleted.map(({ name }) => name),
    },
    text: [
      ...changes,
      ...pruned.deleted.map(({ name }) => `${verb('deleted')}  ${name}`),
      counts,
    ].join('\n'),
    failure: pruned.interrupted
      ? new Interrupted('interrupted; the import is done, the deletion is not')
      : failed.length === 0
        ? undefined
        : new CliError(
            'import-failed',
            failed.map(({ name, error }) => `${name}: ${error.message}`).join('\n'),
            {
              hint:
                failed[0]?.error.hint ?? 'run the command again: it writes only what is missing',
            },
          ),
  };
}

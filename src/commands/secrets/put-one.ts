import type { Context, Result } from '../../cli.ts';
import { parameterArn, type Reference } from '../../model/secrets/reference.ts';
import type { PutOutcome, PutRequest } from '../../operations/secrets/put-request.ts';
import { putSecret } from '../../operations/secrets/put-secret.ts';
import type { StoredDocument } from './documents.ts';

/** Stores one secret, with notes and warnings. */
export async function putOne(
  context: Context,
  reference: Reference,
  request: PutRequest,
): Promise<Result<StoredDocument> & { data: StoredDocument }> {
  const { dryRun = false } = request;
  const onWarning = (text: string): void => {
    context.report.warn(text);
  };
  const outcome = await putSecret(context.aws, reference, { ...request, onWarning });
  if (!outcome.compared && outcome.action === 'updated') {
    context.report.note(
      'no permission to read the old value; the new value was written without comparison',
    );
  }
  if (
    outcome.action === 'created' &&
    outcome.store === 'secrets-manager' &&
    /-[A-Za-z0-9]{6}$/.test(outcome.name)
  ) {
    context.report.warn(
      `the name ${outcome.name} ends in a hyphen and six characters, like the random end of an ARN: always refer to it by its full ARN (Secrets Manager guide)`,
    );
  }
  const { aws, globals } = context;
  const isChosen = Boolean(globals.region ?? globals.profile);
  // Parameter Store does not return the ARN of a new parameter. The value is stored, even if STS
  // fails.
  const caller = globals.json || isChosen ? await aws.caller().catch(() => undefined) : undefined;
  const scope = reference.scope ?? caller;
  const isParameter = outcome.store === 'parameter-store';
  const arn = outcome.arn ?? (scope && isParameter ? parameterArn(outcome.name, scope) : undefined);
  const where = isChosen && scope ? ` in ${scope.region} (account ${scope.account})` : '';
  return { data: { ...outcome, arn, dryRun }, text: tellPut(outcome, dryRun) + where };
}

/** What a put did, in one line. */
export function tellPut(
  { action, store, name, version, previousVersion }: PutOutcome,
  dryRun = false,
) {
  const noun = store === 'parameter-store' ? 'parameter' : 'secret';
  const verb = dryRun && action !== 'unchanged' ? `would be ${action}` : action;
  const versions = [
    version !== undefined && `version ${version}`,
    action === 'updated' && previousVersion !== undefined && `was ${previousVersion}`,
  ].filter((part) => part !== false);
  return `${noun} ${name} ${verb}${versions.length > 0 ? ` (${versions.join(', ')})` : ''}`;
}

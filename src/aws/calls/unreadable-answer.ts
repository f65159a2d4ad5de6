import { AwsError } from '../../errors.ts';

/**
 * An answer that came and cannot be read. Its message never quotes the answer, which may have values in
 * it. `status` is that of HTTP; `fault` says what is wrong, where that is known.
 */
export class UnreadableAnswer extends Error {
  readonly status: number | undefined;
  readonly fault: string | undefined;

  constructor(status?: number, fault?: string) {
    super('unreadable answer');
    this.name = 'UnreadableAnswer';
    this.status = status;
    this.fault = fault;
  }
}

/** The error for an answer that cannot be read: code `unreadable-answer`. */
export function unreadable(
  action: string,
  { status, fault }: Pick<UnreadableAnswer, 'status' | 'fault'>,
): AwsError {
  const http = status === undefined ? '' : ` (HTTP ${status})`;
  return new AwsError(
    'unreadable-answer',
    `the answer to ${action} cannot be read${http}: ${fault ?? 'it is cut off, or does not come from AWS'}`,
    {
      hint: 'run the command again; look for a proxy, and check --endpoint-url (AWS_ENDPOINT_URL)',
    },
  );
}

/**
 * Parses a JSON document in an answer; undefined for none. Throws AwsError `unreadable-answer`. `read`
 * undoes what the document is encoded in.
 */
export function parsedDocument(
  action: string,
  document: string | undefined,
  read: (text: string) => string = (text) => text,
): unknown {
  if (document === undefined) return undefined;
  try {
    return JSON.parse(read(document));
  } catch {
    throw unreadable(action, { status: undefined, fault: 'the policy in it is not JSON' });
  }
}

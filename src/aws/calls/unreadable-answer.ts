import { AwsError } from '../../errors.ts';

/**
 * A response that arrived but cannot be read. Its message never quotes the response, which may
 * contain values. `status` is the HTTP status; `fault` describes the error, if known.
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

/** The error for a response that cannot be read: code `unreadable-answer`. */
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
 * Parses a JSON document in a response; undefined if there is none. Throws AwsError
 * `unreadable-answer`. `read` decodes the document.
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

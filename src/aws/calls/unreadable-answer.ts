import { AwsError } from '../../errors.ts';

/**
 * A response that arrived but cannot be read. Its message quotes the response only as
 * `firstWords` does, since it may contain values. `status` is the HTTP status; `fault` describes the error, if known;
 * `page` is the beginning of an error page, which is not to be quoted as it is.
 */
export class UnreadableAnswer extends Error {
  readonly status: number | undefined;
  readonly fault: string | undefined;
  readonly page: string | undefined;

  constructor(status?: number, fault?: string, page?: string) {
    super('unreadable answer');
    this.name = 'UnreadableAnswer';
    this.status = status;
    this.fault = fault;
    this.page = page;
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
      status,
      hint: 'run the command again; look for a proxy, and check --endpoint-url (AWS_ENDPOINT_URL)',
    },
  );
}

/**
 * The first plain words of an error page, such as that of a proxy: `Access denied by policy`. Whatever could be a
 * value or a credential is masked: all that is not a short word of letters. Undefined if there are no words.
 */
export function firstWords(page: string): string | undefined {
  // Each part but the first begins with a tag; a style sheet or a script is no text.
  const text = page
    .split('<')
    .map((part) => (/^(?:style|script)/i.test(part) ? '' : part.slice(part.indexOf('>') + 1)))
    .join(' ');
  const words = text
    .split(/\s+/)
    .filter((word) => word !== '')
    .slice(0, 12)
    .map((word) => (/^[("']?[a-z]{1,15}[)"'.,:;!?]{0,2}$/i.test(word) ? word : '***'));
  const told = words.filter((word, index) => word !== '***' || words[index - 1] !== '***');
  return told.some((word) => word !== '***') ? told.join(' ') : undefined;
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

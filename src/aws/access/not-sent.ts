/**
 * A request that did not reach AWS, because its proxy did not let it through. `code` is the code of
 * the system, if any.
 */
export class NotSent extends Error {
  readonly code: string | undefined;
  readonly hint: string;
  /** The SDK retries errors with this member. */
  readonly $retryable: { throttling: false } | undefined;

  constructor(
    message: string,
    options: { hint: string; code?: string | undefined; isPassing?: boolean },
  ) {
    super(message);
    this.name = 'NotSent';
    this.code = options.code;
    this.hint = options.hint;
    this.$retryable = options.isPassing ? { throttling: false } : undefined;
  }
}

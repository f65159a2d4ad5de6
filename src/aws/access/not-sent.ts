/**
 * A request that did not get as far as AWS: its proxy did not let it through. `code` is the system's,
 * if there is one.
 */
export class NotSent extends Error {
  readonly code: string | undefined;
  readonly hint: string;
  /** The SDK repeats what has this member. */
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

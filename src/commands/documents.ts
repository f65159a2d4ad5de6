/** The last line that `--json` prints on stderr when a command fails. */
export interface ErrorDocument {
  error: {
    /** Name of the kind of error, for example `access-denied` or `usage`. It does not change. */
    code: string;
    /** What failed and why, for people; one line for each problem. */
    message: string;
    /** What to do about it, for people. */
    hint?: string;
  };
}

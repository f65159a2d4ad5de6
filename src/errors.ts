import { InvalidInput } from './model/problems.ts';

/** Exit codes of the process (README, "Exit codes"). */
export const exitCodes = {
  done: 0,
  failed: 1,
  invalid: 2,
  findings: 3,
  rolloutFailed: 4,
  timedOut: 5,
  interrupted: 130,
} as const;

/** An error in the user's terms. `code` is its stable name in `--json`. */
export class CliError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly exitCode: number;
  /** The action of the failed call, e.g. `iam:TagRole`, if AWS may have performed it. */
  mayBeDone: string | undefined;

  constructor(
    code: string,
    message: string,
    options: { hint?: string | undefined; exitCode?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'CliError';
    this.code = code;
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? exitCodes.failed;
  }
}

/** Wrong usage: conflicting arguments, or a prompt without a terminal. Exit code 2. */
export class UsageError extends CliError {
  constructor(message: string, hint?: string) {
    super('usage', message, { hint, exitCode: exitCodes.invalid });
  }
}

/** The user interrupted the command. Exit code 130. */
export class Interrupted extends CliError {
  /** The interrupt cut off a call that AWS may have performed. */
  readonly isUncertain: boolean;

  constructor(message = 'interrupted', hint?: string, { isUncertain = false } = {}) {
    super('interrupted', message, { hint, exitCode: exitCodes.interrupted });
    this.isUncertain = isUncertain;
  }
}

/**
 * An error that AWS returned, or the reason why there is no answer. `awsCode` is AWS's error name,
 * e.g. `ParameterNotFound`; undefined without an answer.
 */
export class AwsError extends CliError {
  readonly awsCode: string | undefined;
  /** HTTP status; undefined without an answer. */
  readonly status: number | undefined;

  constructor(
    code: string,
    message: string,
    options: {
      hint?: string | undefined;
      awsCode?: string | undefined;
      status?: number | undefined;
      exitCode?: number;
      cause?: unknown;
    } = {},
  ) {
    super(code, message, options);
    this.name = 'AwsError';
    this.awsCode = options.awsCode;
    this.status = options.status;
  }
}

/** Whether an error is a CliError with this code. */
export function isCliError(error: unknown, code: string): error is CliError {
  return error instanceof CliError && error.code === code;
}

/** Whether AWS returned one of these error names. */
export function isAwsError(error: unknown, ...awsCodes: string[]): error is AwsError {
  return (
    error instanceof AwsError && error.awsCode !== undefined && awsCodes.includes(error.awsCode)
  );
}

/** Whether AWS denied the call because a permission is missing. */
export function isAccessDenied(error: unknown): error is AwsError {
  return error instanceof AwsError && error.code === 'access-denied';
}

/**
 * Whether it is unknown if a call was performed: its answer was lost, late or unreadable, or AWS
 * returned an error for it. Look up the state before repeating a call that is not idempotent.
 */
export function isUncertain(error: unknown): error is CliError {
  if (error instanceof Interrupted) return error.isUncertain;
  return error instanceof CliError && uncertain.has(error.code);
}

/** Whether a read that failed with this error may succeed if retried. */
export function isPassing(error: unknown): error is CliError {
  if (!(error instanceof CliError)) return false;
  return uncertain.has(error.code) || ['throttled', 'interrupted'].includes(error.code);
}

/** How an error is reported to the user. */
export interface Report {
  code: string;
  /** One line per problem. */
  message: string;
  hint: string | undefined;
  exitCode: number;
}

/** The single table from errors to what the user sees. An unknown error is a bug in ecs-secrets. */
export function describeError(error: unknown): Report {
  if (error instanceof CliError) {
    const { code, hint, exitCode, mayBeDone } = error;
    const open = mayBeDone === undefined ? '' : `; ${mayBeDone} may have been carried out`;
    return { code, message: error.message + open, hint, exitCode };
  }
  if (error instanceof InvalidInput) {
    const { message, hint } = error;
    return { code: 'invalid-input', message, hint, exitCode: exitCodes.invalid };
  }
  const { code } = Object(error) as NodeJS.ErrnoException;
  if (code === 'EMFILE' || code === 'ENFILE') {
    return {
      code: 'too-many-files',
      message: `too many open files (${code})`,
      hint: 'raise the limit (ulimit -n)',
      exitCode: exitCodes.failed,
    };
  }
  return {
    code: 'internal',
    message: quotesItsSource(error)
      ? 'a text could not be parsed'
      : error instanceof Error
        ? error.message
        : String(error),
    hint: 'this is a defect of ecs-secrets: run again with --debug and report what it prints',
    exitCode: exitCodes.failed,
  };
}

/** Where an error was thrown, for `--debug`; undefined if the value is not an error. */
export function stackOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.stack === undefined || !quotesItsSource(error)) return error.stack;
  const calls = error.stack.search(/^ {4}at /m);
  return calls < 0 ? undefined : error.stack.slice(calls);
}

// --- internal ---

/** JSON.parse and the YAML library quote the text in their messages, and it may be secret. */
function quotesItsSource(error: unknown): boolean {
  return error instanceof SyntaxError || (error instanceof Error && error.name.startsWith('YAML'));
}

const uncertain = new Set([
  'aws-failed',
  'unreachable',
  'request-timeout',
  'unreadable-answer',
  'internal',
]);

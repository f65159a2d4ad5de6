/**
 * Makes an entry that failed an error of the call, which returns HTTP 200 for it (PutTargets API
 * reference). It is then retried, translated and reported like any other error.
 */
export function withFailedEntries<Command extends { middlewareStack: object }>(
  command: Command,
): Command {
  (command.middlewareStack as Stack).add(
    (next: Next) => async (args: unknown) => {
      const result = await next(args);
      const { FailedEntryCount, FailedEntries, $metadata } = result.output;
      const entries = Array.isArray(FailedEntries) ? (FailedEntries as Entry[]) : [];
      if (!FailedEntryCount && entries.length === 0) return result;
      const [{ ErrorCode, ErrorMessage } = {}] = entries;
      throw Object.assign(new Error(ErrorMessage ?? ErrorCode ?? 'an entry failed'), {
        name: ErrorCode ?? 'FailedEntry',
        $fault: 'client',
        $metadata,
      });
    },
    // Outside the deserializer, and inside what retries.
    { step: 'deserialize', priority: 'high' },
  );
  return command;
}

// --- internal ---

interface Entry {
  ErrorCode?: string;
  ErrorMessage?: string;
}

interface Output {
  FailedEntryCount?: unknown;
  FailedEntries?: unknown;
  $metadata?: object;
}

type Next = (args: unknown) => Promise<{ output: Output }>;

interface Stack {
  add(middleware: unknown, options: { step: 'deserialize'; priority: 'high' }): void;
}

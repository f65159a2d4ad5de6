import type { HttpResponse } from '@smithy/types';

interface Stack {
  add(
    middleware: unknown,
    options: { step: 'build' | 'deserialize'; priority?: 'high' | 'low' },
  ): void;
}

/**
 * Sends a document unchanged, including members that this release of the SDK does not know and
 * would drop.
 */
export function withRawBody<Command extends { middlewareStack: object }>(
  command: Command,
  document: object,
): Command {
  (command.middlewareStack as Stack).add(
    (next: Next) => (args: { request: { body: string } }) => {
      args.request.body = JSON.stringify(document);
      return next(args);
    },
    { step: 'build', priority: 'high' },
  );
  return command;
}

/**
 * Also parses a command's response as JSON, with the members that the SDK does not know. Call the
 * returned function after sending: the SDK has then read the response, and it is JSON.
 */
export function withRawAnswer<Command extends { middlewareStack: object }>(
  command: Command,
): { command: Command; answer: () => unknown } {
  let raw = '';
  (command.middlewareStack as Stack).add(
    (next: Next) => async (args: unknown) => {
      const result = await next(args);
      const chunks: Uint8Array[] = [];
      for await (const chunk of result.response.body as AsyncIterable<Uint8Array>) {
        chunks.push(chunk);
      }
      const bytes = Buffer.concat(chunks);
      result.response.body = bytes;
      raw = bytes.toString('utf8');
      return result;
    },
    { step: 'deserialize', priority: 'low' },
  );
  return { command, answer: () => JSON.parse(raw) as unknown };
}

type Next = (args: unknown) => Promise<{ response: HttpResponse }>;

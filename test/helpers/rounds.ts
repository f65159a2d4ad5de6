import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { forward, read } from './go-between.ts';

/** A way to a sandbox on which calls pass in rounds. */
export interface Rounds extends AsyncDisposable {
  /** Address to use in place of the sandbox's. */
  url: string;
  /** The operations of each round since the last `reset`, in the order in which they arrived. */
  rounds: string[][];
  reset(): void;
}

/**
 * Opens a server that holds every call until this process, in which the command runs too, does
 * nothing else: all calls that do not wait for an answer have arrived by then. It then passes them
 * on together, which is one round. The number of rounds is the number of calls that a command makes
 * one after another, whatever the machine does meanwhile.
 */
export async function openRounds(sandboxUrl: string): Promise<Rounds> {
  const rounds: string[][] = [];
  let held: Held[] = [];
  let arrivals = 0;
  let waiting = false;
  const server = createServer((asked, answer) => {
    arrivals += 1;
    void read(asked).then((body) => {
      held.push({ asked, answer, body });
      if (waiting) return;
      waiting = true;
      void letThrough();
    });
  });

  async function letThrough(): Promise<void> {
    for (let seen = -1; seen !== arrivals || held.length === 0;) {
      seen = arrivals;
      await idle();
    }
    const round = held;
    held = [];
    rounds.push(round.map(operationOf));
    const answers = await Promise.all(
      round.map(({ asked, body }) => forward(sandboxUrl, asked, body)),
    );
    waiting = false;
    for (const [index, { status, headers, text }] of answers.entries()) {
      round[index]?.answer.writeHead(status, { ...headers }).end(text);
    }
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    rounds,
    reset: () => rounds.splice(0),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

// --- internal ---

interface Held {
  asked: IncomingMessage;
  answer: ServerResponse;
  body: Buffer;
}

function operationOf({ asked, body }: Held): string {
  const target = asked.headers['x-amz-target'];
  if (target !== undefined) return String(target).replace(/^.*\./, '');
  return new URLSearchParams(body.toString()).get('Action') ?? `${asked.method} ${asked.url}`;
}

/**
 * Waits for so many turns of the event loop, each of which looks for what has arrived, that a call
 * made in the first of them is there in the last: it takes about ten to connect, write and read.
 */
async function idle(): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

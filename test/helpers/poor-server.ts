import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a server fails to answer: not at all, or with a body that stops or never ends. */
export type Poor = 'silent' | 'stalls' | 'drips';

/** A server that accepts every call and answers none of them to the end. */
export interface PoorServer extends AsyncDisposable {
  /** For `--endpoint-url`. */
  url: string;
  /** Resolves once the first call has come. */
  called: Promise<unknown>;
  /** How many calls have come. */
  calls(): number;
}

/** Opens such a server. */
export async function openPoorServer(poor: Poor): Promise<PoorServer> {
  let calls = 0;
  const drips = new Set<NodeJS.Timeout>();
  const server = createServer((request, response) => {
    request.resume();
    calls += 1;
    if (poor === 'silent') return;
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
    response.write('{"Parameters": [');
    if (poor === 'drips') drips.add(drip(response));
  });
  const called = once(server, 'request');
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    called,
    calls: () => calls,
    async [Symbol.asyncDispose]() {
      for (const timer of drips) clearInterval(timer);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

// --- internal ---

function drip(response: ServerResponse): NodeJS.Timeout {
  return setInterval(() => response.write(' '), 20);
}

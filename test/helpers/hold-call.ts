import { EventEmitter, once } from 'node:events';
import { createServer, request as open } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A way to a sandbox on which a call waits, so that a test decides what happens before it. */
export interface HeldCall extends AsyncDisposable {
  /** Address to use in place of the sandbox's. */
  url: string;
  /** Settled once the call has come and waits. */
  arrived: Promise<unknown>;
  /** Lets it through, and all that come later. */
  release(): void;
}

/** Holds the calls of an operation of a service that speaks JSON, e.g. `UpdateService`. */
export async function holdCall(sandboxUrl: string, operation: string): Promise<HeldCall> {
  const events = new EventEmitter();
  const arrived = once(events, 'arrived');
  const released = once(events, 'released');
  const server = createServer((request, response) => {
    const forward = (): void => {
      const { method, headers } = request;
      const { host } = new URL(sandboxUrl);
      const forwarded = open(sandboxUrl, {
        path: request.url,
        method,
        headers: { ...headers, host },
      });
      forwarded.on('response', (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
      forwarded.on('error', () => response.destroy());
      request.pipe(forwarded);
    };
    if (!String(request.headers['x-amz-target']).endsWith(`.${operation}`)) {
      forward();
      return;
    }
    events.emit('arrived');
    void released.then(forward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    arrived,
    release: () => events.emit('released'),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { makeCertificates } from './certificates.ts';

/** A request to a registry: `HEAD host/path`, and whether it carried a token. */
export interface AskedRegistry {
  what: string;
  authorization: string | undefined;
}

/** Registries of several hosts behind a proxy, for a run that is given its variables. */
export interface FakeRegistries extends AsyncDisposable {
  proxyUrl: string;
  /** The authority that signed the certificates of the hosts, in PEM. */
  ca: string;
  asked: AskedRegistry[];
}

/** Opens registries on these hosts; `answer` gives the status of a path, or `challenge`. */
export async function fakeRegistries(
  hosts: readonly string[],
  answer: (what: string, authorization: string | undefined) => number | 'challenge' | 'token',
): Promise<FakeRegistries> {
  const { ca, cert, key } = makeCertificates(hosts);
  const asked: AskedRegistry[] = [];
  const tls = createTlsServer({ key, cert }, (call, response) => {
    const { method = '', url = '', headers } = call;
    const what = `${method} ${headers.host ?? ''}${url}`;
    asked.push({ what, authorization: headers.authorization });
    reply(response, answer(what, headers.authorization), headers.host ?? '');
  });
  const tunnels = new Set<Socket>();
  const proxy = createServer();
  proxy.on('connect', (_call: IncomingMessage, client: Socket) => {
    const server = connect(portOf(tls), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      server.pipe(client).pipe(server);
    });
    for (const socket of [client, server]) {
      tunnels.add(socket);
      socket.on('error', () => undefined);
    }
    client.on('close', () => server.destroy());
  });
  for (const one of [tls, proxy]) {
    await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve));
  }
  return {
    proxyUrl: `http://127.0.0.1:${portOf(proxy)}`,
    ca,
    asked,
    async [Symbol.asyncDispose]() {
      for (const tunnel of tunnels) tunnel.destroy();
      for (const one of [tls, proxy]) {
        one.closeAllConnections();
        await new Promise((resolve) => one.close(resolve));
      }
    },
  };
}

// --- internal ---

function reply(
  response: ServerResponse,
  answer: number | 'challenge' | 'token',
  host: string,
): void {
  if (answer === 'challenge') {
    const challenge = `Bearer realm="https://${host}/token",service="registry"`;
    response.writeHead(401, { 'www-authenticate': challenge }).end();
  } else if (answer === 'token') {
    response.writeHead(200).end(JSON.stringify({ token: 'anonymous' }));
  } else response.writeHead(answer).end();
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

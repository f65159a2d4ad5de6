import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { forward, read } from '../../helpers/go-between.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';

// Connections that are opened before the first call.
let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  await shop.run(['put', '/shop/db'], { stdin: 'x' });
});
afterAll(async () => {
  await shop.sandbox.close();
});

/** A way to the sandbox that counts connections, and those on which a request arrived. */
async function counting(onConnection: (socket: Socket, count: number) => void = () => undefined) {
  const used = new Set<Socket>();
  let opened = 0;
  const server: Server = createServer((asked, answer) => {
    used.add(asked.socket);
    // A proxy is asked for the whole URL.
    asked.url = asked.url?.replace(/^http:\/\/[^/]+/, '') ?? '/';
    void read(asked)
      .then((body) => forward(shop.sandbox.url, asked, body))
      .then(({ status, headers, text }) => answer.writeHead(status, { ...headers }).end(text));
  });
  server.on('connection', (socket: Socket) => {
    opened += 1;
    onConnection(socket, opened);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts: () => ({ opened, used: used.size }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('calls use the connections that were opened ahead, and no more than they need', async () => {
  await using way = await counting();
  const env = { ECS_SECRETS_ENDPOINT_URL: way.url };
  const seen = await shop.run(['put', '/shop/other'], { stdin: 'x', env });
  expect(seen.code).toBe(0);
  expect(way.counts()).toEqual({ opened: 2, used: 2 });
});

test('a connection that a host closes at once is not used', async () => {
  await using way = await counting((socket, count) => {
    if (count <= 2) socket.destroy();
  });
  const env = { ECS_SECRETS_ENDPOINT_URL: way.url };
  const seen = await shop.run(['get', '/shop/db', '--reveal'], { env });
  expect(seen).toMatchObject({ code: 0, stdout: 'x' });
});

test('a connection that no call needed is closed at the end of the run', async () => {
  const closed: Promise<unknown>[] = [];
  await using way = await counting((socket) => {
    closed.push(once(socket, 'close'));
  });
  const credentials = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' };
  const env = { ECS_SECRETS_ENDPOINT_URL: way.url, ...credentials };
  const seen = await shop.run(['get', '/shop/db', '--reveal'], { env });
  expect(seen).toMatchObject({ code: 1, stderr: expect.stringContaining('credentials') as string });
  await Promise.all(closed);
  expect(way.counts().used).toBe(0);
});

test('nothing is connected to directly where a proxy is configured', async () => {
  await using way = await counting();
  await using proxy = await counting();
  const env = { ECS_SECRETS_ENDPOINT_URL: way.url, HTTP_PROXY: proxy.url, NO_PROXY: '' };
  await shop.run(['get', '/shop/db', '--reveal'], { env });
  expect(way.counts().opened).toBe(0);
  expect(proxy.counts().used).toBeGreaterThan(0);
});

test('an unreachable host is reported as before', async () => {
  const way = await counting();
  await way[Symbol.asyncDispose]();
  const env = { ECS_SECRETS_ENDPOINT_URL: way.url, AWS_MAX_ATTEMPTS: '1' };
  const seen = await shop.run(['get', '/shop/db', '--reveal'], { env });
  expect(seen.code).toBe(1);
  expect(seen.stderr).toContain('ECONNREFUSED');
});

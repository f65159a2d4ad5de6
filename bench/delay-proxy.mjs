// A way to a server that is as far away as a region of AWS: each byte takes half a round trip, and a new connection
// whole ones before its first byte. One port for each service, since AWS has a host for each: clients do not share
// the connections of two services. Runs as a process of its own, so that what is measured does not wait for it.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, connect } from 'node:net';
import { fileURLToPath } from 'node:url';

/** Names of services as in AWS_ENDPOINT_URL_… */
const services = [
  ...['SSM', 'SECRETS_MANAGER', 'ECS', 'IAM', 'STS', 'KMS', 'CLOUDWATCH_LOGS', 'EVENTBRIDGE'],
  ...['SCHEDULER', 'ECR', 'ELASTIC_LOAD_BALANCING_V2', 'EC2', 'CODEDEPLOY', 'OTHER'],
];

/**
 * Opens the way to a server. `setUp`: round trips of a new connection; `roundTrip` in milliseconds; `fixed`: a port
 * that leads to another one, `{ listen, to }`.
 */
export async function openDelay({ url, roundTrip, setUp, fixed }) {
  const given = { port: Number(new URL(url).port), roundTrip, setUp, fixed };
  const child = fork(fileURLToPath(import.meta.url), [JSON.stringify(given)]);
  const [ports] = await once(child, 'message');
  const at = (service) => `http://127.0.0.1:${ports[service]}`;
  return {
    /** The variables that SDKs, the AWS CLI and chamber read. */
    env: {
      ...Object.fromEntries(services.map((name) => [`AWS_ENDPOINT_URL_${name}`, at(name)])),
      AWS_ENDPOINT_URL: at('OTHER'),
      CHAMBER_AWS_SSM_ENDPOINT: at('SSM'),
    },
    /** What passed since the last call: requests, connections, and the most requests one after another. */
    async passed() {
      child.send('tell');
      const [seen] = await once(child, 'message');
      return seen;
    },
    close: () => child.kill(),
  };
}

// --- internal ---

/** Does things later, each after those before it: timers of different lengths do not keep their order. */
function inOrder() {
  const waiting = [];
  return (milliseconds, act) => {
    waiting.push(act);
    setTimeout(() => waiting.shift()(), milliseconds);
  };
}

/** The most of these spans of time that follow each other. */
function longestChain(spans) {
  let count = 0;
  let end = 0;
  for (const span of spans.toSorted((a, b) => a.end - b.end)) {
    if (span.start < end) continue;
    count += 1;
    end = span.end;
  }
  return count;
}

/** The sandbox answers to its own address only; in TLS nothing is found. */
function toHost(data, port) {
  const text = data.toString('latin1');
  const changed = text.replace(/^(host: 127\.0\.0\.1:)\d+\r$/im, `$1${port}\r`);
  return changed === text ? data : Buffer.from(changed, 'latin1');
}

async function serve({ port, roundTrip, setUp, fixed }) {
  let spans = [];
  let connections = 0;
  const pass = (to) => (client) => {
    connections += 1;
    const server = connect(to, '127.0.0.1');
    client.setNoDelay(true);
    server.setNoDelay(true);
    // Nothing is sent before the connection is there.
    let mayPass = performance.now() + setUp * roundTrip;
    let span;
    const toServer = inOrder();
    const toClient = inOrder();
    client.on('data', (data) => {
      const now = performance.now();
      if (!span || span.answered) {
        span = { start: now, end: Infinity, answered: false };
        spans.push(span);
      }
      const at = Math.max(now, mayPass);
      mayPass = at;
      toServer(at - now + roundTrip / 2, () => server.write(toHost(data, to)));
    });
    server.on('data', (data) => {
      const current = span;
      toClient(roundTrip / 2, () => {
        client.write(data);
        if (!current) return;
        current.answered = true;
        current.end = performance.now();
      });
    });
    client.on('end', () => toServer(roundTrip / 2, () => server.end()));
    server.on('end', () => toClient(roundTrip / 2, () => client.end()));
    for (const socket of [client, server]) {
      socket.on('error', () => {
        client.destroy();
        server.destroy();
      });
    }
  };
  const listen = async (to, at = 0) => {
    const server = createServer({ allowHalfOpen: true }, pass(to)).listen(at, '127.0.0.1');
    await once(server, 'listening');
    return server.address().port;
  };
  const ports = {};
  for (const name of services) ports[name] = await listen(port);
  if (fixed) await listen(fixed.to, fixed.listen);
  process.on('message', () => {
    const seen = { calls: spans.length, rounds: longestChain(spans), connections };
    spans = [];
    connections = 0;
    process.send(seen);
  });
  process.on('disconnect', () => process.exit());
  process.send(ports);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await serve(JSON.parse(process.argv[2]));

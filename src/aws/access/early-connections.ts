import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Settings, ServiceKey } from './settings.ts';

/** Connections that are opened while the SDK loads, which takes longer than a round trip. */
export interface EarlyConnections {
  /** Opens some connections to the host of a URL, once, and lets a turn of the event loop pass. */
  begin(url: string, count: number): Promise<void>;
  /** Agents for all clients; the first requests to a host get the connections that were begun. */
  agents: { httpAgent: HttpAgent; httpsAgent: HttpsAgent };
}

/**
 * Creates the connections of a run; none is opened before `begin`. After `cutOff`, those that no
 * request got are closed: even without a reference, one that is not established yet would keep the
 * process alive, for two minutes if the host does not answer.
 */
export function createEarlyConnections(cutOff: AbortSignal | undefined): EarlyConnections {
  const begun = new Map<string, Begun[]>();
  cutOff?.addEventListener('abort', () => {
    for (const { socket } of [...begun.values()].flat()) socket.destroy();
  });
  const http = takingFrom(begun, new HttpAgent(pool));
  const https = takingFrom(begun, new HttpsAgent(pool));
  return {
    agents: { httpAgent: http.agent, httpsAgent: https.agent },
    async begin(url, count) {
      const { protocol, hostname: host, port: given } = new URL(url);
      const { agent, open, usual } =
        protocol === 'https:' ? { ...https, usual: 443 } : { ...http, usual: 80 };
      const port = given === '' ? usual : Number(given);
      const key = `${host}:${port}`;
      if (begun.has(key) || host.startsWith('[') || cutOff?.aborted) return;
      const { options } = agent as unknown as { options: object };
      const target = { ...options, host, port, servername: isIP(host) ? '' : host };
      const sockets = Array.from({ length: count }, () => open(target));
      for (const socket of sockets) {
        // A connection that nobody needs must not keep the process alive, nor fail it.
        socket.unref();
        socket.on('error', ignore);
      }
      const at = performance.now();
      begun.set(
        key,
        sockets.map((socket) => ({ socket, at })),
      );
      await nextTurn();
    },
  };
}

/**
 * Begins to connect to the host of a service before its client is loaded. `key` names it as in IAM
 * actions, with its region if it is another than `region`: `ssm eu-west-1`; others are ignored.
 */
export async function beginToConnect(
  { settings, connections }: { settings: Settings; connections: Pick<EarlyConnections, 'begin'> },
  key: string,
  region: string | undefined,
): Promise<void> {
  const [name = '', other = ''] = key.split(' ');
  const service = services[name];
  if (!service) return;
  const where = other === '' ? (region ?? settings.region?.value) : other;
  const url = settings.endpoint(service)?.value ?? usualUrl(settings, name, where);
  if (url !== undefined) await connections.begin(url, sideBySide[name] ?? 1);
}

// --- internal ---

interface Begun {
  socket: Socket;
  /** When it was begun, in milliseconds of `performance.now()`. */
  at: number;
}

/** Milliseconds: a host may close a connection on which it got no request. */
const oldest = 2_000;

/** The same limits as in the SDK's own agents. */
const pool = { keepAlive: true, maxSockets: 50 };

/** The services by their names in IAM actions, which are those of their hosts too. */
const services: Readonly<Record<string, ServiceKey>> = {
  sts: 'sts',
  ssm: 'ssm',
  secretsmanager: 'secrets_manager',
  kms: 'kms',
  logs: 'cloudwatch_logs',
  ec2: 'ec2',
  iam: 'iam',
  ecs: 'ecs',
  events: 'eventbridge',
  scheduler: 'scheduler',
  codedeploy: 'codedeploy',
  cloudformation: 'cloudformation',
  states: 'sfn',
};

/** How many calls to a service most commands make at the same time, if it is more than one. */
const sideBySide: Readonly<Record<string, number>> = { ssm: 2, secretsmanager: 2, iam: 4 };

/**
 * The host of a service in the partition `aws`; undefined where only the SDK knows it: a request
 * then opens its own connection.
 */
function usualUrl(
  { fips, dualstack }: Settings,
  name: string,
  region: string | undefined,
): string | undefined {
  const isUsual = /^(?:af|ap|ca|eu|il|me|mx|sa|us)-[a-z]{4,9}-\d$/.test(region ?? '');
  if (!isUsual || fips?.value || dualstack?.value) return undefined;
  return name === 'iam' ? 'https://iam.amazonaws.com' : `https://${name}.${region}.amazonaws.com`;
}

const ignore = (): void => undefined;

interface Target {
  host?: string | null;
  port?: number | string | null;
  servername?: string;
}

type Open = (options: Target, done?: unknown) => Socket;

/**
 * Makes an agent give a request a connection to its host that was begun, if it is still fresh.
 * `open` opens one without a request.
 */
function takingFrom<T extends HttpAgent>(begun: Map<string, Begun[]>, agent: T) {
  const connecting = agent as unknown as { createConnection: Open };
  const open = connecting.createConnection.bind(agent);
  connecting.createConnection = (target, done) => {
    const { host, port, servername } = target;
    const own = begun.get(`${host ?? ''}:${port ?? ''}`);
    const { socket, at = 0 } = [undefined, '', host].includes(servername)
      ? (own?.shift() ?? {})
      : {};
    const isFresh = performance.now() - at < oldest;
    if (!isFresh) socket?.destroy();
    if (!socket || socket.destroyed) return open(target, done);
    socket.off('error', ignore);
    socket.ref();
    return socket;
  };
  return { agent, open };
}

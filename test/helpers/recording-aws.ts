import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { makeCertificates } from './certificates.ts';
import { read } from './go-between.ts';

/** A call as it arrived. */
export interface RecordedCall {
  /** Name of the operation, or the path where there is none. */
  operation: string;
  /** Access key ID of the signature; undefined for a call that is not signed. */
  signer: string | undefined;
  /** Region of the signature. */
  region: string | undefined;
  host: string;
  /** The values of Proxy-Authorization, decoded, if it came through the proxy. */
  proxy: string | undefined;
  body: string;
  headers: IncomingMessage['headers'];
}

/** Servers that stand for AWS and note who calls: in plain text, with TLS, and a proxy that leads there. */
export interface RecordingAws extends AsyncDisposable {
  /** In plain text. */
  url: string;
  /** With a certificate of a private authority, for the hosts of AWS that were named. */
  tlsUrl: string;
  /** A proxy that takes every host for that server. */
  proxyUrl: string;
  /** The authority, in PEM. */
  ca: string;
  calls: RecordedCall[];
  /** What was asked of the proxy: `CONNECT host:443`, or `POST http://…`. */
  asked: string[];
  /** The status with which the proxy answers in place of letting through; or it closes, or says nothing. */
  refuse(status: number | 'close' | 'silent' | undefined): void;
}

/** Opens them. */
export async function recordingAws(hosts: readonly string[]): Promise<RecordingAws> {
  const { ca, cert, key } = makeCertificates(hosts);
  const calls: RecordedCall[] = [];
  const asked: string[] = [];
  const proxied = new Map<string, string>();
  const tunnels = new Set<Socket>();
  let refused: number | 'close' | 'silent' | undefined;

  const answer = (call: IncomingMessage, response: ServerResponse, throughProxy?: string): void => {
    void read(call).then((body) => {
      const { headers, url = '/' } = call;
      const text = body.toString();
      const target = String(headers['x-amz-target'] ?? '').replace(/^.*\./, '');
      const operation = target || (/Action=(\w+)/.exec(text)?.[1] ?? url.replace(/\?.*/, ''));
      const credential = /Credential=([^/]+)\/\d+\/([^/]+)\//.exec(headers.authorization ?? '');
      const proxy = throughProxy ?? proxied.get(String(call.socket.remotePort));
      const [, signer, region] = credential ?? [];
      calls.push({
        operation,
        signer,
        region,
        host: headers.host ?? '',
        proxy,
        body: text,
        headers,
      });
      const {
        status = 200,
        type = 'application/x-amz-json-1.1',
        text: got,
      } = answerTo(operation, text);
      response.writeHead(status, { 'content-type': type });
      response.end(got);
    });
  };

  const plain = createServer((call, response) => {
    answer(call, response);
  });
  const tls = createTlsServer({ key, cert }, (call, response) => {
    answer(call, response);
  });
  const proxy = createServer((call, response) => {
    asked.push(`${call.method ?? ''} ${call.url ?? ''}`);
    const who = passwordOf(call);
    if (refused === 'close') {
      call.socket.destroy();
    } else if (refused === 'silent') {
      return;
    } else if (refused !== undefined) {
      response.writeHead(refused).end();
    } else {
      // As a proxy does: the hop's own headers stay here.
      const { 'proxy-authorization': _, 'proxy-connection': __, ...headers } = call.headers;
      const options = { method: call.method, headers, agent: false as const };
      const on = request(call.url ?? '', options, (got) => {
        response.writeHead(got.statusCode ?? 500, got.headers);
        got.pipe(response);
      });
      on.on('socket', (socket: Socket) => {
        socket.on('connect', () => proxied.set(String(socket.localPort), who));
      });
      call.pipe(on);
    }
  });
  proxy.on('connect', (call: IncomingMessage, client: Socket) => {
    asked.push(`CONNECT ${call.url ?? ''}`);
    client.on('error', () => undefined);
    tunnels.add(client);
    if (refused === 'close') {
      client.destroy();
      return;
    }
    if (refused === 'silent') return;
    if (refused !== undefined) {
      client.end(`HTTP/1.1 ${refused} Refused\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const server = connect(portOf(tls), '127.0.0.1', () => {
      proxied.set(String(server.localPort), passwordOf(call));
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      server.pipe(client).pipe(server);
    });
    server.on('error', () => client.destroy());
    client.on('close', () => {
      tunnels.delete(client);
      server.destroy();
    });
  });

  const servers = [plain, tls, proxy];
  await Promise.all(
    servers.map((one) => new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve))),
  );
  return {
    url: `http://127.0.0.1:${portOf(plain)}`,
    tlsUrl: `https://127.0.0.1:${portOf(tls)}`,
    proxyUrl: `http://127.0.0.1:${portOf(proxy)}`,
    ca,
    calls,
    asked,
    refuse(status) {
      refused = status;
    },
    async [Symbol.asyncDispose]() {
      for (const one of servers) one.closeAllConnections();
      for (const tunnel of tunnels) tunnel.destroy();
      await Promise.all(servers.map((one) => new Promise((resolve) => one.close(resolve))));
    },
  };
}

// --- internal ---

/** The keys that a role gives: `deploy` has ASIA-DEPLOY. */
function keyOfRole(arn: string): string {
  return `ASIA-${(arn.split('/').at(-1) ?? '').toUpperCase()}`;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** Empty for a call without user name and password. */
function passwordOf({ headers }: IncomingMessage): string {
  const basic = /^Basic (.*)$/.exec(headers['proxy-authorization'] ?? '')?.[1] ?? '';
  return Buffer.from(basic, 'base64').toString();
}

interface Answer {
  status?: number;
  type?: string;
  text: string;
}

const inAnHour = (): string => new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+/, '');

function answerTo(operation: string, body: string): Answer {
  const role = decodeURIComponent(/RoleArn=([^&]*)/.exec(body)?.[1] ?? '');
  switch (operation) {
    case 'DescribeParameters':
      return { text: '{"Parameters":[]}' };
    case 'GetCallerIdentity':
      return xml(
        operation,
        '<Arn>arn:aws:iam::123456789012:user/who</Arn><UserId>x</UserId><Account>123456789012</Account>',
      );
    case 'AssumeRole':
    case 'AssumeRoleWithWebIdentity':
      return body.includes('TokenCode=000000')
        ? {
            ...xml('Error', ''),
            status: 403,
            text: '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>MultiFactorAuthentication failed with invalid MFA one time pass code. </Message></Error></ErrorResponse>',
          }
        : xml(
            operation,
            `<Credentials><AccessKeyId>${keyOfRole(role)}</AccessKeyId><SecretAccessKey>secret-of-the-session-0123456789</SecretAccessKey>` +
              `<SessionToken>token-of-the-session-0123456789</SessionToken><Expiration>${inAnHour()}</Expiration></Credentials>` +
              `<AssumedRoleUser><AssumedRoleId>A:x</AssumedRoleId><Arn>arn:aws:sts::123456789012:assumed-role/r/x</Arn></AssumedRoleUser>`,
          );
    case '/federation/credentials':
      return {
        type: 'application/json',
        text: JSON.stringify({
          roleCredentials: {
            accessKeyId: 'ASIA-SSO',
            secretAccessKey: 'secret-of-sso-0123456789',
            sessionToken: 'token-of-sso-0123456789',
            expiration: Date.now() + 3_600_000,
          },
        }),
      };
    case '/container':
    case '/latest/meta-data/iam/security-credentials/instance':
      return {
        type: 'application/json',
        text: JSON.stringify({
          Code: 'Success',
          LastUpdated: new Date().toISOString(),
          Type: 'AWS-HMAC',
          AccessKeyId: operation === '/container' ? 'ASIA-CONTAINER' : 'ASIA-INSTANCE',
          SecretAccessKey: 'secret-0123456789',
          Token: 'token-0123456789',
          Expiration: inAnHour(),
        }),
      };
    case '/latest/api/token':
      return { type: 'text/plain', text: 'imds-token' };
    case '/latest/meta-data/iam/security-credentials/':
      return { type: 'text/plain', text: 'instance' };
    default:
      return { status: 404, text: '{}' };
  }
}

function xml(operation: string, result: string): Answer {
  return {
    type: 'text/xml',
    text: `<${operation}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${operation}Result>${result}</${operation}Result></${operation}Response>`,
  };
}

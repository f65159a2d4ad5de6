import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

/** A private certificate authority, and a server's certificate that it issued; all in PEM. */
export interface Certificates {
  ca: string;
  cert: string;
  key: string;
}

/** Makes both for these host names; the keys are new each time and are written nowhere. */
export function makeCertificates(hosts: readonly string[]): Certificates {
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const server = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const isCa = extension('2.5.29.19', true, sequence(boolean(true)));
  const names = hosts.map((host) => tlv(0x82, Buffer.from(host)));
  const loopback = tlv(0x87, Buffer.from([127, 0, 0, 1]));
  const forHosts = extension('2.5.29.17', false, sequence(...names, loopback));
  const issuedBy = { issuer: 'Test CA', key: authority.privateKey };
  return {
    ca: certificate('Test CA', authority.publicKey, isCa, issuedBy),
    cert: certificate('Test server', server.publicKey, forHosts, issuedBy),
    key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

// --- internal ---

/** A certificate in the terms of RFC 5280. */
function certificate(
  subject: string,
  publicKey: KeyObject,
  more: Buffer,
  { issuer, key }: { issuer: string; key: KeyObject },
): string {
  const algorithm = sequence(oid('1.2.840.10045.4.3.2'));
  const day = 86_400_000;
  const body = sequence(
    tlv(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    name(issuer),
    sequence(time(Date.now() - day), time(Date.now() + day)),
    name(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, sequence(more)),
  );
  const signature = Buffer.concat([Buffer.from([0]), sign('sha256', body, key)]);
  const der = sequence(body, algorithm, tlv(0x03, signature)).toString('base64');
  const lines = der.match(/.{1,64}/g)?.join('\n') ?? '';
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

function tlv(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size =
    length < 128
      ? [length]
      : length < 256
        ? [0x81, length]
        : [0x82, Math.floor(length / 256), length % 256];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...parts: Buffer[]): Buffer => tlv(0x30, Buffer.concat(parts));
const integer = (bytes: Buffer): Buffer => tlv(0x02, bytes);
const boolean = (value: boolean): Buffer => tlv(0x01, Buffer.from([value ? 255 : 0]));

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = rest.flatMap((part) => {
    const digits = [part % 128];
    for (let left = Math.floor(part / 128); left > 0; left = Math.floor(left / 128)) {
      digits.unshift((left % 128) + 128);
    }
    return digits;
  });
  return tlv(0x06, Buffer.from([first * 40 + second, ...bytes]));
}

function name(text: string): Buffer {
  return sequence(tlv(0x31, sequence(oid('2.5.4.3'), tlv(0x0c, Buffer.from(text)))));
}

function time(milliseconds: number): Buffer {
  const text = new Date(milliseconds).toISOString().replace(/[-:T]|\.\d+/g, '');
  return tlv(0x17, Buffer.from(text.slice(2)));
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), tlv(0x04, value));
}

// A registry of images on loopback, since `verify` asks for the image too: it says of every image that it is there.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:https';
import { readFile } from 'node:fs/promises';

/** The port that the name of an image without a port stands for. */
const https = 443;

/**
 * Opens it, on a port of its own that `listen` is to lead to; undefined without openssl or the right to listen on port
 * 443. `env` makes programs trust its certificate.
 */
export async function openRegistry(folder) {
  const [key, cert] = [`${folder}/key.pem`, `${folder}/cert.pem`];
  const words = 'req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=bench -addext'.split(' ');
  const argv = [...words, 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert];
  if (spawnSync('openssl', argv, { stdio: 'ignore' }).status !== 0) return undefined;
  if (!(await mayListen())) return undefined;
  const server = createServer(
    { key: await readFile(key), cert: await readFile(cert) },
    (request, response) => {
      const type = 'application/vnd.oci.image.manifest.v1+json';
      response.writeHead(200, {
        'content-type': type,
        'docker-content-digest': `sha256:${'0'.repeat(64)}`,
      });
      const config = { mediaType: 'application/vnd.oci.image.config.v1+json', size: 2 };
      const body = request.url.includes('/blobs/')
        ? { architecture: 'amd64', os: 'linux' }
        : {
            schemaVersion: 2,
            mediaType: type,
            config: { ...config, digest: `sha256:${'1'.repeat(64)}` },
            layers: [],
          };
      response.end(request.method === 'HEAD' ? undefined : JSON.stringify(body));
    },
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    listen: https,
    to: server.address().port,
    env: { SSL_CERT_FILE: cert, NODE_EXTRA_CA_CERTS: cert },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

// --- internal ---

async function mayListen() {
  const { createServer: plain } = await import('node:net');
  const trial = plain().listen(https, '127.0.0.1');
  try {
    await once(trial, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    trial.close();
  }
}

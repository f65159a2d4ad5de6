// Installs the packed program in an empty folder and tries it on each supported version of Node.js, which npm
// brings: node scripts/test-tarball.mjs, or with --here on the Node.js that runs this script alone.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { nodeFromNpm } from './node-from-npm.mjs';
import { smoke } from './smoke.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const versions = ['20', '22', '24', '26'];

/** Runs npm in a folder; its standard output. */
async function npm(folder, ...argv) {
  // On Windows npm is a script of its shell.
  const options = { cwd: folder, shell: process.platform === 'win32' };
  const { stdout } = await promisify(execFile)(
    'npm',
    [...argv, '--no-audit', '--no-fund'],
    options,
  );
  return stdout.trim();
}

const work = await mkdtemp(join(tmpdir(), 'ecs-secrets-'));
try {
  const app = join(work, 'app');
  await mkdir(app);
  const pack = ['pack', '--silent', '--ignore-scripts', '--pack-destination', work];
  const tarball = await npm(root, ...pack);
  await npm(app, 'install', '--offline', '--prefix', app, join(work, tarball));
  const program = join(app, 'node_modules', 'ecs-secrets', 'bin', 'ecs-secrets.js');

  const found = process.argv.includes('--here')
    ? [{ version: process.versions.node, node: process.execPath }]
    : await Promise.all(
        versions.map(async (version) => ({
          version,
          node: await nodeFromNpm(version, { folder: join(work, `node-${version}`) }),
        })),
      );
  for (const { version, node } of found) {
    await smoke([node, program]);
    console.log(`${tarball} works on Node.js ${version}`);
  }
} finally {
  await rm(work, { recursive: true, force: true });
}

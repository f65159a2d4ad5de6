// Builds the program as one file that needs no Node.js, into binary/PLATFORM: npm run binary
//   -- --here               with the Node.js that runs this script, which has to be of version 24
//   -- --target win-x64     for another platform: linux-x64, linux-arm64, darwin-arm64, win-x64
// Otherwise Node.js comes from the npm registry. CONTRIBUTING.md says why it is made this way.
import { execFileSync } from 'node:child_process';
import { chmod, copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeBundle } from './bundle.mjs';
import { nodeFromNpm, ownPlatform } from './node-from-npm.mjs';
import { smoke } from './smoke.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: { here: { type: 'boolean' }, target: { type: 'string', default: ownPlatform } },
});
const { target } = values;
/** The Node.js that becomes part of the binary. Node.js 26 needs libatomic, which many systems do not have. */
const version = values.here ? process.versions.node : '24.21.0';
if (!version.startsWith('24.')) throw new Error(`--here needs Node.js 24: this is ${version}`);
const isOwn = target === ownPlatform;
const output = join(root, 'binary', target);
const work = join(root, 'binary', 'work');
const chunks = join(work, 'chunks');
await rm(output, { recursive: true, force: true });
await rm(chunks, { recursive: true, force: true });
await mkdir(output, { recursive: true });

const nodeFor = (platform) =>
  nodeFromNpm(version, { folder: join(work, `node-${version}-${platform}`), platform });
const builder = values.here ? process.execPath : await nodeFor(ownPlatform);
const executable = isOwn ? builder : await nodeFor(target);

await writeBundle(chunks);
const notices = join(work, 'THIRD-PARTY-NOTICES');
await writeFile(notices, await noticesWith(await licenseOf(builder)));
const main = join(root, 'scripts', 'binary', 'main.cjs');
// What V8 makes of the program fits one processor and one build of V8.
if (isOwn) await smoke([builder, main], { ...process.env, ECS_SECRETS_CHUNKS: chunks });
const names = (await readdir(chunks)).filter((name) => name !== 'package.json');
const file = join(output, target.startsWith('win') ? 'ecs-secrets.exe' : 'ecs-secrets');
const blob = join(work, 'ecs-secrets.blob');
const config = {
  main,
  output: blob,
  disableExperimentalSEAWarning: true,
  useCodeCache: isOwn,
  // NODE_OPTIONS are for programs whose user chooses Node.js.
  execArgvExtension: 'none',
  assets: {
    'THIRD-PARTY-NOTICES': notices,
    ...Object.fromEntries(names.map((name) => [name, join(chunks, name)])),
  },
};
const configFile = join(work, 'sea-config.json');
await writeFile(configFile, JSON.stringify(config));
execFileSync(builder, ['--experimental-sea-config', configFile], { stdio: 'inherit' });
await copyFile(executable, file);
await chmod(file, 0o755);
if (process.platform === 'darwin') execFileSync('codesign', ['--remove-signature', file]);
inject(file, blob);
// macOS runs nothing on Apple silicon that is not signed, and only macOS has the tool.
if (target.startsWith('darwin')) {
  if (process.platform === 'darwin') execFileSync('codesign', ['--sign', '-', file]);
  else console.error('note: not signed; on macOS run: codesign --sign - ecs-secrets');
}

// --- internal ---

/** Puts the assets and the main script into a copy of Node.js. */
function inject(file, blob) {
  const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
  const argv = [file, 'NODE_SEA_BLOB', blob, '--sentinel-fuse', fuse];
  if (target.startsWith('darwin')) argv.push('--macho-segment-name', 'NODE_SEA');
  const shell = process.platform === 'win32';
  // Its warnings about sections that it leaves alone say nothing to us.
  execFileSync('npx', ['--yes', 'postject@1.0.0-alpha.6', ...argv], { stdio: 'pipe', shell });
}

/** The notices of the program, and those of Node.js. */
async function noticesWith(license) {
  const own = await readFile(join(root, 'THIRD-PARTY-NOTICES'), 'utf8');
  return `${own}\n${'-'.repeat(80)}\n\nNode.js ${version}\n\n${license}`;
}

/** Where Node.js is installed, its license is at the root: beside bin, or beside node.exe. */
async function licenseOf(node) {
  const folder = dirname(node);
  for (const path of [join(folder, '..', 'LICENSE'), join(folder, 'LICENSE')]) {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text !== undefined) return text;
  }
  throw new Error(`the license of Node.js is not beside ${node}`);
}

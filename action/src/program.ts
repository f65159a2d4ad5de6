import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Path of the program to run. Without a version it is the one beside the action, where that is built (a workflow of
 * this repository), or else the release that the action belongs to, installed from npm. Throws if npm fails.
 */
export function findProgram(version: string): string {
  const own = ownVersion();
  if ((version === '' || version === own) && existsSync(`${root}dist/main.js`)) {
    return `${root}bin/ecs-secrets.js`;
  }
  return installed(version === '' ? own : version);
}

// --- internal ---

/** The repository of the action, with a slash at its end. */
const root = fileURLToPath(new URL('../../', import.meta.url));

function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
    version: string;
  };
  return version;
}

function installed(version: string): string {
  // It becomes an argument of npm, which on Windows a shell reads.
  if (!/^[\w.-]+$/.test(version)) {
    throw new Error(`version: "${version}" is not a version or tag, for example 1.2.3 or latest`);
  }
  const temporary = process.env.RUNNER_TEMP ?? tmpdir();
  const folder = join(temporary, 'ecs-secrets', version);
  const program = join(folder, 'node_modules', 'ecs-secrets', 'bin', 'ecs-secrets.js');
  // By an earlier step of the job.
  if (existsSync(program)) return program;
  const argv = ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund'];
  const isWindows = process.platform === 'win32';
  const { status, error, stderr } = spawnSync(
    'npm',
    [...argv, '--ignore-scripts', `ecs-secrets@${version}`].map((word) =>
      isWindows ? `"${word}"` : word,
    ),
    { encoding: 'utf8', shell: isWindows },
  );
  if (error) throw new Error(`cannot run npm (${error.message}); add actions/setup-node before`);
  if (status !== 0) {
    const lines = stderr.split('\n').filter((line) => /^npm (ERR!|error)/.test(line));
    throw new Error(`cannot install ecs-secrets@${version}: ${lines.slice(0, 3).join('; ')}`);
  }
  return program;
}

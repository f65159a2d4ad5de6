import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import type { TestProject } from 'vitest/node';
import { startAwsCli } from './aws-cli.ts';
import { freePort } from './free-port.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of a fresh moto server; undefined where moto_server is not on PATH. */
    moto: string | undefined;
    /** Whether python3 has moto's interpreter of state machines, and JSONata. */
    stepFunctions: boolean;
    /** Whether cfn-lint and terraform are on PATH. */
    cfnLint: boolean;
    terraform: boolean;
    /** Whether the AWS CLI is on PATH. */
    awsCli: boolean;
    /** Whether python3 is on PATH, for its pseudo terminals; never on Windows. */
    python: boolean;
    /** Those of bash, zsh and fish that are on PATH. */
    shells: string[];
  }
}

/** Starts moto and the AWS CLI once for all test files, and tells in a line what cannot be tested here. */
export async function setup(project: TestProject): Promise<() => void> {
  const [awsCli, moto] = await Promise.all([startAwsCli(), startMoto()]);
  const python =
    process.platform !== 'win32' &&
    spawnSync('python3', ['-c', 'import pty'], { stdio: 'ignore' }).status === 0;
  const answers = (...[command = '', ...argv]: string[]): boolean =>
    spawnSync(command, argv, { stdio: 'ignore' }).status === 0;
  const find = 'from importlib.util import find_spec as f; exit(not (f("moto") and f("jsonata")))';
  const stepFunctions = answers('python3', '-c', find);
  const cfnLint = answers('cfn-lint', '--version');
  const shells = ['bash', 'zsh', 'fish'];
  const there = shells.filter((one) => spawnSync(one, ['--version']).status === 0);
  const missing = [
    ...[!moto && 'moto_server', !awsCli && 'aws', !python && 'python3'],
    ...[!stepFunctions && 'jsonata-python', !cfnLint && 'cfn-lint'],
    ...shells.filter((one) => !there.includes(one)),
  ].filter((tool) => tool !== false);
  if (missing.length > 0) {
    const sentence = `not on PATH, so what needs it is not tested: ${missing.join(', ')}`;
    if (process.env.CI)
      throw new Error(
        `${sentence} (CI requires it: python3, zsh, fish, and pip install -r .ci/requirements.txt)`,
      );
    console.warn(sentence);
  }
  project.provide('python', python);
  project.provide('stepFunctions', stepFunctions);
  project.provide('cfnLint', cfnLint);
  project.provide('terraform', answers('terraform', 'version'));
  project.provide('shells', there);
  project.provide('awsCli', awsCli !== undefined);
  project.provide('moto', moto?.url);
  return () => {
    moto?.server.kill();
    awsCli?.stop();
  };
}

// --- internal ---

/** Starts moto and waits until it answers; undefined where there is none. Throws if it ends. */
async function startMoto(): Promise<{ url: string; server: ChildProcess } | undefined> {
  const port = await freePort();
  const server = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  server.on('error', () => undefined);
  const url = `http://127.0.0.1:${port}`;
  for (let attempt = 0; attempt < 600; attempt += 1) {
    // 127: what stands in for it on PATH, as pyenv's script does, found none.
    if (server.pid === undefined || server.exitCode === 127) return undefined;
    if (server.exitCode !== null) throw new Error(`moto_server ended with ${server.exitCode}`);
    const answer = await fetch(`${url}/moto-api/`).catch(() => undefined);
    if (answer?.ok) return { url, server };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('moto_server did not answer within 30 seconds');
}

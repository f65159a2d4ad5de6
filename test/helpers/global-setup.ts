import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of a fresh moto server; undefined where moto_server is not on PATH. */
    moto: string | undefined;
    /** Whether the AWS CLI is on PATH. */
    awsCli: boolean;
  }
}

/** Starts moto once for all test files, and tells in a line what cannot be tested here. */
export async function setup(project: TestProject): Promise<() => void> {
  const awsCli = isOnPath('aws', '--version');
  const hasMoto = isOnPath('moto_server', '--help');
  const missing = [!hasMoto && 'moto_server', !awsCli && 'aws'].filter((tool) => tool !== false);
  if (missing.length > 0) {
    const sentence = `not on PATH, so what needs it is not tested: ${missing.join(', ')}`;
    if (process.env.CI)
      throw new Error(`${sentence} (CI requires it: pip install 'moto[server]' awscli)`);
    console.warn(sentence);
  }
  project.provide('awsCli', awsCli);
  if (!hasMoto) {
    project.provide('moto', undefined);
    return () => undefined;
  }
  const port = await freePort();
  const server = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  project.provide('moto', await answering(server, `http://127.0.0.1:${port}`));
  return () => {
    server.kill();
  };
}

function isOnPath(command: string, flag: string): boolean {
  return spawnSync(command, [flag], { stdio: 'ignore' }).status === 0;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
    });
  });
}

async function answering(server: ChildProcess, url: string): Promise<string> {
  for (let attempt = 0; attempt < 150; attempt += 1) {
    if (server.exitCode !== null) throw new Error(`moto_server ended with ${server.exitCode}`);
    const answer = await fetch(`${url}/moto-api/`).catch(() => undefined);
    if (answer?.ok) return url;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('moto_server did not answer within 30 seconds');
}

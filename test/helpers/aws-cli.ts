import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The AWS CLI of this machine. */
export interface AwsCli {
  /** Ends what runs for it. */
  stop(): void;
}

/**
 * Puts a program first on PATH that runs the installed AWS CLI in a fork of one warm process
 * (aws-server.py): a start of its own takes most of the time of a call. Where that is not possible
 * (version 2 is no Python script, and Windows cannot fork), PATH stays as it is.
 * Returns undefined where there is no AWS CLI.
 */
export async function startAwsCli(): Promise<AwsCli | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'ecs-secrets-aws-'));
  const python = process.platform === 'linux' ? await interpreterOfAws(folder) : undefined;
  const stop = python === undefined ? undefined : await serve(python, folder);
  if (!stop) {
    await rm(folder, { recursive: true });
    const { status } = spawnSync('aws', ['--version'], { stdio: 'ignore' });
    return status === 0 ? { stop: () => undefined } : undefined;
  }
  const words = [python, '-IS', helper('aws-client.py'), join(folder, 'socket')];
  await writeFile(join(folder, 'aws'), `#!/bin/sh\nexec '${words.join("' '")}' "$@"\n`);
  await chmod(join(folder, 'aws'), 0o755);
  process.env.PATH = [folder, process.env.PATH].join(delimiter);
  return { stop };
}

// --- internal ---

const helper = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Path of the Python that runs `aws`, through whatever script; undefined if no Python does. */
async function interpreterOfAws(folder: string): Promise<string | undefined> {
  const probe = 'import os, sys\nprint(sys.executable, flush=True)\nos._exit(0)\n';
  await writeFile(join(folder, 'sitecustomize.py'), probe);
  const { stdout } = spawnSync('aws', ['--version'], {
    env: { ...process.env, PYTHONPATH: folder },
    encoding: 'utf8',
  });
  return /^\/.*/.exec(stdout)?.[0];
}

/** Starts the server; what stops it, or undefined if it does not get ready. */
async function serve(python: string, folder: string): Promise<(() => void) | undefined> {
  const argv = [helper('aws-server.py'), join(folder, 'socket')];
  const server = spawn(python, argv, { stdio: ['pipe', 'pipe', 'ignore'] });
  const isReady = await Promise.race([
    once(server.stdout, 'data').then(() => true),
    once(server, 'close').then(() => false),
  ]).catch(() => false);
  return isReady ? () => server.stdin.end() : undefined;
}

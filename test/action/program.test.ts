import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../docs/pages.ts';
import { runProgram, type Seen } from '../helpers/run.ts';

// Which program the action runs: from npm, whose registry is a server of the test.
let folder: string;
let registry: Server;
let asked: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ecs-secrets-npm-'));
  await mkdir(join(folder, 'package', 'bin'), { recursive: true });
  const version = '7.8.9';
  const metadata = { name: 'ecs-secrets', version, bin: { 'ecs-secrets': 'bin/ecs-secrets.js' } };
  await writeFile(join(folder, 'package', 'package.json'), JSON.stringify(metadata));
  await writeFile(
    join(folder, 'package', 'bin', 'ecs-secrets.js'),
    `if (process.argv[2] === 'wait') {
  const alive = setInterval(() => {}, 1000);
  process.once('SIGINT', () => { clearInterval(alive); process.exitCode = 130; });
}
console.log('version 7.8.9:', ...process.argv.slice(2));
`,
  );
  const packed = await runProgram('tar', ['-czf', 'package.tgz', 'package'], { cwd: folder });
  expect(packed.code, packed.stderr).toBe(0);
  const tarball = await readFile(join(folder, 'package.tgz'));
  registry = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (request.url?.endsWith('.tgz')) {
      response.end(tarball);
    } else if (request.url === '/ecs-secrets') {
      const dist = { tarball: `${address()}/ecs-secrets/-/package.tgz` };
      const versions = { [version]: { ...metadata, dist } };
      response.end(
        JSON.stringify({ name: 'ecs-secrets', 'dist-tags': { latest: version }, versions }),
      );
    } else {
      response.statusCode = 404;
      response.end('{}');
    }
  });
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  registry.close();
  await rm(folder, { recursive: true });
});

function address(): string {
  return `http://127.0.0.1:${(registry.address() as AddressInfo).port}`;
}

const action = `${root}action/dist/index.js`;

async function step(version: string, env: Record<string, string> = {}): Promise<Seen> {
  asked = [];
  await writeFile(join(folder, 'output'), '');
  return runProgram(process.execPath, [action], {
    cwd: folder,
    env: { ...inputs('list /', version), ...env },
  });
}

function inputs(command: string, version: string): Record<string, string> {
  return {
    INPUT_COMMAND: command,
    INPUT_JSON: 'false',
    INPUT_VERSION: version,
    GITHUB_OUTPUT: join(folder, 'output'),
    RUNNER_TEMP: folder,
    npm_config_registry: address(),
    npm_config_cache: join(folder, 'cache'),
    npm_config_update_notifier: 'false',
    npm_config_fetch_retries: '0',
  };
}

test('a version is installed from npm once in a job', async () => {
  const first = await step('7.8.9');
  expect(first).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^version 7\.8\.9: list \/\n/) as string,
  });
  expect(asked).toContain('/ecs-secrets/-/package.tgz');
  const second = await step('7.8.9');
  expect(second.code).toBe(0);
  expect(asked).toEqual([]);
});

test('a version that does not exist is one error', async () => {
  const seen = await step('9.9.9');
  expect(seen.code).toBe(1);
  expect(seen.stdout).toMatch(
    /^::error::cannot install ecs-secrets@9\.9\.9: npm error code ETARGET/,
  );
});

test('a machine without npm is told what brings it', async () => {
  const seen = await step('1.1.1', { PATH: folder });
  expect(seen).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(
      /^::error::cannot run npm \(.*ENOENT\); add actions\/setup-node before/,
    ) as string,
  });
});

test.runIf(process.platform !== 'win32')('a cancelled run interrupts the command', async () => {
  await writeFile(join(folder, 'output'), '');
  const env = { ...process.env, ...inputs('wait\nlist /', '7.8.9') };
  const child = spawn(process.execPath, [action], { cwd: folder, env });
  let log = '';
  child.stdout.once('data', () => child.kill('SIGINT'));
  child.stdout.on('data', (data: Buffer) => (log += data.toString()));
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(130);
  expect(log).not.toContain('list /');
  expect(await readFile(join(folder, 'output'), 'utf8')).toMatch(/^exit-code<<.*\n130\n/m);
});

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isBinary, runBin, type Setting } from './helpers/run.ts';
import { startSandbox } from '../src/sandbox/index.ts';

// The binary ignores NODE_OPTIONS.
const onNode = test.skipIf(isBinary);

/** The modules of Node.js itself that a run of the built program loads, e.g. `internal/deps/undici/undici`. */
async function loadedBy(argv: readonly string[], setting: Setting = {}): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'ecs-secrets-start-'));
  try {
    const [script, list] = [join(folder, 'at-exit.cjs'), join(folder, 'list')];
    const write = `require('fs').writeFileSync(${JSON.stringify(list)}, process.moduleLoadList.join('\\n'))`;
    await writeFile(script, `process.on('exit', () => ${write})`);
    const env = { ...setting.env, NODE_OPTIONS: `--require "${script}"` };
    expect(await runBin(argv, { ...setting, env })).toMatchObject({ code: 0, stderr: '' });
    const text = await readFile(list, 'utf8');
    return [...text.matchAll(/^NativeModule (.*)$/gm)].map(([, name = '']) => name);
  } finally {
    await rm(folder, { recursive: true });
  }
}

onNode.each(['--version', '--help'])('%s loads neither HTTP nor cryptography', async (word) => {
  const loaded = await loadedBy([word]);
  expect(loaded).not.toHaveLength(0);
  const unwanted = ['http', 'https', 'crypto', 'zlib', 'tls', 'child_process', 'perf_hooks'];
  expect(loaded.filter((name) => unwanted.includes(name))).toEqual([]);
});

onNode('a call of AWS loads neither fetch, nor zlib, Web Crypto and web streams', async () => {
  const sandbox = await startSandbox();
  const env = sandbox.environment;
  const loaded = await loadedBy(['put', '/start/a'], { stdin: 'x', env });
  await sandbox.close();
  expect(loaded).toContain('http');
  const unwanted = /undici|^zlib$|webcrypto|readablestream/;
  expect(loaded.filter((name) => unwanted.test(name))).toEqual([]);
});

// 5,000 services in 50 clusters: the calls of a search against those that pages and batches force, and its memory.
import { spawnSync } from 'node:child_process';
import { caller, callCounts, createServices } from './scene.mjs';
import { startSandbox } from './start-sandbox.mjs';

const maxRss = new URL('./max-rss.mjs', import.meta.url).href;

/** Adds the rows for `where-used` and `stale`. */
export async function manyServices(bin, row) {
  const { child, env } = await startSandbox(bin);
  const run = (args, input = '') =>
    spawnSync(process.execPath, [bin, ...args], {
      env: { ...process.env, ...env, NODE_OPTIONS: `--import=${maxRss}` },
      input,
      encoding: 'utf8',
      maxBuffer: 1e9,
    });
  try {
    run(['put', '/bench/all'], 'x');
    run(['role', 'create', 'bench-all', '--secret', '/bench/all']);
    const container = { name: 'web', image: 'httpd', essential: true, memory: 64 };
    const definition = JSON.stringify({ family: 'all', containerDefinitions: [container] });
    const secret = ['--secret', 'S=/bench/all', '--execution-role', 'bench-all'];
    run(['register', '-', ...secret], definition);
    const clusters = Array.from({ length: 50 }, (_, index) => `all-${index}`);
    await createServices(caller(env), 'all', clusters, 100);
    // A page of clusters; each with a page of services, ten batches, a page and a batch of tasks.
    const search = 1 + 50 * (1 + 10 + 1 + 1);
    const forced = {
      // A page of rules of each cluster; a task definition, the schedules, the parameter, the caller.
      'where-used': search + 50 + 4,
      // A task definition, the parameter, the caller.
      stale: search + 3,
    };
    for (const [name, least] of Object.entries(forced)) {
      const before = await callCounts(env);
      const { status, stderr } = run([name, '/bench/all', '--json']);
      if (status !== 0) throw new Error(`${name}: ${status} ${stderr}`);
      const after = await callCounts(env);
      const made = Object.keys(after).reduce(
        (sum, one) => sum + after[one] - (before[one] ?? 0),
        0,
      );
      const mebibytes = Number(/maxrss (\d+)/.exec(stderr)?.[1]) / 1024;
      row(`\`${name}\`, 5,000 services: calls / calls forced`, made / least, 1.02);
      row(`\`${name}\`, 5,000 services: memory, MiB`, mebibytes, 200);
    }
  } finally {
    child.kill();
  }
}

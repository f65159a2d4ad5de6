// Measures the speed targets of bench/README.md as ratios within one run, against the sandbox on
// loopback, and prints the table that this page quotes. A figure that misses its target is told,
// and the exit code is 1 then.
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { manyServices } from './many-services.mjs';
import { measurePeers } from './peers.mjs';
import { callCounts, caller, createServices } from './scene.mjs';
import { startSandbox } from './start-sandbox.mjs';
import { throttled } from './throttled.mjs';
import { measureStarts } from './starts.mjs';

const maxRss = new URL('./max-rss.mjs', import.meta.url).href;
const bin = fileURLToPath(new URL('../bin/ecs-secrets.js', import.meta.url));
const node = process.execPath;
const rounds = Number(process.env.ROUNDS ?? 25);

/** Milliseconds of wall time of one run. */
function time(command, args, options = {}) {
  const start = process.hrtime.bigint();
  const { status, stderr } = spawnSync(command, args, {
    stdio: ['pipe', 'ignore', 'pipe'],
    ...options,
  });
  const milliseconds = Number(process.hrtime.bigint() - start) / 1e6;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${status} ${stderr}`);
  return milliseconds;
}

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];

/** Runs a command once; its most memory in MiB, and the calls it made by operation. */
async function observe(env, args, input = '', expected = 0) {
  const before = await callCounts(env);
  const options = { env: { ...process.env, ...env, NODE_OPTIONS: `--import=${maxRss}` }, input };
  const { status, stderr } = spawnSync(node, [bin, ...args], { ...options, encoding: 'utf8' });
  if (status !== expected) throw new Error(`${args.join(' ')}: ${status} ${stderr}`);
  const after = await callCounts(env);
  const calls = Object.fromEntries(
    Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)]),
  );
  return { calls, mebibytes: Number(/maxrss (\d+)/.exec(stderr)?.[1]) / 1024 };
}

/** 1,000 services in 20 clusters that use a secret, and 200 of another. */
async function atScale(env) {
  const call = caller(env);
  const setUp = (args, input) => {
    const { status, stderr } = spawnSync(node, [bin, ...args], {
      env: { ...process.env, ...env },
      input,
    });
    if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
  };
  for (const family of ['many', 'some']) {
    setUp(['put', `/bench/${family}`], 'x');
    setUp(['role', 'create', `bench-${family}`, '--secret', `/bench/${family}`]);
    // Its containers crash with any value but those of this file.
    const dockerLabels = { 'ecs-secrets.sandbox/exit-unless': 'S~^[xy]$' };
    const container = { name: 'web', image: 'httpd', essential: true, memory: 64, dockerLabels };
    const definition = JSON.stringify({ family, containerDefinitions: [container] });
    const secret = ['--secret', `S=/bench/${family}`, '--execution-role', `bench-${family}`];
    setUp(['register', '-', ...secret], definition);
  }
  await createServices(
    call,
    'many',
    Array.from({ length: 20 }, (_, index) => `many-${index}`),
    50,
  );
  const used = await observe(env, ['where-used', '/bench/many', '--json']);
  const made = Object.values(used.calls).reduce((sum, count) => sum + count, 0);
  // A page of clusters; each with a page of services, five batches, a page and a batch of tasks and
  // a page of rules; a task definition, the schedules, the parameter, the caller.
  const forced = 1 + 20 * (1 + 5 + 1 + 1 + 1) + 4;
  row('`where-used`, 1,000 services: calls / calls forced', made / forced, 1.02);
  row('`where-used`, 1,000 services: memory, MiB', used.mebibytes, 200);

  await createServices(
    call,
    'some',
    Array.from({ length: 4 }, (_, index) => `some-${index}`),
    50,
  );
  const names = Array.from({ length: 4 }, (_, index) => ['--cluster', `some-${index}`]).flat();
  const argv = ['rotate', '/bench/some', '--redeploy', '--max-parallel', '50', ...names];
  const rotated = await observe(env, argv, 'y');
  row('`rotate --redeploy`, 200 services: UpdateService calls', rotated.calls.UpdateService, 200);
  row('`rotate --redeploy`, 200 services: memory, MiB', rotated.mebibytes, 200);

  const bad = ['rotate', '/bench/many', '--redeploy', '--max-parallel', '20'];
  const refused = await observe(env, bad, 'bad', 4);
  // Each service that took the value is deployed once more to get the old one back.
  const taken = refused.calls.UpdateService / 2;
  row('`rotate` of a bad value, 1,000 services, 20 at a time: services that take it', taken, 20);
  row('`rotate` of a bad value, 1,000 services: memory, MiB', refused.mebibytes, 200);
}

const entries = JSON.stringify(
  Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`KEY_${index}`, `v ${index}`])),
);

/** 500 parameters through a limit of 40 a second, of a service in trouble. */
async function importLimited() {
  const { child, env } = await startSandbox(
    bin,
    ...['--rate', 'ssm:PutParameter=40'],
    ...['--fault', 'ssm:PutParameter=ThrottlingException@10%'],
    ...['--fault', 'ssm:PutParameter=InternalServerError@5%'],
  );
  try {
    const options = { env: { ...process.env, ...env }, input: entries };
    time(node, [bin, 'import', '-', '--prefix', '/bench', '--quiet'], options);
    const calls = await (await fetch(`${env.AWS_ENDPOINT_URL}/_sandbox/calls`)).json();
    const writes = calls.filter(({ operation }) => operation === 'PutParameter');
    const seconds = (Date.parse(writes.at(-1).at) - Date.parse(writes[0].at)) / 1_000;
    // The limit lets 40 pass at once, and 40 a second after that.
    atLeast(
      '`import` of 500, limited to 40/s, faults: share of the rate',
      500 / (40 * (seconds + 1)),
      0.9,
    );
  } finally {
    child.kill();
  }
}

/** 500 parameters into moto, against one `aws ssm put-parameter` after the other. */
async function importIntoMoto() {
  const port = 5000 + Math.floor(Math.random() * 1_000);
  const child = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  const env = {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
  };
  try {
    await reachable(env.AWS_ENDPOINT_URL);
    const options = { env: { ...process.env, ...env } };
    const words = 'ssm put-parameter --type SecureString --value x --name'.split(' ');
    const one = (index) => time('aws', [...words, `/loop/${index}`], options);
    one(0);
    const loop = median([1, 2, 3, 4, 5, 6, 7].map(one)) * 500;
    const own = time(node, [bin, 'import', '-', '--prefix', '/bench', '--quiet'], {
      ...options,
      input: entries,
    });
    atLeast(
      '`import` of 500 into moto: times faster than a loop of `aws ssm put-parameter`',
      loop / own,
      10,
    );
  } finally {
    child.kill();
  }
}

async function reachable(url) {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${url} does not answer`);
}

/** The parts, in their order; `--only NAME,NAME` measures some. `near` starts the sandbox that some share. */
const parts = {
  starts: async (near) => {
    await measureStarts({ env: await near(), rounds, row });
    console.log(`Node ${process.version}; medians of ${rounds} runs\n`);
  },
  package() {
    const argv = ['pack', '--dry-run', '--json', '--ignore-scripts'];
    const packed = spawnSync('npm', argv, { encoding: 'utf8' });
    const [tarball] = Object.values(JSON.parse(packed.stdout));
    row('package, MB', tarball.size / 1e6, 2);
  },
  scale: async (near) => atScale(await near()),
  services: () => manyServices(bin, row),
  import: importLimited,
  throttled: () => throttled(row),
  async moto() {
    const hasAws = spawnSync('aws', ['--version'], { stdio: 'ignore' }).status === 0;
    const hasMoto = spawnSync('moto_server', ['--help'], { stdio: 'ignore' }).status === 0;
    if (hasAws && hasMoto) await importIntoMoto();
    else console.log('moto_server or aws is not on the PATH: import is not measured against them');
  },
  peers: () => measurePeers(row),
};

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const names = values.only?.split(',') ?? Object.keys(parts);
const unknown = names.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length > 0) {
  throw new Error(`no part ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')}`);
}
const rows = [];
const row = (what, figure, target) => {
  rows.push({ what, figure, target: `≤ ${target}`, met: figure <= target });
};
const atLeast = (what, figure, target) => {
  rows.push({ what, figure, target: `≥ ${target}`, met: figure >= target });
};
let shared;
try {
  const near = async () => (await (shared ??= startSandbox(bin))).env;
  for (const name of names) await parts[name](near);
} finally {
  (await shared)?.child.kill();
}

console.log('| what | figure | target |\n|---|---|---|');
for (const { what, figure, target, met } of rows) {
  console.log(`| ${what} | ${figure.toFixed(2)} | ${target}${met ? '' : ' **missed**'} |`);
}
process.exitCode = rows.every(({ met }) => met) ? 0 : 1;

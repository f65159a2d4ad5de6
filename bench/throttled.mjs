// Measures what throttling costs: the same commands in a sandbox without faults, and in one that throttles a tenth of
// the reads. The runs take turns. `node bench/throttled.mjs [OTHER_BIN]` runs these scenes alone, and compares with
// another build where one is named.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { callCounts, caller, createServices } from './scene.mjs';
import { startSandbox } from './start-sandbox.mjs';

const ours = fileURLToPath(new URL('../bin/ecs-secrets.js', import.meta.url));
const maxRss = new URL('./max-rss.mjs', import.meta.url).href;
const rounds = Number(process.env.THROTTLE_ROUNDS ?? 3);
const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];

/** Throttles this share of the reads of parameters, and of all calls to ECS and IAM. */
const faults = (percent) =>
  [
    ...['ecs:*', 'ssm:GetParameter', 'ssm:GetParameters', 'ssm:GetParametersByPath'].map(
      (calls) => `${calls}=ThrottlingException@${percent}%`,
    ),
    `ssm:DescribeParameters=ThrottlingException@${percent}%`,
    `iam:*=Throttling@${percent}%`,
  ].flatMap((fault) => ['--fault', fault]);

/** The commands; `round` makes names that are new. */
const scenes = {
  '`where-used`, 1,000 services': () => ({ args: ['where-used', '/bench/many', '--json'] }),
  '`list` of 500': () => ({ args: ['list', '/bench/values'] }),
  '`export` of 500': () => ({ args: ['export', '/bench/values'] }),
  '`exec` with 500': () => ({ args: ['exec', '--prefix', '/bench/values', '--', 'true'] }),
  '`role create`': (round) => ({
    args: ['role', 'create', `r${round}`, '--secret', '/bench/many'],
  }),
  '`verify`': () => ({ args: ['verify', 'many'] }),
  '`rotate --redeploy`, 60 services': (round) => ({
    args: ['rotate', '/bench/some', '--redeploy', '--max-parallel', '60', '--cluster', 'some-0'],
    input: `x${round}`,
  }),
};

/** Runs one command; wall and processor time in milliseconds, and the calls it made. */
async function observe(bin, env, { args, input = '' }) {
  const before = await callCounts(env);
  const start = performance.now();
  const run = spawnSync(process.execPath, [bin, ...args], {
    env: { ...process.env, ...env, NODE_OPTIONS: `--import=${maxRss}` },
    input,
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  const wall = performance.now() - start;
  const after = await callCounts(env);
  const calls = Object.keys(after).reduce(
    (sum, name) => sum + after[name] - (before[name] ?? 0),
    0,
  );
  const processor = Number(/processor (\d+)/.exec(run.stderr)?.[1]);
  return { wall, processor, calls, failed: run.status !== 0, stderr: run.stderr };
}

async function setUp(env) {
  const call = caller(env);
  const run = (args, input = '') => {
    const { status, stderr } = spawnSync(process.execPath, [ours, ...args], {
      env: { ...process.env, ...env },
      input,
    });
    if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
  };
  const values = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`K${index}`, 'v']));
  run(['import', '-', '--prefix', '/bench/values'], JSON.stringify(values));
  for (const family of ['many', 'some']) {
    run(['put', `/bench/${family}`], 'x');
    run(['role', 'create', `bench-${family}`, '--secret', `/bench/${family}`]);
    const container = { name: 'web', image: 'httpd', essential: true, memory: 64 };
    const definition = JSON.stringify({ family, containerDefinitions: [container] });
    const secret = ['--secret', `S=/bench/${family}`, '--execution-role', `bench-${family}`];
    run(['register', '-', ...secret], definition);
  }
  const clusters = Array.from({ length: 20 }, (_, index) => `many-${index}`);
  await createServices(call, 'many', clusters, 50);
  await createServices(call, 'some', ['some-0'], 60);
}

/** Hands on the medians of each scene by build and sandbox, of runs that take turns. */
async function compareBuilds(bins, onScene) {
  const plain = await startSandbox(ours);
  const throttling = await startSandbox(ours, ...faults(10));
  try {
    await Promise.all([setUp(plain.env), setUp(throttling.env)]);
    let name = 0;
    for (const [what, scene] of Object.entries(scenes)) {
      const runs = bins.map(() => ({ plain: [], throttled: [] }));
      for (let round = 0; round < rounds; round += 1) {
        for (const [index, bin] of bins.entries()) {
          name += 1;
          runs[index].plain.push(await observe(bin, plain.env, scene(name)));
          runs[index].throttled.push(await observe(bin, throttling.env, scene(name)));
        }
      }
      const medians = (list) => ({
        wall: median(list.map(({ wall }) => wall)),
        processor: median(list.map(({ processor }) => processor)),
        calls: median(list.map(({ calls }) => calls)),
        failed: list.filter(({ failed }) => failed).length,
      });
      const builds = runs.map((run) => ({
        plain: medians(run.plain),
        throttled: medians(run.throttled),
      }));
      onScene(what, builds);
    }
  } finally {
    plain.child.kill();
    throttling.child.kill();
  }
}

/** `import` through a limit of 40 a second of a service in trouble: seconds of the whole command. */
async function imports(bin, count, given) {
  const seconds = [];
  for (let round = 0; round < rounds; round += 1) {
    const { child, env } = await startSandbox(ours, '--rate', 'ssm:PutParameter=40', ...given);
    try {
      const entries = Array.from({ length: count }, (_, index) => [`K${index}`, `v ${index}`]);
      const input = JSON.stringify(Object.fromEntries(entries));
      const args = ['import', '-', '--prefix', '/bench', '--quiet'];
      const { wall, failed, stderr } = await observe(bin, env, { args, input });
      if (failed) throw new Error(stderr);
      seconds.push(wall / 1_000);
    } finally {
      child.kill();
    }
  }
  return median(seconds);
}

const trouble = ['ThrottlingException@10%', 'InternalServerError@5%', 'lost@2%'].flatMap(
  (fault) => ['--fault', `ssm:*=${fault}`],
);

/** `export` while AWS throttles 30 % of the reads: how many of 10 runs fail. */
async function oftenThrottled(bin) {
  const { child, env } = await startSandbox(ours, ...faults(30));
  try {
    const values = Array.from({ length: 300 }, (_, index) => [`K${index}`, 'v']);
    const input = JSON.stringify(Object.fromEntries(values));
    const stored = await observe(ours, env, { args: ['import', '-', '--prefix', '/b'], input });
    if (stored.failed) throw new Error(stored.stderr);
    let failed = 0;
    for (let run = 0; run < 10; run += 1) {
      failed += Number((await observe(bin, env, { args: ['export', '/b'] })).failed);
    }
    return failed;
  } finally {
    child.kill();
  }
}

/** Adds the rows of the table: figures of the whole command against what the rate itself takes. */
export async function throttled(row) {
  await compareBuilds([ours], (what, [{ plain, throttled: slow }]) => {
    if (plain.failed + slow.failed > 0) throw new Error(`${what} failed`);
    row(`${what}: time with 10 % throttled / without`, slow.wall / plain.wall, 1.5);
  });
  row('`export` of 300, 30 % throttled: runs of 10 that fail', await oftenThrottled(ours), 0);
  for (const count of [300, 20]) {
    const limit = (1.15 * count) / 40 + 1.5;
    const seconds = await imports(ours, count, count === 20 ? [] : trouble);
    const of = count === 20 ? '20, limited to 40/s' : `${count}, limited to 40/s, faults`;
    row(`\`import\` of ${of}: seconds of the whole command`, seconds, limit);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const bins = [...process.argv.slice(2), ours];
  console.log('| what | build | without: s, processor s, calls | with: s, processor s, calls |');
  console.log('|---|---|---|---|');
  const shown = ({ wall, processor, calls, failed }) =>
    `${(wall / 1_000).toFixed(2)}, ${(processor / 1_000).toFixed(2)}, ${calls}${failed > 0 ? `, ${failed} failed` : ''}`;
  await compareBuilds(bins, (what, builds) => {
    for (const [index, { plain, throttled }] of builds.entries()) {
      console.log(`| ${what} | ${index} | ${shown(plain)} | ${shown(throttled)} |`);
    }
  });
  for (const [index, bin] of bins.entries()) {
    const failing = await oftenThrottled(bin);
    console.log(`| export of 300, 30 % throttled | ${index} | | ${failing} of 10 failed |`);
    for (const count of [300, 20]) {
      const seconds = await imports(bin, count, count === 20 ? [] : trouble);
      console.log(`| import of ${count} | ${index} | | ${seconds.toFixed(2)} |`);
    }
  }
}

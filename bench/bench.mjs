// Measures the speed targets of the README as ratios within one run, against the sandbox on
// loopback, and prints the table that the README quotes. A figure that misses its target is told,
// and the exit code is 1 then.
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../bin/ecs-secrets.js', import.meta.url));
const node = process.execPath;
const rounds = Number(process.env.ROUNDS ?? 25);

/** Starts the sandbox as a process of its own, as a user would. */
function startSandbox() {
  return new Promise((resolve, reject) => {
    const child = spawn(node, [bin, 'sandbox'], { stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    child.stdout.on('data', (data) => {
      text += data;
      if (!text.includes('AWS_EC2_METADATA_DISABLED')) return;
      const lines = [...text.matchAll(/^export (\w+)=(.*)$/gm)];
      resolve({ child, env: Object.fromEntries(lines.map(([, name, value]) => [name, value])) });
    });
    child.on('error', reject);
  });
}

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

/** Medians of several commands whose runs take turns, so that a slow second hurts all alike. */
function compare(runs) {
  const times = Object.fromEntries(Object.keys(runs).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, run] of Object.entries(runs)) times[name].push(run(round));
  }
  return Object.fromEntries(Object.entries(times).map(([name, list]) => [name, median(list)]));
}

const { child, env } = await startSandbox();
const rows = [];
const row = (what, figure, target) => {
  rows.push({ what, figure, target, met: figure <= target });
};
try {
  const options = { env: { ...process.env, ...env } };
  const ours = (args, input = '') => time(node, [bin, ...args], { ...options, input });
  const hasAws = spawnSync('aws', ['--version'], { stdio: 'ignore' }).status === 0;
  const times = compare({
    node: () => time(node, ['-e', '0'], options),
    help: () => ours(['--help']),
    version: () => ours(['--version']),
    put: (round) => ours(['put', `/bench/put-${round}`], 'value'),
    ...(hasAws && {
      aws: (round) =>
        time(
          'aws',
          [
            'ssm',
            'put-parameter',
            '--name',
            `/bench/aws-${round}`,
            '--type',
            'SecureString',
            '--value',
            'x',
          ],
          options,
        ),
    }),
  });
  row('`--help` / `node -e 0`', times.help / times.node, 1.3);
  row('`--version` / `node -e 0`', times.version / times.node, 1.3);
  row('`put` of one secret / `node -e 0`', times.put / times.node, 2.2);
  if (hasAws) row('`put` / `aws ssm put-parameter`', times.put / times.aws, 0.35);
  const packed = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    encoding: 'utf8',
  });
  const [tarball] = Object.values(JSON.parse(packed.stdout));
  row('package, MB', tarball.size / 1e6, 2);
  console.log(
    `Node ${process.version}; node -e 0 takes ${times.node.toFixed(0)} ms; medians of ${rounds} runs\n`,
  );
} finally {
  child.kill();
}

console.log('| what | figure | target |\n|---|---|---|');
for (const { what, figure, target, met } of rows) {
  console.log(`| ${what} | ${figure.toFixed(2)} | ≤ ${target}${met ? '' : ' **missed**'} |`);
}
process.exitCode = rows.every(({ met }) => met) ? 0 : 1;

// Measures what starts cost: --version, --help, put, get, exec and list, on several versions of Node.js, against
// `node -e 0`, a script with the SDK alone, the AWS CLI and chamber. All take turns within one run.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { nodeFromNpm } from '../scripts/node-from-npm.mjs';
import { bundleSdkAlone } from './sdk-alone.mjs';

const bin = fileURLToPath(new URL('../bin/ecs-secrets.js', import.meta.url));
const folder = fileURLToPath(new URL('../binary/work/', import.meta.url));

/** The targets of a version of Node.js, as multiples of `node -e 0` and, for `aws`, of `aws ssm put-parameter`. */
const targets = {
  20: { help: 1.3, put: 2.2, aws: 0.35 },
  24: { help: 1.5, put: 3, aws: 0.25 },
};

/**
 * Measures against the sandbox that `env` points to. `row` takes what is measured, the figure and its target; the
 * table of all medians is printed. Processor time counts: wall time says most of what else the machine does.
 */
export async function measureStarts({ env, rounds, row }) {
  const sdk = await bundleSdkAlone(`${folder}sdk-alone`);
  const runs = {};
  for (const version of Object.keys(targets)) {
    const node = await nodeFromNpm(version, { folder: `${folder}bench-node-${version}` });
    Object.assign(runs, runsOn(node, version, sdk));
  }
  Object.assign(runs, runsOfOthers());
  const options = { env: { ...process.env, ...env } };
  timed([process.execPath, bin, 'put', '/bench-starts/A'], 'value', options);
  const times = Object.fromEntries(Object.keys(runs).map((name) => [name, []]));
  // The first round fills the caches of compiled code.
  for (let round = -1; round < rounds; round += 1) {
    for (const [name, { argv, input = '' }] of Object.entries(runs)) {
      const one = timed(argv(round), input, options);
      if (round >= 0) times[name].push(one);
    }
  }
  const medians = Object.fromEntries(
    Object.entries(times).map(([name, list]) => [
      name,
      {
        processor: median(list.map(({ processor }) => processor)),
        wall: median(list.map(({ wall }) => wall)),
      },
    ]),
  );
  printTable(medians);
  for (const [version, { help, put, aws }] of Object.entries(targets)) {
    const of = (name) => medians[`Node.js ${version}: ${name}`].processor;
    const base = of('`node -e 0`');
    row(`Node.js ${version}: \`--help\` / \`node -e 0\``, of('`--help`') / base, help);
    row(`Node.js ${version}: \`put\` / \`node -e 0\``, of('`put`') / base, put);
    const cli = medians['`aws ssm put-parameter`']?.processor;
    if (cli) row(`Node.js ${version}: \`put\` / \`aws ssm put-parameter\``, of('`put`') / cli, aws);
  }
}

// --- internal ---

function runsOn(node, version, sdk) {
  const ours = (...words) => ({ argv: () => [node, bin, ...words] });
  const named = {
    '`node -e 0`': { argv: () => [node, '-e', '0'] },
    '`--version`': ours('--version'),
    '`--help`': ours('--help'),
    '`put`': {
      argv: (round) => [node, bin, 'put', `/bench-put/${version}-${round}`],
      input: 'value',
    },
    'the SDK alone, `PutParameter`': {
      argv: (round) => [node, sdk, `/bench-sdk/${version}-${round}`],
      input: 'value',
    },
    '`get`': ours('get', '/bench-starts/A'),
    '`exec -- true`': ours('exec', '--prefix', '/bench-starts', '--', 'true'),
    '`list`': ours('list', '/bench-starts'),
  };
  return Object.fromEntries(
    Object.entries(named).map(([name, run]) => [`Node.js ${version}: ${name}`, run]),
  );
}

function runsOfOthers() {
  const put = 'ssm put-parameter --type SecureString --value x --name'.split(' ');
  const get = 'ssm get-parameter --with-decryption --name /bench-starts/A'.split(' ');
  return {
    ...(isThere('aws') && {
      '`aws ssm put-parameter`': { argv: (round) => ['aws', ...put, `/bench-aws/${round}`] },
      '`aws ssm get-parameter`': { argv: () => ['aws', ...get] },
    }),
    ...(isThere('chamber') && {
      '`chamber write`': {
        argv: (round) => ['chamber', 'write', 'bench-chamber', `a${round}`, '-'],
        input: 'value',
      },
      '`chamber exec -- true`': { argv: () => ['chamber', 'exec', 'bench-starts', '--', 'true'] },
    }),
  };
}

function isThere(program) {
  const { error } = spawnSync(program, ['--version'], { stdio: 'ignore' });
  return error === undefined;
}

/** Milliseconds of one run: user and system time of the program and its children, and wall time. */
function timed(argv, input, options) {
  // Node.js does not tell what a child used: bash does.
  const script = 'TIMEFORMAT="times %U %S %R"; time "$@"';
  const { status, stderr } = spawnSync('bash', ['-c', script, 'bash', ...argv], {
    ...options,
    input,
    stdio: ['pipe', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  const [, user, system, wall] = /^times (\S+) (\S+) (\S+)$/m.exec(stderr) ?? [];
  if (status !== 0 || !wall) throw new Error(`${argv.join(' ')}: ${status} ${stderr}`);
  return { processor: (Number(user) + Number(system)) * 1_000, wall: Number(wall) * 1_000 };
}

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];

function printTable(medians) {
  console.log('| | processor, ms | times `node -e 0` | wall, ms |\n|---|---|---|---|');
  for (const [name, { processor, wall }] of Object.entries(medians)) {
    const [version] = name.split(':');
    const base = medians[`${version}: \`node -e 0\``]?.processor;
    const ratio = base ? (processor / base).toFixed(2) : '';
    console.log(`| ${name} | ${processor.toFixed(0)} | ${ratio} | ${wall.toFixed(0)} |`);
  }
  console.log('');
}

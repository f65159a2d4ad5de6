// Compares our commands with those of other tools at 30 ms of round trip, in a sandbox behind a proxy that delays. The
// programs take turns. `npm run bench -- --only peers`; `ROUND_TRIP`, `SET_UP` and `PEER_ROUNDS` change what is in
// `defaults`, `SCENE` takes only the scenes whose name contains it.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeFromNpm } from '../scripts/node-from-npm.mjs';
import { openDelay } from './delay-proxy.mjs';
import { openRegistry } from './image-registry.mjs';
import { peerScenes, setUpPeers } from './peer-scenes.mjs';
import { caller } from './scene.mjs';
import { startSandbox } from './start-sandbox.mjs';

const bin = fileURLToPath(new URL('../bin/ecs-secrets.js', import.meta.url));
const binaries = fileURLToPath(new URL('../binary/work/', import.meta.url));

/** Milliseconds of a round trip, round trips of a new connection (2 with TLS), and how often each program runs. */
const defaults = { roundTrip: 30, setUp: 1, rounds: 7 };

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];

/** Prints the table of all programs, and adds our ratios to the fastest other one with `row`. */
export async function measurePeers(row) {
  const roundTrip = Number(process.env.ROUND_TRIP ?? defaults.roundTrip);
  const setUp = Number(process.env.SET_UP ?? defaults.setUp);
  const rounds = Number(process.env.PEER_ROUNDS ?? defaults.rounds);
  const { child, env } = await startSandbox(bin);
  const folder = await mkdtemp(join(tmpdir(), 'ecs-secrets-bench-'));
  const registry = await openRegistry(folder);
  const delay = await openDelay({ url: env.AWS_ENDPOINT_URL, roundTrip, setUp, fixed: registry });
  try {
    await setUpPeers(folder, ownRun(folder, env), caller(env));
    const near = { ...process.env, ...env, ...registry?.env, CHAMBER_KMS_KEY_ALIAS: 'aws/ssm' };
    const options = { cwd: folder, env: { ...near, ...delay.env } };
    const selves = await ourSelves();
    console.log(
      `Round trip ${roundTrip} ms, ${setUp} more for a connection; medians of ${rounds}\n`,
    );
    console.log(
      '| what | program | calls | rounds | connections | ms | ms of processor | ours / it |',
    );
    console.log('|---|---|---|---|---|---|---|---|');
    for (const [what, scene] of Object.entries(peerScenes)) {
      if (!what.includes(process.env.SCENE ?? '')) continue;
      const programs = programsOf(scene, selves, registry !== undefined);
      const measured = await takeTurns(programs, { rounds, options, delay });
      report(what, measured, row);
    }
  } finally {
    delay.close();
    registry?.close();
    child.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

// --- internal ---

function ownRun(folder, env) {
  return (args, input = '') => {
    const options = { cwd: folder, env: { ...process.env, ...env }, input, encoding: 'utf8' };
    const { status, stderr } = spawnSync(process.execPath, [bin, ...args], options);
    if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
  };
}

/** How our program is started: by this Node.js, and by version 24. */
async function ourSelves() {
  const own = process.versions.node.split('.')[0];
  const selves = { [`ecs-secrets, Node.js ${own}`]: [process.execPath, bin] };
  if (own === '24') return selves;
  const other = await nodeFromNpm('24', { folder: `${binaries}bench-node-24` }).catch(() => '');
  return other ? { ...selves, 'ecs-secrets, Node.js 24': [other, bin] } : selves;
}

/** The programs of a scene; those that are not on the PATH have no `argv`. */
function programsOf({ ours, ...peers }, selves, hasRegistry) {
  const own = Object.entries(selves).map(([name, self]) => ({
    ...ours,
    name,
    isOurs: true,
    // Each of ours makes things of its own.
    argv: (round) => ours.argv(`${name.at(-1)}-${round}`, self),
  }));
  const others = Object.entries(peers).map(([name, { argv, needsRegistry, ...peer }]) => {
    const [program] = argv(0);
    if (!isThere(program)) return { name, why: 'not installed' };
    if (needsRegistry && !hasRegistry) return { name, why: 'needs openssl and port 443' };
    return { name, argv, ...peer };
  });
  return [...own, ...others];
}

function isThere(program) {
  return spawnSync('sh', ['-c', `command -v "${program}"`], { stdio: 'ignore' }).status === 0;
}

async function takeTurns(programs, { rounds, options, delay }) {
  const measured = programs.map((program) => ({ ...program, times: [], seen: undefined }));
  // The first round fills caches, and creates what later rounds change.
  for (let round = 0; round <= rounds; round += 1) {
    for (const one of measured) {
      if (!one.argv) continue;
      await delay.passed();
      const time = await run(one, round, options);
      one.seen = await delay.passed();
      if (round > 0) one.times.push(time);
    }
  }
  return measured;
}

/** Milliseconds of wall time, and of processor time: what a busy machine adds to the former is not in the latter. */
async function run({ argv, input, env }, round, options) {
  const script = 'TIMEFORMAT="times %U %S %R"; time "$@"';
  const child = spawn('bash', ['-c', script, 'bash', ...argv(round)], {
    ...options,
    env: { ...options.env, ...env?.(round) },
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (data) => {
    errors += data;
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end((typeof input === 'function' ? input(round) : input) ?? '');
  const status = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const [, user, system, wall] = /^times (\S+) (\S+) (\S+)$/m.exec(errors) ?? [];
  if (status !== 0) throw new Error(`${argv(round).join(' ')}: ${status} ${errors}`);
  return { wall: Number(wall) * 1_000, processor: (Number(user) + Number(system)) * 1_000 };
}

function report(what, measured, row) {
  const medians = (kind) =>
    Object.fromEntries(
      measured
        .filter(({ argv }) => argv)
        .map(({ name, times: all }) => [name, median(all.map((one) => one[kind]))]),
    );
  const times = medians('wall');
  const processor = medians('processor');
  const [first] = measured;
  for (const { name, why, less, isOurs, seen } of measured) {
    const shown = less ? `\`${name}\` (${less})` : isOurs ? name : `\`${name}\``;
    if (why) {
      console.log(`| ${what} | ${shown} | | | | ${why} | | |`);
      continue;
    }
    const { calls, rounds, connections } = seen;
    const ratio = isOurs ? '' : (times[first.name] / times[name]).toFixed(2);
    const counts = `${calls} | ${rounds} | ${connections}`;
    console.log(
      `| ${what} | ${shown} | ${counts} | ${times[name].toFixed(0)} | ${processor[name].toFixed(0)} | ${ratio} |`,
    );
  }
  const fastest = Math.min(
    ...measured.filter(({ isOurs, argv }) => argv && !isOurs).map(({ name }) => times[name]),
  );
  if (!Number.isFinite(fastest)) return;
  const target = first.seen.calls > 5 ? 1 : 1.5;
  for (const { name, isOurs } of measured) {
    if (isOurs) row(`${name}: ${what} / the fastest other tool`, times[name] / fastest, target);
  }
}

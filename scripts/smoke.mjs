// Tries a program against its own sandbox, as a user would: node scripts/smoke.mjs PROGRAM [ARGUMENT...]
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Runs the commands that every way of installation has to carry out: version, help, licenses, put, get, exec
 * and rotate. Takes the words that a call of the program begins with. Throws if the program does something else.
 */
export async function smoke(program, env = process.env) {
  const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  const run = caller(program, env);
  expect(run('--version'), `${version}\n`);
  expectPart(run('--help'), 'Usage: ecs-secrets');
  expectPart(run('--licenses'), 'ecs-secrets contains code of the packages below.');
  const sandbox = await startSandbox(program, env);
  try {
    const inSandbox = caller(program, { ...env, ...sandbox.env });
    expectPart(inSandbox.with('first')('put', '/smoke/VALUE'), 'created (version 1)');
    expect(inSandbox('get', '/smoke/VALUE', '--reveal'), 'first');
    expectPart(inSandbox.with('second')('rotate', '/smoke/VALUE'), 'version 2');
    const print = 'process.stdout.write(process.env.VALUE)';
    expect(inSandbox('exec', '--prefix', '/smoke', '--', process.execPath, '-e', print), 'second');
  } finally {
    sandbox.child.kill();
    await once(sandbox.child, 'exit');
  }
}

// --- internal ---

/** Runs the program with some arguments; its standard output. */
function caller([command, ...first], env, input = '') {
  const run = (...argv) => {
    const options = { env, input, encoding: 'utf8' };
    const { status, stdout, stderr, error } = spawnSync(command, [...first, ...argv], options);
    if (error) throw error;
    if (status !== 0)
      throw new Error(`ecs-secrets ${argv.join(' ')}: exit code ${status}: ${stderr}`);
    return stdout;
  };
  run.with = (text) => caller([command, ...first], env, text);
  return run;
}

function expect(seen, wanted) {
  if (seen !== wanted)
    throw new Error(`expected ${JSON.stringify(wanted)}: ${JSON.stringify(seen)}`);
}

function expectPart(seen, wanted) {
  if (!seen.includes(wanted)) expect(seen, `… ${wanted} …`);
}

/** Starts the sandbox of the program; the process, and the variables that it prints. */
function startSandbox([command, ...first], env) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...first, '--quiet', 'sandbox'], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (data) => {
      text += data;
      const lines = [...text.matchAll(/^export (\w+)=(.*)$/gm)];
      const set = Object.fromEntries(lines.map(([, name, value]) => [name, value]));
      if ('AWS_EC2_METADATA_DISABLED' in set) resolve({ child, env: set });
    });
    child.on('error', reject);
    child.on('exit', (code) => {
      reject(new Error(`ecs-secrets sandbox: exit code ${code}`));
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [program, ...first] = process.argv.slice(2);
  await smoke([resolve(program), ...first]);
  console.log(`${program} works`);
}

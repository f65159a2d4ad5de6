// Installs and builds what is missing or out of date, so that the npm scripts work on a fresh clone.
import { execSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

function changedAt(path) {
  return statSync(`${root}${path}`, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function run(command) {
  console.error(`> ${command}`);
  // The output of the setting-up is not the output of what was asked for.
  execSync(command, { cwd: root, stdio: ['ignore', 2, 2] });
}

if (changedAt('node_modules/.package-lock.json') < changedAt('package-lock.json')) {
  run('npm ci --ignore-scripts --no-audit --no-fund');
}
const sources = readdirSync(`${root}src`, { recursive: true }).map((name) => `src/${name}`);
const newest = Math.max(
  ...[
    ...['build', 'bundle', 'notices', 'raw', 'unused'].map((name) => `scripts/${name}.mjs`),
    'package.json',
    ...sources,
  ].map(changedAt),
);
if (Math.min(changedAt('dist/main.js'), changedAt('THIRD-PARTY-NOTICES')) < newest)
  run('node scripts/build.mjs');

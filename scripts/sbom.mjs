// Prints a CycloneDX document of the packages whose code is in the bundle: node scripts/sbom.mjs
// They are development dependencies, so npm sbom alone lists either all tools as well, or nothing.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const notices = readFileSync(`${root}THIRD-PARTY-NOTICES`, 'utf8');
const bundled = new Set(
  [...notices.matchAll(/^(\S+) (\d\S*) \(.*\)$/gm)].map(
    ([, name, version]) => `${name}@${version}`,
  ),
);

const all = JSON.parse(
  execFileSync(
    'npm',
    ['sbom', '--package-lock-only', '--sbom-format=cyclonedx', '--sbom-type=application'],
    { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 },
  ),
);
// npm calls a development dependency optional, and the program by the name of its folder.
const components = all.components
  .filter(({ 'bom-ref': ref }) => bundled.has(ref))
  .map(({ properties: _, ...component }) => ({ ...component, scope: 'required' }));
if (components.length < bundled.size) throw new Error('npm sbom does not list all of the notices');
all.metadata.component.name = 'ecs-secrets';
const kept = new Set([
  all.metadata.component['bom-ref'],
  ...components.map((one) => one['bom-ref']),
]);
const dependencies = all.dependencies
  .filter(({ ref }) => kept.has(ref))
  .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => kept.has(one)) }));
console.log(JSON.stringify({ ...all, components, dependencies }, null, 2));

import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import packageJson from '../package.json' with { type: 'json' };
import { runProgram } from './helpers/run.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const onPosix = test.skipIf(process.platform === 'win32');

/** The standard output of a program of this machine, run at the root. */
async function output(command: string, ...argv: string[]): Promise<string> {
  const seen = await runProgram('sh', ['-c', 'cd "$0" && exec "$@"', root, command, ...argv]);
  expect(seen).toMatchObject({ code: 0 });
  return seen.stdout;
}

onPosix(
  'the package has all files that the README links to, the program and no sources',
  async () => {
    const json = await output('npm', 'pack', '--dry-run', '--json', '--ignore-scripts');
    const [packed] = Object.values(JSON.parse(json) as { files: { path: string }[] }[]);
    const files = packed!.files.map(({ path }) => path);
    const readme = await readFile(`${root}README.md`, 'utf8');
    const links = [...readme.matchAll(/\]\((?!https:)([^)#\s]+)/g)].map(
      ([, target = '']) => target,
    );
    expect(links.length).toBeGreaterThan(40);
    expect(links.filter((link) => !files.includes(link))).toEqual([]);
    expect(files).toEqual(
      expect.arrayContaining([
        'bin/ecs-secrets.js',
        'dist/main.js',
        'LICENSE',
        'THIRD-PARTY-NOTICES',
      ]),
    );
    expect(files.filter((path) => /\.ts$|^test\//.test(path))).toEqual([]);
  },
);

test('every file that says where the repository is says the same as package.json', async () => {
  const [, repository = ''] = /^git\+https:\/\/github\.com\/([\w.-]+\/ecs-secrets)\.git$/.exec(
    packageJson.repository.url,
  )!;
  const below = await readdir(`${root}docs`, { recursive: true });
  const pages = below.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`);
  const wrong: string[] = [];
  let count = 0;
  for (const path of ['package.json', 'README.md', 'CONTRIBUTING.md', ...pages]) {
    const text = await readFile(`${root}${path}`, 'utf8');
    const named = text.matchAll(
      /(?:github\.com[/:]|ghcr\.io\/|github:|uses: )([\w.-]+\/ecs-secrets)(?![\w-])/gi,
    );
    for (const [written, name = ''] of named) {
      count += 1;
      // The name of an image is in lower case.
      const wanted = written.includes('ghcr.io') ? repository.toLowerCase() : repository;
      if (name.replace(/\.git$/, '') !== wanted) wrong.push(`${path}: ${written}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(count).toBeGreaterThan(5);
});

onPosix('the SBOM lists the packages of the notices, and nothing else', async () => {
  const sbom = JSON.parse(await output('node', 'scripts/sbom.mjs')) as {
    metadata: { component: { name: string } };
    components: { name: string; version: string; scope: string }[];
    dependencies: { ref: string; dependsOn: string[] }[];
  };
  const notices = await readFile(`${root}THIRD-PARTY-NOTICES`, 'utf8');
  const names = sbom.components.map(({ name, version }) => `${name} ${version} (`);
  expect(names.length).toBeGreaterThan(20);
  expect(names.filter((name) => !notices.includes(`\n${name}`))).toEqual([]);
  expect(sbom.metadata.component.name).toBe('ecs-secrets');
  expect(sbom.dependencies.map(({ ref }) => ref)).toHaveLength(names.length + 1);
});

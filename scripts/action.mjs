// Bundles the GitHub action into action/dist, which is committed: GitHub runs actions as they lie in the repository.
// With --check it writes nothing, and fails if that is not current.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { bundledPackages, notices } from './notices.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = `${root}action/dist/`;

const bundle = await rolldown({
  cwd: root,
  input: 'action/src/index.ts',
  platform: 'node',
  plugins: [
    {
      name: 'unused',
      // Tokens and platform details, which the action does not ask for, bring an HTTP client of a megabyte.
      resolveId: (id) => (/^@actions\/(http-client|exec)|^undici/.test(id) ? '\0nothing' : null),
      load: (id) =>
        id === '\0nothing'
          ? 'export const HttpClient = undefined, BearerCredentialHandler = undefined, getExecOutput = undefined;'
          : null,
    },
  ],
  transform: { target: 'node24' },
});
const { output } = await bundle.generate({ format: 'esm', codeSplitting: false });
await bundle.close();
const files = {
  'index.js': output[0].code,
  'THIRD-PARTY-NOTICES': await notices(await bundledPackages(output)),
};

if (process.argv.includes('--check')) {
  for (const [name, text] of Object.entries(files)) {
    const committed = await readFile(`${folder}${name}`, 'utf8').catch(() => '');
    if (committed.replaceAll('\r\n', '\n') === text) continue;
    console.error(`action/dist/${name} is not current: run npm run action`);
    process.exitCode = 1;
  }
} else {
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(`${folder}${name}`, text);
}

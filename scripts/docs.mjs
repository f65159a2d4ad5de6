// Generates docs/commands, docs/schemas, the README's table of commands and the picture of a rotation.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import * as schemaLibrary from 'ts-json-schema-generator';
import { raw } from './raw.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

// Node 20 runs no TypeScript, so the generator is bundled before it runs.
const bundle = await rolldown({
  cwd: root,
  input: { pages: 'scripts/docs/write.ts', picture: 'scripts/docs/picture.ts' },
  platform: 'node',
  plugins: [raw],
});
const folder = await mkdtemp(join(tmpdir(), 'ecs-secrets-docs-'));
try {
  await bundle.write({ dir: folder, format: 'esm', entryFileNames: '[name].mjs' });
  await bundle.close();
  const { writePages, writeSchemas } = await import(pathToFileURL(join(folder, 'pages.mjs')).href);
  await writePages(root);
  await writeSchemas(schemaLibrary, root);
  const { writePicture } = await import(pathToFileURL(join(folder, 'picture.mjs')).href);
  await writePicture(root);
} finally {
  await rm(folder, { recursive: true, force: true });
}

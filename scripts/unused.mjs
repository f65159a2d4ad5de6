// Leaves out of the bundle what would be loaded at every start and what nothing of ours calls.
// Each change names the text that it replaces: the build fails when a new version of the package has another one.
import { readFile } from 'node:fs/promises';

/** A plugin of rolldown. */
export const unused = {
  name: 'unused',
  resolveId(id, importer = '') {
    // commander spawns subcommands that are programs of their own: we have none.
    return id === 'node:child_process' && /node_modules.commander./.test(importer)
      ? '\0nothing'
      : null;
  },
  async load(id) {
    if (id === '\0nothing') return 'export default {}';
    const change = changes.find(({ file }) => file.test(id));
    if (!change) return null;
    const text = await readFile(id, 'utf8');
    const changed = text.replace(change.from, change.to);
    if (changed === text) throw new Error(`${id} has no ${String(change.from)} any more`);
    return changed;
  },
};

// --- internal ---

const changes = [
  {
    // 140 classes for the errors of Systems Manager: ours are told apart by name, which stays.
    file: /client-ssm.dist-es.schemas.schemas_0\.js$/,
    from: /^n\d+_registry\.registerError\(.*\);$/gm,
    to: '',
  },
  {
    // The global `crypto` makes Node load all of Web Crypto; the same function without it is here.
    file: /smithy.core.dist-es.submodules.serde.uuid.v4\.js$/,
    from: /^[^]*$/,
    to: `import { randomUUID } from 'node:crypto'; export const bindV4 = () => () => randomUUID();`,
  },
  {
    // A checksum of uploads to S3: Node loads zlib for it.
    file: /smithy.core.dist-es.submodules.checksum.crc32.Crc32Node\.js$/,
    from: /^[^]*$/,
    to: `export { Crc32Js as Crc32Node } from './Crc32Js';`,
  },
  // The global `ReadableStream` makes Node load all web streams; no body of ours is one.
  {
    file: /smithy.core.dist-es.submodules.serde.util-stream.stream-type-check\.js$/,
    from: /typeof ReadableStream === "function" &&[^]*?;/,
    to: `stream?.constructor?.name === 'ReadableStream';`,
  },
  {
    file: /smithy.core.dist-es.submodules.retry.middleware-retry.isStreamingPayload.isStreamingPayload\.js$/,
    from: /\|\|\s*\(typeof ReadableStream[^]*?\);/,
    to: ';',
  },
];

import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** Lets an import of `FILE?raw` be the text of the file. */
export const raw = {
  name: 'raw',
  resolveId(id, importer) {
    return id.endsWith('?raw') ? `\0${resolve(dirname(importer), id)}` : null;
  },
  async load(id) {
    if (!id.startsWith('\0') || !id.endsWith('?raw')) return null;
    const text = await readFile(id.slice(1, -'?raw'.length), 'utf8');
    return { code: `export default ${JSON.stringify(text)}`, moduleType: 'js' };
  },
};

// Builds the program into dist, and the licenses of what is bundled into THIRD-PARTY-NOTICES.
import { rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { writeBundle } from './bundle.mjs';
import { bundledPackages, notices } from './notices.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

await rm(`${root}dist`, { recursive: true, force: true });
const output = await writeBundle('dist');
await writeFile(`${root}THIRD-PARTY-NOTICES`, await notices(await bundledPackages(output)));

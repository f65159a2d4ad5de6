// The licences of what is bundled: their texts have to go with the copies (MIT, BSD, ISC, Apache-2.0).
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The packages whose code is in the chunks of a bundle, by name and version. */
export async function bundledPackages(output) {
  const modules = output
    .flatMap((chunk) => Object.entries(chunk.modules ?? {}))
    .filter(([id, { renderedLength }]) => renderedLength > 0 && id.includes('node_modules'));
  const found = new Map();
  for (const folder of new Set(modules.map(([id]) => dirname(id.replace(/\?.*$/, ''))))) {
    const one = await packageOf(folder);
    found.set(`${one.name}@${one.version}`, one);
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The text of THIRD-PARTY-NOTICES. Throws where a package comes with no licence. */
export async function notices(packages) {
  // Many packages come with the same text.
  const sections = new Map();
  for (const one of packages) {
    const text = await licenceOf(one);
    sections.set(text, [...(sections.get(text) ?? []), one]);
  }
  const head =
    'ecs-secrets contains code of the packages below. Their licenses and notices follow them.\n';
  const written = [...sections].map(([text, users]) => {
    const names = users.map(({ name, version, license }) => `${name} ${version} (${license})`);
    return `${names.join('\n')}\n\n${text}\n`;
  });
  return [head, ...written].join(`\n${'-'.repeat(80)}\n\n`);
}

// --- internal ---

async function packageOf(folder) {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => '{}');
  const { name, version, license, author } = JSON.parse(text);
  // Folders inside a package may have a package.json without a name, which only sets the module type.
  if (name && version) return { name, version, license, author, folder };
  return packageOf(dirname(folder));
}

async function licenceOf({ name, version, license, author, folder }) {
  const files = (await readdir(folder)).filter((file) =>
    /^(licen[cs]e|copying|notice)\b/i.test(file),
  );
  const texts = await Promise.all(files.sort().map((file) => readFile(join(folder, file), 'utf8')));
  if (texts.length > 0) return texts.map((text) => text.trim()).join('\n\n');
  if (!license) throw new Error(`${name} ${version} has no licence`);
  // Some packages name their licence and leave out its text.
  const by = typeof author === 'string' ? author : author?.name;
  return `Copyright ${by ?? `the authors of ${name}`}\nLicence: ${license}`;
}

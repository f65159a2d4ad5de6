// Lists the prefixes of tokens that the rules of gitleaks know and src/model/secrets/token-formats.ts does not:
//   git clone --depth 1 https://github.com/gitleaks/gitleaks
//   node scripts/token-formats.mjs gitleaks/config/gitleaks.toml
import { readFileSync } from 'node:fs';
import { argv, exit } from 'node:process';

const [, , file] = argv;
if (file === undefined) {
  console.error('usage: node scripts/token-formats.mjs GITLEAKS_TOML');
  exit(2);
}
const source = new URL('../src/model/secrets/token-formats.ts', import.meta.url);
const known = [...readFileSync(source, 'utf8').matchAll(/'([^'\n]+)'/g)]
  .flatMap(([, text]) => text.split(' '))
  .filter((text) => text.length >= 3);
const rules = readFileSync(file, 'utf8').matchAll(/^id = "(.*)"[^]*?^regex = '''(.*)'''/gm);
for (const [, id, expression] of rules) {
  // Only rules that begin with fixed letters are about the form of a token; the others are about names.
  const prefix = /^(?:\(\?i\))?(?:\\b)?\(*((?:[A-Za-z0-9_-]|\\\.){3,})/.exec(expression)?.[1];
  const text = prefix?.replaceAll('\\', '').replace(/[A-Za-z0-9]$/, '');
  if (text === undefined || known.some((one) => text.startsWith(one) || one.startsWith(text)))
    continue;
  console.log(`${id}: ${expression}`);
}

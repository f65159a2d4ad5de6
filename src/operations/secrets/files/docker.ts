import { SecretValue } from '../../../model/secrets/secret-value.ts';
import { Found } from './found.ts';

/**
 * Reads a file for `docker run --env-file` (docker/cli, pkg/kvfile): a line is a variable, quotes
 * belong to the value, `#` begins a comment only at the start of a line, and a name without `=` is
 * taken from the environment.
 */
export function readDocker(text: string, name: string): Found {
  const found = new Found(name);
  for (const [index, whole] of text.split(/\r?\n/).entries()) {
    const written = whole.replace(/^\p{White_Space}+/u, '');
    if (written === '' || written.startsWith('#')) continue;
    const cut = written.indexOf('=');
    const key = cut < 0 ? written : written.slice(0, cut);
    if (key === '' || /\s/.test(key)) found.lineFault(index + 1, ' is not NAME=VALUE');
    else if (cut < 0 && !/^[\w.-]+$/.test(key)) found.lineFault(index + 1, ' is not NAME=VALUE');
    else if (cut < 0) found.open.push(key);
    else {
      const value = new SecretValue(written.slice(cut + 1));
      found.assignments.push({ key, value, line: index + 1 });
    }
  }
  return found;
}

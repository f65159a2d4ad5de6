import { parse as parseDotenv } from 'dotenv';
import { Problems } from '../../model/problems.ts';
import type { SecretValue } from '../../model/secrets/secret-value.ts';
import { isVariableName } from '../../model/secrets/variable-name.ts';
import { githubLine } from './formats/github-env.ts';
import { gitlabLine } from './formats/gitlab-dotenv.ts';
import { kubernetesLine, kubernetesManifest } from './formats/kubernetes.ts';
import { nul, type Line } from './formats/line.ts';
import { propertiesLine } from './formats/properties.ts';
import { csvLine, tsvLine } from './formats/separated.ts';
import { systemdLine } from './formats/systemd.ts';

/** The formats that secrets can be exported in. */
export const exportFormats = [
  'dotenv',
  'json',
  'yaml',
  'shell',
  'docker',
  'tfvars',
  'github-env',
  'gitlab-dotenv',
  'k8s',
  'systemd',
  'csv',
  'tsv',
  'java-properties',
] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** A name with its value. */
export interface NamedValue {
  name: string;
  value: SecretValue;
}

/** Whether a format allows only variable names. */
export function namesAreVariables(format: ExportFormat): boolean {
  return !['json', 'yaml', 'csv', 'tsv', 'java-properties'].includes(format);
}

/**
 * Formats values so that a reader of the format gets them byte for byte: the dotenv library, a JSON
 * or YAML (1.1 or 1.2) parser, a POSIX shell, `docker run --env-file`, Terraform, and so on.
 * `kubernetesName` is the name of a Kubernetes Secret. Throws InvalidInput with every value that the format cannot represent.
 */
export function formatSecrets(
  entries: readonly NamedValue[],
  format: ExportFormat,
  kubernetesName = 'secrets',
): string {
  const problems = new Problems();
  const lines = entries.map(({ name, value }) => {
    if (namesAreVariables(format) && !isVariableName(name)) {
      problems.add(`${name} is not the name of a variable, as ${format} needs it`);
      return '';
    }
    const line =
      !asciiFormats.has(format) && value.matches(/\p{Cs}/u)
        ? { refused: 'it has half of a Unicode surrogate pair' }
        : writers[format](name, value.reveal());
    if ('refused' in line) problems.add(`${format} cannot carry ${name}: ${line.refused}`);
    return 'text' in line ? line.text : '';
  });
  problems.throwIfAny('json and yaml carry every value (--format)');
  if (format === 'json') return lines.length === 0 ? '{}\n' : `{\n${lines.join(',\n')}\n}\n`;
  if (format === 'k8s') return kubernetesManifest(lines, kubernetesName);
  if (format === 'yaml' && lines.length === 0) return '{}\n';
  return lines.map((line) => `${line}\n`).join('');
}

// --- internal ---

/** Formats that escape half of a surrogate pair, which UTF-8 cannot represent. */
const asciiFormats: ReadonlySet<ExportFormat> = new Set(['json', 'yaml', 'java-properties']);

const writers: Record<ExportFormat, (name: string, value: string) => Line> = {
  dotenv: dotenvLine,
  json: (name, value) => ({ text: `  ${JSON.stringify(name)}: ${JSON.stringify(value)}` }),
  yaml: (name, value) => ({ text: `${yamlText(name)}: ${yamlText(value)}` }),
  shell: (name, value) =>
    value.includes('\0') ? nul : { text: `export ${name}='${value.replaceAll("'", `'\\''`)}'` },
  docker: dockerLine,
  tfvars: tfvarsLine,
  'github-env': githubLine,
  'gitlab-dotenv': gitlabLine,
  k8s: kubernetesLine,
  systemd: systemdLine,
  csv: csvLine,
  tsv: tsvLine,
  'java-properties': propertiesLine,
};

/**
 * dotenv has 3 kinds of quotes, and no escape for a quote inside the same kind. Single quotes come
 * first, because a shell reads them the same way. A value that the library does not read back
 * unchanged is refused.
 */
function dotenvLine(name: string, value: string): Line {
  if (value.includes('\0')) return nul;
  const escaped = value.replaceAll('\n', '\\n').replaceAll('\r', '\\r');
  // A trailing backslash would escape the closing quote.
  const quotable = value.endsWith('\\') ? [] : quotedIn(value, escaped);
  const candidates = [...(/^[\w./:@%+,\\-]+$/.test(value) ? [value] : []), ...quotable];
  const next = name === '_' ? '__' : '_';
  const found = candidates.find((candidate) => {
    // The following lines matter: an unclosed quote would extend into them.
    const read = parseDotenv(
      `${name}=${candidate}\n${next}='"\`x'\n${next}=\`'"x\`\n${next}="'\`x"\n`,
    );
    return read[name] === value && read[next] === "'`x" && Object.keys(read).length === 2;
  });
  return found === undefined
    ? { refused: 'there is no way to quote it' }
    : { text: `${name}=${found}` };
}

/**
 * A text in each kind of quotes that it does not contain, first those that a shell reads the same
 * way.
 */
function quotedIn(value: string, escaped: string): string[] {
  return [
    ...(value.includes("'") ? [] : [`'${value}'`]),
    ...(/["\\$`]/.test(value) ? [] : [`"${escaped}"`]),
    ...(value.includes('`') ? [] : [`\`${value}\``]),
    // Import refuses a backslash that other readers of dotenv take for an escape.
    ...(/"|\\[\\$!`\r\n]/.test(value) ? [] : [`"${escaped}"`]),
  ];
}

/** JSON is valid YAML, except for characters that are line breaks or unprintable in YAML 1.1. */
function yamlText(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Docker reads lines of less than 64 KiB (bufio.Scanner) and supports no quotes. */
function dockerLine(name: string, value: string): Line {
  if (value.includes('\0')) return nul;
  if (/[\r\n]/.test(value)) return { refused: 'it has several lines' };
  const text = `${name}=${value}`;
  return Buffer.byteLength(text) < 65_536 ? { text } : { refused: 'the line is too long' };
}

/** Terraform converts strings to Unicode normal form C (go-cty), which changes some. */
function tfvarsLine(name: string, value: string): Line {
  if (value.includes('\0')) return nul;
  if (reservedVariables.has(name)) return { refused: 'Terraform reserves this name' };
  // Go's normalization considers only 16 bits of a character, and splits long runs of marks.
  const cut = Array.from(value, (one) =>
    String.fromCharCode((one.codePointAt(0) ?? 0) & 0xffff),
  ).join('');
  if ([value, cut].some((text) => text.normalize('NFC') !== text) || /\p{M}{31}/u.test(value)) {
    return { refused: 'Terraform would change its Unicode characters (normal form C)' };
  }
  const quoted = JSON.stringify(value).replace(
    /\\.|[$%](?=\{)/g,
    (part) => tfvarsEscapes[part] ?? part,
  );
  return { text: `${name} = ${quoted}` };
}

/** Names that no variable of a module may have (Terraform language, "input variables"). */
const reservedVariables = new Set([
  'count',
  'depends_on',
  'for_each',
  'lifecycle',
  'locals',
  'providers',
  'source',
  'version',
]);

/** JSON escapes that HCL does not support, and the start of HCL templates. */
const tfvarsEscapes: Partial<Record<string, string>> = {
  '\\b': '\\u0008',
  '\\f': '\\u000c',
  $: '\\u0024',
  '%': '\\u0025',
};

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse as parseDotenv } from 'dotenv';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { InvalidInput } from '../../../src/model/problems.ts';
import { SecretValue } from '../../../src/model/secrets/secret-value.ts';
import {
  exportFormats,
  formatSecrets,
  type ExportFormat,
} from '../../../src/operations/environment/format-secrets.ts';
import { readSecretFile } from '../../../src/operations/secrets/read-secret-file.ts';
import { problemsOf } from '../../model/problems-of.ts';

type Named = ReadonlyMap<string, string>;

// --- the real readers ---

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'format-secrets-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function runs(command: string, ...argv: string[]): boolean {
  return spawnSync(command, argv, { stdio: 'ignore' }).status === 0;
}

const has = {
  jq: runs('jq', '--version'),
  PyYAML: runs('python3', '-c', 'import yaml'),
  terraform: runs('terraform', 'version'),
};
const missing = Object.entries(has).flatMap(([tool, found]) => (found ? [] : [tool]));
if (missing.length > 0) {
  console.warn(`not here, so what needs it is not tested: ${missing.join(', ')}`);
}

/** What a program prints. Throws when it fails. */
function output(command: string, argv: string[], input = '', env: NodeJS.ProcessEnv = {}): string {
  const options = { input, env: { ...process.env, ...env }, maxBuffer: 2 ** 26 };
  const { status, stdout, stderr, error } = spawnSync(command, argv, options);
  if (status !== 0) throw error ?? new Error(`${command} failed: ${stderr.toString()}`);
  return stdout.toString();
}

function members(json: string): Named {
  return new Map(Object.entries(JSON.parse(json) as Record<string, string>));
}

function withJq(text: string): Named {
  return members(output('jq', ['--ascii-output', '.'], text));
}

function withPyYaml(text: string): Named {
  const script = 'import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin.buffer)))';
  return members(output('python3', ['-c', script], text));
}

function withYaml(text: string, version: '1.1' | '1.2'): Named {
  return new Map(Object.entries(parseYaml(text, { version }) as Record<string, string>));
}

function withShell(shell: string, text: string, names: readonly string[]): Named {
  const script = `. "$0"; printf '%s\\0' ${names.map((name) => `"$${name}"`).join(' ')}`;
  const values = output(shell, ['-c', script, file('secrets.sh', text)]).split('\0');
  return new Map(names.map((name, index) => [name, values[index] ?? '']));
}

function withTerraform(tfvars: string, names: readonly string[]): Named {
  const variables = names.map((name) => `variable "${name}" { type = string }\n`).join('');
  const all = names.map((name) => `base64encode(var.${name})`).join(', ');
  file('main.tf', `${variables}locals { all = [${all}] }\n`);
  const answer = output(
    'terraform',
    [`-chdir=${folder}`, 'console', `-var-file=${file('secrets.tfvars', tfvars)}`],
    'join(",", local.all)\n',
    { CHECKPOINT_DISABLE: '1', TF_CLI_CONFIG_FILE: file('terraformrc', '') },
  );
  const values = (/"([^"]+)"/.exec(answer)?.[1] ?? '').split(',');
  const text = (base64 = ''): string => Buffer.from(base64, 'base64').toString();
  return new Map(names.map((name, index) => [name, text(values[index])]));
}

/**
 * Reads as `docker run --env-file` does (docker/cli: opts/file.go, later pkg/kvfile/kvfile.go): lines by
 * bufio.Scanner, which takes 64 KiB with the newline and drops a CR before it; white space in front
 * of a line is trimmed (unicode.IsSpace); `#` begins a comment only there; cut at the first `=`; no quotes.
 */
function asDocker(text: string): Named {
  const read = new Map<string, string>();
  for (const whole of text.replace(/^\ufeff/, '').split('\n')) {
    if (Buffer.byteLength(whole) >= 64 * 1024) throw new Error('bufio.Scanner: token too long');
    const line = whole.replace(/\r$/, '').replace(/^\p{White_Space}+/u, '');
    if (line === '' || line.startsWith('#')) continue;
    const cut = line.indexOf('=');
    const name = cut < 0 ? line : line.slice(0, cut);
    if (/^$|[ \t]/.test(name)) throw new Error('no variable name, or white space in it');
    if (cut >= 0) read.set(name, line.slice(cut + 1));
  }
  return read;
}

/** Reads as the runner of GitHub Actions does (FileCommandManager.cs, EnvFileKeyValuePairs). */
function asGithub(text: string): Named {
  const read = new Map<string, string>();
  const lines = text.split('\n');
  for (let at = 0; at < lines.length - 1; at += 1) {
    const [, name = '', delimiter] = /^([^=<]+)<<(.+)$/.exec(lines[at] ?? '') ?? [];
    const end = lines.indexOf(delimiter ?? '\0', at + 1);
    if (end < 0) throw new Error('no delimiter');
    read.set(name, lines.slice(at + 1, end).join('\n'));
    at = end;
  }
  return read;
}

/** Reads as systemd does in double quotes (src/basic/env-file.c). */
function asSystemd(text: string): Named {
  const read = new Map<string, string>();
  for (let at = 0; at < text.length; at += 1) {
    const begin = text.indexOf('="', at);
    const name = text.slice(at, begin);
    let own = '';
    for (at = begin + 2; text[at] !== '"'; at += 1) {
      if (at >= text.length) throw new Error('no closing quote');
      if (text[at] !== '\\') own += text[at] ?? '';
      else if ('"\\`$'.includes(text[++at] ?? '')) own += text[at] ?? '';
      else if (text[at] !== '\n') own += `\\${text[at] ?? ''}`;
    }
    read.set(name, own);
    at += 1;
  }
  return read;
}

type Imported = 'dotenv' | 'json' | 'yaml' | 'k8s' | 'properties';

async function asImport(text: string, format: Imported): Promise<Named> {
  const source = (): Promise<Uint8Array> => Promise.resolve(Buffer.from(text));
  const sources = { readFile: source, readStdin: source };
  const { entries } = await readSecretFile('-', { format, empty: 'keep' }, sources);
  return new Map(entries.map(({ key, value }) => [key, value.reveal()]));
}

/** Formats that hold any map of names to texts, and are read and written. */
const both = ['dotenv', 'json', 'yaml'] as const;

// --- what is exported ---

function format(named: Named, as: ExportFormat): string {
  const entries = [...named].map(([name, value]) => ({ name, value: new SecretValue(value) }));
  return formatSecrets(entries, as);
}

/** Exports what the format carries; the rest has to be refused, each by its name. */
function exported(named: Named, as: ExportFormat): { text: string; carried: Named } {
  const refused = problemsOf(() => format(named, as)).map(
    (problem) => /^(?:[\w-]+ cannot carry )(\w+): ./.exec(problem)?.[1] ?? problem,
  );
  expect([...named.keys()]).toEqual(expect.arrayContaining(refused));
  expect(new Set(refused).size).toBe(refused.length);
  for (const name of refused) expect(mustCarry[as](named.get(name)!)).toBe(false);
  const carried = new Map([...named].filter(([name]) => !refused.includes(name)));
  return { text: format(carried, as), carried };
}

/** Values that a format has no reason to refuse. */
const mustCarry: Record<ExportFormat, (value: string) => boolean> = {
  json: () => true,
  yaml: () => true,
  shell: (value) => !value.includes('\0'),
  docker: (value) => !/[\0\r\n]/.test(value),
  tfvars: (value) => !/[\0\u{10000}-\u{10ffff}]/u.test(value) && value === value.normalize('NFC'),
  dotenv: (value) => !/[\0\r']|\\$/.test(value),
  'github-env': (value) => !/\0|\r$/.test(value),
  'gitlab-dotenv': (value) => !/[\0\r\n\u0085\u2028\u2029]|^\s|\s$/.test(value),
  k8s: () => true,
  // eslint-disable-next-line no-control-regex
  systemd: (value) => !/[\0-\u0008\u000b-\u001f\u007f]|\p{Noncharacter_Code_Point}/u.test(value),
  csv: (value) => !value.includes('\0'),
  tsv: (value) => !/[\0\t\r\n]/.test(value),
  'java-properties': () => true,
};

// --- arbitraries ---

const awkward = [
  ...[
    "'",
    '"',
    '`',
    '$',
    '\\',
    '#',
    '=',
    ' ',
    ':',
    ',',
    ';',
    '&',
    '|',
    '<',
    '>',
    '(',
    ')',
    '[',
    ']',
  ],
  ...['{', '}', '*', '?', '!', '%', '@', '~', '^', '-', '\n', '\r', '\t', '\0', '\u0001', '\u001b'],
  ...['\u007f', '\u0081', '\u0085', '\u0088', '\u00a0', '\u0301', '\u2028', '\u2029', '\ufeff'],
  ...[
    '\ufffe',
    '\uffff',
    '\u{1f600}',
    '\u{1fffe}',
    'e\u0301',
    '\u{20041}\u0301',
    '\r\n',
    '\\n',
    "\\'",
    '\\"',
    "'\\''",
  ],
  ...['${', '$(', '$$', '%{', '$${', ' #', '\\u0041', ': ', 'null', '0123', '\n# ', '\n---\n'],
  ...['A=', '\nA=', "\nB='", '\nPASSWORD=x#y', '\nexport A='],
];
const piece = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...awkward) },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 3 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 2 }) },
);
const value = fc.string({ unit: piece, minLength: 1, maxLength: 12 });
const plainValue = fc.stringMatching(/^[ !#-&(-[\]-_a-~]{1,40}$/);
const variable = fc.oneof(
  fc.constantFrom('A', 'B', 'PASSWORD', 'Db_Url_2', '_x'),
  fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{5,12}$/),
);
const path = fc.oneof(
  fc.constantFrom('db/password.old-1', 'true', 'null', '0123', '1e3', '__proto__', '-', '=', '!a'),
  fc.stringMatching(/^[A-Za-z0-9_.+=@!-]{1,8}(\/[A-Za-z0-9_.+=@!-]{1,8}){0,3}$/),
);

function maps(name: fc.Arbitrary<string>, size: { minLength: number; maxLength: number }) {
  const entry = fc.tuple(name, value);
  return fc
    .uniqueArray(entry, { ...size, size: 'max', selector: ([key]) => key })
    .map((entries): Named => new Map(entries));
}
const few = { minLength: 1, maxLength: 4 };
/** Programs are slow to start, so each gets many values at once. */
const many = { minLength: 100, maxLength: 150 };
const seldom = { numRuns: 8 };

// --- tests ---

describe('every value comes through unchanged, or is refused by name', () => {
  it('dotenv, read by the dotenv library', () => {
    fc.assert(
      fc.property(maps(variable, few), (named) => {
        const { text, carried } = exported(named, 'dotenv');
        expect(new Map(Object.entries(parseDotenv(text)))).toEqual(carried);
      }),
      { numRuns: 1000 },
    );
  });

  it('dotenv, read by import', async () => {
    await fc.assert(
      fc.asyncProperty(maps(variable, few), async (named) => {
        const { text, carried } = exported(named, 'dotenv');
        if (carried.size > 0) expect(await asImport(text, 'dotenv')).toEqual(carried);
      }),
      { numRuns: 1000 },
    );
  });

  it('json, read by JSON.parse and by import', async () => {
    await fc.assert(
      fc.asyncProperty(maps(path, few), async (named) => {
        const text = format(named, 'json');
        expect(members(text)).toEqual(named);
        expect(await asImport(text, 'json')).toEqual(named);
      }),
      { numRuns: 300 },
    );
  });

  it.skipIf(!has.jq)('json, read by jq', () => {
    fc.assert(
      fc.property(maps(path, many), (named) => {
        expect(withJq(format(named, 'json'))).toEqual(named);
      }),
      seldom,
    );
  });

  it('yaml, read by the yaml library as 1.2 and as 1.1, and by import', async () => {
    await fc.assert(
      fc.asyncProperty(maps(path, few), async (named) => {
        const text = format(named, 'yaml');
        expect(withYaml(text, '1.2')).toEqual(named);
        expect(withYaml(text, '1.1')).toEqual(named);
        expect(await asImport(text, 'yaml')).toEqual(named);
      }),
      { numRuns: 300 },
    );
  });

  it.skipIf(!has.PyYAML)('yaml, read by PyYAML', () => {
    fc.assert(
      fc.property(maps(path, many), (named) => {
        expect(withPyYaml(format(named, 'yaml'))).toEqual(named);
      }),
      seldom,
    );
  });

  it.each(['sh', 'bash'].filter((shell) => runs(shell, '-c', ':')))(
    'shell, read by %s',
    (shell) => {
      fc.assert(
        fc.property(maps(variable, many), (named) => {
          const { text, carried } = exported(named, 'shell');
          expect(withShell(shell, text, [...carried.keys()])).toEqual(carried);
        }),
        seldom,
      );
    },
  );

  it('docker, read by its rules', () => {
    fc.assert(
      fc.property(maps(variable, few), (named) => {
        const { text, carried } = exported(named, 'docker');
        expect(asDocker(text)).toEqual(carried);
      }),
      { numRuns: 300 },
    );
  });

  it('github-env, read by the rules of the runner', () => {
    fc.assert(
      fc.property(maps(variable, few), (named) => {
        const { text, carried } = exported(named, 'github-env');
        expect(asGithub(text)).toEqual(carried);
      }),
      { numRuns: 300 },
    );
  });

  it('gitlab-dotenv, read by its rules', () => {
    fc.assert(
      fc.property(maps(variable, few), (named) => {
        const { text, carried } = exported(named, 'gitlab-dotenv');
        const lines = text
          .split('\n')
          .slice(0, -1)
          .map((line) => /^(.*?)=(.*)$/.exec(line) ?? []);
        const read = lines.map(([, key = '', own = '']) => [key.trim(), own.trim()] as const);
        expect(new Map(read)).toEqual(carried);
      }),
      { numRuns: 300 },
    );
  });

  it('systemd, read by its rules', () => {
    fc.assert(
      fc.property(maps(variable, few), (named) => {
        const { text, carried } = exported(named, 'systemd');
        expect(asSystemd(text)).toEqual(carried);
      }),
      { numRuns: 300 },
    );
  });

  it('systemd, read by sh, which escapes the same', () => {
    fc.assert(
      fc.property(maps(variable, many), (named) => {
        const { text, carried } = exported(named, 'systemd');
        expect(withShell('sh', text, [...carried.keys()])).toEqual(carried);
      }),
      seldom,
    );
  });

  it('k8s, read by the yaml library and by import', async () => {
    await fc.assert(
      fc.asyncProperty(maps(variable, few), async (named) => {
        const { text, carried } = exported(named, 'k8s');
        const { data } = parseYaml(text) as { data: Record<string, string> };
        const decoded = Object.entries(data).map(
          ([key, base64]) => [key, Buffer.from(base64, 'base64').toString()] as const,
        );
        expect(new Map(decoded)).toEqual(carried);
        if (carried.size > 0) expect(await asImport(text, 'k8s')).toEqual(carried);
      }),
      { numRuns: 300 },
    );
  });

  it.skipIf(!has.PyYAML)('csv and tsv, read by Python', () => {
    const script = (more: string): string =>
      `import csv, io, json, sys; text = sys.stdin.buffer.read().decode(); csv.field_size_limit(10**9); print(json.dumps(dict(csv.reader(io.StringIO(text, newline='')${more}))))`;
    fc.assert(
      fc.property(maps(variable, many), (named) => {
        const csv = exported(named, 'csv');
        expect(members(output('python3', ['-c', script('')], csv.text))).toEqual(csv.carried);
        const tsv = exported(named, 'tsv');
        const how = script(", delimiter='\\t', quoting=csv.QUOTE_NONE");
        expect(members(output('python3', ['-c', how], tsv.text))).toEqual(tsv.carried);
      }),
      seldom,
    );
  });

  it('java-properties, read by import', async () => {
    await fc.assert(
      fc.asyncProperty(maps(path, few), async (named) => {
        const text = format(named, 'java-properties');
        expect(text).toMatch(/^[\n -~]*$/);
        expect(await asImport(text, 'properties')).toEqual(named);
      }),
      { numRuns: 300 },
    );
  });

  it.skipIf(!has.terraform)('tfvars, read by Terraform', () => {
    fc.assert(
      fc.property(maps(variable, many), (named) => {
        const { text, carried } = exported(named, 'tfvars');
        expect(withTerraform(text, [...carried.keys()])).toEqual(carried);
      }),
      seldom,
    );
  });
});

describe.each(exportFormats)('%s', (as) => {
  it('carries what is printable ASCII without quotes and backslashes', () => {
    fc.assert(
      fc.property(variable, plainValue, (name, text) => {
        const own = as === 'gitlab-dotenv' ? `x${text}x` : text;
        expect(problemsOf(() => format(new Map([[name, own]]), as))).toEqual([]);
      }),
    );
  });

  it('carries letters of all languages, and emoji', () => {
    const text = 'Zoë Ærø Žluťoučký Ελλάδα Україна עברית हिन्दी 日本語 한국어 \u{20041} 🕵🏽‍♂️ 👩‍👩‍👧 🇪🇺';
    expect(problemsOf(() => format(new Map([['A', text]]), as))).toEqual([]);
  });

  it('carries values as long as the stores take them', () => {
    const named = new Map([['A', 'x'.repeat(65_000)]]);
    expect(problemsOf(() => format(named, as))).toEqual([]);
  });

  it('is the same text for the same entries, each name in its order', () => {
    const named = new Map([
      ['B', '1'],
      ['A', '2'],
    ]);
    const text = format(named, as);
    if (as !== 'github-env') expect(format(named, as)).toBe(text);
    const placeOf = (name: string): number =>
      text.search(new RegExp(`^\\W*(export )?${name}\\b`, 'm'));
    expect(placeOf('B')).toBeLessThan(placeOf('A'));
    expect(text).toMatch(/[^\n]\n$/);
  });

  it('never tells a value when it refuses', () => {
    fc.assert(
      fc.property(value, (text) => {
        const problems = problemsOf(() =>
          format(new Map([['A', `MARK-9f2c\0${text}MARK-9f2c\r'"\`$\n\u0301`]]), as),
        );
        expect(problems.join()).not.toContain('MARK');
      }),
    );
  });
});

describe('each format by example', () => {
  const named = new Map([
    ['A', 'plain'],
    ['B', '"$1" #'],
    ['C', 'two\nlines'],
  ]);

  it.each<[ExportFormat, string]>([
    ['dotenv', `A=plain\nB='"$1" #'\nC='two\nlines'\n`],
    ['json', '{\n  "A": "plain",\n  "B": "\\"$1\\" #",\n  "C": "two\\nlines"\n}\n'],
    ['yaml', '"A": "plain"\n"B": "\\"$1\\" #"\n"C": "two\\nlines"\n'],
    ['shell', `export A='plain'\nexport B='"$1" #'\nexport C='two\nlines'\n`],
    ['tfvars', 'A = "plain"\nB = "\\"$1\\" #"\nC = "two\\nlines"\n'],
  ])('%s', (as, text) => {
    expect(format(named, as)).toBe(text);
  });

  it('shell, with a quote in the value', () => {
    expect(format(new Map([['A', "it's"]]), 'shell')).toBe("export A='it'\\''s'\n");
  });

  it('docker, which has no quotes', () => {
    expect(format(new Map([['A', ' "x" # y']]), 'docker')).toBe('A= "x" # y\n');
  });

  it.each<[ExportFormat, string]>([
    ['json', '{}\n'],
    ['yaml', '{}\n'],
    ['dotenv', ''],
    ['shell', ''],
    ['docker', ''],
    ['tfvars', ''],
  ])('%s of nothing', (as, text) => {
    expect(format(new Map(), as)).toBe(text);
  });

  it('shell hands the variables on to the programs started from it', () => {
    const script =
      '. "$0"; exec "$1" -p "JSON.stringify([process.env.A, process.env.B, process.env.C])"';
    const printed = output('sh', [
      '-c',
      script,
      file('x.sh', format(named, 'shell')),
      process.execPath,
    ]);
    expect(JSON.parse(printed)).toEqual([...named.values()]);
  });
});

describe('what is refused', () => {
  const refused = (name: string, text: string, as: ExportFormat): readonly string[] =>
    problemsOf(() => format(new Map([[name, text]]), as));

  it.each<[ExportFormat, string, string]>([
    ['dotenv', 'a\0', 'dotenv cannot carry A: no environment variable holds a NUL'],
    ['dotenv', 'a\'b"c`d\\n\n', 'dotenv cannot carry A: there is no way to quote it'],
    ['shell', 'a\0', 'shell cannot carry A: no environment variable holds a NUL'],
    ['docker', 'a\0', 'docker cannot carry A: no environment variable holds a NUL'],
    ['docker', 'a\nb', 'docker cannot carry A: it has several lines'],
    ['docker', 'a\r', 'docker cannot carry A: it has several lines'],
    ['tfvars', 'a\0', 'tfvars cannot carry A: no environment variable holds a NUL'],
    [
      'tfvars',
      'e\u0301',
      'tfvars cannot carry A: Terraform would change its Unicode characters (normal form C)',
    ],
  ])('by %s: %j', (as, text, problem) => {
    expect(refused('A', text, as)).toEqual([problem]);
  });

  it.each(['dotenv', 'shell', 'docker', 'tfvars'] as const)(
    'by %s: a name that is no variable',
    (as) => {
      for (const name of ['db/password', 'a-b', 'a.b', '1a', '', 'é', 'A ', 'A\n']) {
        expect(refused(name, 'x', as)).toEqual([
          `${name} is not the name of a variable, as ${as} needs it`,
        ]);
      }
    },
  );

  it('is told at once, with the formats that carry everything', () => {
    const named = new Map([
      ['A', 'x\n'],
      ['B', 'x'],
      ['c/d', 'x\0'],
    ]);
    let error: unknown;
    try {
      format(named, 'docker');
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(InvalidInput);
    expect(error).toMatchObject({
      problems: [
        'docker cannot carry A: it has several lines',
        'c/d is not the name of a variable, as docker needs it',
      ],
      hint: 'json and yaml carry every value (--format)',
    });
  });

  it('by docker is a line that its scanner does not take, in bytes', () => {
    for (const [unit, bytes] of [
      ['x', 1],
      ['é', 2],
      ['\u{1f600}', 4],
    ] as const) {
      const longest = unit.repeat(Math.floor((65_535 - 'A='.length) / bytes));
      expect(asDocker(format(new Map([['A', longest]]), 'docker')).get('A')).toBe(longest);
      expect(refused('A', longest + unit, 'docker')).toEqual([
        'docker cannot carry A: the line is too long',
      ]);
    }
  });
});

describe('what other lines must not change', () => {
  const bothOf = async (a: string, b: string): Promise<void> => {
    const { text, carried } = exported(
      new Map([
        ['A', a],
        ['B', b],
      ]),
      'dotenv',
    );
    expect(new Map(Object.entries(parseDotenv(text)))).toEqual(carried);
    expect(await asImport(text, 'dotenv')).toEqual(carried);
  };

  it('dotenv: a backslash at the end before a quote in the next value', async () => {
    await bothOf('C:\\', "x'\n$y");
    await bothOf('C:\\', "x'# $y");
    await bothOf('a b\\', "'");
  });

  it('dotenv: a line within quotes that looks like another name', async () => {
    await bothOf('\nB=xx#yy\n', 'ok');
    await bothOf("\nB='x", "'x");
    await bothOf('\nB=ok\n', 'ok');
    await bothOf('ok', '\nA=ok\n');
  });

  it('dotenv: a variable that is called as the check calls its own', () => {
    expect(parseDotenv(format(new Map([['_', 'x']]), 'dotenv'))).toEqual({ _: 'x' });
  });
});

describe('what no file in UTF-8 can hold', () => {
  it.each(['dotenv', 'shell', 'docker', 'tfvars', 'k8s', 'csv', 'github-env'] as const)(
    'half a surrogate pair: %s',
    (as) => {
      expect(problemsOf(() => format(new Map([['A', 'x\ud800']]), as))).toHaveLength(1);
    },
  );
});

describe('what Terraform would not take as it is', () => {
  const marks = (count: number): Named => new Map([['A', 'x' + '\u0323'.repeat(count)]]);

  it.skipIf(!has.terraform)('is not 30 combining characters in a row', () => {
    expect(withTerraform(format(marks(30), 'tfvars'), ['A'])).toEqual(marks(30));
  });

  it('is 31 of them, among which Go inserts another one (Unicode, stream-safe text)', () => {
    expect(problemsOf(() => format(marks(31), 'tfvars'))).toHaveLength(1);
  });

  it('is what Go takes for another character, as it composes by the lower 16 bits', () => {
    // U+20041 and an acute accent become U+00C1, as U+0041 does (golang.org/x/text/unicode/norm).
    expect(problemsOf(() => format(new Map([['A', '\u{20041}\u0301']]), 'tfvars'))).toHaveLength(1);
  });

  it.each([
    'source',
    'version',
    'providers',
    'count',
    'for_each',
    'lifecycle',
    'depends_on',
    'locals',
  ])('is a variable called %s, which it keeps to itself', (name) => {
    expect(problemsOf(() => format(new Map([[name, 'x']]), 'tfvars'))).toHaveLength(1);
  });
});

describe.each(both)('import, export, import of %s', (as) => {
  it('changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(maps(as === 'dotenv' ? variable : path, few), async (named) => {
        const { text, carried } = exported(named, as);
        if (carried.size === 0) return;
        const imported = await asImport(text, as);
        expect(format(imported, as)).toBe(text);
        expect(await asImport(format(imported, as), as)).toEqual(imported);
      }),
      { numRuns: 300 },
    );
  });
});

describe('import of what others wrote, export, import', () => {
  const again = async (text: string, from: 'dotenv' | 'json' | 'yaml'): Promise<void> => {
    const first = await asImport(text, from);
    for (const as of both) {
      if (as === 'dotenv' && problemsOf(() => format(first, as)).length > 0) continue;
      expect(await asImport(format(first, as), as)).toEqual(first);
    }
  };

  it('dotenv, in whatever quotes', async () => {
    const quoted = fc
      .tuple(fc.constantFrom('', "'", '"', '`'), fc.stringMatching(/^[\w$ \\=:#,é-]{1,12}$/))
      .map(([quote, text]) => `${quote}${text}${quote}`);
    await fc.assert(
      fc.asyncProperty(fc.dictionary(variable, quoted, { minKeys: 1 }), async (lines) => {
        const text = Object.entries(lines)
          .map(([name, written]) => `${name}=${written}\n`)
          .join('');
        try {
          await asImport(text, 'dotenv');
        } catch (error) {
          if (error instanceof InvalidInput) return;
          throw error;
        }
        await again(text, 'dotenv');
      }),
      { numRuns: 300 },
    );
  });

  it('json, nested and indented as one likes', async () => {
    const { tree } = fc.letrec<{ tree: unknown; leaf: unknown }>((tie) => ({
      leaf: fc.oneof(value, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean()),
      tree: fc.dictionary(
        fc.stringMatching(/^[A-Za-z0-9_.-]{1,6}$/),
        fc.oneof({ depthSize: 'small', withCrossShrink: true }, tie('leaf'), tie('tree')),
        { minKeys: 1, maxKeys: 3 },
      ),
    }));
    await fc.assert(
      fc.asyncProperty(tree, fc.constantFrom(0, 2, '\t', ' \t'), async (object, indent) => {
        await again(JSON.stringify(object, null, indent), 'json');
      }),
      { numRuns: 300 },
    );
  });

  it('yaml, in its many ways to write a text', async () => {
    const text = [
      '# secrets of the shop',
      'db:',
      '  password: &same "p\\u0040ss\\x21"',
      "  old-1: 'it''s'",
      '  copy: *same',
      'port: 0123',
      'pem: |',
      '  -----BEGIN-----',
      '  a=#b',
      '',
      'folded: >-',
      '  one',
      '  line',
      'flow: {a: 1.10, b: [] }',
    ];
    await again(text.slice(0, -1).join('\n'), 'yaml');
    await expect(again(text.join('\n'), 'yaml')).rejects.toThrow('flow/b');
  });
});

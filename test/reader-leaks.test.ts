import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Seen } from './helpers/run.ts';
import { openShop, webDefinition, type Shop } from './helpers/scene.ts';

// Every reader of files and of standard input, with files that it cannot read and a marked value in
// them. Parsers quote their source, whole or in pieces: no piece of the mark may be seen.
const mark = 'Zq7XwK9vR2tB';
const pieces = Array.from({ length: mark.length - 3 }, (_, at) => mark.slice(at, at + 4));

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  await shop.run(['put', '/shop/db'], { stdin: 'x' });
  await shop.run(['put', '/shop/file'], { stdin: 'x' });
});
afterAll(() => shop.sandbox.close());

const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

/** Files of each kind, and what the message says of them. */
const kinds: Record<string, { says: RegExp; files: (string | Uint8Array)[] }> = {
  dotenv: {
    says: /is a dotenv file.*ecs-secrets import reads it/,
    files: [
      `DB_PASSWORD=${mark}\n`,
      `# of the shop\n\nexport API_KEY="${mark}"\nB='${mark}'\n`,
      `A=1\n${mark}\nB="${mark}\n`,
    ],
  },
  'broken JSON': {
    says: /line \d+, column \d+: [a-z]/,
    files: [
      `{"family": "web", "containerDefinitions": [{"name": "${mark}" x}]}`,
      `{"family": "web",\n  "password": "${mark}`,
      `{"password": "${mark}"\n  "containerDefinitions": []}`,
      `[{"password": "${mark}"}, ${mark}`,
    ],
  },
  'broken YAML': {
    says: /line \d+, column \d+: [a-z]|password: a value that begins with/,
    files: [
      `family: web\npassword: *${mark}\ncontainerDefinitions: []\n`,
      `family: web\npassword: @${mark}\ncontainerDefinitions: []\n`,
      `family: web\n\tpassword: "${mark}\n`,
      `family: web\npassword: "\\q${mark}"\n  x: ${mark}\n`,
      `family: web\n<<: ${mark}\ntoken: {a: ${mark}, b\n`,
      `a: 1\n${mark}: ${mark}\n${mark}: ${mark}\n`,
      `family: web\n---\npassword: *${mark}\n`,
    ],
  },
  TOML: {
    says: /is a TOML or INI file/,
    files: [
      `[database]\npassword = "${mark}"\n`,
      `title = "shop"\n\n[[database.login]]\npassword = '''\n${mark}'''\n`,
      `; of the shop\n[database]\npassword=${mark}\n`,
    ],
  },
  PEM: {
    says: /is a PEM file.*put REF --value-file/,
    files: [
      `-----BEGIN RSA PRIVATE KEY-----\n${mark}${mark}==\n-----END RSA PRIVATE KEY-----\n`,
      `Bag Attributes: ${mark}\n-----BEGIN ENCRYPTED PRIVATE KEY-----\n${mark}\n`,
    ],
  },
  binary: {
    says: /is binary/,
    files: [
      Buffer.concat([Buffer.from([0x30, 0x82, 0, 1, 0xff]), Buffer.from(mark)]),
      Buffer.from(`A=1\nPASSWORD=${mark}\0\n`),
      Buffer.concat([Buffer.from(`{"password": "${mark}`), Buffer.from([0xe9]), Buffer.from('"}')]),
    ],
  },
  'UTF-16': {
    says: /is UTF-16 text.*UTF-8/,
    files: [
      Buffer.from(`DB_PASSWORD=${mark}\r\n`, 'utf16le'),
      utf16be(`{"password": "${mark}"}`),
      Buffer.from(`password: ${mark}\r\n`, 'utf16le'),
    ],
  },
};

/** Commands that read a task definition, a list or a reason. FILE is a path or `-`. */
const readers: string[][] = [
  ['audit', 'FILE'],
  ['audit', 'FILE', '--format', 'sarif'],
  ['audit', 'web.json', '--baseline', 'FILE'],
  ['register', 'FILE', '--dry-run'],
  ['register', 'FILE', '--family', 'web', '--substitute'],
  ['verify', 'FILE'],
  ['verify', 'FILE', 'web.json', '--substitute'],
  ['migrate', 'FILE', '--prefix', '/moved', '--dry-run'],
  ['role', 'create', 'r', '--task-definition', 'FILE'],
  ['role', 'check', 'r', '--task-definition', 'FILE'],
  ['policy', 'execution', '--task-definition', 'FILE'],
  ['export', '--task-definition', 'FILE'],
  ['exec', '--task-definition', 'FILE', '--', 'true'],
  ['diff', 'web.json', 'FILE', '--file-format', 'json'],
  ['import', 'FILE', '--format', 'json', '--prefix', '/bulk'],
  ['import', 'FILE', '--format', 'yaml', '--as-json', 'bulk'],
];

/** The same for `import`, which takes a dotenv file; YAML it knows by its ending or `--format`. */
const imports: string[][] = [
  ['import', 'FILE', '--prefix', '/bulk'],
  ['import', 'FILE', '--as-json', 'bulk'],
  ['diff', 'FILE', '/shop'],
  ['exec', 'FILE', '--', 'true'],
];

/** The same for readers of manifests, to which any YAML is one without what they look for. */
const manifests: string[][] = [
  ['export', 'FILE', '--file-format', 'k8s'],
  ['import', 'FILE', '--format', 'compose', '--prefix', '/bulk'],
];

/** Commands that take any text for a value. */
const values: string[][] = [
  ['put', '/shop/file', '--value-file', 'FILE', '--dry-run'],
  ['put', '/shop/file', '--value-file', 'FILE', '--raw', '--dry-run'],
  ['put', 'sm:shop/file:key', '--value-file', 'FILE', '--dry-run'],
  ['rotate', '/shop/file', '--value-file', 'FILE'],
];

let cases = 0;

/** Runs a command over a file, by its path and on standard input, in every way that output differs. */
async function see(
  argv: readonly string[],
  file: string | Uint8Array,
  check: (seen: Seen, command: string) => void,
): Promise<void> {
  const bytes = { '/tmp/x.json': Buffer.from(file) };
  for (const path of argv[0] === 'diagnose' ? ['-'] : ['/tmp/x.json', '-']) {
    for (const how of [[], ['--json', '--debug']]) {
      const command = [...argv.map((word) => (word === 'FILE' ? path : word))];
      const end = command.indexOf('--');
      command.splice(end < 0 ? command.length : end, 0, ...how);
      const stdin = path === '-' ? file : '';
      const files = { 'web.json': webDefinition };
      const seen = await shop.run(command, { stdin, bytes, files });
      const words = command.join(' ');
      // What is shown of UTF-16 would have a NUL behind each character.
      const output = `${seen.stdout}${seen.stderr}`.replaceAll('\0', '');
      const shown = pieces.filter((piece) => output.includes(piece));
      expect(shown, `${words}\n${output}`).toEqual([]);
      check(seen, words);
      cases += 1;
    }
  }
}

const refused =
  (says: RegExp) =>
  (seen: Seen, command: string): void => {
    expect(seen.code, `${command}: ${seen.stderr}`).toBe(2);
    expect(seen.stderr, command).toMatch(says);
    expect(seen.stderr, command).not.toContain('defect of ecs-secrets');
  };

test.each(Object.entries(kinds))('a %s file is refused and not shown', async (kind, about) => {
  for (const file of about.files) {
    for (const argv of readers) await see(argv, file, refused(about.says));
    for (const argv of manifests) await see(argv, file, refused(/^error: |"error"/));
    await see(['diagnose', '-'], file, refused(about.says));
    if (kind === 'broken JSON' || kind === 'PEM') {
      await see(['register', 'web.json', '--env-file', 'FILE'], file, refused(/NAME=VALUE|PEM/));
    }
    if (kind === 'dotenv' || kind === 'broken YAML') continue;
    for (const argv of imports) await see(argv, file, refused(about.says));
  }
});

test.each(Object.entries(kinds))('a %s file as a value is not shown', async (kind, { files }) => {
  const isText = kind !== 'binary' && kind !== 'UTF-16';
  for (const argv of values) {
    // What is refused is read and not written, which a dry run of `rotate` does not do.
    const command = isText && argv[0] === 'rotate' ? [...argv, '--dry-run'] : argv;
    await see(command, files[0] ?? '', (seen, words) => {
      expect(seen.code, `${words}: ${seen.stderr}`).toBe(isText ? 0 : 2);
      if (!isText) expect(seen.stderr, words).toMatch(/UTF-16|UTF-8|NUL/);
    });
  }
});

test('a file of variables is not shown, whatever it is', async () => {
  for (const { files } of Object.values(kinds)) {
    for (const file of files) {
      await see(['audit', 'web.json', '--vars', 'FILE'], file, () => undefined);
    }
  }
});

test('the table has no holes', () => {
  expect(cases).toBe(2326);
});

test('the YAML library writes nothing to the terminal by itself', async () => {
  const file = `family: web\n? [${mark}]\n: {}\ncontainerDefinitions: ${mark}\n`;
  const seen = await shop.bin(['register', '-', '--dry-run'], file);
  expect(seen).toMatchObject({ code: 2, stdout: '' });
  expect(seen.stderr).toContain('containerDefinitions: must be a list, not a string');
  expect(seen.stderr).not.toContain(mark);
});

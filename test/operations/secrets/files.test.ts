import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInput } from '../../../src/model/problems.ts';
import {
  parseSecretFile,
  type SecretFile,
  type SecretFileOptions,
} from '../../../src/operations/secrets/read-secret-file.ts';

type Options = SecretFileOptions;

async function see(text: string, path = 'x.env', options: Options = {}) {
  const { entries, ...rest }: SecretFile = await parseSecretFile(text, path, options);
  return { ...rest, values: Object.fromEntries(entries.map((e) => [e.key, e.value.reveal()])) };
}

const values = async (...file: Parameters<typeof see>) => (await see(...file)).values;

async function problems(...file: Parameters<typeof see>): Promise<readonly string[]> {
  try {
    await see(...file);
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems;
    throw error;
  }
  return [];
}

const secret = (members: string): string => `apiVersion: v1\nkind: Secret\n${members}`;

describe('the format is detected', () => {
  it.each<[string, string, string, Record<string, string>]>([
    ['a manifest', 'x.yaml', secret('data:\n  a: eA==\n'), { a: 'x' }],
    ['a manifest on standard input', '-', `---\n# x\n${secret('stringData: {a: x}')}`, { a: 'x' }],
    [
      'a manifest in JSON',
      '-',
      '{"apiVersion":"v1","kind":"Secret","data":{"a":"eA=="}}',
      { a: 'x' },
    ],
    ['a compose file', 'compose.yml', 'services:\n  web:\n    environment: [A=x]\n', { A: 'x' }],
    [
      'a compose file on stdin',
      '-',
      'name: x\nservices:\n  w:\n    image: x\n    environment:\n      A: x\n',
      { A: 'x' },
    ],
    [
      'a compose file in JSON',
      'c.json',
      '{"services":{"w":{"image":"i","environment":{"A":"x"}}}}',
      { A: 'x' },
    ],
    ['properties', 'app.properties', 'db.password: x\n', { 'db.password': 'x' }],
    ['other YAML', 'x.yaml', 'kind: x\nservices: y\n', { kind: 'x', services: 'y' }],
    [
      'a manifest within a value',
      '.env',
      'K="\napiVersion: v1\nkind: Config\n"\n',
      { K: '\napiVersion: v1\nkind: Config\n' },
    ],
    [
      'JSON with such a name',
      'x.json',
      '{"kind":"x","services":"y"}',
      { kind: 'x', services: 'y' },
    ],
  ])('%s', async (_what, path, text, expected) => {
    expect(await values(text, path)).toEqual(expected);
  });
});

describe('docker', () => {
  it('keeps quotes, and "#" within a value', async () => {
    const text = `# c\n  A="x y" # z\nB='\n\nC=a=b\\n\r\nD=  x \nHOME\nE.f-g=1\n`;
    expect(await see(text, 'x.env', { format: 'docker' })).toEqual({
      values: { A: '"x y" # z', B: "'", C: 'a=b\\n', D: '  x ', 'E.f-g': '1' },
      left: ['HOME'],
      notes: ['x.env: left out, as they have no value in the file: HOME'],
      warnings: [],
    });
  });

  it('has names without white space', async () => {
    const format = 'docker';
    expect(await problems('A=1\nexport B=2\n=x\nhello world\n', 'x.env', { format })).toEqual([
      'x.env, line 2 is not NAME=VALUE',
      'x.env, line 3 is not NAME=VALUE',
      'x.env, line 4 is not NAME=VALUE',
    ]);
  });
});

describe('chamber', () => {
  const format = 'chamber';

  it.each<[string, string]>([
    [String.raw`A="a\"b\$c\!d\\e\nf\rg"`, 'a"b$c!d\\e\nf\rg'],
    [`A="a\nb"`, 'a\nb'],
    [String.raw`A='a\"b\$c'`, String.raw`a\"b\$c`],
    ['A=x # y', 'x'],
    ['A=x#y', 'x#y'],
    ['A= #x', '#x'],
    ['A=x # y # z', 'x # y'],
    ['export A: x', 'x'],
    [String.raw`A=a\$b`, 'a$b'],
    [`A="x" # y`, 'x'],
  ])('reads %j', async (text, value) => {
    expect(await values(text, 'x.env', { format })).toEqual({ A: value });
  });

  it('reads back what chamber writes', async () => {
    // chamber/cmd/export.go, doubleQuoteEscape.
    const escaped = (text: string): string =>
      text.replace(/[\\\n\r"!$`]/g, (one) => ({ '\n': '\\n', '\r': '\\r' })[one] ?? `\\${one}`);
    const piece = fc.constantFrom(
      ...['\\', '\n', '\r', '"', '!', '$', '`', '#', "'", ' ', 'n', 'x', '='],
    );
    const value = fc.string({ unit: piece, minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 4 }), async (all) => {
        const text = all.map((one, at) => `V${at}="${escaped(one)}"\n`).join('');
        expect(Object.values(await values(text, 'x.env', { format }))).toEqual(all);
      }),
      { numRuns: 500 },
    );
  });

  it('names the line of what is wrong', async () => {
    expect(await problems('A="x" y\nhello\nB="x\nC=1', 'x.env', { format })).toEqual([
      'x.env, line 1 (A): there is text after the quote',
      'x.env, line 2 is not NAME=VALUE',
      'x.env, line 3 (B): the quote is not closed',
    ]);
  });

  it.each([
    String.raw`A="p\$x"`,
    String.raw`A="p\"x"`,
    String.raw`A="p\!x"`,
    String.raw`A="p\\x"`,
    String.raw`A=p\$x`,
  ])('is asked for where dotenv would keep the escape: %s', async (text) => {
    const [problem, ...more] = await problems(`B=1\n${text}\n`);
    expect(problem).toMatch(
      /^x\.env, line 2 \(A\): dotenv keeps \\\S as it stands.*--format chamber/,
    );
    expect(more).toEqual([]);
  });
});

describe('properties', () => {
  it('are read by the rules of Java', async () => {
    // From the documentation of java.util.Properties.load.
    const text = [
      'Truth = Beauty',
      ' Truth2:Beauty',
      'Truth3                    :Beauty',
      'fruits                           apple, banana, \\',
      '                                  pear',
      'a\\:b\\=c\\ d=x\\ty\\u00e9\\\\',
      '! comment = x',
      '# comment = x',
      'last = \\n x # y ',
    ];
    expect(await values(text.join('\r\n'), 'x.properties')).toEqual({
      Truth: 'Beauty',
      Truth2: 'Beauty',
      Truth3: 'Beauty',
      fruits: 'apple, banana, pear',
      'a:b=c d': 'x\tyé\\',
      last: '\n x # y ',
    });
    expect(await problems('a=\\u12', 'x.properties')).toHaveLength(1);
  });
});

describe('k8s', () => {
  it('decodes data, and lets stringData win', async () => {
    const text = secret(`metadata: {name: shop}
data: {a: eA==, b: eQ==, empty: ''}
stringData:
  b: "0123"
  c: 0123
---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Secret, data: {d: "eAo="}}
- {apiVersion: v1, kind: ConfigMap, data: {e: x}}
`);
    expect(await see(text, 'x.yaml')).toEqual({
      values: { a: 'x', b: '0123', c: '0123', d: 'x\n' },
      left: ['empty'],
      notes: [
        'x.yaml: skipped, as it is no Secret: ConfigMap',
        'x.yaml: left out, as they are empty: empty',
      ],
      warnings: ['x.yaml: d ends with a line break, which echo adds'],
    });
  });

  it('names what is no text in base64, and other kinds', async () => {
    const text = secret('data: {a: "not base64", b: /////w==, c: [x]}');
    expect(await problems(text, 'x.yaml')).toEqual([
      'x.yaml: a is not the base64 of a UTF-8 text',
      'x.yaml: b is not the base64 of a UTF-8 text',
      'x.yaml: c is not a text',
    ]);
    const sealed = 'apiVersion: v1\nkind: SealedSecret\nspec: {encryptedData: {a: x}}\n';
    expect(await problems(sealed, 'x.yaml')).toEqual([
      'x.yaml has no Kubernetes Secret, but: SealedSecret',
    ]);
  });
});

describe('compose', () => {
  const two = (a: string, b: string): string =>
    `x-all: &all {SHARED: s}\nservices:\n  web:\n    image: x\n    environment: ${a}\n  db:\n    image: x\n    environment: ${b}\n`;

  it('reads lists and maps, and merges', async () => {
    const text = two(
      '{<<: *all, A: "$$5 ${X}", PORT: 0123, FROM_HOST: }',
      '[SHARED=s, B=a=b, OTHER]',
    );
    expect(await see(text, 'compose.yaml')).toEqual({
      values: { SHARED: 's', A: '$5 ${X}', PORT: '0123', B: 'a=b' },
      left: ['FROM_HOST', 'OTHER'],
      notes: ['compose.yaml: left out, as they have no value in the file: FROM_HOST, OTHER'],
      warnings: ['compose.yaml: "${…}" and "$(…)" are not expanded: A'],
    });
  });

  it('asks for a service where a variable differs', async () => {
    const text = two('{A: "1"}', '{A: "2"}');
    expect(await problems(text, 'compose.yaml')).toEqual([
      'compose.yaml: A differs between the services web and db; choose one with --compose-service',
    ]);
    expect(await values(text, 'compose.yaml', { service: 'db' })).toEqual({ A: '2' });
    expect(await problems(text, 'compose.yaml', { service: 'wep' })).toEqual([
      'compose.yaml has no service "wep"; did you mean web?',
    ]);
  });
});

describe('an alias that contains itself, or a mistake', () => {
  it.each(['k8s', 'compose'] as const)('is told by its place: %s', async (format) => {
    expect(await problems('services: &a {x: *a}\n', 'x.yaml', { format })).toEqual([
      expect.stringContaining('aliases'),
    ]);
    expect(await problems('a: "MARK\n', 'x.yaml', { format })).toEqual([
      expect.stringMatching(/^x\.yaml: line \d+, column \d+: /),
    ]);
  });
});

describe('empty values', () => {
  const text = 'A=\nB=x\nC=\nD.e=""\n';

  it('are left out, kept as a space, or a problem', async () => {
    expect(await see(text)).toMatchObject({
      values: { B: 'x' },
      left: ['A', 'C', 'D.e'],
      notes: ['x.env: left out, as they are empty: A, C, D.e'],
    });
    expect(await see(text, 'x.env', { empty: 'store-space' })).toMatchObject({
      values: { A: ' ', B: 'x', C: ' ', 'D.e': ' ' },
      notes: ['x.env: stored as a space, as they are empty: A, C, D.e'],
    });
    expect(await problems(text, 'x.env', { empty: 'error' })).toEqual([
      'x.env, line 1 (A): the value is empty; neither store accepts that',
      'x.env, line 3 (C): the value is empty; neither store accepts that',
      'x.env, line 4 (D.e): the value is empty; neither store accepts that',
    ]);
    expect(await problems('a: null\nb: {c: ""}\n', 'x.yaml', { empty: 'error' })).toEqual([
      'x.yaml: a is empty; neither store accepts that',
      'x.yaml: b/c is empty; neither store accepts that',
    ]);
    expect(await problems('A=\n')).toEqual(['x.env has no secrets in it: all are empty']);
  });
});

describe('include and exclude', () => {
  const text = 'DB_HOST=h\nDB_PASSWORD=x\nAPI_KEY=y\nBROKEN=a#b\n';

  it('select by pattern, problems too', async () => {
    const include = ['DB_*', 'API_KE?', 'NOPE'];
    const read = await see(text, 'x.env', { include, exclude: ['*HOST'] });
    expect(read).toMatchObject({
      values: { DB_PASSWORD: 'x', API_KEY: 'y' },
      left: ['DB_HOST'],
      notes: ['x.env: nothing matches --include NOPE'],
    });
    expect(await problems(text, 'x.env', { exclude: ['BROKEN'] })).toEqual([]);
    expect(await problems('A=1\n', 'x.env', { include: ['B'] })).toEqual([
      'x.env has no secrets in it that --include and --exclude select',
    ]);
  });
});

describe('what looks wrong', () => {
  it('is noted or warned of, by name', async () => {
    const text =
      'A=${X}\nB=\'${X}\'\nC="$(cat x)"\nD=your-key-here\nE=changeme\nF=1\nF=1\nG=mysql\n';
    expect(await see(text)).toMatchObject({
      notes: ['x.env: F is set twice to the same value (lines 6 and 7)'],
      warnings: [
        'x.env: "${…}" and "$(…)" are not expanded: A, C',
        'x.env: placeholders instead of values: D, E',
      ],
    });
  });

  it('of a name behind a torn value is not shown', async () => {
    expect(await problems('A="x\nsEcretPart=a#b\nUPPER_CASE=a#b')).toEqual([
      'x.env, line 1 (A): the quote is not closed',
      expect.stringMatching(/^x\.env, line 2: there is a "#"/),
      expect.stringMatching(/^x\.env, line 3 \(UPPER_CASE\): there is a "#"/),
    ]);
  });
});

import { parse as parseDotenv } from 'dotenv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInput } from '../../../src/model/problems.ts';
import {
  readSecretFile,
  type SecretFileFormat,
} from '../../../src/operations/secrets/read-secret-file.ts';

async function read(
  text: string | Uint8Array,
  path = 'secrets.env',
  format?: SecretFileFormat,
  empty?: 'keep',
): Promise<[string, string][]> {
  const source = (): Promise<Uint8Array> => Promise.resolve(Buffer.from(text));
  const sources = { readFile: source, readStdin: source };
  const { entries } = await readSecretFile(path, { format, empty }, sources);
  return entries.map(({ key, value }) => [key, value.reveal()]);
}

/** The problems of a file; none when it is taken. */
async function problems(...file: Parameters<typeof read>): Promise<readonly string[]> {
  try {
    await read(...file);
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems;
    throw error;
  }
  return [];
}

const twice = ': the name is set twice, to another value than on line ';
const noUtf8 = 'not valid UTF-8 text: it is binary, or in another encoding';
const utf16 = 'UTF-16 text without a byte order mark; save it as UTF-8';

describe('the format', () => {
  const dotenv = 'A: x';
  const json = '{"A":"x"}';
  const yaml = 'A: {B: x}';

  it.each([
    ['x.yaml', yaml, 'A/B'],
    ['x.yml', yaml, 'A/B'],
    ['X.YAML', yaml, 'A/B'],
    ['x.json', json, 'A'],
    ['x.JSON', json, 'A'],
    ['.env', dotenv, 'A'],
    ['.env.production', dotenv, 'A'],
    ['json', dotenv, 'A'],
    ['x.yaml.env', dotenv, 'A'],
  ])('follows the ending of %s', async (path, text, key) => {
    expect(await read(text, path)).toEqual([[key, 'x']]);
  });

  it.each([
    [json, 'JSON'],
    [` \n\t${json}`, 'JSON behind white space'],
    [`\ufeff${json}`, 'JSON behind a byte order mark'],
    [dotenv, 'dotenv'],
  ])('of standard input is seen in its first character: %j is %s', async (text) => {
    expect(await read(text, '-')).toEqual([['A', 'x']]);
  });

  it('of standard input is not taken for YAML unasked', async () => {
    expect(await read(yaml, '-')).toEqual([['A', '{B: x}']]);
    expect(await read(yaml, '-', 'yaml')).toEqual([['A/B', 'x']]);
  });

  it.each<[SecretFileFormat, string, string]>([
    ['dotenv', 'x.json', 'A=x'],
    ['json', 'x.yaml', json],
    ['yaml', 'x.env', 'A: x'],
  ])('%s can be asked for, whatever the ending: %s', async (format, path, text) => {
    expect(await read(text, path, format)).toEqual([['A', 'x']]);
  });

  it('that calls itself JSON has to be JSON', async () => {
    expect(await problems('{A: x}', 'x.json')).toHaveLength(1);
    expect(await problems('{A: x}', '-')).toHaveLength(1);
    expect(await read('{A: x}', 'x.yaml')).toEqual([['A', 'x']]);
  });
});

describe('a file', () => {
  it('is read from standard input for -, and from its path otherwise', async () => {
    const sources = {
      readFile: (path: string) => Promise.resolve(Buffer.from(`A=file ${path}`)),
      readStdin: () => Promise.resolve(Buffer.from('A=stdin')),
    };
    const value = async (path: string): Promise<string | undefined> =>
      (await readSecretFile(path, {}, sources)).entries[0]?.value.reveal();
    expect(await value('-')).toBe('stdin');
    expect(await value('dir/.env')).toBe('file dir/.env');
  });

  it('that is not there is told', async () => {
    const missing = Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
    const sources = { readFile: () => Promise.reject(missing), readStdin: fail };
    await expect(readSecretFile('x.env', {}, sources)).rejects.toMatchObject({
      message: 'cannot read x.env: there is no such file',
    });
  });

  // As the ">" of Windows PowerShell writes it.
  it.each([
    ['UTF-16', [0xff, 0xfe, 0x41, 0x00, 0x3d, 0x00, 0x78, 0x00]],
    ['UTF-16 of the other order', [0xfe, 0xff, 0x00, 0x41, 0x00, 0x3d, 0x00, 0x78]],
  ])('in %s with a mark is read', async (_, bytes) => {
    expect(await problems(Uint8Array.from(bytes), 'x.env')).toEqual([]);
  });

  it.each([
    ['Latin-1', [0x41, 0x3d, 0xe9], noUtf8],
    ['UTF-16 without a mark', [0x41, 0x00, 0x3d, 0x00, 0x78, 0x00, 0x0a, 0x00], utf16],
    ['UTF-8 with a NUL', [0x41, 0x3d, 0x78, 0x00], 'binary: it has a NUL character'],
    ['half a surrogate pair', [0x41, 0x3d, 0xed, 0xa0, 0x80], noUtf8],
    ['a cut character', [0x41, 0x3d, 0xe2, 0x82], noUtf8],
  ])('in %s is not UTF-8', async (_, bytes, why) => {
    for (const path of ['x.env', 'x.json', 'x.yaml']) {
      expect(await problems(Uint8Array.from(bytes), path)).toEqual([`${path} is ${why}`]);
    }
    expect(await problems(Uint8Array.from(bytes), '-')).toEqual([`standard input is ${why}`]);
  });

  it.each([
    ['x.env', 'A=x\n'],
    ['x.json', '{"A":"x"}'],
    ['x.yaml', 'A: x\n'],
  ])('%s may begin with a byte order mark', async (path, text) => {
    expect(await read(`\ufeff${text}`, path)).toEqual([['A', 'x']]);
  });

  it.each([
    ['x.env', ''],
    ['x.env', '\n \n# A=x\n'],
    ['x.json', '{}'],
    ['x.yaml', '{}\n'],
  ])('%s of %j has no secrets in it', async (path, text) => {
    expect(await problems(text, path)).toEqual([`${path} has no secrets in it`]);
  });

  it.each([
    ['x.json', ''],
    ['x.yaml', ''],
    ['x.yaml', '# A: x\n'],
    ['x.yaml', '---\n'],
  ])('%s of %j is refused', async (path, text) => {
    expect(await problems(text, path)).toHaveLength(1);
  });
});

describe('dotenv', () => {
  it('is read as the library reads it', async () => {
    const text = [
      '# a comment',
      '  # another one',
      '',
      'PLAIN=x y',
      'export EXPORTED=x',
      '  INDENTED  =  x  ',
      'COLON: x',
      'EQUALS=a=b==',
      'COMMENTED=x # y',
      "SINGLE='a # b\\n$c'",
      'DOUBLE="a # b\\n$c" # d',
      'BACKTICK=`it\'s "x"`',
      "ESCAPED='it\\'s'",
      'a.b-c=x',
    ].join('\n');
    expect(await read(text)).toEqual([
      ['PLAIN', 'x y'],
      ['EXPORTED', 'x'],
      ['INDENTED', 'x'],
      ['COLON', 'x'],
      ['EQUALS', 'a=b=='],
      ['COMMENTED', 'x'],
      ['SINGLE', 'a # b\\n$c'],
      ['DOUBLE', 'a # b\n$c'],
      ['BACKTICK', 'it\'s "x"'],
      ['ESCAPED', "it\\'s"],
      ['a.b-c', 'x'],
    ]);
  });

  it.each(["'", '"', '`'])('has values of several lines in %s', async (quote) => {
    const pem = '-----BEGIN KEY-----\nabc#d\n\n# no comment\nA=1\nB: 2\nefg==\n-----END KEY-----\n';
    const text = `A=1\nKEY=${quote}${pem}${quote} # the key\nC=3\n`;
    const entries = [
      ['A', '1'],
      ['KEY', pem],
      ['C', '3'],
    ];
    expect(await read(text)).toEqual(entries);
    expect(await read(text.replaceAll('\n', '\r\n'))).toEqual(entries);
  });

  it('may end its lines with CRLF', async () => {
    expect(await read('A=x\r\n# c\r\n\r\nB="y"\r\n')).toEqual([
      ['A', 'x'],
      ['B', 'y'],
    ]);
  });

  it('may lack the last newline', async () => {
    expect(await read('A=x')).toEqual([['A', 'x']]);
  });

  it.each([
    ['a line without =', 'A', 'x.env, line 2 is not NAME=VALUE'],
    ['export without a value', 'export A', 'x.env, line 2 is not NAME=VALUE'],
    ['a name with a space', 'A B=x', 'x.env, line 2 is not NAME=VALUE'],
    ['no name', '=x', 'x.env, line 2 is not NAME=VALUE'],
    ['a colon without a space', 'A:x', 'x.env, line 2 is not NAME=VALUE'],
    ['a name that is no ASCII', 'é=x', 'x.env, line 2 is not NAME=VALUE'],
    ['the name __proto__', '__proto__=x', 'x.env, line 2 is not NAME=VALUE'],
    ['the mark of a YAML document', '---', 'x.env, line 2 is not NAME=VALUE'],
    ['a name set twice', 'FIRST=2', `x.env, line 2 (FIRST)${twice}1`],
    ['an open single quote', "A='x", 'x.env, line 2 (A): the quote is not closed'],
    ['an open double quote', 'A="x', 'x.env, line 2 (A): the quote is not closed'],
    ['an open backtick', 'A=`x', 'x.env, line 2 (A): the quote is not closed'],
    ['an open quote before \\n', 'A="x\\ny', 'x.env, line 2 (A): the quote is not closed'],
    ['an open quote before a #', 'A="x # y', 'x.env, line 2 (A): the quote is not closed'],
    ['text behind a quote', 'A="x" y', 'x.env, line 2 (A): there is text after the quote'],
    ['text behind a quote with #', 'A="x#y" z', 'x.env, line 2 (A): there is text after the quote'],
    [
      'an unquoted #',
      'A=xx#y',
      'x.env, line 2 (A): there is a "#", where dotenv begins a comment: quote the value',
    ],
    [
      'a # in the first place',
      'A=#y',
      'x.env, line 2 (A): there is a "#", where dotenv begins a comment: quote the value',
    ],
    [
      'an unquoted # behind one character',
      'A=x#y',
      'x.env, line 2 (A): there is a "#", where dotenv begins a comment: quote the value',
    ],
  ])('refuses %s, by its line', async (_, line, problem) => {
    const text = `FIRST=1\n${line}\nLAST=3\n`;
    expect(await problems(text, 'x.env')).toEqual([problem]);
    expect(await problems(text.replaceAll('\n', '\r\n'), 'x.env')).toEqual([problem]);
  });

  it.each(['A=', "A=''", 'A=""', 'A=  ', 'A= # x', 'export A='])(
    'leaves out the empty %s',
    async (line) => {
      expect(await read(`FIRST=1\n${line}\nLAST=3\n`)).toEqual([
        ['FIRST', '1'],
        ['LAST', '3'],
      ]);
    },
  );

  it('takes a name without a value behind base64 for the rest of it', async () => {
    expect(await problems('KEY=aGVsbG8gd29ybGQgaGVsbG8gd29y\nbGQgaGVsbG8=\n', 'x.env')).toEqual([
      'x.env, line 2: there is no value; a value of several lines must be quoted',
    ]);
  });

  it('tells all problems at once, each with its line', async () => {
    const text = ['A=1', 'garbage', 'B="open', 'C=a1#b', 'A=2', "OK='x", "y'", 'more garbage'];
    expect(await problems(text.join('\n'), 'x.env')).toEqual([
      'x.env, line 2 is not NAME=VALUE',
      'x.env, line 3 (B): the quote is not closed',
      'x.env, line 4 (C): there is a "#", where dotenv begins a comment: quote the value',
      `x.env, line 5 (A)${twice}1`,
      'x.env, line 8 is not NAME=VALUE',
    ]);
  });

  it.each([
    ['that is like a set name', 'A="\nB=2\n"\nB=1\n'],
    ['that is like a set name with #', 'A="\nB=22#2\n"\nB=1\n'],
    ['that is like an open quote', 'A="\nB=\'x\n"\nB=`\'x`\n'],
    ['that is garbage', 'A="\ngarbage\n"\nB=1\n'],
  ])('takes a line within quotes %s', async (_, text) => {
    expect(new Map(await read(text))).toEqual(new Map(Object.entries(parseDotenv(text))));
  });

  it('keeps lines within quotes that look like another format', async () => {
    const ini = 'A="\n[section]\nkey = 1\n-----BEGIN PRIVATE KEY-----\n"\nB=1\n';
    expect((await read(ini)).map(([key]) => key)).toEqual(['A', 'B']);
  });

  it('sees a name set twice though a line within quotes looks like it', async () => {
    expect(await problems('A="\nB=0\n"\nB=1\nB=2\n', 'x.env')).toEqual([
      `x.env, line 5 (B)${twice}4`,
    ]);
  });

  it('refuses a comment with a line separator, behind which the library reads on', async () => {
    expect(await problems('A=x\n#\u2028A=1\n', 'x.env')).toEqual([
      'x.env, line 2 is not NAME=VALUE',
    ]);
  });

  it('gives what the library gives, or refuses', async () => {
    const piece = fc.constantFrom(
      ...['A', 'B', '=', ': ', "'", '"', '`', '\\', '#', ' ', '\n', '\r\n', '\t', 'export ', 'x'],
      ...['A=1', '\nB=2', '\u2028', '\ufeff', 'é'],
    );
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: piece, maxLength: 25 }), async (rest) => {
        const text = `A=x${rest}`;
        if ((await problems(text)).length > 0) return;
        const kept = await read(text, undefined, undefined, 'keep');
        expect(new Map(kept)).toEqual(new Map(Object.entries(parseDotenv(text))));
      }),
      { numRuns: 1000 },
    );
  });

  it('drops nothing but quotes around it and a comment behind it', async () => {
    const word = fc.stringMatching(/^[a-m$#'"`\\ .:=-]{1,12}$/);
    await fc.assert(
      fc.asyncProperty(word, async (text) => {
        if ((await problems(`A=${text}\nB=x\n`)).length > 0) return;
        const ends = [...text.matchAll(/#|$/g)].map(({ index }) => index);
        const whole = ends.flatMap((end) => {
          const kept = text.slice(0, end);
          const [, , quoted] = /^(["'`])(.*)\1$/.exec(kept.trim()) ?? [];
          if (quoted !== undefined) return [quoted];
          return end === text.length || kept.endsWith(' ') ? [kept.trim()] : [];
        });
        const [, value] = (await read(`A=${text}\n`, undefined, undefined, 'keep'))[0]!;
        expect(whole).toContain(value);
      }),
      { numRuns: 1000 },
    );
  });

  // In square time it would take minutes, and the test its time limit.
  it('is read in one pass, with thousands of lines', { timeout: 30_000 }, async () => {
    const pem = `-----BEGIN KEY-----\n${`${'x'.repeat(64)}\n`.repeat(26)}-----END KEY-----\n`;
    const text = Array.from({ length: 3_000 }, (_, index) => `KEY_${index}='${pem}'\n`).join('');
    expect(await read(text)).toHaveLength(3_000);
  });
});

describe.each(['x.yaml', 'x.json'])('%s', (path) => {
  it('has nested maps as paths', async () => {
    const text = '{"db": {"password": "x", "old-1": {"a.b": "y"}}, "e/f": "z"}';
    expect(await read(text, path)).toEqual([
      ['db/password', 'x'],
      ['db/old-1/a.b', 'y'],
      ['e/f', 'z'],
    ]);
  });

  it.each([
    ['1.10'],
    ['1e3'],
    ['1E+400'],
    ['-0'],
    ['-0.0'],
    ['0'],
    ['12345678901234567890'],
    ['3.141592653589793238462643383279'],
    ['true'],
    ['false'],
  ])('keeps %s as it is written', async (text) => {
    expect(await read(`{"a": ${text}}`, path)).toEqual([['a', text]]);
  });

  it.each([
    ['"a": []', 'a is a list; a secret is a text'],
    ['"a": ["x"]', 'a is a list; a secret is a text'],
    ['"a": {"b": [{"c": "x"}]}', 'a/b is a list; a secret is a text'],
  ])('refuses %s', async (member, problem) => {
    expect(await problems(`{"first": "x", ${member}}`, path)).toEqual([`${path}: ${problem}`]);
  });

  it('takes "null", "true" and "0123" in quotes for texts', async () => {
    expect(await read('{"a": "null", "b": "true", "c": "0123", "d": "~"}', path)).toEqual([
      ['a', 'null'],
      ['b', 'true'],
      ['c', '0123'],
      ['d', '~'],
    ]);
  });

  it('tells all problems at once', async () => {
    expect(await problems('{"a": {}, "b": [], "c": {"d": ["x"]}, "e": null}', path)).toEqual([
      `${path}: a is an empty map`,
      `${path}: b is a list; a secret is a text`,
      `${path}: c/d is a list; a secret is a text`,
    ]);
  });

  it.each(['{"a": "x",\n "a": "y"}', '{"a": "x",\n "\\u0061": "x"}'])(
    'refuses a key that appears twice: %j',
    async (text) => {
      expect(await problems(text, path)).toEqual([
        expect.stringMatching(`^${path}: line 2, column \\d+: the key appears twice$`),
      ]);
    },
  );

  it('refuses a path that is written in two ways', async () => {
    expect(await problems('{"a/b": "x", "a": {"b": "y"}}', path)).toEqual([
      expect.stringContaining('a/b'),
    ]);
  });

  it.each(['"x"', '1', 'null', 'true', '[]', '["x"]', '[{"a": "x"}]'])(
    'refuses %s, which is no map',
    async (text) => {
      expect(await problems(text, path)).toEqual([`${path} is not a map of names to values`]);
    },
  );

  it('takes keys that JavaScript has a meaning for', async () => {
    const text = '{"__proto__": "x", "constructor": {"prototype": "y"}, "toString": "z", "1": "w"}';
    expect(await read(text, path)).toEqual([
      ['__proto__', 'x'],
      ['constructor/prototype', 'y'],
      ['toString', 'z'],
      ['1', 'w'],
    ]);
  });

  it('is JSON as JSON.parse reads it, however it is indented', async () => {
    const text = fc.string({ unit: 'binary', minLength: 1 });
    const object = fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), text, { minKeys: 1 });
    await fc.assert(
      fc.asyncProperty(object, fc.constantFrom('', '  ', '\t'), async (values, indent) => {
        const json = JSON.stringify(values, null, indent).replaceAll('/', '\\/');
        expect(new Map(await read(json, path))).toEqual(new Map(Object.entries(values)));
        const ascii = json.replace(
          /[^ -~\s]/g,
          (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
        );
        expect(await read(ascii, path)).toEqual(await read(json, path));
      }),
    );
  });
});

describe('JSON', () => {
  it('may have white space wherever JSON has it', async () => {
    const text = '\r\n\t{\r\n\t"a"\r\n\t:\r\n\t{\r\n"b"\t:\t"x"\r\n}\n,"c"\n:\n1\n}\r\n';
    expect(await read(text, 'x.json')).toEqual([
      ['a/b', 'x'],
      ['c', '1'],
    ]);
  });

  it.each([
    '{"a": 0123}',
    "{'a': 'x'}",
    '{"a": "x",}',
    '{"a": NaN}',
    '{"a": "x"} {}',
    '{"a": "\t"}',
  ])('is not %s', async (text) => {
    expect(await problems(text, 'x.json')).toEqual([expect.stringMatching(/^x\.json is not JSON/)]);
  });

  it('is told the place of a mistake', async () => {
    const text = '{\n  "a": "some text of some length",\n  "b" "x"\n}';
    expect(await problems(text, 'x.json')).toEqual([
      'x.json is not JSON: line 3, column 7: this is not expected here',
    ]);
  });
});

describe('YAML', () => {
  it('keeps all that is written', async () => {
    const text = [
      'octal: 0123',
      'hex: 0xFF',
      'underscores: 1_000',
      'time: 12:30:45',
      'date: 2024-01-02',
      'yes: yes',
      'infinity: .inf',
      'version: 1.10',
      'long: 12345678901234567890',
      'exponent: 1e3',
      'url: https://u:p@host/x#y',
      'spaces:   a  b   # a comment',
      'tagged: !!str 0123',
    ];
    expect(Object.fromEntries(await read(text.join('\n'), 'x.yaml'))).toEqual({
      octal: '0123',
      hex: '0xFF',
      underscores: '1_000',
      time: '12:30:45',
      date: '2024-01-02',
      yes: 'yes',
      infinity: '.inf',
      version: '1.10',
      long: '12345678901234567890',
      exponent: '1e3',
      url: 'https://u:p@host/x#y',
      spaces: 'a  b',
      tagged: '0123',
    });
  });

  it('keeps it in YAML 1.1, too', async () => {
    expect(await read('%YAML 1.1\n---\na: 0123\nb: yes\nc: 1:30\n', 'x.yaml')).toEqual([
      ['a', '0123'],
      ['b', 'yes'],
      ['c', '1:30'],
    ]);
  });

  it('has texts of many lines', async () => {
    const text = 'a: |\n  one\n  two\nb: >-\n  one\n  two\nc: "one\\ntwo"\nd: |+\n  one\n\n';
    expect(await read(text, 'x.yaml')).toEqual([
      ['a', 'one\ntwo\n'],
      ['b', 'one two'],
      ['c', 'one\ntwo'],
      ['d', 'one\n\n'],
    ]);
    expect(await read(text.replaceAll('\n', '\r\n'), 'x.yaml')).toEqual(await read(text, 'x.yaml'));
  });

  it('may name a text and use it again', async () => {
    expect(await read('a: &same 0123\nb: *same\nc: {d: *same}\n', 'x.yaml')).toEqual([
      ['a', '0123'],
      ['b', '0123'],
      ['c/d', '0123'],
    ]);
  });

  it.each([
    [
      'an alias of a map',
      'a: &m {b: x}\nc: *m\n',
      'x.yaml: c stands for a map elsewhere; write it out',
    ],
    [
      'a map within itself',
      'a: &m {b: *m}\n',
      'x.yaml: a/b stands for a map elsewhere; write it out',
    ],
    [
      'a merged map',
      'a: &m {b: x}\nc: {<<: *m}\n',
      'x.yaml: c/<< stands for a map elsewhere; write it out',
    ],
    ['an alias of a list', 'a: x\nb: &l [x]\nc: *l\n', 'x.yaml: c is a list; a secret is a text'],
    [
      'an unknown alias',
      'a: *none\n',
      /^x\.yaml: (line 1, column 4|a: a value that begins with "\*")/,
    ],
    ['a list', 'a:\n  - x\n', 'x.yaml: a is a list; a secret is a text'],
    ['a map as a key', '? {a: x}\n: y\n', 'x.yaml has a key that is not text'],
    ['a map as a nested key', 'a:\n  ? [b]\n  : y\n', 'x.yaml: a has a key that is not text'],
    [
      'an indentation of tabs',
      'a:\n\tb: x\n',
      'x.yaml: line 2, column 1: a tab cannot be used for indentation',
    ],
    ['a second document', 'a: x\n---\nb: y\n', /^x\.yaml: line 2, column 1: /],
  ])('refuses %s', async (_, text, problem) => {
    expect((await problems(text, 'x.yaml')).at(-1)).toMatch(problem);
  });

  it.each(['a:', 'a: null', 'a: ~', 'a: Null', 'a: NULL', 'a: # x', 'a: &b'])(
    'leaves out %s, which has no value',
    async (text) => {
      expect(await read(`${text}\nb: x\n`, 'x.yaml')).toEqual([['b', 'x']]);
    },
  );

  it.each([
    '!!int 0123',
    '!!float 1e3',
    '!!binary /w==',
    '!!timestamp 2024-01-02',
    '!!bool yes',
    '!x y',
  ])('keeps %s as it is written, or refuses it', async (text) => {
    if ((await problems(`a: ${text}\n`, 'x.yaml')).length > 0) return;
    expect(await read(`a: ${text}\n`, 'x.yaml')).toEqual([['a', text.split(' ')[1]]]);
  });

  it('takes no time for aliases of aliases', async () => {
    const bomb = ['a0: &a0 [x]'];
    for (let level = 1; level < 30; level += 1) {
      bomb.push(
        `a${level}: &a${level} [${Array<string>(9)
          .fill(`*a${level - 1}`)
          .join()}]`,
      );
    }
    expect(await problems(bomb.join('\n'), 'x.yaml')).toHaveLength(30);
  });

  it('may have thousands of keys', async () => {
    const text = Array.from({ length: 5_000 }, (_, index) => `key_${index}: x\n`).join('');
    expect(await read(text, 'x.yaml')).toHaveLength(5_000);
  });
});

describe('no message tells a value', () => {
  const mark = 'MARK-9f2c';
  const pem = '-----BEGIN-----\nabcdMARK9f2c\nefghMARK9f2c=\n';

  it.each<[string, string]>([
    ...[
      `*${mark}`,
      `!${mark}`,
      `!!${mark} x`,
      `!<${mark}`,
      `@${mark}`,
      `%${mark}`,
      `&${mark}`,
      `&${mark} *${mark}`,
      `\`${mark}`,
      `"${mark}`,
      `'${mark}`,
      `"${mark}" x`,
      `'${mark}' x`,
      `x "${mark}`,
      `"\\q${mark}"`,
      `"\\x${mark}"`,
      `[${mark}`,
      `[${mark}]`,
      `{${mark}`,
      `{${mark}}`,
      `{{${mark}}}`,
      `{{ ${mark} }}`,
      `{${mark}, x`,
      `{${mark}, x}`,
      `]${mark}`,
      `}${mark}`,
      `,${mark}`,
      `? ${mark}`,
      `- ${mark}`,
      `${mark}: x`,
      `${mark}:`,
      `x: ${mark}`,
      `| ${mark}`,
      `> ${mark}`,
      `|${mark}`,
      `|9\n  ${mark}`,
      `|\n\t${mark}`,
      `|\n ${mark}\n${mark}`,
      `\t${mark}\n\t- x`,
      `#${mark}`,
      `# ${mark}`,
      `x\n ${mark}\n${mark}`,
      `${mark}\n...\n${mark}`,
      `${mark}\n---\n${mark}`,
      `${mark}\0`,
      `${mark}\u0001"`,
      `!!binary ${mark}`,
      `!!int ${mark}`,
      `!!set {${mark}}`,
      `!!omap [${mark}]`,
      `!!map ${mark}`,
      `!!seq ${mark}`,
    ].flatMap((written): [string, string][] => [
      ['x.yaml', `a: ${written}`],
      ['x.yaml', `a: ${written}\nb: x\n`],
      ['x.yaml', `a:\n  b: ${written}\n`],
      ['x.yaml', `a: x\na: ${written}\n`],
      ['x.json', `{"a": ${written}}`],
      ['x.json', `{"a": ${written}, "b": null}`],
      ['x.env', `A=${written}`],
      ['x.env', `A=${written}\nA=${written}\nB=\n`],
      ['x.env', `A: ${written}\nx`],
    ]),
    ['x.yaml', mark],
    ['x.yaml', `- ${mark}`],
    ['x.yaml', `"${mark}"`],
    ['x.yaml', `a:${mark}`],
    ['x.yaml', `a:${mark}\nb: x\n`],
    ['x.yaml', `b: x\na:${mark}\n`],
    ['x.yaml', `{a:${mark}}`],
    ['x.yaml', `{b: x, a:${mark}}`],
    ['x.yaml', `a=${mark}\n`],
    ['x.yaml', `b: x\na=${mark}\n`],
    ['x.yaml', `\ta: ${mark}\n`],
    ['x.yaml', `a:\n\t- ${mark}\n`],
    ['x.yaml', `a:\n  b: ${mark}\n c: ${mark}\n`],
    ['x.yaml', `  a: ${mark}\nb: ${mark}\n`],
    ['x.yaml', `a: "x\nb: ${mark}\n`],
    ['x.yaml', `%${mark} 1\n---\na: x\n`],
    ['x.yaml', `%TAG ${mark}\n---\na: x\n`],
    ['x.yaml', `a: &x ${mark}\nb: *y\n`],
    ['x.yaml', `a: ${mark}\na: ${mark}\n`],
    ['x.yaml', `key: ${pem}`],
    ['x.yaml', `key:\n${pem}`],
    ['x.json', mark],
    ['x.json', `"${mark}"`],
    ['x.json', `["${mark}"]`],
    ['x.json', `[{"a": "${mark}"}]`],
    ['x.json', `{"a": "${mark}`],
    ['x.json', `{"a": "${mark}"`],
    ['x.json', `{"a": "${mark}",}`],
    ['x.json', `{"a": "${mark}" "b": "${mark}"}`],
    ['x.json', `{"a": '${mark}'}`],
    ['x.json', `{"a" "${mark}"}`],
    ['x.json', `{"a": "${mark}\n"}`],
    ['x.json', `{"a": "${mark}\t"}`],
    ['x.json', `{"a": "\\x${mark}"}`],
    ['x.json', `{"a": "${mark}"}}`],
    ['x.json', `{"a": "${mark}", "a": "${mark}"}`],
    ['x.json', `{"a": ["${mark}"]}`],
    ['x.json', `{"${'long'.repeat(20)}": "${mark}" x, "b": "${'x'.repeat(99)}"}`],
    ['x.env', mark],
    ['x.env', `${mark} x`],
    ['x.env', `A=x\n${mark}\n`],
    ['x.env', `A ${mark}`],
    ['x.env', `A:${mark}`],
    ['x.env', `A B=${mark}`],
    ['x.env', `=${mark}`],
    ['x.env', `A=x#${mark}`],
    ['x.env', `A=xx#${mark}`],
    ['x.env', `A="x\n${mark}`],
    ['x.env', `A="x"\n${mark}"`],
    ['x.env', `A=${mark}\nA=${mark}`],
    ['x.env', `KEY=${pem}`],
    ['x.env', `KEY="${pem}`],
    ['x.env', `KEY=x\\\n${mark}=\n`],
  ])('%s: %j', async (path, text) => {
    expect((await problems(text, path)).join('\n')).not.toContain('MARK');
    expect((await problems(text, '-', formatOf(path))).join('\n')).not.toContain('MARK');
  });

  it.each(['x.env', 'x.json', 'x.yaml'])('%s, whatever stands around it', async (path) => {
    const before = fc.constantFrom(
      ...[
        '"',
        "'",
        '`',
        '*',
        '&',
        '!',
        '!!',
        '@',
        '%',
        '[',
        '{',
        '|',
        '>',
        '#',
        ' #',
        '\\',
        '-',
        '?',
      ],
      ...[':', ',', '\t', ' ', '\\x', '"\\', 'x', '&a ', '!a ', '\0', '=', '$', '~', '<'],
    );
    const after = fc.oneof(
      before,
      fc.constantFrom(
        ']',
        '}',
        '\n',
        '\r',
        '\n  ',
        '\n\t',
        ': ',
        '- ',
        '\n---\n',
        '\nb: ',
        '\n"b": ',
      ),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: before, maxLength: 3 }),
        fc.string({ unit: after, maxLength: 6 }),
        async (left, right) => {
          // In braces and before a colon it is a key, not a value.
          fc.pre(!(left.includes('{') && right.includes(':')));
          const [start = '', end = ''] = {
            'x.env': ['FIRST=x\nA='],
            'x.json': ['{"first": "x", "a": ', '}'],
            'x.yaml': ['first: x\na: '],
          }[path]!;
          const text = `${start}${left}${mark}${right}${end}`;
          expect((await problems(text, path)).join('\n')).not.toContain(mark);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('not the bytes that are no UTF-8', async () => {
    const bytes = Buffer.concat([Buffer.from(`A=${mark}`), Buffer.from([0xff])]);
    expect(await problems(bytes)).toEqual([
      'secrets.env is not valid UTF-8 text: it is binary, or in another encoding',
    ]);
  });
});

function fail(): never {
  throw new Error('not to be read');
}

function formatOf(path: string): SecretFileFormat {
  return path === 'x.env' ? 'dotenv' : path === 'x.json' ? 'json' : 'yaml';
}

import { Console } from 'node:console';
import { PassThrough } from 'node:stream';
import { format, inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CliError, describeError } from '../../../src/errors.ts';
import { SecretValue } from '../../../src/model/secrets/secret-value.ts';
import { problemsOf } from '../problems-of.ts';

const text = 'correct-horse-battery';
const mask = '[secret value]';

/** What console.log would print. */
function logged(...parts: unknown[]): string {
  const stream = new PassThrough();
  new Console(stream).log(...parts);
  return String(stream.read());
}

describe('a secret value never shows its text', () => {
  const value = new SecretValue(text);
  const nested = {
    request: { name: '/a', value },
    list: [[[value]]],
    map: new Map([['k', value]]),
  };

  it.each([
    ['String()', String(value), mask],
    // eslint-disable-next-line @typescript-eslint/restrict-template-expressions -- what must be safe
    ['a template', `<${value}>`, `<${mask}>`],
    ['joining', [value, value].join(), `${mask},${mask}`],
    ['JSON', JSON.stringify(value), `"${mask}"`],
    ['JSON of an object', JSON.stringify({ a: { value } }), `{"a":{"value":"${mask}"}}`],
    ['inspect', inspect(value), mask],
    ['console.log', logged(value), `${mask}\n`],
    ['console.log with %s', logged('%s', value), `${mask}\n`],
    ['console.log with %j', logged('%j', value), `"${mask}"\n`],
    ['an error message', new Error(String(value)).message, mask],
  ])('%s', (_, shown, expected) => {
    expect(shown).toBe(expected);
  });

  it.each([
    ['nested objects', inspect(nested, { depth: Infinity })],
    ['hidden members', inspect(nested, { depth: Infinity, showHidden: true, getters: true })],
    [
      'inspect without custom inspection',
      inspect(value, { customInspect: false, showHidden: true }),
    ],
    ['%o', format('%o', value)],
    ['%O', format('%O', nested)],
    ['%d', format('%d', value)],
    ['the cause of an error', inspect(new Error('failed', { cause: value }))],
    [
      'the cause of a reported error',
      JSON.stringify(describeError(new CliError('x', 'failed', { cause: nested }))),
    ],
    ['members', JSON.stringify([Object.entries(value), Object.getOwnPropertyNames(value)])],
    ['a copy', inspect(Object.assign({}, value))],
  ])('%s', (_, shown) => {
    expect(shown).not.toBe('');
    expect(shown).not.toContain(text);
  });

  it('not even when a rule is broken', () => {
    const error = (() => {
      try {
        return value.jsonKey('user');
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(Error);
    expect(inspect(error, { depth: Infinity, showHidden: true })).not.toContain('horse');
  });

  it('whatever it is', () => {
    const shown = fc.sample(fc.string(), 50).map((any) => inspect([new SecretValue(any)]));
    expect(new Set(shown)).toEqual(new Set([`[ ${mask} ]`]));
  });

  it('until it is revealed', () => {
    expect(value.reveal()).toBe(text);
  });
});

describe('from bytes', () => {
  it.each(['', 'abc', 'grün €', '🔑', '\ufeffwith a byte order mark', 'nul \0 inside'])(
    'keeps "%s"',
    (any) => {
      expect(SecretValue.fromBytes(Buffer.from(any)).reveal()).toBe(any);
    },
  );

  it.each([
    ['a lone byte', [0xff]],
    ['a cut character', [0x61, 0xe2, 0x82]],
    ['an overlong form', [0xc0, 0x80]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
  ])('refuses %s', (_, bytes) => {
    expect(problemsOf(() => SecretValue.fromBytes(Uint8Array.from(bytes)))).toEqual([
      'the value is not valid UTF-8 text',
    ]);
  });

  it('loses nothing of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (any) => {
        const bytes = Buffer.from(any);
        const value = SecretValue.fromBytes(bytes);
        expect(Buffer.from(value.reveal())).toEqual(bytes);
        expect(value.byteLength).toBe(bytes.length);
      }),
    );
  });
});

describe('without the trailing newline', () => {
  it.each([
    ['a\n', 'a'],
    ['a\r\n', 'a'],
    ['a\n\n', 'a\n'],
    ['a\r\n\r\n', 'a\r\n'],
    ['a\r', 'a\r'],
    ['a', 'a'],
    ['a\nb', 'a\nb'],
    ['a\nb\n', 'a\nb'],
    ['\n', ''],
    ['', ''],
    ['a \t', 'a \t'],
  ])('%j is %j', (before, after) => {
    expect(new SecretValue(before).withoutTrailingNewline().reveal()).toBe(after);
  });
});

describe('compared', () => {
  it.each([
    ['a', 'a', true],
    ['a', 'A', false],
    ['a', 'a\n', false],
    ['', '', true],
  ])('%j and %j: %s', (a, b, same) => {
    expect(new SecretValue(a).equals(new SecretValue(b))).toBe(same);
  });

  it('with a pattern', () => {
    expect(new SecretValue('abc').matches(/b/)).toBe(true);
    expect(new SecretValue('abc').matches(/^b/)).toBe(false);
  });
});

describe('a JSON key', () => {
  const stored = new SecretValue('{"user":"admin","port":5432,"tls":true,"empty":"","none":null}');

  it.each([
    ['user', 'admin'],
    ['empty', ''],
  ])('%s is %j', (key, value) => {
    expect(stored.jsonKey(key)?.reveal()).toBe(value);
  });

  it.each(['port', 'tls', 'none', 'User', 'missing', 'toString', 'constructor', '__proto__', ''])(
    'of no string: %s',
    (key) => {
      expect(stored.jsonKey(key)).toBeUndefined();
    },
  );

  it('may be named like what every object has', () => {
    expect(new SecretValue('{"__proto__":"a"}').jsonKey('__proto__')?.reveal()).toBe('a');
  });

  it.each(['', 'hunter2', '"text"', '[1]', 'null', '42', '{"a":1'])(
    'needs a JSON object, not %s',
    (other) => {
      const problem = ['the stored value is not a JSON object, so it has no keys'];
      const value = new SecretValue(other);
      expect(problemsOf(() => value.jsonKey('a'))).toEqual(problem);
      expect(problemsOf(() => value.withJsonKey('a', new SecretValue('b')))).toEqual(problem);
    },
  );
});

describe('setting a JSON key', () => {
  const set = (json: string, key: string, value: string): string =>
    new SecretValue(json).withJsonKey(key, new SecretValue(value)).reveal();

  it.each([
    ['adds it', '{}', 'a', 'b', '{"a":"b"}'],
    ['adds it at the end', '{"a":"b"}', 'c', 'd', '{"a":"b","c":"d"}'],
    ['replaces it in its place', '{"a":"b","c":"d"}', 'a', 'e', '{"a":"e","c":"d"}'],
    ['replaces a number by text', '{"port":5432}', 'port', '5433', '{"port":"5433"}'],
    [
      'keeps other kinds of values',
      '{"a":[1,{"b":null}],"c":true}',
      'd',
      'e',
      '{"a":[1,{"b":null}],"c":true,"d":"e"}',
    ],
    [
      'keeps all digits of numbers',
      '{"id":123456789012345678901,"x":-1.50,"y":1e400}',
      'a',
      'b',
      '{"id":123456789012345678901,"x":-1.50,"y":1e400,"a":"b"}',
    ],
    [
      'keeps the order of keys that are numbers',
      '{"b":"x","1":"y"}',
      'c',
      'd',
      '{"b":"x","1":"y","c":"d"}',
    ],
    [
      'keeps text that looks like numbers and JSON',
      String.raw`{"a":"\"n12\" 3","n4":"5\\"}`,
      'b',
      '6',
      String.raw`{"a":"\"n12\" 3","n4":"5\\","b":"6"}`,
    ],
    ['takes any text', '{"a":"b"}', 'quo"te\n', '"s\\', String.raw`{"a":"b","quo\"te\n":"\"s\\"}`],
    [
      'takes the names of what every object has',
      '{"a":"b"}',
      '__proto__',
      'c',
      '{"a":"b","__proto__":"c"}',
    ],
  ])('%s', (_, json, key, value, result) => {
    expect(set(json, key, value)).toBe(result);
  });

  it('reads back, and leaves every other key as it was', () => {
    const json = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue());
    fc.assert(
      fc.property(
        json,
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        (object, key, value) => {
          const before = JSON.stringify(object, null, 2);
          const after = set(before, key, value);
          expect(new SecretValue(after).jsonKey(key)?.reveal()).toBe(value);
          const others = (json: string): unknown[] =>
            Object.entries(JSON.parse(json) as object).filter(([name]) => name !== key);
          expect(others(after)).toEqual(others(before));
        },
      ),
    );
  });

  it('takes the largest secrets', () => {
    const long = String.raw`\"`.repeat(32_000);
    expect(set(`{"a":"${long}"}`, 'b', 'c')).toBe(`{"a":"${long}","b":"c"}`);
  });
});

describe('setting a JSON key as another object has it', () => {
  it.each([
    ['text', '{"a":"x","b":"y"}', '{"a":"z"}', '{"a":"z","b":"y"}'],
    ['a number with all its digits', '{"a":"x"}', '{"a":1e400}', '{"a":1e400}'],
    ['an object', '{"a":"x"}', '{"a":{"n":"1\\"2"}}', '{"a":{"n":"1\\"2"}}'],
    ['nothing', '{"a":"x","b":"y"}', '{"c":"z"}', '{"b":"y"}'],
    ['a key that is new', '{"b":"y"}', '{"a":null}', '{"b":"y","a":null}'],
  ])('takes %s', (_, json, other, result) => {
    const set = new SecretValue(json).withJsonKeyOf('a', new SecretValue(other));
    expect(set.reveal()).toBe(result);
  });
});

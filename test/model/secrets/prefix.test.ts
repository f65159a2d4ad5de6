import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatPrefix,
  parsePrefix,
  referenceBelow,
  relativeName,
  type Prefix,
} from '../../../src/model/secrets/prefix.ts';
import type { Store } from '../../../src/model/secrets/reference.ts';
import { problemsOf } from '../problems-of.ts';

const parameters = (path: string): Prefix => ({ store: 'parameter-store', path });
const secrets = (path: string): Prefix => ({ store: 'secrets-manager', path });

describe('parsePrefix', () => {
  it.each<[string, Prefix]>([
    ['/shop/prod', parameters('/shop/prod')],
    ['/shop/prod/', parameters('/shop/prod')],
    ['/shop', parameters('/shop')],
    ['ssm:/shop/prod', parameters('/shop/prod')],
    ['ssm:/shop/prod/', parameters('/shop/prod')],
    ['/', parameters('')],
    ['ssm:/', parameters('')],
    ['', parameters('')],
    ['sm:shop/prod', secrets('shop/prod')],
    ['sm:shop/prod/', secrets('shop/prod')],
    ['sm:/shop', secrets('/shop')],
    ['sm:shop', secrets('shop')],
    ['sm:', secrets('')],
  ])('reads %s', (text, prefix) => {
    expect(parsePrefix(text)).toEqual(prefix);
  });

  it('takes one without a store for the store it is told', () => {
    expect(parsePrefix('shop/prod', 'secrets-manager')).toEqual(secrets('shop/prod'));
    expect(parsePrefix('/shop/prod', 'secrets-manager')).toEqual(secrets('/shop/prod'));
    expect(parsePrefix('ssm:/shop', 'secrets-manager')).toEqual(parameters('/shop'));
    expect(parsePrefix('sm:shop', 'parameter-store')).toEqual(secrets('shop'));
  });

  it.each([
    ['shop/prod', 'prefix "shop/prod" does not start with "/", as a path of parameters does'],
    ['ssm:shop', 'prefix "ssm:shop" does not start with "/", as a path of parameters does'],
  ])('refuses %s', (text, problem) => {
    expect(problemsOf(() => parsePrefix(text))).toEqual([problem]);
  });

  it('says how to write one without a slash', () => {
    expect(() => parsePrefix('shop/')).toThrow(
      expect.objectContaining({ hint: 'write /shop, or sm:shop for Secrets Manager' }),
    );
  });

  it.each([
    '/shop//prod',
    '//',
    '//shop',
    '/shop prod',
    '/shop\n',
    '/shop:prod',
    '/été',
    `/${'x'.repeat(1_011)}`,
    '/x'.repeat(15),
    'arn:aws:ssm:us-east-1:123456789012:parameter/shop',
    'sm:shop prod',
    'sm:été',
    `sm:${'x'.repeat(512)}`,
  ])('refuses what no name can begin with: %j', (text) => {
    expect(problemsOf(() => parsePrefix(text))).not.toEqual([]);
  });

  it.each([
    'sm:shop/db:password',
    'sm:shop/db:password:AWSCURRENT',
    'sm:sm:shop',
    'sm:arn:aws:secretsmanager:us-east-1:123456789012:secret:shop',
  ])('refuses %s: what follows a colon is a key, and no name', (text) => {
    expect(problemsOf(() => parsePrefix(text))).not.toEqual([]);
  });

  it('refuses an ARN of the store it is told', () => {
    const arn = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:shop';
    expect(problemsOf(() => parsePrefix(arn, 'secrets-manager'))).not.toEqual([]);
  });
});

describe('formatPrefix', () => {
  it.each<[Prefix, string]>([
    [parameters('/shop/prod'), '/shop/prod'],
    [parameters(''), '/'],
    [secrets('shop/prod'), 'sm:shop/prod'],
    [secrets(''), 'sm:'],
  ])('writes %j as %s', (prefix, text) => {
    expect(formatPrefix(prefix)).toBe(text);
  });
});

describe('a name below a prefix', () => {
  it.each<[Prefix, string, Store, string]>([
    [parameters('/shop'), 'db/password', 'parameter-store', '/shop/db/password'],
    [parameters('/shop/prod'), 'db', 'parameter-store', '/shop/prod/db'],
    [parameters(''), 'db', 'parameter-store', 'db'],
    [parameters(''), 'shop/db', 'parameter-store', '/shop/db'],
    [secrets('shop'), 'db/password', 'secrets-manager', 'shop/db/password'],
    [secrets('shop'), 'a+b=c@d!', 'secrets-manager', 'shop/a+b=c@d!'],
    [secrets(''), 'db', 'secrets-manager', 'db'],
    [secrets(''), 'shop/db', 'secrets-manager', 'shop/db'],
  ])('of %j: %s', (prefix, relative, store, name) => {
    expect(referenceBelow(prefix, relative)).toEqual({ store, name });
    expect(relativeName(prefix, name)).toBe(relative);
  });

  it.each<[Prefix, string]>([
    [parameters('/shop'), 'a b'],
    [parameters('/shop'), ''],
    [parameters('/shop'), '/a'],
    [parameters('/shop'), 'a/'],
    [parameters('/shop'), 'a//b'],
    [parameters('/shop'), 'a:b'],
    [parameters('/shop'), 'a+b'],
    [secrets('shop'), 'a b'],
    [secrets('shop'), 'a:b'],
    [secrets('shop'), 'a:b:c:d:e'],
    [secrets(''), 'sm:a'],
    [secrets(''), ''],
  ])('of %j is not %j', (prefix, relative) => {
    expect(problemsOf(() => referenceBelow(prefix, relative))).toHaveLength(1);
  });

  it.each<[Prefix, string]>([
    [parameters('/shop'), '/shopping/db'],
    [parameters('/shop'), '/shop'],
    [parameters('/shop'), '/Shop/db'],
    [parameters('/shop'), '/other/shop/db'],
    [parameters('/shop'), 'shop/db'],
    [secrets('shop'), 'shop-db'],
    [secrets('shop'), '/shop/db'],
  ])('of %j is none: %s', (prefix, name) => {
    expect(relativeName(prefix, name)).toBeUndefined();
  });

  it('keeps two secrets apart that a slash at the start tells from each other', () => {
    expect(relativeName(secrets(''), '/db')).not.toBe(relativeName(secrets(''), 'db'));
  });

  const part = fc.stringMatching(/^[A-Za-z0-9_.-]{1,5}$/).filter((text) => !/^arn/i.test(text));
  const parts = (most: number) => fc.array(part, { minLength: 1, maxLength: most });

  it('is the same there and back, in either store', () => {
    fc.assert(
      fc.property(fc.boolean(), parts(5), parts(5), (isParameter, above, below) => {
        const prefix = parsePrefix(`${isParameter ? '/' : 'sm:'}${above.join('/')}`);
        const relative = below.join('/');
        const { store, name } = referenceBelow(prefix, relative);
        expect(store).toBe(prefix.store);
        expect(relativeName(prefix, name)).toBe(relative);
        expect(parsePrefix(formatPrefix(prefix))).toEqual(prefix);
        expect(parsePrefix(`${formatPrefix(prefix)}/`)).toEqual(prefix);
      }),
    );
  });

  it('is the same there and back in a whole store', () => {
    fc.assert(
      fc.property(fc.constantFrom('/', 'sm:'), parts(5), (whole, below) => {
        const prefix = parsePrefix(whole);
        const relative = below.join('/');
        expect(relativeName(prefix, referenceBelow(prefix, relative).name)).toBe(relative);
        expect(formatPrefix(prefix)).toBe(whole);
      }),
    );
  });
});

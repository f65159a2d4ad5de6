import { expect, test } from 'vitest';
import { parseReference } from '../../../src/model/secrets/reference.ts';
import { suggestReferences } from '../../../src/model/definitions/suggest-reference.ts';
import type { SecretUse } from '../../../src/model/definitions/secret-uses.ts';

const use = (valueFrom: string, kind: SecretUse['kind'] = 'secrets'): SecretUse => ({
  ...{ place: 'containerDefinitions[0].secrets[0]', container: 'web', name: 'DB' },
  kind,
  valueFrom,
});
const sm = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/api-AbCdEf';
const ssm = 'arn:aws:ssm:us-east-1:123456789012:parameter';
const id = '01234567-89ab-4def-8123-456789abcdef';

/** What is written, and what it may mean, the most probable first. */
const written: [string, string[]][] = [
  // ARNs of secrets.
  [`${sm}:user`, [`${sm}:user::`]],
  [`${sm}:user:`, [`${sm}:user::`]],
  [`${sm}:user::::`, [`${sm}:user::`]],
  [`${sm}:`, [sm]],
  [`${sm}:::user`, [`${sm}:user::`]],
  [`${sm}::user:`, [`${sm}:user::`]],
  [`${sm}:AWSPREVIOUS`, [`${sm}::AWSPREVIOUS:`]],
  [`${sm}:user:AWSPREVIOUS`, [`${sm}:user:AWSPREVIOUS:`]],
  [`${sm}:AWSCURRENT:user:`, [`${sm}:user:AWSCURRENT:`]],
  [`${sm}:user:AWSCURRENT:${id}`, [`${sm}:user::${id}`, sm]],
  [` ${sm} `, [sm]],
  [sm.replace('shop/api', 'shop/ api'), [sm]],
  [sm.replace(':secret:', ':secrets:'), []],
  ['arn:aws:secretsmanager:us-east-1:123456789012:secret:', []],
  ['arn:aws:s3:::bucket/file', []],
  // ARNs of parameters.
  [`${ssm}//shop/db`, [`${ssm}/shop/db`]],
  [`${ssm}/shop//db/`, [`${ssm}/shop/db`]],
  [`${ssm}s/shop/db`, [`${ssm}/shop/db`]],
  [`${ssm}/store/db/`, [`${ssm}/store/db`]],
  [`${ssm}/`, []],
  // Names.
  ['shop/db', ['/shop/db', 'sm:shop/db']],
  // Names of secrets may have slashes anywhere.
  ['shop/db/', ['/shop/db', 'sm:shop/db/']],
  ['/shop//db', ['/shop/db', 'sm:/shop//db']],
  ['shop/api:user', ['sm:shop/api:user']],
  ['shop/api:user::', ['sm:shop/api:user']],
  ['/shop/db:3', ['/shop/db', 'sm:/shop/db']],
  ['shop/db:3', ['/shop/db', 'sm:shop/db']],
  ['a b', []],
  ['', []],
];

test.each(written)('%j may mean %j', (valueFrom, meant) => {
  const suggested = suggestReferences(use(valueFrom));
  for (const one of suggested) expect(() => parseReference(one)).not.toThrow();
  expect(suggested).toEqual(meant);
});

test('credentials of a registry are in Secrets Manager', () => {
  expect(suggestReferences(use('shop/registry', 'repositoryCredentials'))).toEqual([
    'sm:shop/registry',
  ]);
});

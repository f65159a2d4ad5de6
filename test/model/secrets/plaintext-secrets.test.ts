import { describe, expect, test } from 'vitest';
import { plaintextIn } from '../../../src/model/definitions/plaintext-findings.ts';
import { suspect } from '../../../src/model/secrets/plaintext-secrets.ts';
import { commonWords, nameMeaning } from '../../../src/model/secrets/secret-names.ts';
import { measure } from './labelled-pairs.ts';
import { heldOutHalf, tuningHalf } from './plaintext-secrets.labels.ts';

// All made up; labelled-pairs.test.ts measures on pairs as they stand in public files.
describe('measured on pairs that were made up', () => {
  test.each([
    ['the tuning half', tuningHalf, 0.95, 0.95],
    ['the held-out half', heldOutHalf, 0.95, 0.95],
  ])('%s', (half, labels, precision, recall) => {
    const figures = measure(labels);
    const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
    console.log(
      `${half}: ${labels.length} pairs, precision ${percent(figures.precision)}, recall ${percent(figures.recall)}`,
    );
    expect(figures.precision).toBeGreaterThanOrEqual(precision);
    expect(figures.recall).toBeGreaterThanOrEqual(recall);
  });
});

describe('what is found', () => {
  test.each([
    ['PORT', '80', undefined],
    // References and their defaults.
    ['DB_PASSWORD', '${DB_PASSWORD:-}', undefined],
    ['DB_PASSWORD', '${DB_PASSWORD:?not set}', undefined],
    ['DB_PASSWORD', '${A:-${B:-changeme}}', 'password by name, low'],
    ['DB_PASSWORD', '${DB_PASSWORD:-kittens7}', 'password by name, high'],
    ['', 'run --password="$(aws ssm get-parameter --name "$(cat x)")"', undefined],
    ['', 'export PASSWORD=`cat /run/x`; start', undefined],
    ['DB_PASSWORD', 'Ma$ter7', 'password by name, high'],
    // What stands for a secret.
    ['DB_PASSWORD', 'db-password', 'password by name, low'],
    ['PASSWORD', 'password', 'password by name, medium'],
    ['OPENAI_API_KEY', 'sk-...', 'key by name, low'],
    ['GITHUB_TOKEN', 'ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx', 'GitHub token, low, ghp_…'],
    ['DB_PASSWORD', 'MySecurePassword', 'password by name, low'],
    ['DB_PASSWORD', 'bitte-aendern', 'password by name, low'],
    ['DB_URL', 'postgres://user:password@db/x', 'URL with a password, low'],
    ['KEY_PEM', '-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----', 'private key, low'],
    // What everybody may know.
    ['VITE_MAPS_KEY', ['AIza', 'SyB8kq2mNw51Rt7Yp9Lz3Vb6Tn1Ms4Rf7Hg'].join(''), undefined],
    ['VITE_ADMIN_PASSWORD', 'kittens7', 'password by name, high'],
    ['TOKEN', '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed', 'token by name, high'],
    ['USDC', '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed', undefined],
    ['ALLOW_EMPTY_PASSWORD', 'yes', undefined],
    ['OPENAI_MAX_TOKENS', '64000', undefined],
    // What only its program or its place shows.
    ['', 'mysqladmin ping -uroot -pkittens7', 'password by name, high'],
    ['', 'mysqladmin ping -uroot -p$MYSQL_ROOT_PASSWORD', undefined],
    ['', 'redis-cli -a kittens7 ping', 'password by name, high'],
    ['', 'redis-server --requirepass kittens7', 'password by name, high'],
    ['', 'curl -u me:kittens7 http://x', 'password by name, high'],
    ['', 'curl http://x:80/y?token=x8Kq2mNw51Rt', 'token by name, high'],
    [
      'HOOK',
      'https://hooks.zapier.com/hooks/catch/12345/x8kq2m',
      'webhook URL, high, https://hooks.zapier.com/…',
    ],
    ['ALERTS_WEBHOOK_URL', 'https://x.example/in/x8Kq2mNw51Rt7Yp9Lz3V', 'webhook URL, medium'],
    [
      'MNEMONIC',
      'velvet orbit lucky candy thunder ribbon gospel meadow pilot almost wrist gain',
      'secret by name, medium',
    ],
    [
      'MNEMONIC',
      'test test test test test test test test test test test junk',
      'secret by name, low',
    ],
    ['JWT_SECRET', btoa('a signing key of words for the shop'), 'secret by name, high'],
    ['DBPASS', 'kittens7', 'password by name, high'],
    ['SITE_PASSWORD_LIST', 'kittens7,puppies8', 'password by name, high'],
    ['ADMIN_TOKEN', '48213977', 'token by name, medium'],
    ['ACCESS_TOKEN', '3600', 'token by name, low'],
    ['X', ['AKIA', 'Q2WZX7LM4NPRVT6S'].join(''), 'AWS access key, high, AKIA…'],
    ['AWS_ACCESS_KEY_ID', ['AKIA', 'IOSFODNN7EXAMPLE'].join(''), 'AWS access key, low, AKIA…'],
    ['DB_PASSWORD', 'changeme', 'password by name, low'],
    ['DB_PASSWORD', '{db_password}', 'password by name, low'],
    ['DB_PASSWORD', 'password_goes_here', 'password by name, low'],
    ['DB_PASSWORD', '123456', 'password by name, medium'],
    ['DB_PASSWORD', 'letmein', 'password by name, medium'],
    ['DB_PASSWORD', 'Let-me-1n', 'password by name, high'],
    ['DB_URL', 'postgres://app:changeme@db/x', 'URL with a password, low'],
    ['DB_URL', 'postgres://app:1234@db/x', 'URL with a password, high'],
    ['DB_URL', 'postgres://app:${PW}@db/x', undefined],
    ['SECRET', 'shop/prod/db', 'secret by name, low'],
    ['TOKEN_URL', 'https://x.example/token', undefined],
    ['TOKEN_URL', 'https://me:pw@x.example/token', 'URL with a password, high'],
    ['CONFIG', '{"a":[{"password":"Let-me-1n"}]}', 'password by name, high'],
    ['CONFIG', btoa('{"password":"Let-me-1n","a":"b"}'), 'password by name, high'],
    ['PASSWORD', '{"type":"object"}', undefined],
    ['BLOB', 'x8Kq2mNw51Rt7Yp9Lz3Vb6Tn', 'high entropy, low'],
    ['BLOB_HASH', 'x8Kq2mNw51Rt7Yp9Lz3Vb6Tn1Ms4Rf7Hg0Jc2Kd9Wl5', undefined],
  ])('%s %s: %s', (name, value, expected) => {
    const found = suspect(name, value);
    const told = found && [found.kind, found.confidence, found.hint].filter(Boolean).join(', ');
    expect(told).toBe(expected);
  });

  test('a hint is a public prefix, whatever the value', () => {
    for (const { name, value } of [...tuningHalf, ...heldOutHalf]) {
      const { hint = '' } = suspect(name, value) ?? {};
      expect(hint).toMatch(/^$|^[A-Za-z.:/_-]+_?(v1_)?…$/);
      expect(value).toContain(hint.replace('…', ''));
    }
  });

  // Of time only its growth is looked at, in that of this process: what else the machine does is not in it.
  // In square time one of these takes a minute and more, and the test its time limit.
  test.each([
    ...['a', 'a=', 'a.', 'a:', '://', 'x://a:', 'x://a:b ', 'eyJ', '-', '-a ', '"', 'a="'],
    ...['{', '/', '$', '\n', 'A1', 'Basic '],
  ])('is found in one pass over %j again and again', { timeout: 30_000 }, (piece) => {
    const text = piece.repeat(400_000 / piece.length);
    suspect('PASSWORD', text);
    suspect('PASSWORD', `${text} @`);
    suspect('X', text);
    plaintextIn({ containerDefinitions: [{ name: 'a', command: ['sh', '-c', text] }] });
  });
});

describe('names', () => {
  test.each([
    ['DB_PASSWORD', 'password by name'],
    ['dbPassword', 'password by name'],
    ['spring.datasource.password', 'password by name'],
    ['MYSQL_PWD', 'password by name'],
    ['SECRET_KEY_2', 'key by name'],
    ['API_TOKEN_PROD', 'token by name'],
    ['COMPASS', undefined],
    ['PASSWORD_FILE', 'public'],
    ['DB_SECRET_ARN', 'public'],
    ['MAX_TOKENS', 'public'],
    ['JWT_PUBLIC_KEY', 'public'],
    ['ENABLE_PASSWORD', 'public'],
    ['S3_KEY', 'public'],
  ])('%s says %s', (name, expected) => {
    const meaning = nameMeaning(name);
    expect(typeof meaning === 'object' ? meaning.kind : meaning).toBe(expected);
  });

  test('of a name in a command only its common words are shown', () => {
    expect(commonWords('db-password')).toBe('db-password');
    expect(commonWords('API_TOKEN')).toBe('API_TOKEN');
    expect(commonWords('x8Kq2mNw.password')).toBe('password');
  });
});

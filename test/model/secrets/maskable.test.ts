import { expect, test } from 'vitest';
import { isMaskable } from '../../../src/model/secrets/maskable.ts';

test.each(
  `
  true FALSE yes no on off null none ${''}
  0 1 3000 8080 3.14 -1 86400000 123456789012 2024.01 30s 512mb 90%
  eu-west-1 us-east-1 us-gov-west-1 ap-southeast-2 cn-north-1 us-east-1a
  production Production prod staging development dev test localhost local
  debug INFO warn warning error trace
  localhost:5432 127.0.0.1 127.0.0.1:8000 0.0.0.0 0.0.0.0:80
  abc x 12 json utf-8
  `
    .trim()
    .split(/\s+/),
)('%s is left in a log', (text) => {
  expect(isMaskable(text)).toBe(false);
  expect(isMaskable(` ${text} `)).toBe(false);
});

test.each([
  'hunter2',
  'abcd',
  'production-Kq2mNw51',
  '4111111111111111',
  '12345678901234567890123456',
  'postgres://app:pw@db/shop',
  'correct horse battery staple',
  'db.internal',
  'true story',
])('%s is masked', (text) => {
  expect(isMaskable(text)).toBe(true);
});

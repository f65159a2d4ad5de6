import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openShop, webDefinition, type Shop } from '../../helpers/scene.ts';

// A JSON key that is not there, in a secret with 38 keys.
let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  const keys = Array.from({ length: 37 }, (_, index) => [`KEY_${index}`, 'x'] as const);
  const stdin = JSON.stringify(Object.fromEntries([['DB_USER', 'x'], ...keys]));
  await shop.run(['put', 'sm:big'], { stdin });
  await shop.run(['role', 'create', 'shop-execution', '--secret', 'sm:big']);
});
afterAll(() => shop.sandbox.close());

const files = { 'web.json': webDefinition };
const registering = (ref: string): string[] => [
  ...['register', 'web.json', '--secret', `X=${ref}`, '--execution-role', 'shop-execution'],
];
const told = async (...argv: string[]): Promise<string> => (await shop.run(argv, { files })).stderr;
const commands: [string, (ref: string) => Promise<string>][] = [
  ['get', (ref) => told('get', ref, '--reveal')],
  ['rotate', (ref) => told('rotate', ref, '--generate')],
  ['register', (ref) => told(...registering(ref), '--read-values', '--dry-run')],
  [
    'export',
    async (ref) => {
      await shop.run(registering(ref), { files });
      return told('export', '--task-definition', 'web');
    },
  ],
];

describe.each(commands)('%s', (_, stderrOf) => {
  test('suggests the key that was probably meant', async () => {
    const stderr = await stderrOf('sm:big:DB_USR');
    expect(stderr).toContain('has no key "DB_USR"; did you mean DB_USER?');
    expect(stderr).not.toContain('KEY_1');
  });

  test('names a few keys where none is near', async () => {
    expect(await stderrOf('sm:big:password')).toMatch(
      /has no key "password"; it has DB_USER, KEY_0, KEY_1, KEY_2, KEY_3 and 33 more\n/,
    );
  });
});

test('put names a few of the keys that it would lose', async () => {
  const { stderr } = await shop.run(['put', 'sm:big'], { stdin: 'text' });
  expect(stderr).toContain('with the keys DB_USER, KEY_0, KEY_1, KEY_2, KEY_3 and 33 more, and');
});

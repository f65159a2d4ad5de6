import { lstat, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openShop, type Shop } from '../../helpers/scene.ts';

let shop: Shop;
let folder: string;
beforeAll(async () => {
  shop = await openShop();
  folder = await mkdtemp(join(tmpdir(), 'ecs-secrets-'));
  await shop.run(['put', '/f/DB', '--raw'], { stdin: 'a "b"\n$c' });
});
afterAll(async () => {
  await shop.sandbox.close();
  await rm(folder, { recursive: true });
});

test.each<[string, RegExp]>([
  ['github-env', /^DB<<(ecs_secrets_[\w-]{36})\na "b"\n\$c\n\1\n$/],
  ['systemd', /^DB="a \\"b\\"\n\\\$c"\n$/],
  [
    'k8s',
    /^apiVersion: v1\nkind: Secret\nmetadata:\n {2}name: secrets\ntype: Opaque\ndata:\n {2}DB: YSAiYiIKJGM=\n$/,
  ],
  ['csv', /^"DB","a ""b""\n\$c"\n$/],
  ['java-properties', /^DB=a "b"\\n\$c\n$/],
])('export --format %s', async (format, text) => {
  const seen = await shop.run(['export', '/f', '--format', format]);
  expect(seen).toMatchObject({ code: 0, stderr: '' });
  expect(seen.stdout).toMatch(text);
});

test.each(['gitlab-dotenv', 'tsv'])('export --format %s refuses several lines', async (format) => {
  const seen = await shop.run(['export', '/f', '--format', format]);
  expect(seen).toMatchObject({ code: 2, stdout: '' });
  expect(seen.stderr).toContain(`error: ${format} cannot carry DB: it has`);
});

test('--k8s-name names the Secret, and cannot break out of it', async () => {
  const named = (name: string) => ['export', '/f', '--format', 'k8s', '--k8s-name', name];
  expect((await shop.run(named('shop.prod'))).stdout).toContain('\n  name: shop.prod\n');
  expect(await shop.run(named('x\ndata: {}'))).toMatchObject({ code: 2, stdout: '' });
});

test('--output-file is private, replaces a file at once, and never follows a link', async () => {
  const file = join(folder, 'out.env');
  await writeFile(file, 'old', { mode: 0o644 });
  const seen = await shop.bin(['export', '/f', '--format', 'json', '--output-file', file]);
  expect(seen).toEqual({ code: 0, stdout: `1 variables written to ${file}\n`, stderr: '' });
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ DB: 'a "b"\n$c' });
  expect((await lstat(file)).mode & 0o777).toBe(0o600);
  const link = join(folder, 'link.env');
  await writeFile(join(folder, 'target'), 'kept');
  await symlink('target', link);
  const refused = await shop.bin(['export', '/f', '--format', 'json', '--output-file', link]);
  expect(refused).toEqual({
    code: 1,
    stdout: '',
    stderr: `error: cannot write ${link}: it is a symbolic link\n`,
  });
  expect(await readFile(join(folder, 'target'), 'utf8')).toBe('kept');
});

import { chmod, mkdtemp, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { latestRevision, openShop, webDefinition, type Shop } from '../../helpers/scene.ts';

// What register warns of as a secret in plain text is not printed.
const mark = 'Kd9-wl5Qm8zx';
const hidden = '(hidden: looks like a secret)';
let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.sandbox.close());

interface Definition {
  containerDefinitions: Record<string, unknown>[];
}

function definition(password = mark, more: object = {}): string {
  return JSON.stringify({
    family: 'plain',
    requiresCompatibilities: ['FARGATE'],
    ...{ networkMode: 'awsvpc', cpu: '256', memory: '512' },
    containerDefinitions: [
      {
        ...{ name: 'app', image: 'httpd:2.4', essential: true },
        environment: [
          { name: 'HOST', value: 'db' },
          { name: 'DB_PASSWORD', value: password },
          { name: 'DATABASE_URL', value: `postgres://app:${password}@db/shop` },
        ],
        command: ['run', '--password', password, '--verbose'],
        dockerLabels: { 'app.token': password, image: password, team: 'shop' },
        ...more,
      },
    ],
  });
}

const stdin = definition();

test.each([
  ['--dry-run', ['--dry-run']],
  ['--dry-run --json', ['--dry-run', '--json']],
  ['--json', ['--json', '--force']],
  ['--dry-run --diff', ['--dry-run', '--diff', '--json']],
])('register %s', async (_what, argv) => {
  const seen = await shop.run(['register', '-', ...argv], { stdin });
  expect(seen.code).toBe(0);
  expect(`${seen.stdout}${seen.stderr}`).not.toContain(mark);
  expect(seen.stderr).toContain('DB_PASSWORD looks like a secret');
  expect(seen.stderr).toContain('note: hidden: 5 values that look like secrets (see --show-plain)');
  const document = JSON.parse(seen.stdout) as { taskDefinition?: Definition } & Definition;
  expect((document.taskDefinition ?? document).containerDefinitions[0]).toMatchObject({
    environment: [
      { name: 'HOST', value: 'db' },
      { name: 'DB_PASSWORD', value: hidden },
      { name: 'DATABASE_URL', value: hidden },
    ],
    command: ['run', '--password', hidden, '--verbose'],
    dockerLabels: { 'app.token': hidden, image: hidden, team: 'shop' },
  });
});

test('--diff shows neither the old value nor the new one', async () => {
  await shop.run(['register', '-', '--force'], { stdin });
  const changed = definition(`${mark}-2`);
  const seen = await shop.run(['register', '-', '--diff', '--dry-run'], { stdin: changed });
  expect(seen.stdout).toContain('~ containerDefinitions[app].environment[DB_PASSWORD].value');
  expect(seen.stdout).toContain('~ containerDefinitions[app].dockerLabels.image (value not shown)');
  expect(`${seen.stdout}${seen.stderr}`).not.toContain(mark);
});

test('--show-plain shows them', async () => {
  const seen = await shop.run(['register', '-', '--dry-run', '--show-plain'], { stdin });
  expect(JSON.parse(seen.stdout)).toEqual(JSON.parse(stdin));
  expect(seen.stderr).not.toContain('note: hidden');
});

test('--output-file keeps them, readable by its owner alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ecs-secrets-'));
  const file = join(folder, 'out.json');
  const mode = async (): Promise<number> => (await stat(file)).mode & 0o777;
  const argv = ['register', '-', '--dry-run', '--output-file', file];
  const seen = await shop.bin(argv, stdin);
  expect(seen.code).toBe(0);
  expect(seen.stdout).not.toContain(mark);
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(JSON.parse(stdin));
  expect(await mode()).toBe(0o600);
  expect(seen.stderr).toContain(`${file} holds 5 values that look like secrets`);

  // Without such values a file keeps its mode; one that others may read is closed for them.
  await chmod(file, 0o644);
  const open = await shop.bin(argv, webDefinition);
  expect(open.stderr).not.toContain('holds');
  expect(await mode()).toBe(0o644);
  await shop.bin(argv, stdin);
  expect(await mode()).toBe(0o600);
});

test('what was hidden is not registered in place of a value', async () => {
  const printed = await shop.run(['register', '-', '--dry-run'], { stdin });
  const before = (await latestRevision(shop.ecs, 'plain'))?.revision;
  const seen = await shop.run(['register', '-'], { stdin: printed.stdout });
  expect(seen).toMatchObject({ code: 2, stdout: '' });
  expect(seen.stderr).toMatch(
    /error: containerDefinitions\[0\]\.environment\[1\]\.value: .*hidden[\s\S]*hint: .*--show-plain/,
  );
  expect((await latestRevision(shop.ecs, 'plain'))?.revision).toBe(before);
});

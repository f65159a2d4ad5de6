import { afterAll, beforeAll, expect, test } from 'vitest';
import { openShop, type Shop } from '../../helpers/scene.ts';
import { definition, jsonOf, stock, type Verified } from '../../helpers/start-scene.ts';

// Public parameters, and secrets read through Parameter Store: DescribeParameters does not list them.
const names = [
  '/aws/service/global-infrastructure/version',
  '/aws/reference/secretsmanager/shop/api',
];

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  await stock(shop);
});
afterAll(() => shop.sandbox.close());

test('verify does not check whether they exist, and never advises put', async () => {
  const files = {
    'shop.json': JSON.stringify(definition({ VERSION: names[0] ?? '', API: names[1] ?? '' })),
  };
  const seen = await shop.run(['verify', 'shop.json', '--json'], { files });
  const { targets } = jsonOf(seen) as { targets: Verified[] };
  const existence = targets[0]?.findings.filter(({ check }) => check === 'existence') ?? [];
  expect(existence.map(({ status, message }) => `${status}: ${message}`)).toEqual(
    names.map(
      (name) =>
        `not-checked: whether ssm:${name} exists: AWS does not list the parameters that it provides, such as ssm:${name}`,
    ),
  );
  expect(seen.stdout).not.toMatch(/ecs-secrets put|there is no/);
});

test.each([
  ['get', 1, 'AWS does not list the parameters that it provides, such as'],
  ['history', 1, 'access denied'],
  ['delete', 2, 'is provided by AWS: nobody can delete it'],
])('%s does not say that they do not exist', async (command, code, why) => {
  for (const name of names) {
    const seen = await shop.run([command, name]);
    expect(seen).toMatchObject({ code, stdout: '' });
    expect(seen.stderr).toContain(why);
    expect(seen.stderr).not.toMatch(/there is no|ecs-secrets put/);
  }
});

test('put is refused, and names the secret behind a reference', async () => {
  const [version, api] = await Promise.all(
    names.map((name) => shop.run(['put', name], { stdin: 'v' })),
  );
  expect(version).toMatchObject({ code: 2, stdout: '' });
  expect(version?.stderr).toContain('which AWS reserves');
  expect(api?.stderr).toContain('ecs-secrets put sm:shop/api stores the secret');
});

test('register passes their names on with a note, also under --strict', async () => {
  const files = { 'own.json': JSON.stringify(definition({ VERSION: names[0] ?? '' })) };
  const granting = ['role', 'create', 'shop-execution', '--secret', names[0] ?? ''];
  expect(await shop.run(granting, { longestPause: 5 })).toMatchObject({ code: 0 });
  const argv = ['register', 'own.json', '--strict', '--dry-run', '--json'];
  const seen = await shop.run(argv, { files });
  expect(seen.code, seen.stderr).toBe(0);
  expect(seen.stdout).toContain(`"valueFrom": "${names[0]}"`);
  expect(seen.stderr).toContain('not checked: AWS does not list the parameters that it provides');
});

test('a role gets the right to read them, and the secret behind a reference', async () => {
  const secrets = names.flatMap((name) => ['--secret', name]);
  const seen = await shop.run(['policy', 'execution', ...secrets]);
  expect(seen.code, seen.stderr).toBe(0);
  expect(seen.stdout).toContain(`arn:aws:ssm:us-east-1::parameter${names[0]}`);
  expect(seen.stdout).toContain(`arn:aws:ssm:us-east-1:123456789012:parameter${names[1]}`);
  expect(seen.stdout).toMatch(/:secret:shop\/api-\w{6}"/);
});

test('where-used finds who refers to them', async () => {
  const seen = await shop.run(['where-used', names[0] ?? '']);
  expect(seen.code, seen.stderr).toBe(0);
  expect(seen.stderr).not.toContain('there is no');
});

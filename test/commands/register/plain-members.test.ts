import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ContainerDefinition } from '@aws-sdk/client-ecs';
import { latestRevision, openShop, webDefinition, type Shop } from '../../helpers/scene.ts';

// Members of a container that are no references, set by options of register.
let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  await shop.run(['put', '/shop/db'], { stdin: 'x' });
  await shop.run(['role', 'create', 'r', '--secret', '/shop/db']);
});
afterAll(() => shop.sandbox.close());

const two = JSON.stringify({
  family: 'two',
  containerDefinitions: [
    {
      name: 'app',
      image: 'x',
      memory: 64,
      command: ['old'],
      dockerLabels: { 'com.example.team': 'shop', keep: '1' },
      environment: [
        { name: 'A', value: '1' },
        { name: 'B', value: '2' },
      ],
      logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': '/old' } },
    },
    { name: 'side', image: 'y', memory: 64 },
  ],
});
const dotenv = '# local\nexport A=from-file\nEMPTY=\nQUOTED="two words"\n';

/** The container `app` of the registered revision. */
async function registered(...options: string[]): Promise<ContainerDefinition | undefined> {
  const files = { 'two.json': two, 'app.env': dotenv };
  const seen = await shop.run(['register', 'two.json', ...options], { files });
  if (seen.code !== 0) throw new Error(`exit ${seen.code}: ${seen.stderr}`);
  return (await latestRevision(shop.ecs, 'two'))?.containerDefinitions?.[0];
}

describe('an option sets a member and leaves the others', () => {
  const variables: [string[], [string, string][]][] = [
    [['--env', 'app:A=x=y:z'], [['A', 'x=y:z'], ['B', '2']]], // prettier-ignore
    [['--env', 'app:C='], [['A', '1'], ['B', '2'], ['C', '']]], // prettier-ignore
    [['--remove-env', 'app:A'], [['B', '2']]],
    [['--remove-env', 'app:A', '--env', 'app:A=3'], [['B', '2'], ['A', '3']]], // prettier-ignore
    [
      ['--env-file', 'app=app.env'],
      [['A', 'from-file'], ['B', '2'], ['EMPTY', ''], ['QUOTED', 'two words']], // prettier-ignore
    ],
    [
      ['--env-file', 'app=app.env', '--env', 'app:A=option', '--remove-env', 'app:B'],
      [['A', 'option'], ['EMPTY', ''], ['QUOTED', 'two words']], // prettier-ignore
    ],
  ];
  test.each(variables)('%j', async (options, expected) => {
    const environment = (await registered(...options))?.environment ?? [];
    expect(environment.map(({ name, value }) => [name, value])).toEqual(expected);
  });

  test.each<[string, string[] | undefined]>([
    ['app=node server.js --port 80', ['node', 'server.js', '--port', '80']],
    [
      `app=sh -c 'a && b "c"' x\\ y "d \\"e\\" \\n"`,
      ['sh', '-c', 'a && b "c"', 'x y', 'd "e" \\n'],
    ],
    ['app=["a b", "&&", ""]', ['a b', '&&', '']],
    [`app=a '' b=c`, ['a', '', 'b=c']],
    ['app=', undefined],
  ])('--command %s', async (written, command) => {
    expect((await registered('--command', written))?.command ?? undefined).toEqual(
      command ?? expect.toSatisfy((list?: string[]) => (list ?? []).length === 0),
    );
  });

  test('labels and log options', async () => {
    const app = await registered(
      ...['--docker-label', 'app:com.example.team=pay:a=b', '--docker-label', 'app:new='],
      ...['--log-option', 'app:awslogs-region=eu-west-1'],
    );
    expect(app?.dockerLabels).toEqual({ 'com.example.team': 'pay:a=b', keep: '1', new: '' });
    expect(app?.logConfiguration?.options).toEqual({
      'awslogs-group': '/old',
      'awslogs-region': 'eu-west-1',
    });
  });

  test('for the only container without its name, and a second run registers nothing', async () => {
    const options = ['--env', 'HOST=db2', '--command', 'run', '--docker-label', 'a=b'];
    const { action } = await shop.json(['register', 'web.json', ...options]);
    expect(action).toBe('registered');
    expect((await shop.json(['register', 'web.json', ...options])).action).toBe('unchanged');
    const diff = await shop.run([
      'register',
      'web.json',
      '--env',
      'HOST=MARK',
      '--diff',
      '--dry-run',
    ]);
    expect(diff.stdout).toContain('~ containerDefinitions[web].environment[HOST].value (value not');
    expect(diff.stdout).not.toContain('MARK');
  });
});

test('a plain value that looks like a secret is warned of, and an error with --strict', async () => {
  const value = 'DB_PASSWORD=Zq7XwK9vR2tBmN4p';
  const argv = ['register', 'web.json', '--dry-run'];
  const files = { 'x.env': `${value}\n` };
  for (const option of [
    ['--env', value],
    ['--env-file', 'x.env'],
    ['--docker-label', value],
  ]) {
    // prettier-ignore
    const seen = await shop.run([...argv, ...option], { files });
    expect(seen.code, seen.stderr).toBe(0);
    expect(seen.stderr).toContain('DB_PASSWORD looks like a secret');
    expect(seen.stdout).not.toContain('Zq7XwK9vR2tBmN4p');
    expect((await shop.run([...argv, ...option, '--strict'], { files })).code).toBe(2);
  }
});

test('a secret takes the place of a variable of a file', async () => {
  const files = { 'x.env': 'DB=local\nPORT=1\n' };
  const options = ['--secret', 'DB=/shop/db', '--execution-role', 'r', '--env-file', 'x.env'];
  const { taskDefinition } = await shop.json(['register', 'web.json', '--dry-run', ...options], {
    files,
  });
  const [web] = (taskDefinition as { containerDefinitions: ContainerDefinition[] })
    .containerDefinitions;
  expect(web?.environment?.map(({ name }) => name)).toEqual(['HOST', 'PORT']);
  expect(web?.secrets).toMatchObject([{ name: 'DB' }]);
});

test.each<[string[], string]>([
  [['--env', 'A=1'], '--env A=…: name a container; the task definition has app, side'],
  [['--env', 'app:A'], '--env …: it is not [CONTAINER:]NAME=VALUE'],
  [['--env', 'app:A=1', '--env', 'app:A=2'], '--env app:A=…: set twice'],
  [['--remove-env', 'app:C'], '--remove-env app:C: container "app" has no variable "C"'],
  [['--env-file', 'none.env'], 'cannot read none.env'],
  [['--env-file', 'nope=app.env'], '--env-file app.env: there is no container "nope"'],
  [['--command', 'a b'], '--command: name a container; the task definition has app, side'],
  [['--command', 'app=a', '--command', 'app=b'], '--command app=…: set twice'],
  [['--command', 'app=a | b'], '"|" means something to a shell only'],
  [['--command', 'app=echo $HOME'], '"$" means something to a shell only'],
  [['--log-option', 'side:a=b'], 'container "side" has no logConfiguration to set it in'],
])('%j is refused', async (options, message) => {
  const files = { 'two.json': two, 'app.env': dotenv };
  const seen = await shop.run(['register', 'two.json', ...options], { files });
  expect(seen.code).not.toBe(0);
  expect(seen.stderr).toContain(message);
});

test('a variable or log option that is set from a secret stays', async () => {
  const options = ['--secret', 'DB=/shop/db', '--secret-option', 'splunk-token=/shop/db'];
  const files = { 'own.json': webDefinition.replace('"web"', '"own"') };
  await shop.json(['register', 'own.json', ...options, '--execution-role', 'r'], { files });
  const seen = await shop.run([
    ...['register', '--family', 'own', '--env', 'DB=plain', '--log-option', 'splunk-token=plain'],
  ]);
  expect(seen.code).toBe(2);
  expect(seen.stderr).toContain(
    '--env DB=…: DB of container "web" is set from a secret; --remove-secret web:DB removes it',
  );
  expect(seen.stderr).toContain('--log-option splunk-token=…: "splunk-token" is set from a secret');
  const again = ['--remove-secret', 'DB', '--env', 'DB=plain', '--dry-run'];
  expect((await shop.run(['register', '--family', 'own', ...again])).code).toBe(0);
});

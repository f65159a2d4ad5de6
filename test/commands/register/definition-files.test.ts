import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openShop, type Shop } from '../../helpers/scene.ts';

// Files that people give in place of a task definition, or that one command or another half understood:
// what every command that reads them says.
let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.sandbox.close());

const commands = (file: string): string[][] => [
  ['register', file, '--dry-run'],
  ['verify', file],
  ['role', 'create', 'r', '--task-definition', file, '--dry-run'],
  ['migrate', file, '--prefix', '/shop', '--dry-run'],
];
const webContainer = { name: 'web', image: 'shop/web:1', memory: 128 };
const json = (document: unknown): string => JSON.stringify(document);
const mark = 'Kw8pq72Lm';
const describes =
  'hint: aws ecs describe-task-definition --task-definition FAMILY prints one that is registered';

const rows: [kind: string, text: string, ...stderr: string[]][] = [
  [
    'a template of CloudFormation without task definitions',
    `Resources:\n  Task:\n    Type: AWS::ECS::Service\n    Properties:\n      Token: ${mark}\n      Role: !GetAtt Role.Arn\n`,
    'error: FILE is a CloudFormation template without task definitions',
  ],
  [
    'a manifest of Kubernetes',
    `apiVersion: v1\nkind: Secret\nstringData:\n  token: ${mark}\n`,
    'error: FILE is a Kubernetes manifest, not a task definition',
    describes,
  ],
  [
    'a Compose file',
    `services:\n  web:\n    image: shop/web:1\n    environment:\n      TOKEN: ${mark}\n`,
    'error: FILE is a Compose file, not a task definition',
    describes.replace(': ', ': audit can read it; '),
  ],
  [
    'a value that contains itself',
    `family: web\nx: &a [*a]\ncontainerDefinitions: []\n`,
    'error: FILE is neither JSON nor YAML: line 2, column 8: the value contains itself',
  ],
  [
    'a placeholder in place of a number',
    `{ "family": "web",\n  "containerDefinitions": [ { "name": "web", "memory": \${MEMORY} } ] }`,
    'error: FILE is not valid JSON: line 2, column 56: unquoted placeholder; pass --substitute to replace it',
  ],
  [
    'a placeholder without quotes',
    `{ "family": "web", "containerDefinitions": [ { "name": "web", "image": {{Image}}, "memory": 1 } ] }`,
    'error: FILE is a template: line 1, column 72: a tag is not replaced',
    'hint: render the template first, or put quotes around "{{NAME}}"',
  ],
  [
    'numbers where ECS takes strings, and what else it refuses',
    `family: web\ncontainerDefinitions:\n  - name: web\n    image: shop/web:1\n    cpu: "10"\n    environment:\n      - name: PORT\n        value: 8080\n    portMappings: {}\n`,
    'error: FILE: containerDefinitions[0].environment[0].value: must be a string, not a number; put it in quotes',
    'error: FILE: containerDefinitions[0].cpu: must be an integer, not a string',
    'error: FILE: containerDefinitions[0].portMappings: must be a list, not an object',
  ],
];

describe.each(rows)('%s', (_, text, ...stderr) => {
  test.each(commands('task.yaml').map((argv) => [argv[0] ?? '', argv]))('%s', async (_, argv) => {
    const seen = await shop.run(argv, { files: { 'task.yaml': text } });
    expect(seen.stderr).toBe(`${stderr.join('\n')}\n`.replaceAll('FILE', 'task.yaml'));
    expect(seen).toMatchObject({ code: 2, stdout: '' });
  });
});

test('several task definitions: --family chooses one where it is an option, role create reads all', async () => {
  const several = [
    { family: 'a', containerDefinitions: [webContainer] },
    { family: 'b', containerDefinitions: [webContainer] },
  ];
  for (const argv of commands('task.json')) {
    const seen = await shop.run(argv, { files: { 'task.json': json(several) } });
    if (argv[0] === 'role') {
      expect(seen.code, seen.stderr).toBe(0);
      continue;
    }
    expect(seen.stderr).toContain('error: task.json has 2 task definitions: a, b\n');
    expect(seen.stderr.includes('--family')).toBe(argv[0] !== 'migrate');
  }
});

test('members that are null count as absent, as the console exports them', async () => {
  const nulls = { executionRoleArn: null, taskRoleArn: null, cpu: null, memory: null };
  const container = { ...webContainer, user: null, secrets: null, healthCheck: null };
  const definition = {
    family: 'web',
    ...{ ...nulls, proxyConfiguration: null },
    containerDefinitions: [container],
  };
  const files = { 'task.json': json(definition) };
  for (const argv of commands('task.json')) {
    const seen = await shop.run(argv, { files });
    expect(seen.code, `${argv.join(' ')}: ${seen.stderr}`).toBe(0);
  }
  const seen = await shop.run(['register', 'task.json', '--dry-run'], { files });
  expect(JSON.parse(seen.stdout)).toEqual({ family: 'web', containerDefinitions: [webContainer] });
});

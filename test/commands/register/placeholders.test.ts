import { ListTaskDefinitionsCommand } from '@aws-sdk/client-ecs';
import { ListRolesCommand } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { valuesBelow } from '../../helpers/parameters.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';
import type { Verified } from '../../helpers/start-scene.ts';

// Placeholders that nobody replaced, in the places where public examples have them: each is named once,
// by every command that reads the file, and nothing is written.
let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.sandbox.close());

const first = 'containerDefinitions[0]';
const webContainer = { name: 'web', image: 'shop/web:1', memory: 128 };

const template = {
  family: 'shop-web',
  executionRoleArn: 'arn:aws:iam::<ACCOUNT_ID>:role/shop-exec',
  taskRoleArn: 'arn:aws:iam::ACCOUNT_ID:role/shop-task',
  containerDefinitions: [
    {
      ...webContainer,
      image: '<IMAGE>',
      environment: [{ name: 'DB_PASSWORD', value: 'Kw8!pq72Lm' }],
      secrets: ['A', 'B', 'C'].map((name) => ({
        name,
        valueFrom: `arn:aws:secretsmanager:REGION:ACCOUNT_ID:secret:shop/${name}`,
      })),
    },
    { name: 'proxy', image: 'shop/proxy:1', memory: 64 },
  ],
};
const inRoleAndImage = [
  'executionRoleArn: the placeholder <ACCOUNT_ID> is not replaced',
  `${first}.image: the placeholder <IMAGE> is not replaced`,
];
const inReferences = [
  `taskRoleArn: the placeholder ACCOUNT_ID is not replaced (also in ${first}.secrets[0].valueFrom and 2 more)`,
  `${first}.secrets[0].valueFrom: the placeholder REGION is not replaced (also in ${first}.secrets[1].valueFrom and 1 more)`,
];
const all = [inRoleAndImage[0], inReferences[0], inRoleAndImage[1], inReferences[1]];

const files = { 'task.json': JSON.stringify(template) };
const errors = (lines: readonly unknown[], hint: string): string =>
  [...lines.map((line) => `error: ${String(line)}`), `hint: ${hint}`, ''].join('\n');
const substitute = 'replace them, or write ${NAME} and pass --substitute';

async function nothingWritten(): Promise<void> {
  const { taskDefinitionArns } = await shop.ecs.send(new ListTaskDefinitionsCommand({}));
  expect(taskDefinitionArns).toEqual([]);
  expect((await shop.iam.send(new ListRolesCommand({}))).Roles).toEqual([]);
  expect(await valuesBelow(shop.ssm, '/shop')).toEqual({});
}

test.each<[string[], string]>([
  [['register', 'task.json'], errors(all, substitute)],
  [['register', 'task.json', '--dry-run'], errors(all, substitute)],
  [['migrate', 'task.json', '--prefix', '/shop', '--yes'], errors(all, substitute)],
  [
    ['role', 'create', 'r', '--task-definition', 'task.json'],
    [...inRoleAndImage.map((line) => `warning: ${line}\n`), errors(inReferences, substitute)].join(
      '',
    ),
  ],
])('%j', async (argv, stderr) => {
  const seen = await shop.run(argv, { files });
  expect(seen).toEqual({ code: 2, stdout: '', stderr });
  await nothingWritten();
});

test('verify', async () => {
  const seen = await shop.run(['verify', 'task.json', '--json'], { files });
  expect(seen.code).toBe(3);
  const { targets } = JSON.parse(seen.stdout) as { targets: Verified[] };
  const problems = targets.flatMap(({ findings }) => findings);
  expect(
    problems
      .filter(({ status }) => status === 'problem')
      .map(({ subject, message }) => `${subject}: ${message}`),
  ).toEqual([`${String(all[0])}; ${substitute}`, ...all.slice(1)]);
  expect(targets.flatMap(({ fix }) => fix)).toEqual([]);
});

test('verify prints no role create that would fail for the placeholders', async () => {
  const { containerDefinitions } = template;
  const executionRoleArn = 'arn:aws:iam::123456789012:role/shop-exec';
  const text = JSON.stringify({ family: 'shop-web', executionRoleArn, containerDefinitions });
  const seen = await shop.run(['verify', 'one.json'], { files: { 'one.json': text } });
  expect(seen.stdout).toContain('shop-exec: the execution role does not exist');
  expect(seen.stdout).not.toContain('ecs-secrets role create');
});

test('role create grants what a template refers to, though its role and image are left open', async () => {
  await shop.run(['put', '/shop/db'], { stdin: 'x' });
  const image = '<ACCOUNT_ID>.dkr.ecr.REGION.amazonaws.com/web:<TAG>';
  const secrets = [{ name: 'DB_PASSWORD', valueFrom: '/shop/db' }];
  const open = {
    ...template,
    ...{ executionRoleArn: '<EXECUTION_ROLE_ARN>', taskRoleArn: undefined },
    containerDefinitions: [{ ...webContainer, image, secrets }],
  };
  const argv = ['role', 'create', 'r', '--task-definition', 'open.json', '--dry-run'];
  const seen = await shop.run(argv, { files: { 'open.json': JSON.stringify(open) } });
  expect(seen.code, seen.stderr).toBe(0);
  expect(seen.stderr.match(/^warning: .*$/gm)).toEqual(
    [
      'executionRoleArn: the placeholder <EXECUTION_ROLE_ARN>',
      ...['<ACCOUNT_ID>', '<TAG>', 'REGION'].map((one) => `${first}.image: the placeholder ${one}`),
    ].map((text) => `warning: ${text} is not replaced`),
  );
  expect(seen.stdout).toContain('parameter/shop/db');
  expect(seen.stdout).toContain('AmazonECSTaskExecutionRolePolicy');
  await shop.run(['delete', '/shop/db', '--yes']);
});

describe('a placeholder is', () => {
  const told = async (more: object, container: object): Promise<string> => {
    const definition = {
      ...template,
      executionRoleArn: undefined,
      taskRoleArn: undefined,
      ...more,
    };
    const text = JSON.stringify({
      ...definition,
      containerDefinitions: [{ ...webContainer, ...container }],
    });
    const argv = ['register', 'one.json', '--execution-role', 'r', '--dry-run'];
    const role = 'executionRoleArn' in more ? [] : ['--execution-role', 'r'];
    const seen = await shop.run([...argv.slice(0, 2), ...role, '--dry-run'], {
      files: { 'one.json': text },
    });
    return /the placeholder (.*?) is not replaced/.exec(seen.stderr)?.[1] ?? seen.stderr;
  };
  const from = (valueFrom: string): object => ({ secrets: [{ name: 'A', valueFrom }] });

  test.each([
    ['<your-image>', {}, { image: '<your-image>' }],
    ['IMAGE_URI', {}, { image: 'IMAGE_URI' }],
    ['{{ Image }}', {}, { image: 'shop/web:{{ Image }}' }],
    ['$TAG', {}, { image: 'shop/web:$TAG' }],
    ['aws_account_id', {}, { image: 'aws_account_id.dkr.ecr.eu-west-1.amazonaws.com/web:1' }],
    ['REPLACE_ME', { taskRoleArn: 'arn:aws:iam::123456789012:role/REPLACE_ME' }, {}],
    ['TASK_ROLE_ARN', { taskRoleArn: 'TASK_ROLE_ARN' }, {}],
    ['XXXXXXXXXXXX', { executionRoleArn: 'arn:aws:iam::XXXXXXXXXXXX:role/x' }, {}],
    ['your-region', {}, from('arn:aws:ssm:your-region:123456789012:parameter/a')],
    ['${AWS::Region}', {}, from('arn:aws:ssm:${AWS::Region}:123456789012:parameter/a')],
    ['<SECRET_ARN>', {}, from('<SECRET_ARN>:password::')],
    ['{{ENV}}', {}, from('/shop/{{ENV}}/db')],
    [
      'AWS_REGION',
      {},
      { logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-region': 'AWS_REGION' } } },
    ],
  ])('%s', async (placeholder, more, container) => {
    expect(await told(more, container)).toBe(placeholder);
  });

  test('no word that may be the name of a parameter, nor a part of a malformed ARN', async () => {
    expect(await told({}, from('DB_PASSWORD'))).toContain('there is no secret ssm:DB_PASSWORD');
    expect(await told({}, from('arn:aws:secretsmanager:us-east-1:secret:shop/a'))).toContain(
      'malformed ARN',
    );
  });

  test('nothing in a value that stands in place of a reference', async () => {
    expect(await told({}, from('Kw8<pq72Lm>$WORD!'))).not.toMatch(/pq72|WORD/);
  });

  test('set with --substitute', async () => {
    const image = '${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/web:1';
    const text = JSON.stringify({
      family: 'shop-web',
      containerDefinitions: [{ ...webContainer, image }],
    });
    const argv = ['register', 'one.json', '--dry-run'];
    const without = await shop.run(argv, { files: { 'one.json': text } });
    expect(without.stderr).toContain('hint: set the variables and pass --substitute\n');
    const env = { ACCOUNT: '123456789012', REGION: 'eu-west-1' };
    const seen = await shop.run([...argv, '--substitute'], { files: { 'one.json': text }, env });
    expect(seen.code, seen.stderr).toBe(0);
  });
});

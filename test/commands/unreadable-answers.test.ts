import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decode } from '../../src/aws/iam-policies.ts';
import { goBetween, type BadAnswer, type Incident } from '../helpers/go-between.ts';
import { openRotationScene, type RotationScene } from '../helpers/rotation-scene.ts';
import type { Seen, Setting } from '../helpers/run.ts';

// Answers that are no answers of AWS: told by action and HTTP status, and nothing of them is quoted.
let scene: RotationScene;
beforeAll(async () => {
  scene = await openRotationScene();
  await scene.service('web');
});
afterAll(() => scene.shop.sandbox.close());

async function run(argv: string[], incident: Incident, setting: Setting = {}): Promise<Seen> {
  await using between = await goBetween(scene.shop.sandbox.url, [incident]);
  const env = { ECS_SECRETS_ENDPOINT_URL: between.url };
  return await scene.shop.run([...argv, '--json'], { ...setting, env });
}

const answers: [string, BadAnswer, string][] = [
  [
    'a page of a proxy',
    { status: 403, headers: { 'content-type': 'text/html' }, text: '<html>good-1</html>' },
    ' (HTTP 403): it is cut off, or does not come from AWS',
  ],
  [
    'a page of a proxy with words',
    {
      ...{ status: 403, headers: { 'content-type': 'text/html' } },
      text: '<html><style>p { color: red }</style><p>This site is blocked: good-1 x9! by policy.</p></html>',
    },
    ' (HTTP 403): it does not come from AWS, and begins with "This site is blocked: *** by policy."',
  ],
  ['a redirect', { status: 302, text: '' }, ' (HTTP 302): it is cut off, or does not come'],
  ['no object', { status: 400, text: '"good-1"' }, ' (HTTP 400): it is cut off'],
  [
    'one that is cut',
    { status: 200, text: '{"Parameter":{"Value":"good-1' },
    ' (HTTP 200): it is cut off',
  ],
  [
    'another type',
    { status: 200, text: '{"Parameters":"good-1"}' },
    ' (HTTP 200): Parameters must be a list',
  ],
  [
    'another type of an entry',
    { status: 200, text: '{"Parameters":["good-1"]}' },
    ' (HTTP 200): Parameters[] must be an object',
  ],
  [
    'no value',
    { status: 200, text: '{"Parameters":[{"Name":"/shop/db","Version":1}]}' },
    ' (HTTP 200): Parameters[].Value is missing',
  ],
];

test.each(answers)('%s cannot be read', async (_name, answer, says) => {
  const seen = await run(['export', '--prefix', '/shop'], {
    ...{ operation: 'GetParametersByPath', times: 9 },
    instead: () => answer,
  });
  expect(seen.code).toBe(1);
  expect(seen.stderr).toContain(`the answer to ssm:GetParametersByPath cannot be read${says}`);
  expect(`${seen.stdout}${seen.stderr}`).not.toContain('good-1');
  expect(seen.stderr).toContain('"code":"unreadable-answer"');
});

test('what is no value is not taken for an empty one', async () => {
  const seen = await run(
    ['put', '/shop/db'],
    {
      operation: 'GetParameter',
      times: 9,
      rewrite: ({ Parameter: { Value, ...rest } }: { Parameter: { Value: string } }) => ({
        Parameter: rest,
        Value,
      }),
    },
    { stdin: 'good-1' },
  );
  expect(seen.code).toBe(1);
  expect(seen.stderr).toContain('Parameter.Value is missing');
  expect(await scene.parameter()).toBe('good-1');
});

test('nulls in a list are passed over', async () => {
  const seen = await run(['list', '/shop'], {
    operation: 'DescribeParameters',
    rewrite: ({ Parameters }: { Parameters: object[] }) => ({ Parameters: [null, ...Parameters] }),
  });
  expect(seen.code, seen.stderr).toBe(0);
  expect(seen.stdout).toContain('/shop/db');
});

describe('a rotation goes on where a look at its deployment', () => {
  interface Described {
    services: object[];
  }
  const rows: [string, number, (answer: Described) => object][] = [
    [
      'has a null for an event, each time',
      Infinity,
      ({ services }) => ({ services: services.map((one) => ({ ...one, events: [null] })) }),
    ],
    [
      'has a null for a service, each time',
      Infinity,
      ({ services }) => ({ services: [null, ...services] }),
    ],
    ['has a text for the services', 2, () => ({ services: 'none' })],
    [
      'has a deployment without its id',
      2,
      ({ services }) => ({ services: services.map((one) => ({ ...one, deployments: [{}] })) }),
    ],
    ['is a list', 2, () => []],
  ];

  test.each(rows)('%s', async (name, times, rewrite) => {
    let stored = false;
    await using between = await goBetween(scene.shop.sandbox.url, [
      { operation: 'UpdateService', after: () => Promise.resolve((stored = true)) },
      {
        ...{ operation: 'DescribeServices', times: Infinity },
        rewrite: (answer: Described) => {
          if (!stored || times === 0) return answer;
          times -= 1;
          return rewrite(answer);
        },
      },
    ]);
    const seen = await scene.rotate([], `good-${name}`, {
      env: { ECS_SECRETS_ENDPOINT_URL: between.url },
    });
    expect(seen.code, seen.stderr).toBe(0);
    expect(seen.data.deployments[0]?.state).toBe('completed');
    expect(await scene.shop.injected('shop', 'web', 'DB')).toEqual([`good-${name}`]);
  });
});

test.each(['{"Version":', '%7B%'])('a policy %j cannot be read', (document) => {
  expect(() => decode('iam:GetRolePolicy', document)).toThrow(
    'the answer to iam:GetRolePolicy cannot be read: the policy in it is not JSON',
  );
});

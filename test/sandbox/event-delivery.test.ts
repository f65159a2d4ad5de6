import { CreateLogGroupCommand, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  UpdateSecretVersionStageCommand,
  DescribeSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import {
  DeleteParametersCommand,
  LabelParameterVersionCommand,
  PutParameterCommand,
} from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openScene, type Scene } from './clients.ts';
import { wireTo, type Wire } from './wire.ts';

let scene: Scene;
let events: Wire['events'];
let now = Date.parse('2026-11-29T12:00:00.750Z');
beforeAll(async () => {
  scene = await openScene({ now: () => now });
  ({ events } = wireTo(scene.sandbox.url));
});
afterAll(() => scene.sandbox.close());

/** A rule with a log group of its own; returns a function that reads what it got. */
async function ruleOf(name: string, pattern: object, more: object = {}) {
  const group = `/aws/events/${name}`;
  await scene.logs.send(new CreateLogGroupCommand({ logGroupName: group }));
  await events('PutRule', { Name: name, EventPattern: JSON.stringify(pattern), ...more });
  const Arn = `arn:aws:logs:us-east-1:123456789012:log-group:${group}`;
  await events('PutTargets', { Rule: name, Targets: [{ Id: 'log', Arn }], ...busOf(more) });
  return async () => {
    const query = new FilterLogEventsCommand({ logGroupName: group });
    const found = (await scene.logs.send(query)).events ?? [];
    return found.map(({ message = '' }) => JSON.parse(message) as Record<string, unknown>);
  };
}

function busOf(more: object): object {
  return 'EventBusName' in more ? { EventBusName: more.EventBusName } : {};
}

test('a rule receives the events of labels that secrets get', async () => {
  const seen = await ruleOf('labels', {
    source: ['aws.secretsmanager'],
    'detail-type': ['Secret Label Updated'],
    detail: { name: [{ prefix: 'shop/' }], labelUpdated: ['AWSCURRENT'] },
  });
  const created = await scene.secrets.send(
    new CreateSecretCommand({ Name: 'shop/db', SecretString: 'one' }),
  );
  await scene.secrets.send(new CreateSecretCommand({ Name: 'other', SecretString: 'one' }));
  const put = (VersionStages: string[]) =>
    scene.secrets.send(
      new PutSecretValueCommand({ SecretId: 'shop/db', SecretString: 'two', VersionStages }),
    );
  now += 1_000;
  await put(['AWSPENDING']);
  await put(['green']);
  const second = await put(['AWSCURRENT']);
  now += 1_000;
  await scene.secrets.send(
    new UpdateSecretVersionStageCommand({
      SecretId: 'shop/db',
      VersionStage: 'AWSCURRENT',
      MoveToVersionId: created.VersionId,
      RemoveFromVersionId: second.VersionId,
    }),
  );
  const event = (versionId: string | undefined, time: string) => ({
    version: '0',
    id: expect.any(String) as string,
    'detail-type': 'Secret Label Updated',
    source: 'aws.secretsmanager',
    account: '123456789012',
    time,
    region: 'us-east-1',
    resources: [created.ARN],
    detail: { name: 'shop/db', labelUpdated: 'AWSCURRENT', versionId },
  });
  expect(await seen()).toEqual([
    event(created.VersionId, '2026-11-29T12:00:00Z'),
    event(second.VersionId, '2026-11-29T12:00:01Z'),
    event(created.VersionId, '2026-11-29T12:00:02Z'),
  ]);
});

test('a rotation sends its event once, at the time at which the label moved', async () => {
  const seen = await ruleOf('rotated', { detail: { name: ['rotating'] } });
  await scene.secrets.send(new CreateSecretCommand({ Name: 'rotating', SecretString: 'one' }));
  const RotationLambdaARN = 'arn:aws:lambda:us-east-1:123456789012:function:rotate';
  await scene.secrets.send(new RotateSecretCommand({ SecretId: 'rotating', RotationLambdaARN }));
  expect(await seen()).toHaveLength(1);
  const moved = now + 200;
  now += 60_000;
  // A read that lags looks at a copy, which has its own progress.
  scene.sandbox.inject({ service: 'secretsmanager', lagMs: 30_000, times: 1 });
  await scene.secrets.send(new DescribeSecretCommand({ SecretId: 'rotating' }));
  await scene.secrets.send(new DescribeSecretCommand({ SecretId: 'rotating' }));
  scene.sandbox.heal();
  expect((await seen()).map(({ time }) => time)).toEqual([
    expect.any(String),
    new Date(moved).toISOString().replace(/\.\d+/, ''),
  ]);
});

test('a rule receives the events of parameters', async () => {
  const seen = await ruleOf('parameters', {
    source: ['aws.ssm'],
    'detail-type': ['Parameter Store Change'],
  });
  const put = (Name: string, more: object = {}) =>
    scene.ssm.send(new PutParameterCommand({ Name, Value: 'v', Type: 'SecureString', ...more }));
  await put('/shop/db');
  await put('plain', { Description: 'a text' });
  await put('/shop/db', { Overwrite: true });
  await scene.ssm.send(new LabelParameterVersionCommand({ Name: '/shop/db', Labels: ['good'] }));
  await scene.ssm.send(new DeleteParametersCommand({ Names: ['/shop/db', 'absent'] }));
  const [first, ...others] = await seen();
  expect(first).toMatchObject({
    'detail-type': 'Parameter Store Change',
    resources: ['arn:aws:ssm:us-east-1:123456789012:parameter/shop/db'],
    detail: { operation: 'Create', name: '/shop/db', type: 'SecureString' },
  });
  expect(others.map(({ detail }) => detail)).toEqual([
    { operation: 'Create', name: 'plain', type: 'SecureString', description: 'a text' },
    { operation: 'Update', name: '/shop/db', type: 'SecureString' },
    { operation: 'LabelParameterVersion', name: '/shop/db', type: 'SecureString' },
    { operation: 'Delete', name: '/shop/db', type: 'SecureString' },
  ]);
  // No event has a value.
  expect(JSON.stringify([first, ...others])).not.toContain('"v"');
});

test('a rule that is disabled, of another bus or of another region receives nothing', async () => {
  const pattern = { source: ['aws.ssm'] };
  const disabled = await ruleOf('disabled', pattern, { State: 'DISABLED' });
  await events('CreateEventBus', { Name: 'own' });
  const own = await ruleOf('own', { source: ['aws.ssm', 'shop'] }, { EventBusName: 'own' });
  await scene.ssm.send(new PutParameterCommand({ Name: '/x', Value: 'v', Type: 'String' }));
  expect([await disabled(), await own()]).toEqual([[], []]);
  const entry = { Source: 'shop', DetailType: 'Order', Detail: '{"number":7}' };
  const put = await events('PutEvents', {
    Entries: [
      { ...entry, EventBusName: 'own' },
      { ...entry, Source: 'aws.ssm' },
      { ...entry, Detail: '7' },
      { ...entry, Source: '' },
    ],
  });
  expect(put.body).toMatchObject({
    FailedEntryCount: 3,
    Entries: [
      { EventId: expect.any(String) as string },
      { ErrorCode: 'NotAuthorizedForSourceException' },
      { ErrorCode: 'MalformedDetail' },
      { ErrorCode: 'InvalidArgument' },
    ],
  });
  expect(await own()).toMatchObject([
    { source: 'shop', 'detail-type': 'Order', detail: { number: 7 } },
  ]);
});

const event = {
  source: 'aws.ssm',
  resources: ['arn:a', 'arn:b'],
  detail: { name: '/shop/db', size: 7, on: true, none: null, list: [{ x: 1 }, { x: 2 }] },
};

test.each<[expected: boolean, pattern: object]>([
  [true, { source: ['aws.ssm', 'x'] }],
  [false, { source: ['aws'] }],
  [true, { resources: ['arn:b'] }],
  [false, { resources: ['arn:c'] }],
  [true, { detail: { size: [7], on: [true], none: [null] } }],
  [false, { detail: { size: ['7'] } }],
  [true, { detail: { name: [{ prefix: '/shop' }] } }],
  [false, { detail: { name: [{ prefix: '/SHOP' }] } }],
  [true, { detail: { name: [{ prefix: { 'equals-ignore-case': '/SHOP' } }] } }],
  [true, { detail: { name: [{ suffix: 'db' }] } }],
  [true, { detail: { name: [{ 'equals-ignore-case': '/SHOP/db' }] } }],
  [true, { detail: { name: [{ wildcard: '/*/d*' }] } }],
  [false, { detail: { name: [{ wildcard: '/shop/d?' }] } }],
  [false, { detail: { name: [{ wildcard: '/shop/\\*' }] } }],
  [true, { detail: { name: [{ 'anything-but': ['a', 'b'] }] } }],
  [false, { detail: { name: [{ 'anything-but': { prefix: ['/shop', '/x'] } }] } }],
  [false, { detail: { absent: [{ 'anything-but': 'a' }] } }],
  [true, { detail: { absent: [{ exists: false }], name: [{ exists: true }] } }],
  [true, { detail: { size: [{ numeric: ['>', 0, '<=', 7] }] } }],
  [false, { detail: { size: [{ numeric: ['=', 8] }] } }],
  [true, { detail: { list: { x: [2] } } }],
  [true, { $or: [{ source: ['x'] }, { detail: { size: [7] } }] }],
  [false, { $or: [{ source: ['x'] }], detail: { size: [7] } }],
])('the pattern matches: %s, %j', async (expected, pattern) => {
  const input = { EventPattern: JSON.stringify(pattern), Event: JSON.stringify(event) };
  expect((await events('TestEventPattern', input)).body).toEqual({ Result: expected });
});

test.each<[code: string, pattern: unknown]>([
  ...[[], {}, { source: 'x' }, { source: [] }, { source: [['x']] }, { detail: {} }].map(
    (pattern) => ['InvalidEventPatternException', pattern] as [string, unknown],
  ),
  ['InvalidEventPatternException', { source: [{ begins: 'x' }] }],
  ['InvalidEventPatternException', { source: [{ prefix: 'x', suffix: 'y' }] }],
  ['InvalidEventPatternException', { source: [{ numeric: ['>'] }] }],
  ['NotInSandbox', { source: [{ cidr: '10.0.0.0/8' }] }],
])('a pattern is refused with %s: %j', async (code, pattern) => {
  const rule = { Name: 'refused', EventPattern: JSON.stringify(pattern) };
  expect((await events('PutRule', rule)).body.__type).toBe(code);
});

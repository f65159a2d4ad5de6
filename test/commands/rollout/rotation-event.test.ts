import { CreateLogGroupCommand, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeServicesCommand } from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRotationScene, type RotationScene } from '../../helpers/rotation-scene.ts';
import { wireTo } from '../../sandbox/wire.ts';

const group = '/aws/events/secrets';
let scene: RotationScene;
beforeAll(async () => {
  scene = await openRotationScene();
  await scene.service('web');
  await scene.service('api', { secret: 'sm:shop/api:key' });
  await scene.service('picky', { picky: true });
  const { events } = wireTo(scene.shop.sandbox.url);
  await scene.shop.logs.send(new CreateLogGroupCommand({ logGroupName: group }));
  await events('PutRule', {
    Name: 'secrets',
    EventPattern: JSON.stringify({
      $or: [{ detail: { labelUpdated: ['AWSCURRENT'] } }, { source: ['aws.ssm'] }],
    }),
  });
  const Arn = `arn:aws:logs:us-east-1:123456789012:log-group:${group}`;
  await events('PutTargets', { Rule: 'secrets', Targets: [{ Id: 'log', Arn }] });
});
afterAll(() => scene.shop.sandbox.close());

/** The times of the events since then, in ms since the epoch. */
async function eventsSince(startTime: number): Promise<number[]> {
  const { events = [] } = await scene.shop.logs.send(
    new FilterLogEventsCommand({ logGroupName: group, startTime }),
  );
  return events.map(({ message = '' }) => {
    const { time } = JSON.parse(message) as { time: string };
    return Date.parse(time);
  });
}

async function primaryCreatedAt(service: string): Promise<number> {
  const { services } = await scene.shop.ecs.send(
    new DescribeServicesCommand({ cluster: 'shop', services: [service] }),
  );
  const primary = services?.[0]?.deployments?.find(({ status }) => status === 'PRIMARY');
  return primary?.createdAt?.getTime() ?? 0;
}

// The state machine of auto-redeploy leaves out a service whose PRIMARY deployment is newer than the event.
test.each([
  ['a parameter', '/shop/db', 'web', 'good-2', 0, 1],
  ['a secret', 'sm:shop/api:key', 'api', 'good-2', 0, 1],
  ['a parameter that is put back', '/shop/db', 'picky', 'bad', 4, 2],
])(
  'rotate --redeploy of %s leaves deployments that are newer than its events',
  async (_what, ref, service, value, code, count) => {
    const before = Date.now();
    const seen = await scene.shop.run(
      ['rotate', ref, '--redeploy', '--service', `shop/${service}`],
      { stdin: value },
    );
    expect(seen).toMatchObject({ code });
    const times = await eventsSince(before);
    expect(times).toHaveLength(count);
    const createdAt = await primaryCreatedAt(service);
    for (const time of times) expect(createdAt).toBeGreaterThan(time);
  },
);

import { DescribeTaskDefinitionCommand, type LoadBalancer } from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Finding } from '../../../src/model/failures/finding.ts';
import { imagesOf } from '../../helpers/images.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';
import { asDeployer, jsonOf, type Verified } from '../../helpers/start-scene.ts';
import { createDeployer } from '../../sandbox/clients.ts';

let shop: Shop;
const groups: Record<string, string> = {};
const gone =
  'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/gone/0123456789abcdef';
beforeAll(async () => {
  shop = await openShop();
  const { targetGroup } = imagesOf(shop.sandbox);
  groups.ip = await targetGroup('ip', { TargetType: 'ip' });
  groups.instance = await targetGroup('instance', { TargetType: 'instance' });
  groups.health = await targetGroup('health', { TargetType: 'instance', HealthCheckPort: '9000' });
  groups.own = await targetGroup('own', { TargetType: 'ip', HealthCheckPort: '9000' });
  groups.silent = await targetGroup('silent', {
    ...{ TargetType: 'instance', HealthCheckPort: '9000', HealthCheckEnabled: false },
  });
  groups.udp = await targetGroup('udp', { TargetType: 'ip', Protocol: 'UDP' });
  groups.gone = gone;
});
afterAll(() => shop.sandbox.close());

interface Mapping {
  containerPort?: number;
  containerPortRange?: string;
  hostPort?: number;
  protocol?: string;
}

/** A task definition whose container maps these ports; for Fargate, or in this network mode on EC2. */
function mapping(family: string, portMappings: Mapping[], networkMode?: string): object {
  const containerDefinitions = [{ name: 'web', image: 'httpd:2.4', memory: 64, portMappings }];
  return networkMode === undefined
    ? {
        ...{ family, requiresCompatibilities: ['FARGATE'], networkMode: 'awsvpc' },
        ...{ cpu: '256', memory: '512', containerDefinitions },
      }
    : { family, networkMode, containerDefinitions };
}

let made = 0;
/** A service that registers with a target group, and runs a task definition. */
async function serve(
  group: string,
  portMappings: Mapping[],
  { networkMode, more = {} }: { networkMode?: string; more?: Partial<LoadBalancer> } = {},
): Promise<string> {
  made += 1;
  const name = `s${made}`;
  const files = { 'own.json': JSON.stringify(mapping(name, portMappings, networkMode)) };
  await shop.json(['register', 'own.json'], { files });
  await shop.service({
    ...{ cluster: 'shop', name, taskDefinition: name, desiredCount: 0 },
    ...(networkMode !== undefined && { launchType: 'EC2' }),
    loadBalancers: [
      { targetGroupArn: groups[group] ?? '', containerName: 'web', containerPort: 80, ...more },
    ],
  });
  return `shop/${name}`;
}

async function found(service: string): Promise<Finding[]> {
  const seen = await shop.run(['verify', service, '--json']);
  const { targets } = jsonOf(seen) as { targets: Verified[] };
  return (targets[0]?.findings ?? []).filter(({ check }) => check === 'load-balancer');
}

const at80: Mapping[] = [{ containerPort: 80 }];

describe('verify of a service', () => {
  const with9000 = [...at80, { containerPort: 9000, hostPort: 9000 }];
  const udpAt80 = [{ containerPort: 80, protocol: 'udp' }];
  const [range, at81] = [[{ containerPortRange: '79-81' }], [{ containerPort: 81 }]];
  test.each<[group: string, ports: Mapping[], networkMode: string | undefined, expected: string]>([
    ['ip', at80, undefined, 'ok web:80, ok target group ip'],
    ['ip', range, undefined, 'ok web:80, ok target group ip'],
    ['ip', at81, undefined, 'problem web:80, ok target group ip'],
    ['instance', at80, undefined, 'ok web:80, problem target group instance'],
    ['instance', at80, 'bridge', 'ok web:80, ok target group instance'],
    ['ip', at80, 'bridge', 'ok web:80, problem target group ip'],
    // Whether ECS takes this is not documented.
    ['ip', at80, 'host', 'ok web:80'],
    ['gone', at80, undefined, 'ok web:80, problem target group gone'],
    ['health', at80, 'bridge', 'ok web:80, ok target group health, warning target group health'],
    ['health', with9000, 'bridge', 'ok web:80, ok target group health'],
    ['silent', at80, 'bridge', 'ok web:80, ok target group silent'],
    // A task with a network interface of its own answers at every port that it listens on.
    ['own', at80, undefined, 'ok web:80, ok target group own'],
    ['udp', at80, undefined, 'ok web:80, ok target group udp, warning target group udp'],
    ['udp', udpAt80, undefined, 'ok web:80, ok target group udp'],
  ])('with the target group %s and %j in %s', async (group, mappings, networkMode, expected) => {
    const service = await serve(group, mappings, networkMode === undefined ? {} : { networkMode });
    const seen = await found(service);
    expect(seen.map(({ status, subject }) => `${status} ${subject}`).join(', ')).toBe(expected);
  });

  test('checks both target groups of a blue/green deployment', async () => {
    const advancedConfiguration = {
      alternateTargetGroupArn: groups.instance,
      productionListenerRule: 'arn:rule',
      roleArn: 'arn:aws:iam::123456789012:role/elb',
    };
    const service = await serve('ip', at80, { more: { advancedConfiguration } });
    expect((await found(service)).map(({ status }) => status)).toEqual(['ok', 'ok', 'problem']);
  });

  test('without permission says so, and is no failure', async () => {
    const service = await serve('instance', at80);
    await createDeployer(shop, [
      { Effect: 'Allow', Action: '*', Resource: '*' },
      { Effect: 'Deny', Action: 'elasticloadbalancing:*', Resource: '*' },
    ]);
    const seen = await asDeployer(shop, () => found(service));
    expect(seen).toMatchObject([{ status: 'ok' }, { status: 'not-checked' }]);
    expect(seen[1]?.message).toContain('elasticloadbalancing:DescribeTargetGroups');
  });
});

describe('register --service', () => {
  async function register(service: string, definition: object): Promise<string> {
    const files = { 'own.json': JSON.stringify(definition) };
    const argv = ['register', 'own.json', '--service', service, '--no-wait'];
    const { code, stderr } = await shop.run(argv, { files });
    return `${code} ${stderr}`;
  }

  test('refuses what does not fit, before it registers anything', async () => {
    const [one, other] = [await serve('ip', at80), await serve('instance', at80)];
    const family = one.slice('shop/'.length);
    expect(await register(one, mapping(family, [{ containerPort: 8080 }]))).toMatch(
      /^2 error: shop\/s\d+: web:80: the load balancer needs port 80 of web, which is not in its portMappings/,
    );
    const renamed = JSON.stringify(mapping(family, at80)).replace('"web"', '"app"');
    expect(await register(one, JSON.parse(renamed) as object)).toContain(
      'the load balancer needs the container web, which the task definition does not have',
    );
    expect(await register(other, mapping(family, [...at80, { containerPort: 81 }]))).toContain(
      'its target type is instance; tasks in network mode awsvpc need ip',
    );
    const latest = new DescribeTaskDefinitionCommand({ taskDefinition: family });
    expect((await shop.ecs.send(latest)).taskDefinition?.revision).toBe(1);
  });

  test('warns of the rest, and needs no permission to look', async () => {
    const service = await serve('health', at80, { networkMode: 'bridge' });
    const family = service.slice('shop/'.length);
    const next = mapping(family, [...at80, { containerPort: 81 }], 'bridge');
    const denied = shop.sandbox.inject({
      ...{ service: 'elasticloadbalancing', operation: 'DescribeTargetGroups', times: 1 },
      ...{ code: 'AccessDeniedException', message: 'no policy allows it', status: 403 },
    });
    expect(await register(service, next)).not.toContain('target group');
    expect(denied.met).toBe(1);
    expect(await register(service, next)).toMatch(
      /^0 [^]*warning: shop\/s\d+: target group health: it checks the health at port 9000, which is no host port/,
    );
  });
});

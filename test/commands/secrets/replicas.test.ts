import { CreateClusterCommand, CreateServiceCommand, ECSClient } from '@aws-sdk/client-ecs';
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openShop, type Shop } from '../../helpers/scene.ts';

// A secret of us-east-1 with replicas in eu-west-1 and eu-west-3. One service refers to the primary,
// another to a replica: of both it is the same secret.
let shop: Shop;
let primary: string;
const replicaIn = (region: string): string => primary.replace('us-east-1', region);
beforeEach(async () => {
  shop = await openShop();
  const replicas = ['eu-west-1', 'eu-west-3'].map((Region) => ({ Region }));
  const created = await shop.secrets.send(
    new CreateSecretCommand({ Name: 'db', SecretString: 'one', AddReplicaRegions: replicas }),
  );
  primary = created.ARN ?? '';
  await shop.run(['put', 'sm:other'], { stdin: 'x' });
  const both = ['--secret', primary, '--secret', replicaIn('eu-west-1'), '--secret', 'sm:other'];
  await shop.run(['role', 'create', 'r', ...both]);
  for (const [name, ref] of [
    ['home', primary],
    ['away', replicaIn('eu-west-1')],
    ['other', 'sm:other'],
  ] as const) {
    const argv = ['register', 'web.json', '--family', name, '--secret', `DB=${ref}`];
    await shop.run([...argv, '--execution-role', 'r']);
    await shop.service({ cluster: 'shop', name, taskDefinition: name });
  }
});
afterEach(() => shop.sandbox.close());

interface Found {
  services: { service: string; holding?: string }[];
}

const names = ({ services }: Found): string[] => services.map(({ service }) => service).sort();

describe('a service that refers to a replica uses the secret', () => {
  test.each([
    ['its name', () => 'sm:db'],
    ['the ARN of the primary', () => primary],
    ['the ARN of the replica', () => replicaIn('eu-west-1')],
    ['the ARN of another replica', () => replicaIn('eu-west-3')],
  ])('where-used and stale find it by %s', async (_, ref) => {
    const used = await shop.json(['where-used', ref()]);
    expect(names(used as unknown as Found)).toEqual(['away', 'home']);
    const checked = await shop.json(['stale', ref()]);
    expect(names(checked as unknown as Found)).toEqual(['away', 'home']);
  });

  test('where-used and stale of another secret do not', async () => {
    const used = await shop.json(['where-used', 'sm:other']);
    expect(names(used as unknown as Found)).toEqual(['other']);
  });

  test('rotate --redeploy brings it the new value', async () => {
    const seen = await shop.run(['rotate', 'sm:db', '--redeploy'], { stdin: 'two' });
    expect(seen.code, seen.stderr).toBe(0);
    expect(await shop.injected('shop', 'away', 'DB')).toEqual(['two']);
    expect(await shop.injected('shop', 'home', 'DB')).toEqual(['two']);
    expect(await shop.json(['stale'])).toMatchObject({ holding: 'current' });
  });

  test('stale judges it by the replica, which its tasks read', async () => {
    const put = new PutSecretValueCommand({ SecretId: 'db', SecretString: 'two' });
    await shop.secrets.send(put);
    const seen = await shop.run(['stale', 'sm:db', '--json']);
    expect(seen.code).toBe(3);
    expect(JSON.parse(seen.stdout)).toMatchObject({
      services: [{ holding: 'stale' }, { holding: 'stale' }],
    });
  });

  test('delete and import --prune refuse', async () => {
    const seen = await shop.run(['delete', 'sm:db', '--yes']);
    expect(seen.code).toBe(1);
    expect(seen.stderr).toMatch(/db is used by service shop\/(home, service shop\/away|away, s)/);
    const created = await shop.secrets.send(
      new CreateSecretCommand({
        ...{ Name: 'shop/db', SecretString: 'one' },
        AddReplicaRegions: [{ Region: 'eu-west-1' }],
      }),
    );
    const ref = created.ARN?.replace('us-east-1', 'eu-west-1') ?? '';
    const argv = ['register', 'web.json', '--family', 'away', '--secret', `DB=${ref}`];
    await shop.run([...argv, '--execution-role', 'r', '--force']);
    await shop.service({
      cluster: 'shop',
      name: 'pruned',
      taskDefinition: 'away',
      desiredCount: 0,
    });
    const prune = ['import', '-', '--prefix', 'sm:shop', '--prune', '--yes'];
    const pruned = await shop.run(prune, { stdin: 'A=1\n' });
    expect(pruned.code).toBe(1);
    expect(pruned.stderr).toContain('shop/db is used by service shop/pruned');
  });
});

test('a secret of another region with the same name is another secret', async () => {
  const config = {
    endpoint: shop.sandbox.url,
    region: 'eu-west-2',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const { ARN = '' } = await new SecretsManagerClient(config).send(
    new CreateSecretCommand({ Name: 'db', SecretString: 'one' }),
  );
  const used = await shop.json(['where-used', ARN]);
  expect(names(used as unknown as Found)).toEqual([]);
});

describe('other regions', () => {
  const note =
    'note: services in eu-west-1, eu-west-3 may use the secret too and were not searched: --all-regions searches them\n';
  const clusterIn = (region: string) => `arn:aws:ecs:${region}:123456789012:cluster/shop`;

  /** A service of eu-west-1 that refers to the replica there. */
  async function startAbroad(): Promise<void> {
    const ref = replicaIn('eu-west-1');
    const there = ['--secret', `DB=${ref}`, '--execution-role', 'abroad', '--region', 'eu-west-1'];
    await shop.json(['role', 'create', 'abroad', '--secret', ref, '--region', 'eu-west-1']);
    await shop.json(['register', 'web.json', ...there]);
    const ecs = new ECSClient({
      endpoint: shop.sandbox.url,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    await ecs.send(new CreateClusterCommand({ clusterName: 'shop' }));
    const service = { cluster: 'shop', serviceName: 'abroad', taskDefinition: 'web' };
    await ecs.send(
      new CreateServiceCommand({ ...service, desiredCount: 1, launchType: 'FARGATE' }),
    );
    await vi.waitFor(
      async () => {
        const { services } = await shop.json(['stale', ref, '--region', 'eu-west-1']);
        expect(services).toMatchObject([{ tasks: [{ startedAt: expect.any(String) as string }] }]);
      },
      { timeout: 10_000, interval: 20 },
    );
  }

  test('that were not searched are named', async () => {
    const used = await shop.run(['where-used', 'sm:db', '--json']);
    expect(used.stderr).toBe(note);
    const checked = await shop.run(['stale', 'sm:db', '--json']);
    expect(checked.stderr).toBe(note);
    for (const { stdout } of [used, checked]) {
      expect(JSON.parse(stdout)).toMatchObject({
        searched: { regions: ['us-east-1'], otherRegions: ['eu-west-1', 'eu-west-3'] },
      });
    }
    const there = await shop.run(['where-used', replicaIn('eu-west-1'), '--region', 'eu-west-1']);
    expect(there.stderr).toContain('services in us-east-1, eu-west-3 may use the secret too');
    const single = await shop.run(['where-used', 'sm:other']);
    expect(single.stderr).toBe('');
  });

  test('are searched with --all-regions', async () => {
    await startAbroad();
    const used = await shop.run(['where-used', 'sm:db', '--all-regions']);
    expect(used).toEqual({
      code: 0,
      stderr: '',
      stdout: [
        'KIND\tNAME\tUSES',
        'service\tshop/away (us-east-1)\tweb:DB',
        'service\tshop/home (us-east-1)\tweb:DB',
        'service\tshop/abroad (eu-west-1)\tweb:DB',
        '',
      ].join('\n'),
    });
    const data = await shop.json(['where-used', 'sm:db', '--all-regions']);
    expect(data.searched).toMatchObject({
      regions: ['us-east-1', 'eu-west-1', 'eu-west-3'],
      clusters: [clusterIn('us-east-1'), clusterIn('eu-west-1')],
      otherRegions: [],
    });

    const put = new PutSecretValueCommand({ SecretId: 'db', SecretString: 'two' });
    await shop.secrets.send(put);
    const stale = await shop.run(['stale', 'sm:db', '--all-regions']);
    expect(stale.code).toBe(3);
    expect(stale.stdout.split('\n').sort()).toEqual([
      '',
      'NAME\tHOLDING\tTASKS\tWHY',
      'shop/abroad (eu-west-1)\tstale\t1 stale\t',
      'shop/away (us-east-1)\tstale\t1 stale\t',
      'shop/home (us-east-1)\tstale\t1 stale\t',
    ]);
    expect(stale.stderr).toContain(
      'hint: ecs-secrets redeploy sm:db --stale --region us-east-1 and ecs-secrets redeploy sm:db --stale --region eu-west-1 replaces them\n',
    );
  });

  test.each([
    [['where-used', 'sm:db', '--all-regions', '--cluster', 'shop'], {}, '--cluster chooses'],
    [['stale', 'sm:db', '--all-regions', '--service', 'shop/home'], {}, '--service chooses'],
    [['stale', 'sm:db', '--all-regions'], { ECS_SECRETS_CLUSTER: 'shop' }, 'ECS_SECRETS_CLUSTER'],
    [['stale', '--all-regions'], {}, 'hint: give REF'],
  ])('%j is refused', async (argv, env, message) => {
    const seen = await shop.run(argv, { env });
    expect(seen.code).toBe(2);
    expect(seen.stderr).toContain(message);
  });
});

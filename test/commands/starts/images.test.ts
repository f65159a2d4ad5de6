import { DescribeImagesCommand } from '@aws-sdk/client-ecr';
import { CreateClusterCommand, DescribeTasksCommand, RunTaskCommand } from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Finding } from '../../../src/model/failures/finding.ts';
import { imagesOf, type Images } from '../../helpers/images.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';
import { asDeployer, definition, jsonOf, stock, type Verified } from '../../helpers/start-scene.ts';
import { createDeployer } from '../../sandbox/clients.ts';

const account = '123456789012';
const registry = `${account}.dkr.ecr.us-east-1.amazonaws.com`;

let shop: Shop;
let images: Images;
/** The digest of shop/web:1. */
let digest: string;
beforeAll(async () => {
  shop = await openShop();
  images = imagesOf(shop.sandbox);
  await stock(shop);
  digest = await images.push('shop/web', '1');
  await images.push('shop/web', 'both', 'linux/amd64', 'linux/arm64');
  await images.push('shop/web', 'arm', 'linux/arm64');
  await images.push('shop/web', 'windows', 'windows/amd64');
  await images.push('shop/old', 'latest');
  await images.pullThrough('hub');
});
afterAll(() => shop.sandbox.close());

/** What is found about the images of a task definition, besides what the role may pull. */
async function found(
  image: string | readonly string[],
  more: Record<string, unknown> = {},
  argv: string[] = [],
): Promise<Finding[]> {
  const names = [image].flat();
  const base = definition({}, more);
  const containerDefinitions = names.map((one, index) => ({ name: `c${index}`, image: one }));
  const files = { 'own.json': JSON.stringify({ ...base, containerDefinitions }) };
  const seen = await shop.run(['verify', 'own.json', '--json', ...argv], { files });
  const { targets } = jsonOf(seen) as { targets: Verified[] };
  const all = targets[0]?.findings ?? [];
  return all.filter(({ check, message }) => check === 'image' && !message.startsWith('ecr:'));
}

const arm = { runtimePlatform: { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' } };
const windows = { runtimePlatform: { operatingSystemFamily: 'WINDOWS_SERVER_2022_CORE' } };
const read = ['--read-images'];

describe('an image in ECR', () => {
  test.each<[image: string, status: Finding['status'], message: string]>([
    ['/shop/web:1', 'ok', 'exists'],
    ['/shop/old', 'ok', 'exists'],
    ['/shop/web:both', 'ok', 'verify --read-images checks its platforms'],
    ['/shop/web:2', 'problem', 'has no image with the tag 2, or it is archived'],
    [`/shop/web@sha256:${'0'.repeat(64)}`, 'problem', 'has no image with the digest sha256:000'],
    ['/shop/gone:1', 'problem', `there is no repository shop/gone in ECR of account ${account}`],
    ['/hub/library/nginx:1', 'not-checked', 'pull-through cache rule hub gets it'],
  ])('%s: %s', async (image, status, message) => {
    const [finding, ...others] = await found(registry + image);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ status, subject: 'image of c0' });
    expect(finding?.message).toContain(message);
    expect(finding?.failure).toBe(status === 'problem' ? 'image-not-pulled' : undefined);
  });

  test('is found by its digest, whatever its tag says', async () => {
    for (const name of [`@${digest}`, `:gone@${digest}`]) {
      expect(await found(`${registry}/shop/web${name}`)).toMatchObject([{ status: 'ok' }]);
    }
  });

  test('of several is the only one that is reported, with one call and one more for each', async () => {
    const before = (await calls()).length;
    const all = ['1', '2', 'both', '3'].map((tag) => `${registry}/shop/web:${tag}`);
    const seen = await found([...all, `${registry}/shop/old`]);
    expect(seen.map(({ status }) => status)).toEqual(['ok', 'problem', 'ok', 'problem', 'ok']);
    const made = (await calls()).slice(before).filter(({ service }) => service === 'ecr');
    expect(made.map(({ operation }) => operation).sort()).toEqual([
      ...Array<string>(6).fill('DescribeImages'),
      'DescribePullThroughCacheRules',
    ]);
  });

  test('is looked up in its own region, and not checked in an account that denies it', async () => {
    const elsewhere = imagesOf(shop.sandbox, 'eu-west-1');
    await elsewhere.push('shop/abroad', '1');
    const abroad = registry.replace('us-east-1', 'eu-west-1');
    expect(await found(`${abroad}/shop/abroad:1`)).toMatchObject([{ status: 'ok' }]);
    expect(await found(`${abroad}/shop/web:1`)).toMatchObject([{ status: 'problem' }]);
    const denied = shop.sandbox.inject({
      ...{ service: 'ecr', operation: 'DescribeImages', times: 1 },
      ...{ code: 'AccessDeniedException', message: 'no policy allows it', status: 400 },
    });
    const [finding] = await found(`${registry.replace('1234', '9999')}/shop/web:1`);
    expect(finding).toMatchObject({ status: 'not-checked' });
    expect(finding?.message).toMatch(
      /^whether 9999\S+:1 exists: access denied to ecr:DescribeImages/,
    );
    expect(denied.met).toBe(1);
  });

  test('is not recorded as pulled without --read-images', async () => {
    const pulled = async () => {
      const imageIds = [{ imageTag: 'both' }];
      const query = new DescribeImagesCommand({ repositoryName: 'shop/web', imageIds });
      return (await images.ecr.send(query)).imageDetails?.[0]?.lastRecordedPullTime;
    };
    await found(`${registry}/shop/web:both`);
    expect(await pulled()).toBeUndefined();
    await found(`${registry}/shop/web:both`, {}, read);
    expect(await pulled()).toBeInstanceOf(Date);
  });

  test('a placeholder in its name is reported with the others', async () => {
    expect(await found(`${registry}/shop/web:\${TAG}`)).toEqual([]);
  });
});

describe('the platform of an image', () => {
  test.each<[tag: string, more: object, status: Finding['status'], message: string]>([
    ['both', {}, 'ok', 'exists for linux/amd64, linux/arm64'],
    ['both', arm, 'ok', 'exists for linux/amd64, linux/arm64'],
    ['arm', arm, 'ok', 'exists for linux/arm64'],
    ['arm', {}, 'problem', 'is not built for linux/amd64, only for linux/arm64'],
    ['windows', windows, 'ok', 'exists for windows/amd64'],
    ['both', windows, 'problem', 'is not built for windows/amd64'],
    ['1', arm, 'ok', 'a single image does not say for which platform it is built'],
    ['2', arm, 'problem', 'has no image with the tag 2'],
    // Without a platform, that of the instances decides.
    ['arm', { requiresCompatibilities: ['EC2'] }, 'ok', 'exists for linux/arm64'],
  ])('%s with %j: %s', async (tag, more, status, message) => {
    const [finding] = await found(`${registry}/shop/web:${tag}`, { ...more }, read);
    expect(finding).toMatchObject({ status });
    expect(finding?.message).toContain(message);
  });
});

test('an image of another registry is not checked, in one line', async () => {
  const base = definition({});
  const containerDefinitions = ['httpd:2.4', 'public.ecr.aws/nginx/nginx:1'].map(
    (image, index) => ({
      ...{ name: `c${index}`, image },
    }),
  );
  const files = { 'own.json': JSON.stringify({ ...base, containerDefinitions }) };
  const { stdout, code } = await shop.run(['verify', 'own.json', '--all'], { files });
  expect(code).toBe(0);
  const lines = stdout.split('\n').filter((line) => line.includes('not in ECR'));
  expect(lines).toEqual([
    '    not checked  httpd:2.4, public.ecr.aws/nginx/nginx:1: not in ECR; verify --read-images checks whether it exists',
  ]);
});

test('without permission it is a note: no failure, and no problem of an image that is missing', async () => {
  await createDeployer(shop, [
    { Effect: 'Allow', Action: '*', Resource: '*' },
    { Effect: 'Deny', Action: 'ecr:DescribePullThroughCacheRules', Resource: '*' },
  ]);
  const [finding] = await asDeployer(shop, () => found(`${registry}/shop/gone:1`));
  expect(finding).toMatchObject({ status: 'not-checked' });
  expect(finding?.message).toContain('ecr:DescribePullThroughCacheRules');
});

test('a task whose image is missing stops, and diagnose finds the image', async () => {
  const image = `${registry}/shop/web:2`;
  const grants = ['--secret', '/shop/db', '--managed-policy', 'always'];
  await shop.run(['role', 'create', 'shop-execution', ...grants], { longestPause: 5 });
  const files = { 'gone.json': JSON.stringify(definition({}, { container: { image } })) };
  await shop.json(['register', 'gone.json'], { files });
  await shop.ecs.send(new CreateClusterCommand({ clusterName: 'gone' }));
  const run = { cluster: 'gone', taskDefinition: 'web', launchType: 'FARGATE' as const };
  const { tasks = [] } = await shop.ecs.send(new RunTaskCommand(run));
  const id = tasks[0]?.taskArn?.split('/').at(-1) ?? '';
  await vi.waitFor(async () => {
    const described = new DescribeTasksCommand({ cluster: 'gone', tasks: [id] });
    const task = (await shop.ecs.send(described)).tasks?.[0];
    expect(task?.lastStatus).toBe('STOPPED');
    expect(task?.stoppedReason).toContain('CannotPullContainerError');
  });
  const seen = await shop.run(['diagnose', `gone/${id}`, '--json']);
  const { failures } = jsonOf(seen) as { failures: { failure: string; evidence: Finding[] }[] };
  expect(failures).toMatchObject([{ failure: 'image-not-pulled' }]);
  const missing = failures[0]?.evidence.filter(({ status }) => status === 'problem');
  expect(missing).toMatchObject([{ check: 'image', subject: 'image of web' }]);
});

async function calls(): Promise<{ service: string; operation: string }[]> {
  const answer = await fetch(`${shop.sandbox.url}/_sandbox/calls`);
  return (await answer.json()) as { service: string; operation: string }[];
}

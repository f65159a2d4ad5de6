import {
  BatchGetImageCommand,
  CreateRepositoryCommand,
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  PutImageCommand,
} from '@aws-sdk/client-ecr';
import {
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { imagesOf } from '../helpers/images.ts';
import { errorOf, openScene, type Scene } from './clients.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.sandbox.close());

const of = (repositoryName: string, ...tags: string[]) => ({
  repositoryName,
  imageIds: tags.map((imageTag) => ({ imageTag })),
});

test('a registry without repositories has every image, and none to list', async () => {
  const { ecr } = imagesOf(scene.sandbox, 'eu-west-1');
  const { imageDetails } = await ecr.send(new DescribeImagesCommand(of('any/thing', '1')));
  expect(imageDetails).toMatchObject([{ repositoryName: 'any/thing', imageTags: ['1'] }]);
  expect((await ecr.send(new DescribeRepositoriesCommand({}))).repositories).toEqual([]);
});

test('images are pushed, moved to another manifest by their tag, described and read', async () => {
  const { ecr, push } = imagesOf(scene.sandbox);
  const first = await push('web', '1', 'linux/amd64');
  const imageManifest = '{"schemaVersion":2}';
  const put = { repositoryName: 'web', imageManifest, imageTag: '1' };
  const { image } = await ecr.send(new PutImageCommand(put));
  expect(image?.imageId?.imageDigest).not.toBe(first);
  const got = await ecr.send(new BatchGetImageCommand(of('web', '1', '2')));
  expect(got.images).toMatchObject([{ imageManifest }]);
  expect(got.failures).toMatchObject([{ failureCode: 'ImageNotFound' }]);
  const { imageDetails } = await ecr.send(new DescribeImagesCommand({ repositoryName: 'web' }));
  expect(imageDetails?.map(({ imageTags }) => imageTags)).toEqual([[], ['1']]);
  const codes = [
    ecr.send(new DescribeImagesCommand(of('web', '1', '2'))),
    ecr.send(new DescribeImagesCommand(of('gone', '1'))),
    ecr.send(new CreateRepositoryCommand({ repositoryName: 'web' })),
    ecr.send(new PutImageCommand({ ...put, imageManifest: '{' })),
  ].map(async (call) => (await errorOf(call)).name);
  expect(await Promise.all(codes)).toEqual([
    'ImageNotFoundException',
    'RepositoryNotFoundException',
    'RepositoryAlreadyExistsException',
    'InvalidParameterException',
  ]);
});

test('target groups are created and described, in XML', async () => {
  const { targetGroup } = imagesOf(scene.sandbox);
  const arn = await targetGroup('web', { TargetType: 'ip' });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const config = { endpoint: scene.sandbox.url, region: 'us-east-1', credentials, maxAttempts: 1 };
  const client = new ElasticLoadBalancingV2Client(config);
  const describe = (TargetGroupArns: string[]) =>
    client.send(new DescribeTargetGroupsCommand({ TargetGroupArns }));
  expect((await describe([arn])).TargetGroups).toMatchObject([
    { TargetGroupArn: arn, TargetType: 'ip', HealthCheckPort: 'traffic-port', Port: 80 },
  ]);
  expect(await errorOf(describe([`${arn}0`]))).toMatchObject({
    name: 'TargetGroupNotFoundException',
  });
  expect(await errorOf(targetGroup('web'))).toMatchObject({
    name: 'DuplicateTargetGroupNameException',
  });
});

import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { backends, open, unique, type Backend } from './backends.ts';

// The images and the load balancer of a service, in the sandbox and in moto: both by the AWS CLI.
describe.runIf(inject('awsCli')).each(backends())('verify of a service in %s', (name) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await open(name);
  });
  afterAll(() => backend.close());

  test('finds its images and its target group, and tells what is wrong with them', async () => {
    const aws: Backend['aws'] = (...argv) => backend.aws(...argv);
    const [repository, cluster] = [unique('shop'), unique('shop')];
    const { repository: made } = await aws(
      ...['ecr', 'create-repository', '--repository-name', repository],
    );
    const uri =
      made.repositoryUri ?? `${made.registryId}.dkr.ecr.us-east-1.amazonaws.com/${repository}`;
    const digest = `sha256:${'0'.repeat(64)}`;
    const type = 'application/vnd.docker.distribution.manifest.v2+json';
    const layer = { mediaType: type, size: 1, digest };
    const manifest = { schemaVersion: 2, mediaType: type, config: layer, layers: [layer] };
    await aws(
      ...['ecr', 'put-image', '--repository-name', repository, '--image-tag', '1'],
      ...['--image-manifest', JSON.stringify(manifest)],
    );
    const { Vpc } = await aws('ec2', 'create-vpc', '--cidr-block', '10.0.0.0/16');
    const { TargetGroups } = await aws(
      ...['elbv2', 'create-target-group', '--name', unique('web'), '--target-type', 'instance'],
      ...['--protocol', 'HTTP', '--port', '80', '--vpc-id', Vpc.VpcId as string],
    );
    const family = unique('web');
    const container = (tag: string) => ({
      ...{ name: `c${tag}`, image: `${uri}:${tag}`, memory: 64 },
      portMappings: [{ containerPort: 80 }],
    });
    await aws(
      ...['ecs', 'register-task-definition', '--family', family, '--network-mode', 'awsvpc'],
      ...['--container-definitions', JSON.stringify([container('1'), container('2')])],
    );
    await aws('ecs', 'create-cluster', '--cluster-name', cluster);
    const arn = TargetGroups[0].TargetGroupArn as string;
    await aws(
      ...['ecs', 'create-service', '--cluster', cluster, '--service-name', 'web'],
      ...['--task-definition', family, '--desired-count', '0'],
      ...['--load-balancers', `targetGroupArn=${arn},containerName=c1,containerPort=80`],
    );
    const { stdout, stderr } = await backend.run(['verify', `${cluster}/web`, '--all']);
    expect(stdout, stderr).toContain(`image of c1: ${uri}:1 exists`);
    // moto has no pull-through cache rules, so that it cannot say that nothing else gets the image.
    expect(stdout).toMatch(/(problem|not checked) +image of c2: .* has no image with the tag 2/);
    expect(stdout).toContain('target type is instance; tasks in network mode awsvpc need ip');
  });
});

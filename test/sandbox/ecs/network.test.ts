import {
  CreateClusterCommand,
  DescribeTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
} from '@aws-sdk/client-ecs';
import { AttachRolePolicyCommand, CreateRoleCommand } from '@aws-sdk/client-iam';
import { expect, it } from 'vitest';
import { makeNetwork } from '../../helpers/network-scene.ts';
import { openShop } from '../../helpers/scene.ts';

const plan = {
  routes: ['none'],
  publicIp: false,
  egress: 'all',
  endpoint: 'none',
  ingress: 'task',
  dnsSupport: true,
  dnsHostnames: true,
} as const;

/** Why a task with an image of ECR stops that runs in a subnet without a way out; undefined for one that runs. */
async function stoppedReason(launchType: 'FARGATE' | 'EC2', more: object = {}) {
  await using shop = await openShop();
  const trust = {
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Service: 'ecs-tasks.amazonaws.com' },
      Action: 'sts:AssumeRole',
    },
  };
  const AssumeRolePolicyDocument = JSON.stringify(trust);
  await shop.iam.send(new CreateRoleCommand({ RoleName: 'exec', AssumeRolePolicyDocument }));
  await shop.iam.send(
    new AttachRolePolicyCommand({
      RoleName: 'exec',
      PolicyArn: 'arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy',
    }),
  );
  await shop.ecs.send(new CreateClusterCommand({ clusterName: 'prod' }));
  await shop.ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'web',
      networkMode: 'awsvpc',
      executionRoleArn: 'arn:aws:iam::123456789012:role/exec',
      cpu: '256',
      memory: '512',
      containerDefinitions: [
        { name: 'app', image: '123456789012.dkr.ecr.us-east-1.amazonaws.com/shop:1' },
      ],
    }),
  );
  const network = await makeNetwork(shop.ec2, { ...plan, ...more }, 'ecr.api');
  const { tasks } = await shop.ecs.send(
    new RunTaskCommand({
      cluster: 'prod',
      launchType,
      taskDefinition: 'web',
      networkConfiguration: { awsvpcConfiguration: network },
    }),
  );
  const query = { cluster: 'prod', tasks: [tasks![0]!.taskArn!] };
  for (;;) {
    const [task] = (await shop.ecs.send(new DescribeTasksCommand(query))).tasks!;
    if (task!.lastStatus === 'RUNNING') return undefined;
    if (task!.lastStatus === 'STOPPED') return task!.stoppedReason;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

it('stops a Fargate task that does not reach the API of ECR', async () => {
  expect(await stoppedReason('FARGATE')).toMatch(
    /^ResourceInitializationError: .*The task cannot pull registry auth from Amazon ECR: There is a connection issue .* i\/o timeout$/,
  );
  expect(await stoppedReason('FARGATE', { endpoint: 'private-dns' })).toBeUndefined();
});

it('does not ask how instances reach it', async () => {
  expect(await stoppedReason('EC2')).toBeUndefined();
});

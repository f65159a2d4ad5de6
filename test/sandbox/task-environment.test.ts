import {
  CreateClusterCommand,
  DescribeTasksCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
} from '@aws-sdk/client-ecs';
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { expect, it, vi } from 'vitest';
import { executionPolicy } from '../../src/model/roles/execution-policy.ts';
import { trustPolicy } from '../../src/model/roles/policy.ts';
import { openScene } from './clients.ts';

it('shows what a task was started with, under the policies of its execution role', async () => {
  await using scene = await openScene();
  const { iam, secrets, ssm, sandbox } = scene;
  const ecs = new ECSClient({
    endpoint: sandbox.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const here = { partition: 'aws', region: 'us-east-1', account: '123456789012' };
  await ssm.send(
    new PutParameterCommand({ Name: '/shop/db', Value: 'from-ssm', Type: 'SecureString' }),
  );
  const { ARN } = await secrets.send(
    new CreateSecretCommand({ Name: 'shop/api', SecretString: '{"token":"from-sm"}' }),
  );
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName: 'exec',
      AssumeRolePolicyDocument: JSON.stringify(trustPolicy(here, true)),
    }),
  );
  await ecs.send(new CreateClusterCommand({}));
  const { taskDefinition } = await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'web',
      executionRoleArn: Role!.Arn!,
      containerDefinitions: [
        {
          name: 'web',
          image: 'web:1',
          memory: 64,
          secrets: [
            { name: 'DB', valueFrom: '/shop/db' },
            { name: 'TOKEN', valueFrom: `${ARN!}:token::` },
          ],
        },
      ],
    }),
  );
  const run = async () => {
    const input = { taskDefinition: taskDefinition!.taskDefinitionArn! };
    return (await ecs.send(new RunTaskCommand(input))).tasks![0]!.taskArn!;
  };
  const settled = (task: string) =>
    vi.waitFor(
      async () => {
        const { tasks } = await ecs.send(new DescribeTasksCommand({ tasks: [task] }));
        const { lastStatus, stoppedReason = '' } = tasks![0]!;
        expect(['RUNNING', 'STOPPED']).toContain(lastStatus);
        return { lastStatus, stoppedReason };
      },
      { timeout: 10_000, interval: 50 },
    );

  const refused = await settled(await run());
  expect(refused.lastStatus).toBe('STOPPED');
  expect(refused.stoppedReason).toContain('is not authorized to perform');

  const grants = [
    {
      store: 'parameter-store' as const,
      arn: 'arn:aws:ssm:us-east-1:123456789012:parameter/shop/db',
    },
    { store: 'secrets-manager' as const, arn: ARN! },
  ];
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: 'exec',
      PolicyName: 'secrets',
      PolicyDocument: JSON.stringify(executionPolicy(grants)),
    }),
  );
  const task = await run();
  expect((await settled(task)).lastStatus).toBe('RUNNING');
  const path = `/_sandbox/tasks/${encodeURIComponent(task)}/environment`;
  const answer = await fetch(sandbox.url + path);
  expect(await answer.json()).toEqual({
    containers: [
      {
        name: 'web',
        environment: {
          AWS_REGION: 'us-east-1',
          AWS_DEFAULT_REGION: 'us-east-1',
          DB: 'from-ssm',
          TOKEN: 'from-sm',
        },
        logOptions: {},
      },
    ],
  });
});

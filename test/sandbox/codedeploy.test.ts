import { ECS } from '@aws-sdk/client-ecs';
import { IAM } from '@aws-sdk/client-iam';
import { SSM } from '@aws-sdk/client-ssm';
import { expect, test, vi } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.ts';
import { fast } from './ecs/support.ts';
import { wireTo } from './wire.ts';

/** For `waitFor`, on a slow machine too. */
const patient = { timeout: 10_000, interval: 10 };
/** Long enough to see a deployment under way. */
const slowly = 400;

/** A CODE_DEPLOY service `web` that runs, and its deployment group. */
async function prepared(stageMs = 5) {
  const sandbox = await startSandbox({ ecs: { ...fast, stageMs, bakeMs: 10 } });
  const config = {
    endpoint: sandbox.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  };
  const [ecs, iam, ssm] = [new ECS(config), new IAM(config), new SSM(config)];
  const { codedeploy } = wireTo(sandbox.url);

  await ssm.putParameter({ Name: '/shop/password', Value: 'old', Type: 'SecureString' });
  const { Role } = await iam.createRole({
    RoleName: 'execution',
    AssumeRolePolicyDocument: JSON.stringify({
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'ecs-tasks.amazonaws.com' },
          Action: 'sts:AssumeRole',
        },
      ],
    }),
  });
  await iam.putRolePolicy({
    RoleName: 'execution',
    PolicyName: 'read',
    PolicyDocument: JSON.stringify({
      Statement: [{ Effect: 'Allow', Action: 'ssm:GetParameters', Resource: '*' }],
    }),
  });
  const register = async (valueFrom: string): Promise<string> => {
    const { taskDefinition } = await ecs.registerTaskDefinition({
      family: 'web',
      executionRoleArn: Role?.Arn,
      containerDefinitions: [
        { name: 'app', image: 'nginx', secrets: [{ name: 'PASSWORD', valueFrom }] },
      ],
    });
    return taskDefinition?.taskDefinitionArn ?? '';
  };
  const first = await register('/shop/password');
  await ecs.createCluster({ clusterName: 'prod' });
  await ecs.createService({
    cluster: 'prod',
    serviceName: 'web',
    taskDefinition: first,
    desiredCount: 2,
    launchType: 'FARGATE',
    deploymentController: { type: 'CODE_DEPLOY' },
  });
  const service = async () =>
    (await ecs.describeServices({ cluster: 'prod', services: ['web'] })).services![0]!;
  await vi.waitFor(async () => {
    expect((await service()).taskSets).toMatchObject([{ stabilityStatus: 'STEADY_STATE' }]);
  }, patient);

  await codedeploy('CreateApplication', { applicationName: 'shop', computePlatform: 'ECS' });
  const group = {
    applicationName: 'shop',
    deploymentGroupName: 'web-group',
    serviceRoleArn: 'arn:aws:iam::123456789012:role/codedeploy',
    ecsServices: [{ clusterName: 'prod', serviceName: 'web' }],
  };
  await codedeploy('CreateDeploymentGroup', group);

  const deploy = (content: string, more: object = {}) =>
    codedeploy('CreateDeployment', {
      applicationName: 'shop',
      deploymentGroupName: 'web-group',
      revision: { revisionType: 'AppSpecContent', appSpecContent: { content, ...more } },
    });
  const info = async (deploymentId: unknown) => {
    const { body } = await codedeploy('GetDeployment', { deploymentId });
    return body.deploymentInfo as Record<string, unknown>;
  };
  const ended = (deploymentId: unknown, status: string) =>
    vi.waitFor(async () => {
      const found = await info(deploymentId);
      expect(found.status).toBe(status);
      return found;
    }, patient);
  const passwords = async (): Promise<string[]> => {
    const { taskArns = [] } = await ecs.listTasks({ cluster: 'prod', serviceName: 'web' });
    return Promise.all(
      taskArns.map(async (arn) => {
        const path = `/_sandbox/tasks/${arn.split('/').at(-1) ?? ''}/environment`;
        const answer = (await (await fetch(sandbox.url + path)).json()) as {
          containers: { environment: { PASSWORD: string } }[];
        };
        return answer.containers[0]!.environment.PASSWORD;
      }),
    );
  };
  return {
    ecs,
    ssm,
    codedeploy,
    group,
    first,
    register,
    service,
    deploy,
    info,
    ended,
    passwords,
    [Symbol.asyncDispose]: () => sandbox.close(),
  };
}

const appSpec = (definition: string): string =>
  JSON.stringify({
    version: 0,
    Resources: [
      {
        TargetService: {
          Type: 'AWS::ECS::Service',
          Properties: {
            TaskDefinition: definition,
            LoadBalancerInfo: { ContainerName: 'app', ContainerPort: 80 },
          },
        },
      },
    ],
  });

test('tells which groups deploy to which services', async () => {
  await using scene = await prepared();
  const { codedeploy, group } = scene;
  const shop = { applicationName: 'shop' };
  expect((await codedeploy('ListApplications')).body).toEqual({ applications: ['shop'] });
  expect((await codedeploy('ListDeploymentGroups', shop)).body).toEqual({
    ...shop,
    deploymentGroups: ['web-group'],
  });
  expect(
    (
      await codedeploy('BatchGetDeploymentGroups', {
        ...shop,
        deploymentGroupNames: ['web-group'],
      })
    ).body,
  ).toEqual({
    deploymentGroupsInfo: [
      {
        ...group,
        deploymentGroupId: expect.any(String) as string,
        computePlatform: 'ECS',
        deploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce',
      },
    ],
  });
  expect(
    (await codedeploy('GetDeploymentGroup', { ...shop, deploymentGroupName: 'absent' })).body
      .__type,
  ).toBe('DeploymentGroupDoesNotExistException');
  expect((await codedeploy('CreateApplication', shop)).body.__type).toBe(
    'ApplicationAlreadyExistsException',
  );
  expect((await codedeploy('ListDeploymentGroups', { applicationName: 'x' })).body.__type).toBe(
    'ApplicationDoesNotExistException',
  );
});

test('wants a service of CODE_DEPLOY', async () => {
  await using scene = await prepared();
  const { codedeploy, ecs, group, first } = scene;
  await ecs.createService({
    cluster: 'prod',
    serviceName: 'rolling',
    taskDefinition: first,
    desiredCount: 0,
  });
  for (const serviceName of ['rolling', 'absent']) {
    const ecsServices = [{ clusterName: 'prod', serviceName }];
    const input = { ...group, deploymentGroupName: serviceName, ecsServices };
    expect((await codedeploy('CreateDeploymentGroup', input)).body.__type).toBe(
      'InvalidECSServiceException',
    );
  }
});

test('replaces the tasks, which read the current values', async () => {
  await using scene = await prepared(slowly);
  const { ssm, service, first } = scene;
  await ssm.putParameter({ Name: '/shop/password', Value: 'new', Overwrite: true });
  const second = await scene.register('/shop/password');
  const groupNow = async () =>
    (await scene.codedeploy('GetDeploymentGroup', scene.group)).body.deploymentGroupInfo;

  const { body } = await scene.deploy(appSpec(second));
  expect(await groupNow()).toMatchObject({
    targetRevision: { appSpecContent: { content: appSpec(second) } },
  });
  expect(body.deploymentId).toMatch(/^d-[A-Z0-9]{9}$/);
  expect(await scene.info(body.deploymentId)).toMatchObject({
    status: 'Created',
    applicationName: 'shop',
    deploymentGroupName: 'web-group',
  });
  expect((await scene.deploy(appSpec(second))).body.__type).toBe(
    'DeploymentLimitExceededException',
  );
  expect(await service()).toMatchObject({
    taskDefinition: first,
    deployments: [],
    taskSets: [
      { status: 'PRIMARY', taskDefinition: first },
      { status: 'ACTIVE', taskDefinition: second },
    ],
  });

  const done = await scene.ended(body.deploymentId, 'Succeeded');
  expect(done).toMatchObject({ completeTime: expect.any(Number) as number });
  expect(await service()).toMatchObject({
    taskDefinition: second,
    runningCount: 2,
    taskSets: [{ status: 'PRIMARY', taskDefinition: second }],
  });
  expect(await scene.passwords()).toEqual(['new', 'new']);
});

test('reads an AppSpec in YAML', async () => {
  await using scene = await prepared();
  const second = await scene.register('/shop/password');
  const { body } = await scene.deploy(
    [
      'version: 0.0',
      'Resources:',
      '  - TargetService:',
      '      Type: AWS::ECS::Service # the only one',
      '      Properties:',
      `        TaskDefinition: "${second}"`,
      '        LoadBalancerInfo:',
      '          ContainerName: app',
    ].join('\n'),
  );
  await scene.ended(body.deploymentId, 'Succeeded');
  expect((await scene.service()).taskDefinition).toBe(second);
});

test('fails when the tasks do not start, and keeps the old ones', async () => {
  await using scene = await prepared();
  const before = await scene.ecs.listTasks({ cluster: 'prod', serviceName: 'web' });
  const broken = await scene.register('/absent');
  const { body } = await scene.deploy(appSpec(broken));
  expect(await scene.ended(body.deploymentId, 'Failed')).toMatchObject({
    errorInformation: { code: 'ECS_UPDATE_ERROR' },
  });
  await vi.waitFor(async () => {
    expect((await scene.service()).taskSets).toMatchObject([{ taskDefinition: scene.first }]);
  }, patient);
  const after = await scene.ecs.listTasks({ cluster: 'prod', serviceName: 'web' });
  expect(after.taskArns).toEqual(before.taskArns);

  const again = await scene.deploy(appSpec(scene.first));
  await scene.ended(again.body.deploymentId, 'Succeeded');
});

test('fails for a task definition that is not there', async () => {
  await using scene = await prepared();
  const { body } = await scene.deploy(appSpec('web:99'));
  expect(await scene.info(body.deploymentId)).toMatchObject({
    status: 'Failed',
    errorInformation: { message: expect.stringContaining('TaskDefinition not found.') as string },
  });
});

test('stops a deployment', async () => {
  await using scene = await prepared(slowly);
  const second = await scene.register('/shop/password');
  const { body } = await scene.deploy(appSpec(second));
  const stop = () => scene.codedeploy('StopDeployment', { deploymentId: body.deploymentId });
  expect((await stop()).body.status).toBe('Succeeded');
  expect((await scene.info(body.deploymentId)).status).toBe('Stopped');
  expect((await stop()).body.__type).toBe('DeploymentAlreadyCompletedException');
  await vi.waitFor(async () => {
    expect((await scene.service()).taskSets).toMatchObject([{ taskDefinition: scene.first }]);
  }, patient);
});

test('refuses revisions that it cannot read', async () => {
  await using scene = await prepared();
  const refusal = async (content: string, more: object = {}): Promise<unknown> =>
    (await scene.deploy(content, more)).body.__type;
  for (const content of ['', '{', '{}', 'version: 0.0', '{"Resources":[null]}']) {
    expect(await refusal(content)).toBe('InvalidRevisionException');
  }
  expect(await refusal(appSpec('web:1'), { sha256: 'other' })).toBe('InvalidRevisionException');
  const { codedeploy, group } = scene;
  const { body } = await codedeploy('CreateDeployment', {
    ...group,
    revision: { revisionType: 'S3', s3Location: { bucket: 'b', key: 'k' } },
  });
  expect(body.__type).toBe('InvalidRevisionException');
  expect((await codedeploy('CreateDeployment', group)).body.__type).toBe(
    'RevisionRequiredException',
  );
  expect((await codedeploy('GetDeployment', { deploymentId: 'd-X' })).body.__type).toBe(
    'DeploymentDoesNotExistException',
  );
});

import {
  DescribeTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
} from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openShop, type Shop } from '../../helpers/scene.ts';

let shop: Shop;

beforeAll(async () => {
  shop = await openShop();
  await shop.run(['role', 'create', 'r', '--secret', '/x', '--allow-missing']);
  await shop.service({ cluster: 'shop', name: 'other', taskDefinition: await registered('other') });
});
afterAll(() => shop.sandbox.close());

/** Registers a task definition through the API itself; answers its family. */
async function registered(family: string, credentialsParameter?: string): Promise<string> {
  const executionRoleArn = 'arn:aws:iam::123456789012:role/r';
  const repositoryCredentials = credentialsParameter ? { credentialsParameter } : undefined;
  await shop.ecs.send(
    new RegisterTaskDefinitionCommand({
      ...{ family, executionRoleArn, requiresCompatibilities: ['FARGATE'] },
      ...{ networkMode: 'awsvpc', cpu: '256', memory: '512' },
      containerDefinitions: [{ name: 'web', image: 'httpd:2.4', repositoryCredentials }],
    }),
  );
  return family;
}

/** Why a task does not start; `RUNNING` for one that does. */
async function started(taskDefinition: string): Promise<string> {
  const run = new RunTaskCommand({ cluster: 'shop', taskDefinition, launchType: 'FARGATE' });
  const { tasks: [task] = [] } = await shop.ecs.send(run);
  return vi.waitFor(async () => {
    const describe = new DescribeTasksCommand({ cluster: 'shop', tasks: [task?.taskArn ?? ''] });
    const { tasks: [now] = [] } = await shop.ecs.send(describe);
    expect(['RUNNING', 'STOPPED']).toContain(now?.lastStatus);
    return now?.stoppedReason ?? now?.lastStatus ?? '';
  });
}

const malformed = 'AuthorizationData is malformed, empty field';
const schema = 'unable to unmarshal secret value, invalid schema';

test.each([
  ['both', '{"username":"u","password":"p","email":"e"}', undefined, 'RUNNING'],
  ['keys in another case', '{"Username":"u","PASSWORD":"p"}', undefined, 'RUNNING'],
  ['plain text', 'u:p', 'is not a JSON object', schema],
  ['a list', '["u","p"]', 'is not a JSON object', schema],
  ['no password', '{"username":"u"}', 'has no password', `asm fetching password: ${malformed}`],
  ['an empty username', '{"username":"","password":"p"}', 'has an empty username', malformed],
  ['a number', '{"username":"u","password":1}', 'has a password that is not a string', schema],
])('credentials of a registry with %s', async (title, content, problem, reason) => {
  const name = title.replaceAll(' ', '-');
  await shop.run(['put', `sm:${name}`], { stdin: content });
  const { arn } = await shop.json(['get', `sm:${name}`]);
  const family = await registered(name, String(arn));
  await shop.run(['role', 'create', 'r', '--secret', `sm:${name}`]);

  const quick = await shop.run(['verify', family, '--all']);
  expect(quick.code).toBe(0);
  expect(quick.stdout).toContain('holds a username and a password is checked with --read-values');
  const seen = await shop.run(['verify', family, '--read-values', '--all']);
  expect(seen.code).toBe(problem === undefined ? 0 : 3);
  expect(seen.stdout).toContain(problem ?? 'has a username and a password');
  expect(seen.stdout + seen.stderr).not.toContain('u:p');
  expect(await started(family)).toContain(reason);
});

test.each([
  ['a JSON key', 'secretsmanager', 'secret:both:username::', 'nothing can follow its name or ARN'],
  ['a parameter', 'ssm', 'parameter/x/y', 'must be a secret in Secrets Manager'],
])('%s cannot be the credentials of a registry', async (title, store, resource, problem) => {
  const arn = `arn:aws:${store}:us-east-1:123456789012:${resource}`;
  const family = await registered(title.replaceAll(' ', '-'), arn);
  const seen = await shop.run(['verify', family]);
  expect(seen.code).toBe(3);
  expect(seen.stdout).toContain(problem);
  expect(await started(family)).toContain(`asm fetching secret from the service for ${arn}: `);
  const container = {
    name: 'web',
    image: 'x',
    repositoryCredentials: { credentialsParameter: arn },
  };
  const files = {
    't.json': JSON.stringify({ family, executionRoleArn: 'r', containerDefinitions: [container] }),
  };
  const refused = await shop.run(['register', 't.json'], { files });
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain(problem);
});

test.each([
  ['both', '{"username":"u","password":"p"}', undefined],
  ['plain text', 'u:p', 'is not a JSON object'],
  ['no password', '{"username":"u"}', 'has no password'],
])('verify --read-values checks credentials of FSx: %s', async (title, content, problem) => {
  const name = `fsx-${title.replaceAll(' ', '-')}`;
  await shop.run(['put', `sm:${name}`], { stdin: content });
  const { arn } = await shop.json(['get', `sm:${name}`]);
  const authorizationConfig = { credentialsParameter: String(arn), domain: 'shop.example' };
  const files = {
    'fsx.json': JSON.stringify({
      ...{ family: 'fsx', executionRoleArn: 'arn:aws:iam::123456789012:role/r' },
      containerDefinitions: [{ name: 'web', image: 'httpd:2.4', memory: 128 }],
      volumes: [
        {
          name: 'share',
          fsxWindowsFileServerVolumeConfiguration: {
            ...{ fileSystemId: 'fs-1', rootDirectory: '\\', authorizationConfig },
          },
        },
      ],
    }),
  };
  const seen = await shop.run(['verify', 'fsx.json', '--read-values', '--all'], { files });
  if (problem === undefined) expect(seen.stdout).toContain('has a username and a password');
  else expect(seen.stdout).toMatch(new RegExp(`problem .*authorizationConfig.*${problem}`));
});

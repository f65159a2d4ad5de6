import { ListTaskDefinitionsCommand } from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Seen } from '../../helpers/run.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';
import type { Verified } from '../../helpers/start-scene.ts';

// Task definitions that RegisterTaskDefinition refuses: register and verify refuse them too, with the
// place of each fault, and register writes nothing.
let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.sandbox.close());

type Json = Record<string, unknown>;

const container = { name: 'web', image: 'shop/web:1', memory: 128 };
const whole = (more: Json = {}, of: Json = {}): Json => ({
  ...{ family: 'shop', containerDefinitions: [{ ...container, ...of }] },
  ...more,
});
const containing = (of: Json): Json => whole({}, of);
const fargate = (more: Json = {}): Json => ({
  ...whole({ requiresCompatibilities: ['FARGATE'], networkMode: 'awsvpc' }),
  ...{ cpu: '256', memory: '512' },
  ...more,
});
const first = 'containerDefinitions[0]';

const rows: Record<string, [definition: Json, ...faults: string[]]> = {
  'a size that Fargate does not have': [
    fargate({ memory: '300' }),
    'memory: Fargate has no tasks of 256 CPU units with 300 MiB; it has 512, 1024 or 2048 MiB',
  ],
  'a step that Fargate does not have': [
    fargate({ cpu: '8 vCPU', memory: '17 GB' }),
    'memory: Fargate has no tasks of 8192 CPU units with 17408 MiB; it has 16384 to 61440 MiB in steps of 4096',
  ],
  'a CPU size that Fargate does not have': [
    fargate({ cpu: '300' }),
    'cpu: Fargate has no tasks of 300 CPU units; it has 256, 512, 1024',
  ],
  'Fargate without sizes and network mode': [
    whole({ requiresCompatibilities: ['FARGATE'] }),
    'cpu: is missing; Fargate needs it; give --cpu',
    'memory: is missing; Fargate needs it; give --memory',
    'networkMode: must be "awsvpc" on Fargate',
  ],
  'a CPU size that is none': [
    whole({ cpu: 'banana' }),
    'cpu: "banana" is neither CPU units ("256") nor vCPUs (".25 vCPU")',
  ],
  'a memory size that is none': [
    whole({ memory: '1 TB' }),
    'memory: "1 TB" is neither MiB ("512") nor GB ("0.5 GB")',
  ],
  'memory of a container as a string': [
    containing({ memory: '128' }),
    `${first}.memory: must be an integer, not a string`,
  ],
  'a fraction': [containing({ cpu: 0.5 }), `${first}.cpu: must be an integer, not a fraction`],
  'a port as a string': [
    containing({ portMappings: [{ containerPort: '80' }] }),
    `${first}.portMappings[0].containerPort: must be an integer, not a string`,
  ],
  'a boolean as a string': [
    containing({ essential: 'true' }),
    `${first}.essential: must be true or false, not a string`,
  ],
  'an object in place of a list': [
    containing({ portMappings: {} }),
    `${first}.portMappings: must be a list, not an object`,
  ],
  'a list in place of an object': [
    containing({ healthCheck: [] }),
    `${first}.healthCheck: must be an object, not a list`,
  ],
  'a string in place of an object': [
    containing({ linuxParameters: 'init' }),
    `${first}.linuxParameters: must be an object, not a string`,
  ],
  'a string in place of a list': [
    whole({ requiresCompatibilities: 'FARGATE' }),
    'requiresCompatibilities: must be a list, not a string',
  ],
  'a command in one string': [
    containing({ command: 'npm start' }),
    `${first}.command: must be a list, not a string`,
  ],
  'a number in a command': [
    containing({ command: ['sleep', 60] }),
    `${first}.command[1]: must be a string, not a number`,
  ],
  'a number in a label': [
    containing({ dockerLabels: { tier: 1 } }),
    `${first}.dockerLabels["tier"]: must be a string, not a number`,
  ],
  'a volume that is no object': [
    whole({ volumes: ['data'] }),
    'volumes[0]: must be an object, not a string',
  ],
  'no memory at all': [
    containing({ memory: undefined }),
    `${first}: memory is missing; set memory or memoryReservation, or memory of the task`,
  ],
  'an unknown network mode': [
    whole({ networkMode: 'bogus' }),
    'networkMode: must be "awsvpc", "bridge", "host" or "none", not "bogus"',
  ],
  'an unknown protocol': [
    containing({ portMappings: [{ containerPort: 80, protocol: 'http' }] }),
    `${first}.portMappings[0].protocol: must be "tcp" or "udp", not "http"`,
  ],
  'an unknown condition': [
    containing({ dependsOn: [{ containerName: 'db', condition: 'READY' }] }),
    `${first}.dependsOn[0].condition: must be `,
  ],
  'no image': [
    containing({ image: undefined }),
    `${first}.image: is missing; write it in the file or give --image`,
  ],
  'members that are missing within': [
    containing({
      healthCheck: { interval: 5 },
      environmentFiles: [{ value: 'arn:aws:s3:::b/a.env' }],
      ulimits: [{ name: 'nofile', softLimit: 1 }],
      logConfiguration: { options: {} },
    }),
    `${first}.healthCheck.command: is missing`,
    `${first}.environmentFiles[0].type: is missing`,
    `${first}.ulimits[0].hardLimit: is missing`,
    `${first}.logConfiguration.logDriver: is missing`,
  ],
  'another host port in network mode awsvpc': [
    fargate({
      containerDefinitions: [
        { ...container, portMappings: [{ containerPort: 80, hostPort: 8080 }] },
      ],
    }),
    `${first}.portMappings[0].hostPort: must be 80 like containerPort, or left out, in network mode awsvpc`,
  ],
  'no essential container': [
    containing({ essential: false }),
    'containerDefinitions: at least one container must be essential',
  ],
  'numbers as strings everywhere': [
    containing({
      ...{ memory: '128', cpu: '10', essential: 'true' },
      portMappings: [{ containerPort: '${PORT}', hostPort: '8080' }],
    }),
    `${first}.memory: must be an integer, not a string`,
    `${first}.cpu: must be an integer, not a string`,
    `${first}.essential: must be true or false, not a string`,
    `${first}.portMappings[0].containerPort: must be an integer, not a string`,
    `${first}.portMappings[0].hostPort: must be an integer, not a string`,
  ],
  'placeholders in roles and images': [
    {
      ...containing({ image: '<IMAGE>' }),
      executionRoleArn: 'arn:aws:iam::<ACCOUNT_ID>:role/shop-exec',
      taskRoleArn: 'arn:aws:iam::ACCOUNT_ID:role/shop-task',
    },
    'executionRoleArn: the placeholder <ACCOUNT_ID> is not replaced',
    'taskRoleArn: the placeholder ACCOUNT_ID is not replaced',
    `${first}.image: the placeholder <IMAGE> is not replaced`,
  ],
  'a placeholder as role': [
    whole({ executionRoleArn: '<EXECUTION_ROLE_ARN>' }),
    'executionRoleArn: the placeholder <EXECUTION_ROLE_ARN> is not replaced',
  ],
  'placeholders in an image of ECR': [
    containing({ image: '${ACCOUNT}.dkr.ecr.REGION.amazonaws.com/web:{{TAG}}' }),
    `${first}.image: the placeholder \${ACCOUNT} is not replaced`,
    `${first}.image: the placeholder {{TAG}} is not replaced`,
    `${first}.image: the placeholder REGION is not replaced`,
  ],
  'an image to be replaced': [
    containing({ image: 'REPLACE_ME' }),
    `${first}.image: the placeholder REPLACE_ME is not replaced`,
  ],
  'empty roles': [
    whole({ executionRoleArn: '', taskRoleArn: '' }),
    'executionRoleArn: is empty; remove it, or name a role',
    'taskRoleArn: is empty; remove it, or name a role',
  ],
  'roles that are none': [
    whole({ executionRoleArn: 'my role', taskRoleArn: 'arn:aws:iam::1:role/x' }),
    'executionRoleArn: "my role" is neither the name nor the ARN of a role',
    'taskRoleArn: "arn:aws:iam::1:role/x" is neither the name nor the ARN of a role',
  ],
  'the input of create-service': [
    { serviceName: 'web', cluster: 'shop', taskDefinition: 'shop:1', desiredCount: 1 },
    'is the description of a service, not a task definition',
  ],
};

const registered = async (): Promise<unknown> =>
  (await shop.ecs.send(new ListTaskDefinitionsCommand({}))).taskDefinitionArns;

/** The problems that verify finds, a line each; what it says of a file that it cannot read. */
function problemsIn(seen: Seen): string {
  if (seen.code !== 3) return seen.stderr;
  const { targets } = JSON.parse(seen.stdout) as { targets: Verified[] };
  return targets
    .flatMap(({ findings }) => findings)
    .filter(({ status }) => status === 'problem')
    .map(({ subject, message }) => `${subject}: ${message}`)
    .join('\n');
}

describe.each(Object.entries(rows))('%s', (_, [definition, ...faults]) => {
  const files = { 'task.json': JSON.stringify(definition) };

  test('is refused by register, which writes nothing', async () => {
    const seen = await shop.run(['register', 'task.json'], { files });
    expect(seen.code, seen.stderr).toBe(2);
    for (const fault of faults) expect(seen.stderr).toContain(fault);
    expect(await registered()).toEqual([]);
  });

  test('is a problem of verify', async () => {
    const seen = await shop.run(['verify', 'task.json', '--json'], { files });
    expect([2, 3]).toContain(seen.code);
    const told = problemsIn(seen);
    for (const fault of faults) expect(told).toContain(fault);
    expect(seen.stdout).not.toContain('structure and size are valid');
  });
});

describe('not refused is', () => {
  const accepted = async (definition: Json, ...argv: string[]) => {
    const files = { 'task.json': JSON.stringify(definition) };
    const seen = await shop.run(['register', 'task.json', '--dry-run', ...argv], { files });
    expect(seen.code, seen.stderr).toBe(0);
    const verified = await shop.run(['verify', 'task.json', '--all', ...argv], { files });
    expect(verified.code, verified.stdout).toBe(0);
    return { registering: seen.stderr, verifying: verified.stdout };
  };

  test.each<[string, Json]>([
    [
      'names in capitals',
      whole({ taskRoleArn: 'SHOP_TASK' }, { image: 'registry.example/web:RELEASE_1' }),
    ],
    ['null members', containing({ links: null, command: null, portMappings: null, user: null })],
    ['memoryReservation alone', containing({ memory: undefined, memoryReservation: 64 })],
    ['memory of the task alone', whole({ memory: '1 GB' }, { memory: undefined })],
    ['sizes in vCPUs and GB', fargate({ cpu: '.25 vCPU', memory: '0.5GB' })],
    ['sizes as numbers', fargate({ cpu: 1024, memory: 3072 })],
    ['a size of Fargate above those that are known', fargate({ cpu: '65536', memory: '524288' })],
    [
      'host port 0 in network mode awsvpc',
      whole({ networkMode: 'awsvpc' }, { portMappings: [{ containerPort: 80, hostPort: 0 }] }),
    ],
    [
      'another host port in network mode bridge',
      containing({ portMappings: [{ containerPort: 80, hostPort: 8080 }] }),
    ],
  ])('%s', async (_, definition) => {
    await shop.json(['role', 'create', 'SHOP_TASK', '--secret', '/shop/db', '--allow-missing']);
    await accepted(definition, '--strict');
  });

  test('what AWS knows since this release, by --strict neither', async () => {
    const newer = whole(
      { runtimePlatform: { operatingSystemFamily: 'WINDOWS_SERVER_2031_CORE' } },
      { shinyNewMember: { a: 1 } },
    );
    const { registering, verifying } = await accepted(newer, '--strict');
    for (const text of [
      `${first}.shinyNewMember: this release does not recognize it`,
      'runtimePlatform.operatingSystemFamily: this release does not recognize "WINDOWS_SERVER_2031_CORE"',
    ]) {
      expect(registering).toContain(`warning: ${text}; it is passed on (is it misspelt?)`);
      expect(verifying).toContain(`not checked  ${text} (is it misspelt?)`);
    }
  });

  test('another case of letters, with a warning', async () => {
    const { registering, verifying } = await accepted(whole({ pidMode: 'Host' }));
    const text = 'pidMode: AWS documents "host", not "Host"';
    expect(registering).toContain(`warning: ${text}`);
    expect(verifying).toContain(text);
  });
});

import { afterEach, beforeEach, expect, test } from 'vitest';
import { openShop, type Shop } from '../../helpers/scene.ts';

let shop: Shop;
const account = '123456789012';

beforeEach(async () => {
  shop = await openShop();
});
afterEach(() => shop.sandbox.close());

/** A place, a task definition with a reference there, and what where-used prints of it. */
interface Place {
  title: string;
  /** What stores the secret. */
  secret: string;
  container?: (arn: string) => object;
  volumes?: (arn: string) => object[];
  service?: (arn: string) => object;
  uses: string;
  subject: string;
}

const spec = `arn:aws:ssm:us-east-1:${account}:parameter/specs/web`;
const places: Place[] = [
  {
    title: 'a secret of a log option',
    secret: 'sm:used',
    container: (valueFrom) => ({
      logConfiguration: { logDriver: 'splunk', secretOptions: [{ name: 'token', valueFrom }] },
    }),
    uses: 'web:token',
    subject: 'web token',
  },
  {
    title: 'credentials of a registry',
    secret: 'sm:used',
    container: (arn) => ({ repositoryCredentials: { credentialsParameter: arn } }),
    uses: 'web:repositoryCredentials',
    subject: 'web repositoryCredentials',
  },
  {
    title: 'credentials of FSx in Secrets Manager',
    secret: 'sm:used',
    volumes: fsx,
    uses: 'volume share:authorizationConfig',
    subject: 'volume share authorizationConfig',
  },
  {
    title: 'credentials of FSx in Parameter Store',
    secret: '/fsx/used',
    volumes: fsx,
    uses: 'volume share:authorizationConfig',
    subject: 'volume share authorizationConfig',
  },
  {
    title: 'a credential spec',
    secret: '/specs/used',
    container: (arn) => ({ credentialSpecs: [`credentialspec:${arn}`] }),
    uses: 'web:credentialSpecs',
    subject: 'web credentialSpecs',
  },
  {
    title: 'the secret that a domainless credential spec names',
    secret: 'sm:used',
    container: () => ({ credentialSpecs: [`credentialspecdomainless:${spec}`] }),
    uses: 'web:CredentialArn',
    subject: 'web CredentialArn',
  },
  {
    title: 'a log option of Service Connect',
    secret: 'sm:used',
    service: (valueFrom) => ({
      serviceConnectConfiguration: {
        enabled: true,
        logConfiguration: { logDriver: 'splunk', secretOptions: [{ name: 'token', valueFrom }] },
      },
    }),
    uses: 'Service Connect:token',
    subject: 'Service Connect token',
  },
];

function fsx(credentialsParameter: string): object[] {
  const authorizationConfig = { credentialsParameter, domain: 'corp.example.com' };
  const share = { fileSystemId: 'fs-1', rootDirectory: 'share', authorizationConfig };
  return [{ name: 'share', fsxWindowsFileServerVolumeConfiguration: share }];
}

/** Stores the secret and registers the task definition; answers the secret's ARN and the file. */
async function set({ secret, container, volumes }: Place): Promise<{ arn: string; file: string }> {
  await shop.run(['put', secret], { stdin: '{"username":"u","password":"p"}' });
  const { arn } = await shop.json(['get', secret]);
  const document = {
    ActiveDirectoryConfig: {
      HostAccountConfig: { PluginInput: JSON.stringify({ credentialArn: arn }) },
    },
  };
  await shop.run(['put', '/specs/web'], { stdin: JSON.stringify(document) });
  const file = JSON.stringify({
    family: 'web',
    executionRoleArn: `arn:aws:iam::${account}:role/r`,
    containerDefinitions: [
      { name: 'web', image: 'httpd:2.4', memory: 64, ...container?.(String(arn)) },
    ],
    ...(volumes && { volumes: volumes(String(arn)) }),
  });
  return { arn: String(arn), file };
}

test.each(places)('$title is granted, verified, found and guarded', async (place) => {
  const { arn, file } = await set(place);
  const files = { 'td.json': file };

  const created = await shop.run(['role', 'create', 'r', '--task-definition', 'td.json'], {
    files,
  });
  expect(created).toMatchObject({ code: 0 });
  expect(await shop.run(['register', 'td.json'], { files })).toMatchObject({ code: 0 });
  await shop.service({
    cluster: 'shop',
    name: 'web',
    taskDefinition: 'web',
    launchType: 'EC2',
    ...(place.service && { desiredCount: 0 }),
    ...place.service?.(arn),
  });
  if (place.service) await shop.run(['role', 'create', 'r', '--service', 'shop/web']);

  const policy = await shop.run(['policy', 'execution', '--service', 'shop/web']);
  expect(policy.stdout).toContain(arn);
  expect(await shop.run(['verify', 'shop/web'])).toMatchObject({ code: 0 });

  const used = await shop.run(['where-used', place.secret]);
  expect(used).toMatchObject({ code: 0, stderr: '' });
  expect(used.stdout).toContain(`service\tshop/web\t${place.uses}`);

  const kept = await shop.run(['delete', place.secret, '--yes']);
  expect(kept.code).not.toBe(0);
  expect(kept.stderr).toContain('is used by service shop/web');

  const exact = [
    'role',
    'create',
    'r',
    '--secret',
    'sm:other',
    '--allow-missing',
    '--exact',
    '--yes',
  ];
  const lost = await shop.run(exact);
  expect(lost.code).not.toBe(0);
  expect(lost.stderr).toContain(`service shop/web (web:1) needs `);
  expect(lost.stderr).toContain(arn);
});

test.each(places)('the running tasks that read $title are redeployed', async (place) => {
  const { arn, file } = await set(place);
  const files = { 'td.json': file };
  await shop.run(
    ['role', 'create', 'r', '--task-definition', 'td.json', '--secret', place.secret],
    {
      files,
    },
  );
  await shop.run(['register', 'td.json'], { files });
  await shop.service({
    cluster: 'shop',
    name: 'web',
    taskDefinition: 'web',
    launchType: 'EC2',
    ...place.service?.(arn),
  });
  expect(await shop.run(['stale', place.secret])).toMatchObject({ code: 0 });
  const value = { stdin: '{"username":"u","password":"new"}' };
  await shop.run(['put', place.secret], value);
  const stale = await shop.run(['stale', place.secret]);
  expect(stale.code).not.toBe(0);
  expect(stale.stdout).toContain('shop/web');
  const rotated = await shop.run(['rotate', place.secret, '--redeploy', '--yes'], {
    stdin: '{"username":"u","password":"newer"}',
  });
  expect(rotated).toMatchObject({ code: 0 });
  expect(rotated.stdout).toContain('shop/web');
  expect(await shop.run(['stale', place.secret])).toMatchObject({ code: 0 });
});

test.each(places)('a role that does not allow $title is reported', async (place) => {
  const { arn, file } = await set(place);
  const files = { 'td.json': file };
  await shop.run(['role', 'create', 'r', '--secret', '/other', '--allow-missing']);
  await shop.run(['register', 'td.json'], { files });
  await shop.service({
    cluster: 'shop',
    name: 'web',
    taskDefinition: 'web',
    launchType: 'EC2',
    desiredCount: 0,
    ...place.service?.(arn),
  });
  const seen = await shop.run(['verify', 'shop/web']);
  expect(seen.code).not.toBe(0);
  expect(seen.stdout).toContain(`${arn.split(':').slice(5).join(':')}: `);
  const fix = /Fix: ecs-secrets (.*)/.exec(seen.stdout)?.[1]?.split(' ') ?? [];
  expect(await shop.run(fix)).toMatchObject({ code: 0 });
  expect(await shop.run(['verify', 'shop/web'])).toMatchObject({ code: 0 });

  await shop.run(['delete', place.secret, '--force', '--yes']);
  const missing = await shop.run(['verify', 'shop/web']);
  expect(missing.code).not.toBe(0);
  expect(missing.stdout).toContain(place.subject);
});

test('files of FireLens, environment files and credential specs in S3 are granted', async () => {
  const s3 = 'arn:aws:s3:::config';
  const files = {
    'td.json': JSON.stringify({
      family: 'web',
      containerDefinitions: [
        {
          name: 'log_router',
          image: 'fluent-bit',
          memory: 64,
          firelensConfiguration: {
            type: 'fluentbit',
            options: { 'config-file-type': 's3', 'config-file-value': `${s3}/fluent.conf` },
          },
          environmentFiles: [{ type: 's3', value: `${s3}/web.env` }],
          credentialSpecs: [`credentialspec:${s3}/spec.json`],
        },
      ],
    }),
  };
  const seen = await shop.run(['policy', 'execution', '--task-definition', 'td.json'], { files });
  expect(seen.code).toBe(0);
  for (const name of ['fluent.conf', 'web.env', 'spec.json']) {
    expect(seen.stdout).toContain(`${s3}/${name}`);
  }
});

const unreadSpecs = [
  ['arn:aws:s3:::config/spec.json', 'it is in Amazon S3'],
  ['sm:spec', 'it is in Secrets Manager'],
];

test.each(unreadSpecs)(
  'a domainless credential spec that is not read (%s) is reported',
  async (at, why) => {
    await shop.run(['put', 'sm:used'], { stdin: '{"username":"u","password":"p"}' });
    await shop.run(['put', '/other'], { stdin: 'x' });
    await shop.run(['put', 'sm:spec'], { stdin: '{}' });
    const spec = at.startsWith('arn:') ? at : String((await shop.json(['get', at])).arn);
    const files = {
      'td.json': JSON.stringify({
        family: 'web',
        executionRoleArn: `arn:aws:iam::${account}:role/r`,
        containerDefinitions: [
          {
            name: 'web',
            image: 'httpd',
            memory: 64,
            credentialSpecs: [`credentialspecdomainless:${spec}`],
          },
        ],
      }),
    };
    const granted = await shop.run(['policy', 'execution', '--task-definition', 'td.json'], {
      files,
    });
    const unread = `credential spec ${spec} (${why})`;
    expect(granted.stderr).toContain(`not checked: ${unread}`);
    await shop.run(['role', 'create', 'r', '--task-definition', 'td.json'], {
      files,
    });
    await shop.run(['register', 'td.json'], { files });
    await shop.service({ cluster: 'shop', name: 'web', taskDefinition: 'web', launchType: 'EC2' });
    const used = await shop.run(['where-used', 'sm:used']);
    expect(used.stderr).toContain(`not checked: ${unread}`);

    const kept = await shop.run(['delete', 'sm:used', '--yes']);
    expect(kept.code).toBe(1);
    expect(kept.stderr).toContain(`it is not known what this uses: ${unread}`);
    expect(kept.stderr).toContain('--force deletes without this check');
    expect(await shop.run(['get', 'sm:used'])).toMatchObject({ code: 0 });
    // Credential specs name secrets of Secrets Manager only.
    expect(await shop.run(['delete', '/other', '--yes'])).toMatchObject({ code: 0 });
    expect(await shop.run(['delete', 'sm:used', '--force', '--yes'])).toMatchObject({ code: 0 });
  },
);

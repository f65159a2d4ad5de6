import { spawn, type ChildProcess } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import {
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  KMSClient,
} from '@aws-sdk/client-kms';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import {
  DescribeParametersCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { runBin, type Seen } from '../helpers/run.ts';
import { freePort } from '../helpers/free-port.ts';

// The policies of role create, decided on by moto, which has a policy evaluator of its own.
//
// What moto evaluates of them (its iam/access_control.py): signatures, actions, and of the resource only
// what a service names. S3 names bucket and object. Parameter Store, Secrets Manager and KMS name none:
// moto asks for `*`, which no ARN in a policy stands for, so that it refuses all that is granted for an
// ARN. Conditions of identity policies always hold. The role is assumed while everybody may do
// everything, so that its trust policy is not looked at. Hence secrets are tried with the actions of the
// role on all resources, and files of S3 with its policies as they are.
describe.runIf(inject('moto') !== undefined)('a role under the policy evaluator of moto', () => {
  let server: ChildProcess;
  let url = '';
  let clients: ReturnType<typeof clientsTo>;
  const owner = { accessKeyId: 'test', secretAccessKey: 'test' };

  beforeAll(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    server = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
    await answering(server, url);
    clients = clientsTo(url, owner);
    for (const name of ['/shop/db', '/shop/other', 'sm:shop/api', 'sm:shop/other']) {
      await done(['put', name], `value of ${name}`);
    }
    const { KeyMetadata } = await clients.kms.send(new CreateKeyCommand({}));
    await done(['put', '/shop/keyed', '--kms-key', KeyMetadata!.KeyId!], 'value of /shop/keyed');
    for (const bucket of ['shop', 'shop-2']) {
      await fetch(`${url}/${bucket}`, { method: 'PUT' });
      for (const file of ['web.env', 'other.env', 'prod/web.env']) {
        await fetch(`${url}/${bucket}/${file}`, { method: 'PUT', body: 'A=1\n' });
      }
    }
  });
  afterAll(async () => {
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill();
    await ended;
  });

  /** The built program, as the owner of the account. */
  async function done(argv: readonly string[], stdin = ''): Promise<Seen> {
    await enforce(false);
    const seen = await runBin(argv, { env: environment(), stdin });
    expect(seen, argv.join(' ')).toMatchObject({ code: 0 });
    return seen;
  }

  const environment = () => ({
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: owner.accessKeyId,
    AWS_SECRET_ACCESS_KEY: owner.secretAccessKey,
  });

  /** From now on policies decide; or, as at the beginning, whoever calls may do everything. */
  async function enforce(on: boolean): Promise<void> {
    const headers = { 'content-type': 'text/plain' };
    const body = on ? '0' : 'inf';
    const answer = await fetch(`${url}/moto-api/reset-auth`, { method: 'POST', headers, body });
    expect(answer.status).toBe(200);
  }

  /** Credentials of a session of a role, under whose policies everything is decided from now on. */
  async function become(role: string): Promise<Session> {
    await enforce(false);
    const { Credentials } = await clients.sts.send(
      new AssumeRoleCommand({
        ...{ RoleArn: `arn:aws:iam::123456789012:role/${role}`, RoleSessionName: 'task' },
      }),
    );
    await enforce(true);
    return {
      accessKeyId: Credentials!.AccessKeyId!,
      secretAccessKey: Credentials!.SecretAccessKey!,
      sessionToken: Credentials!.SessionToken!,
    };
  }

  const definition = JSON.stringify({
    family: 'web',
    containerDefinitions: [
      {
        ...{ name: 'web', image: 'web:1', memory: 64 },
        secrets: [
          { name: 'DB', valueFrom: '/shop/db' },
          { name: 'KEYED', valueFrom: '/shop/keyed' },
          { name: 'API', valueFrom: 'sm:shop/api' },
        ],
        environmentFiles: [{ type: 's3', value: 'arn:aws:s3:::shop/web.env' }],
      },
    ],
  });

  /** What is allowed of these: moto answers 403 to what is not. */
  async function allowed<Name extends string>(
    calls: Record<Name, () => Promise<unknown>>,
  ): Promise<Name[]> {
    const names: Name[] = [];
    for (const [name, call] of Object.entries(calls) as [Name, () => Promise<unknown>][]) {
      try {
        await call();
        names.push(name);
      } catch (error) {
        const { $metadata, message } = error as Error & { $metadata?: { httpStatusCode: number } };
        expect($metadata?.httpStatusCode, message).toBe(403);
      }
    }
    return names;
  }

  function storeCalls({ ssm, secrets, kms }: ReturnType<typeof clientsTo>) {
    return {
      GetParameters: () =>
        ssm.send(new GetParametersCommand({ Names: ['/shop/db', '/shop/keyed'] })),
      GetParameter: () => ssm.send(new GetParameterCommand({ Name: '/shop/db' })),
      GetParametersByPath: () => ssm.send(new GetParametersByPathCommand({ Path: '/shop' })),
      DescribeParameters: () => ssm.send(new DescribeParametersCommand({})),
      PutParameter: () => ssm.send(new PutParameterCommand({ Name: '/shop/x', Value: 'x' })),
      GetSecretValue: () => secrets.send(new GetSecretValueCommand({ SecretId: 'shop/api' })),
      DescribeSecret: () => secrets.send(new DescribeSecretCommand({ SecretId: 'shop/api' })),
      ListSecrets: () => secrets.send(new ListSecretsCommand({})),
      PutSecretValue: () =>
        secrets.send(new PutSecretValueCommand({ SecretId: 'shop/api', SecretString: 'x' })),
      DescribeKey: () => kms.send(new DescribeKeyCommand({ KeyId: 'alias/aws/ssm' })),
    };
  }

  /** Replaces a role's policy by the same statements for all resources. */
  async function widen(role: string): Promise<void> {
    await enforce(false);
    const policy = { RoleName: role, PolicyName: 'ecs-secrets' };
    const { PolicyDocument } = await clients.iam.send(new GetRolePolicyCommand(policy));
    const document = JSON.parse(decodeURIComponent(PolicyDocument!)) as { Statement: object[] };
    const Statement = document.Statement.map((one) => ({ ...one, Resource: '*' }));
    const wide = JSON.stringify({ ...document, Statement });
    await clients.iam.send(new PutRolePolicyCommand({ ...policy, PolicyDocument: wide }));
  }

  test('has nothing granted that reaches over a whole store', async () => {
    await done(['role', 'create', 'exact', '--task-definition', '-'], definition);
    const again = await done(['role', 'create', 'exact', '--task-definition', '-'], definition);
    expect(again.stdout).toBe('role arn:aws:iam::123456789012:role/exact unchanged\n');
    const session = clientsTo(url, await become('exact'));
    expect(await allowed(storeCalls(session))).toEqual([]);
  });

  test('may do what ECS reads secrets with, and nothing else', async () => {
    await done(['role', 'create', 'reader', '--task-definition', '-'], definition);
    await widen('reader');
    const session = clientsTo(url, await become('reader'));
    expect(await allowed(storeCalls(session))).toEqual(['GetParameters', 'GetSecretValue']);
    // Decrypting is allowed too: what comes back is about the text, which is none of KMS's.
    const text = { CiphertextBlob: Buffer.from('x') };
    await expect(session.kms.send(new DecryptCommand(text))).rejects.toThrow(
      expect.objectContaining({ name: 'InvalidCiphertextException' }),
    );
    const { Parameters } = await session.ssm.send(
      new GetParametersCommand({ Names: ['/shop/db', '/shop/keyed'], WithDecryption: true }),
    );
    expect(Parameters?.map(({ Value }) => Value).sort()).toEqual([
      'value of /shop/db',
      'value of /shop/keyed',
    ]);
  });

  test.each([
    ['/shop/db', ['GetParameters']],
    ['sm:shop/api', ['GetSecretValue']],
  ])('may read of the stores the one that it is for: %s', async (reference, names) => {
    const role = `only-${names[0]!}`;
    await done(['role', 'create', role, '--secret', reference]);
    await widen(role);
    const session = clientsTo(url, await become(role));
    expect(await allowed(storeCalls(session))).toEqual(names);
    await expect(
      session.kms.send(new DecryptCommand({ CiphertextBlob: Buffer.from('x') })),
    ).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  });

  /** Which of these a session may do. */
  async function allowedInS3(role: string): Promise<string[]> {
    const session = await become(role);
    const requests = [
      ...['GET /shop/web.env', 'GET /shop/other.env', 'GET /shop/prod/web.env'],
      ...['GET /shop-2/web.env', 'GET /shop?location=', 'GET /shop-2?location='],
      ...['GET /shop?list-type=2', 'PUT /shop/web.env', 'DELETE /shop/web.env'],
    ];
    const answers: string[] = [];
    for (const request of requests) {
      const { status, text } = await askS3(url, request, session);
      if (status === 200) answers.push(request);
      else expect(text).toContain('<Code>AccessDenied</Code>');
    }
    return answers;
  }
  const granted = ['GET /shop/web.env', 'GET /shop?location='];

  test('may read the environment file that it was granted, and no other', async () => {
    await done(['role', 'create', 'files', '--task-definition', '-'], definition);
    expect(await allowedInS3('files')).toEqual(granted);
  });

  test('may read it from managed policies too, and not when they are gone', async () => {
    const many = Array.from({ length: 200 }, (_, index) => `/shop/not-there-yet/${index}`);
    const argv = [
      ...['role', 'create', 'split', '--allow-missing', '--split', '--task-definition', '-'],
      ...many.flatMap((name) => ['--secret', name]),
    ];
    await done(argv, definition);
    const { AttachedPolicies = [] } = await clients.iam.send(
      new ListAttachedRolePoliciesCommand({ RoleName: 'split' }),
    );
    const arns = AttachedPolicies.map(({ PolicyArn }) => PolicyArn!);
    expect(arns.length).toBeGreaterThan(1);
    const documents = await Promise.all(
      arns.map(async (PolicyArn) => {
        const { Policy } = await clients.iam.send(new GetPolicyCommand({ PolicyArn }));
        const version = { PolicyArn, VersionId: Policy!.DefaultVersionId! };
        const { PolicyVersion } = await clients.iam.send(new GetPolicyVersionCommand(version));
        return decodeURIComponent(PolicyVersion!.Document!);
      }),
    );
    for (const name of many) expect(documents.join()).toContain(`:parameter${name}"`);
    expect(await allowedInS3('split')).toEqual(granted);

    const again = await done(argv, definition);
    expect(again.stdout).toBe('role arn:aws:iam::123456789012:role/split unchanged\n');
    await done(['role', 'create', 'split', '--secret', '/shop/db', '--exact', '--yes', '--force']);
    for (const PolicyArn of arns) {
      await expect(clients.iam.send(new GetPolicyCommand({ PolicyArn }))).rejects.toThrow(
        expect.objectContaining({ name: 'NoSuchEntityException' }),
      );
    }
    expect(await allowedInS3('split')).toEqual([]);
  });
});

// --- internal ---

interface Session {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
}

/** Asks S3, `METHOD PATH[?QUERY]` without a body, signed as AWS describes it (Signature Version 4). */
async function askS3(
  url: string,
  request: string,
  { accessKeyId, secretAccessKey, sessionToken }: Session,
): Promise<{ status: number; text: string }> {
  const [method = '', target = ''] = request.split(' ');
  const [path = '', query = ''] = target.split('?');
  const now = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = [now.slice(0, 8), 'us-east-1', 's3', 'aws4_request'];
  const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
  const mac = (key: string | Buffer, text: string): Buffer =>
    createHmac('sha256', key).update(text).digest();
  const headers = {
    host: new URL(url).host,
    'x-amz-content-sha256': digest(''),
    'x-amz-date': now,
    'x-amz-security-token': sessionToken,
  };
  const names = Object.keys(headers).join(';');
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}`);
  const canonical = [method, path, query, ...lines, '', names, digest('')].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', now, scope.join('/'), digest(canonical)].join('\n');
  const key = scope.reduce<string | Buffer>(mac, `AWS4${secretAccessKey}`);
  const authorization = [
    `AWS4-HMAC-SHA256 Credential=${[accessKeyId, ...scope].join('/')}`,
    `SignedHeaders=${names}`,
    `Signature=${mac(key, toSign).toString('hex')}`,
  ].join(', ');
  const answer = await fetch(url + target, { method, headers: { ...headers, authorization } });
  return { status: answer.status, text: await answer.text() };
}

function clientsTo(
  endpoint: string,
  credentials: { accessKeyId: string; secretAccessKey: string },
) {
  const config = { endpoint, region: 'us-east-1', credentials, maxAttempts: 1 };
  return {
    ssm: new SSMClient(config),
    secrets: new SecretsManagerClient(config),
    kms: new KMSClient(config),
    iam: new IAMClient(config),
    sts: new STSClient(config),
  };
}

async function answering(server: ChildProcess, url: string): Promise<void> {
  for (let attempt = 0; attempt < 150; attempt += 1) {
    if (server.exitCode !== null) throw new Error(`moto_server ended with ${server.exitCode}`);
    const answer = await fetch(`${url}/moto-api/`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('moto_server did not answer within 30 seconds');
}

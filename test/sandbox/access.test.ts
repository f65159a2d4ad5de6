import { afterEach, describe, expect, it } from 'vitest';
import { executionPolicy } from '../../src/model/roles/execution-policy.ts';
import { trustPolicy } from '../../src/model/roles/policy.ts';
import { createAccount, type Account, type AccountOptions } from '../../src/sandbox/account.ts';
import { owner, ServiceError, type Principal } from '../../src/sandbox/service.ts';

const region = 'us-east-1';
const roleArn = 'arn:aws:iam::123456789012:role/exec';
const session = 'arn:aws:sts::123456789012:assumed-role/exec/task1';
const role: Principal = { kind: 'role', roleArn, sessionName: 'task1' };

type Ask = (
  service: string,
  operation: string,
  input: Record<string, unknown>,
) => Promise<Record<string, unknown>>;

let open: Account | undefined;
afterEach(() => open?.ecs.close());

/** An account with a role `exec` that has no policies yet. */
async function scene(options: AccountOptions = {}): Promise<{
  account: Account;
  asOwner: Ask;
  asRole: Ask;
  grant: (policy: unknown) => Promise<unknown>;
}> {
  const account = (open = createAccount(options));
  const as =
    (principal: Principal): Ask =>
    async (service, operation, input) =>
      (await account.environment.invoke(service, operation, input, {
        principal,
        region,
      })) as Record<string, unknown>;
  const asOwner = as(owner);
  const here = { partition: 'aws', region, account: '123456789012' };
  await asOwner('iam', 'CreateRole', {
    RoleName: 'exec',
    AssumeRolePolicyDocument: JSON.stringify(trustPolicy(here, true)),
  });
  return {
    account,
    asOwner,
    asRole: as(role),
    grant: (policy) =>
      asOwner('iam', 'PutRolePolicy', {
        RoleName: 'exec',
        PolicyName: 'p',
        PolicyDocument: JSON.stringify(policy),
      }),
  };
}

async function failure(call: Promise<unknown>): Promise<[code: string, message: string]> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ServiceError) return [error.code, error.message];
    throw error;
  }
  throw new Error('the call did not fail');
}

const allow = (Action: string, Resource: string | string[]): object => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource }],
});
const parameterArn = 'arn:aws:ssm:us-east-1:123456789012:parameter/app/db';

async function putParameter(asOwner: Ask, more: object = {}): Promise<void> {
  const input = { Name: '/app/db', Value: 'v', Type: 'SecureString', ...more };
  await asOwner('ssm', 'PutParameter', input);
}

async function createKey(asOwner: Ask): Promise<{ Arn: string; KeyId: string }> {
  const { KeyMetadata } = await asOwner('kms', 'CreateKey', {});
  return KeyMetadata as { Arn: string; KeyId: string };
}

describe('parameters', () => {
  const read = (asRole: Ask, ...Names: string[]): Promise<Record<string, unknown>> =>
    asRole('ssm', 'GetParameters', { Names, WithDecryption: true });

  it('are read under a policy that names each of them', async () => {
    const { asOwner, asRole, grant } = await scene();
    await putParameter(asOwner);
    expect(await failure(read(asRole, '/app/db'))).toEqual([
      'AccessDeniedException',
      `User: ${session} is not authorized to perform: ssm:GetParameters on resource: ${parameterArn} because no identity-based policy allows the ssm:GetParameters action`,
    ]);
    await grant(allow('ssm:GetParameters', parameterArn));
    expect(await read(asRole, '/app/db')).toMatchObject({ Parameters: [{ Value: 'v' }] });
    expect(await read(asRole, parameterArn)).toMatchObject({ Parameters: [{ Value: 'v' }] });
    expect((await failure(read(asRole, '/app/db', 'none')))[1]).toContain('parameter/none');
    await grant(allow('ssm:GetParameters', parameterArn.replace('parameter/', 'parameter//')));
    expect((await failure(read(asRole, '/app/db')))[0]).toBe('AccessDeniedException');
    await grant(allow('ssm:GetParameters', '*'));
    expect(await read(asRole, 'none')).toMatchObject({ InvalidParameters: ['none'] });
  });

  it('need kms:Decrypt where the key is the customer’s', async () => {
    const { asOwner, asRole, grant } = await scene();
    const { Arn: key } = await createKey(asOwner);
    await putParameter(asOwner, { KeyId: key });
    await grant(allow('ssm:GetParameters', '*'));
    expect(await failure(read(asRole, '/app/db'))).toEqual([
      'AccessDeniedException',
      `User: ${session} is not authorized to perform: kms:Decrypt on resource: ${key} because no identity-based policy allows the kms:Decrypt action`,
    ]);
    const policy = executionPolicy([
      { store: 'parameter-store', arn: parameterArn, kmsKeyArn: key },
    ]);
    await grant(policy);
    expect(await read(asRole, '/app/db')).toMatchObject({ Parameters: [{ Value: 'v' }] });
    const other = JSON.stringify(policy).replace(/(PARAMETER_ARN":\["[^"]*)db/, '$1other');
    await grant(JSON.parse(other));
    expect((await failure(read(asRole, '/app/db')))[1]).toContain('kms:Decrypt');
  });

  it('are not readable by a key policy that leaves nothing to IAM', async () => {
    const { asOwner, asRole, grant } = await scene();
    const { Arn: key } = await createKey(asOwner);
    await putParameter(asOwner, { KeyId: key });
    await grant(allow('*', '*'));
    const setPolicy = (principal: string): Promise<unknown> =>
      asOwner('kms', 'PutKeyPolicy', {
        KeyId: key,
        Policy: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow', Principal: { AWS: principal }, Action: 'kms:*', Resource: '*' },
          ],
        }),
      });
    await setPolicy(`${roleArn}2`);
    expect((await failure(read(asRole, '/app/db')))[1]).toMatch(
      /because no resource-based policy allows the kms:Decrypt action$/,
    );
    await setPolicy(roleArn);
    expect(await read(asRole, '/app/db')).toMatchObject({ Parameters: [{ Value: 'v' }] });
  });

  it('stay closed behind a boundary and behind a deny', async () => {
    const { asOwner, asRole, grant } = await scene();
    await putParameter(asOwner);
    await grant(allow('ssm:GetParameters', '*'));
    const { Policy } = await asOwner('iam', 'CreatePolicy', {
      PolicyName: 'limit',
      PolicyDocument: JSON.stringify(allow('secretsmanager:*', '*')),
    });
    const PermissionsBoundary = (Policy as { Arn: string }).Arn;
    const of = { RoleName: 'exec' };
    await asOwner('iam', 'PutRolePermissionsBoundary', { ...of, PermissionsBoundary });
    expect((await failure(read(asRole, '/app/db')))[1]).toMatch(
      /because no permissions boundary allows the ssm:GetParameters action$/,
    );
    await asOwner('iam', 'DeleteRolePermissionsBoundary', of);
    const deny = { Effect: 'Deny', Action: 'ssm:*', Resource: parameterArn };
    await grant({ Version: '2012-10-17', Statement: [{ ...deny, Effect: 'Allow' }, deny] });
    expect((await failure(read(asRole, '/app/db')))[1]).toMatch(
      /with an explicit deny in an identity-based policy$/,
    );
  });
});

describe('secrets', () => {
  async function createSecret(asOwner: Ask, more: object = {}): Promise<string> {
    const input = { Name: 'app/db', SecretString: 'v', ...more };
    return (await asOwner('secretsmanager', 'CreateSecret', input)).ARN as string;
  }
  const read = (asRole: Ask, SecretId: string): Promise<Record<string, unknown>> =>
    asRole('secretsmanager', 'GetSecretValue', { SecretId });

  it('are read under their full ARN, and by the partial one not', async () => {
    const { asOwner, asRole, grant } = await scene();
    const arn = await createSecret(asOwner);
    const partial = arn.slice(0, -7);
    await grant(allow('secretsmanager:GetSecretValue', `${partial}-??????`));
    expect(await read(asRole, arn)).toMatchObject({ SecretString: 'v' });
    expect(await read(asRole, 'app/db')).toMatchObject({ SecretString: 'v' });
    expect(await failure(read(asRole, partial))).toEqual([
      'AccessDeniedException',
      `User: ${session} is not authorized to perform: secretsmanager:GetSecretValue on resource: ${partial} because no identity-based policy allows the secretsmanager:GetSecretValue action`,
    ]);
    expect((await failure(read(asRole, 'none')))[1]).toContain('on resource: none because');
    await grant(allow('secretsmanager:GetSecretValue', '*'));
    expect((await failure(read(asRole, 'none')))[0]).toBe('ResourceNotFoundException');
  });

  it('need kms:Decrypt where the key is the customer’s', async () => {
    const { asOwner, asRole, grant } = await scene();
    const { Arn: key, KeyId } = await createKey(asOwner);
    const arn = await createSecret(asOwner, { KmsKeyId: key });
    await grant(allow('secretsmanager:GetSecretValue', '*'));
    expect(await failure(read(asRole, arn))).toEqual([
      'AccessDeniedException',
      'Access to KMS is not allowed',
    ]);
    await grant(executionPolicy([{ store: 'secrets-manager', arn, kmsKeyArn: key }]));
    expect(await read(asRole, arn)).toMatchObject({ SecretString: 'v' });
    await asOwner('kms', 'DisableKey', { KeyId });
    expect((await failure(read(asRole, arn)))[1]).toBe(`${key} is disabled.`);
  });

  it('obey their resource policy', async () => {
    const { asOwner, asRole, grant } = await scene();
    const arn = await createSecret(asOwner);
    const setPolicy = (Effect: string): Promise<unknown> =>
      asOwner('secretsmanager', 'PutResourcePolicy', {
        SecretId: arn,
        ResourcePolicy: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            {
              Effect,
              Principal: { AWS: roleArn },
              Action: 'secretsmanager:GetSecretValue',
              Resource: '*',
            },
          ],
        }),
      });
    await setPolicy('Allow');
    expect(await read(asRole, arn)).toMatchObject({ SecretString: 'v' });
    await grant(allow('secretsmanager:GetSecretValue', '*'));
    await setPolicy('Deny');
    expect((await failure(read(asRole, arn)))[1]).toMatch(
      /with an explicit deny in a resource-based policy$/,
    );
  });

  it('are checked one by one in a batch', async () => {
    const { asOwner, asRole, grant } = await scene();
    const arn = await createSecret(asOwner);
    await createSecret(asOwner, { Name: 'closed' });
    await grant({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: 'secretsmanager:BatchGetSecretValue', Resource: '*' },
        { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: arn },
      ],
    });
    const SecretIdList = ['app/db', 'closed'];
    expect(await asRole('secretsmanager', 'BatchGetSecretValue', { SecretIdList })).toMatchObject({
      SecretValues: [{ Name: 'app/db' }],
      Errors: [{ SecretId: 'closed', ErrorCode: 'AccessDeniedException' }],
    });
  });
});

describe('assuming a role', () => {
  const ask = (asOwner: Ask, more: object = {}): Promise<Record<string, unknown>> =>
    asOwner('sts', 'AssumeRoleForService', {
      RoleArn: roleArn,
      RoleSessionName: 'task1',
      ServicePrincipal: 'ecs-tasks.amazonaws.com',
      SourceAccount: '123456789012',
      SourceArn: 'arn:aws:ecs:us-east-1:123456789012:task/default/task1',
      ...more,
    });

  it('is for the service and the source that its trust policy names', async () => {
    const { asOwner } = await scene();
    expect(await ask(asOwner)).toMatchObject({
      AssumedRoleUser: { Arn: session },
      Principal: role,
    });
    for (const wrong of [
      { ServicePrincipal: 'lambda.amazonaws.com' },
      { SourceAccount: '999999999999' },
      { SourceArn: 'arn:aws:ecs:eu-west-1:123456789012:task/default/task1' },
      { SourceArn: undefined },
      { RoleArn: `${roleArn}2` },
    ]) {
      expect((await failure(ask(asOwner, wrong)))[0]).toBe('AccessDenied');
    }
  });

  it('and its policies wait for IAM to have spread the news', async () => {
    let now = 0;
    const { asOwner, asRole, grant } = await scene({ iamDelay: 1000, now: () => now });
    await putParameter(asOwner, { Type: 'String' });
    await grant(allow('ssm:GetParameters', '*'));
    const read = () => asRole('ssm', 'GetParameters', { Names: ['/app/db'] });
    expect((await failure(ask(asOwner)))[0]).toBe('AccessDenied');
    expect((await failure(read()))[0]).toBe('AccessDeniedException');
    now = 1000;
    await ask(asOwner);
    await read();
    await grant(allow('ssm:GetParameters', 'arn:aws:ssm:*:*:parameter/other'));
    await read();
    now = 2000;
    expect((await failure(read()))[0]).toBe('AccessDeniedException');
  });
});

it('asks the policies for every other operation too', async () => {
  const { asRole, grant } = await scene();
  expect((await failure(asRole('iam', 'GetRole', { RoleName: 'exec' })))[1]).toContain(
    `iam:GetRole on resource: ${roleArn}`,
  );
  await grant(allow('iam:GetRole', roleArn));
  await asRole('iam', 'GetRole', { RoleName: 'exec' });
  expect((await failure(asRole('ecs', 'ListClusters', {})))[1]).toContain('ecs:ListClusters');
  expect(await asRole('sts', 'GetCallerIdentity', {})).toMatchObject({ Arn: session });
});

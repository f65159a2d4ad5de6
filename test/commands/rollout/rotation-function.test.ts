import {
  CancelRotateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { goBetween } from '../../helpers/go-between.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await openShop();
  await shop.run(['put', 'sm:shop/db'], { stdin: 'one' });
});
afterEach(() => shop.sandbox.close());

const lambda = 'arn:aws:lambda:us-east-1:123456789012:function:';
async function configure(name: string, RotateImmediately = false): Promise<string> {
  const { VersionId } = await shop.secrets.send(
    new RotateSecretCommand({
      SecretId: 'shop/db',
      RotationLambdaARN: lambda + name,
      RotationRules: { AutomaticallyAfterDays: 30 },
      RotateImmediately,
    }),
  );
  return VersionId ?? '';
}
async function current(): Promise<string | undefined> {
  const command = new GetSecretValueCommand({ SecretId: 'shop/db', VersionStage: 'AWSCURRENT' });
  return (await shop.secrets.send(command)).SecretString;
}

describe('storing a value by hand', () => {
  const unaware =
    'warning: sm:shop/db has the rotation function rotator: the database or other service does not get a value that you store here; to change both, run: ecs-secrets rotate sm:shop/db --invoke --redeploy\n';

  test('warns that the rotation function is passed over, before it writes', async () => {
    await configure('rotator');
    const dry = await shop.run(['put', 'sm:shop/db', '--dry-run'], { stdin: 'two' });
    expect(dry).toMatchObject({ code: 0, stderr: unaware });
    const seen = await shop.run(['put', 'sm:shop/db'], { stdin: 'two' });
    expect(seen).toMatchObject({ code: 0, stderr: unaware });
    expect(await current()).toBe('two');
    const json = await shop.json(['put', 'sm:shop/db'], { stdin: 'three' });
    expect(Object.keys(json)).not.toContain('onWarning');
  });

  test('warns when the schedule is off too, and not when nothing is written', async () => {
    await configure('rotator');
    await shop.secrets.send(new CancelRotateSecretCommand({ SecretId: 'shop/db' }));
    expect((await shop.run(['put', 'sm:shop/db'], { stdin: 'one' })).stderr).toBe('');
    expect((await shop.run(['put', 'sm:shop/db'], { stdin: 'two' })).stderr).toBe(unaware);
  });

  test('warns of a rotation that is not complete', async () => {
    const pending = await configure('always-fail', true);
    const seen = await shop.run(['put', 'sm:shop/db'], { stdin: 'two' });
    expect(seen.code).toBe(0);
    expect(seen.stderr).toContain(
      `warning: a rotation of sm:shop/db is in progress or stuck (version ${pending} has the label AWSPENDING): when it finishes, it replaces the value that you store\n`,
    );
  });

  test('warns once in an import, of one secret and of keys', async () => {
    await configure('rotator');
    const files = { 'a.json': '{"db":"two"}', 'b.json': '{"k":"1","l":"2"}' };
    const many = await shop.run(['import', 'a.json', '--prefix', 'sm:shop'], { files });
    expect(many.stderr).toContain(unaware);
    await shop.run(['put', 'sm:shop/db'], { stdin: '{"k":"0"}' });
    const keys = await shop.run(['import', 'b.json', '--as-json', 'shop/db'], { files });
    expect(keys).toMatchObject({ code: 0, stderr: unaware });
  });

  test('is silent for a secret without rotation', async () => {
    expect((await shop.run(['put', 'sm:shop/db'], { stdin: 'two' })).stderr).toBe('');
  });
});

test('get tells how a secret is rotated', async () => {
  const pending = await configure('always-fail', true);
  const seen = await shop.run(['get', 'sm:shop/db']);
  expect(seen.stdout).toContain(`rotation:     on, ${lambda}always-fail\n`);
  expect(seen.stdout).toContain(`pending:      ${pending}`);
  expect(await shop.json(['get', 'sm:shop/db'])).toMatchObject({
    rotation: { enabled: true, functionArn: `${lambda}always-fail` },
    pendingVersionId: pending,
  });
});

describe('rotate --invoke', () => {
  test('says how to see and unstick a rotation that is not complete', async () => {
    const pending = await configure('always-fail', true);
    const seen = await shop.run(['rotate', 'sm:shop/db', '--invoke', '--json']);
    expect(seen.code).toBe(1);
    expect(seen.stderr).toContain(
      `error: a rotation of shop/db is in progress or stuck: version ${pending} has the label AWSPENDING\n`,
    );
    expect(seen.stderr).toMatch(
      /hint: its state: aws secretsmanager describe-secret --secret-id arn:\S+ --region us-east-1; its log: aws logs tail \/aws\/lambda\/always-fail --region us-east-1; to abandon it/,
    );
    expect(seen.stderr).toContain(`--version-stage AWSPENDING --remove-from-version-id ${pending}`);
    expect(seen.stderr).toContain('"code":"rotation-in-progress"');
  });

  test('goes on when only the answer was lost', async () => {
    await configure('rotator');
    const lost = { service: 'secretsmanager', operation: 'RotateSecret', lost: true as const };
    shop.sandbox.inject({ ...lost, times: 5 });
    const seen = await shop.run(['rotate', 'sm:shop/db', '--invoke']);
    expect(seen.code).toBe(0);
    expect(await current()).not.toBe('one');
  });

  test('does not take for its own what someone else stores meanwhile', async () => {
    await configure('rotator');
    let theirs: string | undefined;
    const write = async () => {
      const put = new PutSecretValueCommand({ SecretId: 'shop/db', SecretString: 'theirs' });
      theirs = (await shop.secrets.send(put)).VersionId;
    };
    await using between = await goBetween(shop.sandbox.url, [
      { operation: 'RotateSecret', after: write },
    ]);
    const env = { ECS_SECRETS_ENDPOINT_URL: between.url };
    const seen = await shop.run(['rotate', 'sm:shop/db', '--invoke', '--json'], { env });
    const described = await shop.secrets.send(new DescribeSecretCommand({ SecretId: 'shop/db' }));
    const [rotated] =
      Object.entries(described.VersionIdsToStages ?? {}).find(([, labels]) =>
        labels.includes('AWSCURRENT'),
      ) ?? [];
    expect(rotated).not.toBe(theirs);
    expect(JSON.parse(seen.stdout)).toMatchObject({ version: rotated, previousVersion: theirs });
  });
});

import {
  GetRoleCommand,
  GetRolePolicyCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { grantsIn, type PolicyDocument } from '../../../src/model/roles/policy.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';

// What takes something away from a role: only with --exact, told before, and not what is needed.
let shop: Shop;
const account = '123456789012';
const parameter = (name: string): string =>
  `ssm:GetParameters on arn:aws:ssm:us-east-1:${account}:parameter/shop/${name}`;
const create = (...names: string[]): string[] => [
  ...['role', 'create', 'r'],
  ...names.flatMap((name) => ['--secret', `/shop/${name}`]),
];
const exact = (...names: string[]): string[] => [...create(...names), '--exact'];

beforeEach(async () => {
  shop = await openShop();
  for (const name of ['a', 'b', 'c', 'd']) {
    await shop.run(['put', `/shop/${name}`], { stdin: 'x' });
  }
  await shop.json(create('a', 'b', 'c', 'd'));
});
afterEach(() => shop.sandbox.close());

async function document(): Promise<PolicyDocument> {
  const { PolicyDocument: text = '' } = await shop.iam.send(
    new GetRolePolicyCommand({ RoleName: 'r', PolicyName: 'ecs-secrets' }),
  );
  return JSON.parse(decodeURIComponent(text)) as PolicyDocument;
}

const granted = async (): Promise<string[]> => grantsIn(await document());

async function trust(): Promise<PolicyDocument> {
  const { Role } = await shop.iam.send(new GetRoleCommand({ RoleName: 'r' }));
  return JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')) as PolicyDocument;
}

/** Starts a service whose tasks read these parameters under the role. */
async function serve(name: string, ...parameters: string[]): Promise<void> {
  const secrets = parameters.flatMap((one) => ['--secret', `${one.toUpperCase()}=/shop/${one}`]);
  await shop.json(['register', 'web.json', '--family', name, ...secrets, '--execution-role', 'r']);
  await shop.service({ cluster: 'shop', name, taskDefinition: name });
}

describe('role create', () => {
  test('keeps what no given reference needs, and tells how much that is', async () => {
    const before = await granted();
    const seen = await shop.run(create('a'));
    expect(seen).toMatchObject({
      code: 0,
      stdout: `role arn:aws:iam::${account}:role/r unchanged\n`,
      stderr: 'note: 3 grants are not needed by these references; --exact removes them\n',
    });
    expect(await granted()).toEqual(before);
    expect((await shop.json(create('a'))).unneeded).toEqual(['b', 'c', 'd'].map(parameter));
    expect((await shop.run(create('a', 'b', 'c'))).stderr).toBe(
      'note: 1 grant is not needed by these references; --exact removes it\n',
    );
    expect((await shop.run(create('a', 'b', 'c', 'd'))).stderr).toBe('');
  });

  test('with --exact lists what goes, and asks', async () => {
    const before = await granted();
    const no = await shop.run(exact('a'), { terminal: { answer: 'n' } });
    expect(no.code).toBe(130);
    const listed = ['b', 'c', 'd'].map((name) => `  - ${parameter(name)}\n`).join('');
    expect(no.stderr).toContain(
      `replace inline policy: ecs-secrets\n${listed}Remove this from the role r? [y/N]`,
    );
    expect(await granted()).toEqual(before);

    const nobody = await shop.run(exact('a'));
    expect(nobody.code).toBe(2);
    expect(nobody.stderr).toContain('--yes');
    expect(await granted()).toEqual(before);

    const dry = await shop.run([...exact('a'), '--dry-run']);
    expect(dry).toMatchObject({ code: 0 });
    expect(dry.stdout).toContain(listed.replaceAll(/^/gm, '  ').trimEnd());
    expect(dry.stderr).toContain('warning: 3 grants would be removed');
    expect(await granted()).toEqual(before);

    const yes = await shop.run([...exact('a'), '--yes']);
    expect(yes).toMatchObject({ code: 0 });
    expect(yes.stderr).toContain('warning: 3 grants removed');
    expect(await granted()).toEqual([parameter('a')]);
    // There is nothing left to take away, so nothing is asked.
    expect(await shop.run(exact('a'))).toMatchObject({ code: 0, stderr: '' });
  });

  test('with --exact refuses what a running service needs, unless forced', async () => {
    await serve('web', 'a', 'b');
    const before = await granted();
    const seen = await shop.run([...exact('a'), '--yes']);
    expect(seen.code).toBe(1);
    expect(seen.stderr).toContain(`error: service shop/web (web:1) needs ${parameter('b')}\n`);
    expect(seen.stderr).not.toContain(parameter('c'));
    expect(await granted()).toEqual(before);
    const dry = await shop.run([...exact('a'), '--dry-run']);
    expect(dry.code).toBe(1);
    expect(dry.stdout).toContain(`    - ${parameter('b')}\n`);
    expect(dry.stderr).toContain('needs ssm:GetParameters');

    expect(await shop.run([...exact('a', 'b'), '--yes'])).toMatchObject({ code: 0 });
    expect(await granted()).toEqual([parameter('a'), parameter('b')]);
    expect(await shop.run([...exact('a'), '--yes', '--force'])).toMatchObject({ code: 0 });
    expect(await granted()).toEqual([parameter('a')]);
  });

  test('with --exact takes what another policy grants too', async () => {
    await serve('web', 'a', 'b');
    const Statement = [{ Effect: 'Allow', Action: 'ssm:*', Resource: '*' }];
    await shop.iam.send(
      new PutRolePolicyCommand({
        ...{ RoleName: 'r', PolicyName: 'theirs' },
        PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }),
      }),
    );
    expect(await shop.run([...exact('a'), '--yes'])).toMatchObject({ code: 0 });
    expect(await granted()).toEqual([parameter('a')]);
  });

  test('with --exact tells a Deny and a condition that go from our policy', async () => {
    const { Version, Statement } = await document();
    const theirs = [
      { Effect: 'Deny', Action: 'kms:Decrypt', Resource: '*' },
      { Effect: 'Allow', NotAction: 'iam:*', Resource: '*' },
    ];
    const limited = { Bool: { 'aws:SecureTransport': 'true' } };
    const changed = Statement.map((one) => ({ ...one, Condition: limited }));
    await shop.iam.send(
      new PutRolePolicyCommand({
        ...{ RoleName: 'r', PolicyName: 'ecs-secrets' },
        PolicyDocument: JSON.stringify({ Version, Statement: [...changed, ...theirs] }),
      }),
    );
    const before = await document();
    await shop.json(create('a'));
    expect((await document()).Statement).toEqual(before.Statement);
    const seen = await shop.run([...exact('a', 'b'), '--dry-run']);
    const lines = seen.stdout.split('\n').filter((line) => /^ +[-+] /.test(line));
    expect(lines).toEqual(
      expect.arrayContaining([
        '    - Deny kms:Decrypt on *',
        '    - all but iam:* on *',
        `    - ${parameter('a')} if Bool aws:SecureTransport true`,
        `    + ${parameter('a')}`,
      ]),
    );
    const [change] = (await shop.json([...exact('a', 'b'), '--dry-run'])).changes as object[];
    expect(change).toMatchObject({ denials: ['kms:Decrypt on *'] });
    expect(await shop.run(exact('a', 'b'))).toMatchObject({ code: 2 });
  });

  test.each([
    ['another region', { ArnLike: { 'aws:SourceArn': `arn:aws:ecs:eu-west-1:${account}:*` } }],
    ['all regions', { StringEquals: { 'aws:SourceAccount': account } }],
  ])('with --exact tells of a trust policy that goes: %s', async (where, Condition) => {
    const Principal = { Service: 'ecs-tasks.amazonaws.com' };
    const allow = { Effect: 'Allow', Principal, Action: 'sts:AssumeRole', Condition };
    const deny = {
      ...allow,
      Effect: 'Deny',
      Condition: { StringEquals: { 'aws:SourceAccount': '1' } },
    };
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [allow, deny] });
    await shop.iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'r', PolicyDocument }));
    const argv = exact('a', 'b', 'c', 'd');
    const no = await shop.run(argv, { terminal: { answer: 'n' } });
    const [[operator, test]] = Object.entries(Condition) as [[string, Record<string, string>]];
    const [[key, value]] = Object.entries(test) as [[string, string]];
    const trusted = 'sts:AssumeRole by ecs-tasks.amazonaws.com if';
    expect(no.stderr).toContain(
      [
        'set trust policy: ecs-tasks.amazonaws.com',
        `  - Deny ${trusted} StringEquals aws:SourceAccount 1`,
        `  - ${trusted} ${operator} ${key} ${value}`,
        '',
      ].join('\n'),
    );
    const regions =
      where === 'another region' ? 'services in eu-west-1' : 'services in other regions';
    expect(no.stderr).toContain(`warning: not checked: ${regions}`);
    expect((await trust()).Statement).toHaveLength(2);
    await shop.json([...argv, '--yes']);
    expect((await trust()).Statement).toMatchObject([{ Sid: 'EcsTasks' }]);
  });

  test('takes --exact alone, and --force only with it', async () => {
    expect((await shop.run([...exact('a'), '--add', '--yes'])).code).toBe(2);
    expect((await shop.run([...create('a'), '--force'])).code).toBe(2);
  });
});

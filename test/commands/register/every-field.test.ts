import { afterAll, beforeAll, expect, test } from 'vitest';
import { formOf } from '../../../src/aws/definition-form.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';
import { jsonOf, stock } from '../../helpers/start-scene.ts';
import model from './models/register-task-definition.json' with { type: 'json' };

// What AWS's own model of RegisterTaskDefinition has, however new it is, reaches AWS as it was written.
// scripts/members-of-register.py writes the members of the newest model.

type Members =
  string | { readonly enum: string[] } | readonly Members[] | { [name: string]: Members };

const role = 'arn:aws:iam::123456789012:role/shop-execution';
let shop: Shop;
let api: string;
beforeAll(async () => {
  shop = await openShop();
  api = await stock(shop);
});
afterAll(() => shop.sandbox.close());

test('every member of the newest model is registered as written, also under --strict', async () => {
  const definition = everyMember(model.members, '') as Record<string, unknown>;
  const files = { 'every.json': JSON.stringify(definition) };
  const granting = ['role', 'create', 'shop-execution', '--task-definition', 'every.json'];
  expect(await shop.run(granting, { files, longestPause: 5 })).toMatchObject({ code: 0 });
  const argv = ['register', 'every.json', '--strict', '--json', '--show-plain'];
  const dry = await shop.run([...argv, '--dry-run'], { files });
  expect(dry.code, dry.stderr).toBe(0);
  expect(jsonOf(dry)).toMatchObject({ action: 'registered', taskDefinition: definition });

  const seen = await shop.run(argv, { files });
  expect(seen.code, seen.stderr).toBe(0);
  const described = await fetch(shop.sandbox.url, {
    method: 'POST',
    headers: {
      'x-amz-target': 'AmazonEC2ContainerServiceV20141113.DescribeTaskDefinition',
      'content-type': 'application/x-amz-json-1.1',
      authorization: 'AWS4-HMAC-SHA256 Credential=test/20261129/us-east-1/ecs/aws4_request',
    },
    body: JSON.stringify({ taskDefinition: 'every', include: ['TAGS'] }),
  });
  const { taskDefinition } = (await described.json()) as { taskDefinition: object };
  const { tags: _tags, ...members } = definition;
  expect(taskDefinition).toMatchObject(members);
});

test('a member that this release does not know is a note, also under --strict', async () => {
  const newer = { mode: 'ON', list: [{ size: 1 }] };
  const files = {
    'newer.json': JSON.stringify({
      ...{ family: 'newer', executionRoleArn: role, newerConfiguration: newer },
      containerDefinitions: [{ name: 'web', image: 'httpd:2.4', memory: 128, newerOption: newer }],
    }),
  };
  const seen = await shop.run(['register', 'newer.json', '--strict', '--dry-run'], { files });
  expect(seen.code, seen.stderr).toBe(0);
  expect(seen.stderr).toContain('newerConfiguration: this release does not recognize it');
  expect(seen.stderr).toContain('containerDefinitions[0].newerOption: this release');
  expect(seen.stdout).toContain('newerConfiguration');
});

test.each(choices(model.members, ''))(
  '%s: every value of the model is accepted',
  (path, values) => {
    const faults = values.flatMap((value) => {
      const definition = everyMember(model.members, '', { path, value });
      return formOf(definition as object).faults;
    });
    expect(faults).toEqual([]);
  },
);

// --- internal ---

/** One of every member, in the form in which it is registered; `chosen` is the value of one enum. */
function everyMember(
  members: Members,
  path: string,
  chosen: { path: string; value: string } = { path: '', value: '' },
): unknown {
  if (typeof members === 'string') return plain(members, path);
  if (isEnum(members)) {
    if (path === chosen.path) return chosen.value;
    return preferred.get(path) ?? members.enum[0];
  }
  if (Array.isArray(members)) {
    return (members as Members[]).map((member) => everyMember(member, path, chosen));
  }
  return Object.fromEntries(
    Object.entries(members).map(([name, member]) => [
      name === '*' ? 'any' : name,
      everyMember(member, `${path}.${name}`, chosen),
    ]),
  );
}

/** The enums of the model, by path. */
function choices(members: Members, path: string): [path: string, values: string[]][] {
  if (typeof members === 'string') return [];
  if (isEnum(members)) return [[path, members.enum]];
  if (Array.isArray(members)) return (members as Members[]).flatMap((one) => choices(one, path));
  return Object.entries(members).flatMap(([name, one]) => choices(one, `${path}.${name}`));
}

function isEnum(members: Exclude<Members, string>): members is { readonly enum: string[] } {
  return 'enum' in members && Array.isArray(members.enum);
}

function plain(type: string, path: string): unknown {
  if (type === 'boolean') return true;
  if (type === 'integer' || type === 'long') return 100;
  if (/credentialsParameter$|valueFrom$/.test(path)) return api;
  if (path.endsWith('.credentialSpecs')) return 'credentialspec:arn:aws:s3:::specs/web';
  if (/executionRoleArn$|taskRoleArn$/.test(path)) return role;
  if (path.endsWith('.secrets.name')) return 'SECRET';
  return { '.family': 'every', '.cpu': '256', '.memory': '512' }[path] ?? 'text';
}

/** Values that suit the others, where the first of the model does not. */
const preferred = new Map([
  ['.containerDefinitions.logConfiguration.logDriver', 'splunk'],
  ['.requiresCompatibilities', 'EC2'],
]);

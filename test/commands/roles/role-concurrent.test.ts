import { createServer, type Server } from 'node:http';
import { GetRoleCommand, GetRolePolicyCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import pMap from 'p-map';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { grantsIn, type PolicyDocument } from '../../../src/model/roles/policy.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';
import { isWhole } from '../../helpers/whole.ts';

// Several pipelines add to the role that their task definitions share, in the same moment. IAM has no
// write that fails when someone else wrote first.
let shop: Shop;
const names = Array.from({ length: 6 }, (_, index) => `/shop/secret-${index}`);
beforeAll(async () => {
  shop = await openShop();
  const value = { Value: 'x', Type: 'SecureString' } as const;
  for (const Name of names) await shop.ssm.send(new PutParameterCommand({ Name, ...value }));
});
afterAll(() => shop.sandbox.close());

async function policy(role: string): Promise<PolicyDocument> {
  const { PolicyDocument = '' } = await shop.iam.send(
    new GetRolePolicyCommand({ RoleName: role, PolicyName: 'ecs-secrets' }),
  );
  return JSON.parse(decodeURIComponent(PolicyDocument)) as PolicyDocument;
}

async function granted(role: string): Promise<string[]> {
  return grantsIn(await policy(role)).map((grant) => grant.replace(/^.*:parameter/, ''));
}

const create = (role: string, ...secrets: (string | undefined)[]): string[] => [
  ...['role', 'create', role],
  ...secrets.flatMap((name = '') => ['--secret', name]),
];

/** Adds a statement to the policy of a role, as someone else does. */
async function addAnother(role: string, index: number): Promise<void> {
  const { Version, Statement } = await policy(role);
  const arn = `arn:aws:ssm:us-east-1:123456789012:parameter${names[index] ?? ''}`;
  const [first, ...rest] = Statement;
  const added = { ...first, Resource: [...(first?.Resource ?? []), arn] };
  await shop.iam.send(
    new PutRolePolicyCommand({
      ...{ RoleName: role, PolicyName: 'ecs-secrets' },
      PolicyDocument: JSON.stringify({ Version, Statement: [added, ...rest] }),
    }),
  );
}

let before: Server | undefined;
afterEach(() => {
  before?.closeAllConnections();
  before?.close();
});

/**
 * A server before the sandbox whose reads of an inline policy lag: those of which `isOld` says so by
 * their number, counted from the first write, are answered as before it. Answers with its address.
 */
async function lagging(
  isOld: (read: number) => boolean,
  onWritten: () => Promise<void>,
): Promise<string> {
  let [reads, hasWritten, old] = [0, false, ''];
  const forward = async (path: string, request: RequestInit): Promise<string> => {
    const answer = await fetch(`${shop.sandbox.url}${path}`, request);
    return JSON.stringify([answer.status, answer.headers.get('content-type'), await answer.text()]);
  };
  const answer = async (path: string, request: RequestInit, body: string): Promise<string> => {
    if (body.includes('Action=GetRolePolicy')) {
      if (hasWritten) reads += 1;
      if (hasWritten && isOld(reads)) return old;
      const fresh = await forward(path, request);
      if (!hasWritten) old = fresh;
      return fresh;
    }
    const told = await forward(path, request);
    if (body.includes('Action=PutRolePolicy') && !hasWritten) {
      hasWritten = true;
      await onWritten();
    }
    return told;
  };
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const kept = ['content-type', 'x-amz-target', 'authorization'];
      const headers = Object.fromEntries(
        Object.entries(request.headers).filter(([name]) => kept.includes(name)),
      ) as Record<string, string>;
      const { method = '', url = '/' } = request;
      const body = Buffer.concat(parts).toString();
      const sent = method === 'GET' ? { method, headers } : { method, headers, body };
      void answer(url, sent, body).then((told) => {
        const [status, contentType, text] = JSON.parse(told) as [number, string, string];
        response.writeHead(status, { 'content-type': contentType }).end(text);
      });
    });
  });
  before = server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

async function writes(): Promise<number> {
  const answer = await fetch(`${shop.sandbox.url}/_sandbox/calls`);
  const calls = (await answer.json()) as { operation: string }[];
  return calls.filter(({ operation }) => operation === 'PutRolePolicy').length;
}

describe('six runs of role create at once', () => {
  test('on one role lose no grant', { timeout: 300_000 }, async () => {
    const lost: string[] = [];
    const rounds = Array.from({ length: isWhole ? 50 : 10 }, (_, round) => `shared-${round}`);
    const round = async (role: string): Promise<void> => {
      const runs = names.map((name) => shop.run(create(role, name)));
      for (const seen of await Promise.all(runs)) expect(seen).toMatchObject({ code: 0 });
      const there = await granted(role);
      lost.push(...names.filter((name) => !there.includes(name)));
    };
    await pMap(rounds, round, { concurrency: 5 });
    expect(lost).toEqual([]);
  });
});

describe('a run whose reads show an old state', () => {
  const others: [number][] = [[1], [2], [3]];
  test.each(others)('%i times after its write overwrites nobody', async (times) => {
    const role = `lagging-${times}`;
    await shop.json(create(role, names[0]));
    const url = await lagging(
      (read) => read <= times,
      () => addAnother(role, 2),
    );
    const before = await writes();
    const env = { ECS_SECRETS_ENDPOINT_URL: url };
    const seen = await shop.run(create(role, names[1]), { env });
    expect(seen, seen.stderr).toMatchObject({ code: 0 });
    expect(await granted(role)).toEqual(names.slice(0, 3));
    // Its own, and that of someone else.
    expect((await writes()) - before).toBe(2);
  });

  test('adds what it saw before, and what was lost', async () => {
    await shop.json(create('lost', names[0]));
    const first = await policy('lost');
    await addAnother('lost', 1);
    // Somebody who read the role before both writes, and whose own comes after them.
    const overwrite = async (): Promise<void> => {
      const PolicyDocument = JSON.stringify(first);
      const name = { RoleName: 'lost', PolicyName: 'ecs-secrets' };
      await shop.iam.send(new PutRolePolicyCommand({ ...name, PolicyDocument }));
    };
    const url = await lagging(() => false, overwrite);
    const env = { ECS_SECRETS_ENDPOINT_URL: url };
    expect(await shop.run(create('lost', names[2]), { env })).toMatchObject({ code: 0 });
    expect(await granted('lost')).toEqual(names.slice(0, 3));
  });
});

test('a write whose answer is lost is looked up, not repeated', async () => {
  await shop.json(create('unsure', names[0]));
  const before = await writes();
  shop.sandbox.inject({ service: 'iam', operation: 'PutRolePolicy', lost: true, times: 1 });
  const seen = await shop.run(create('unsure', names[1]));
  expect(seen).toMatchObject({ code: 0 });
  expect(seen.stdout).toMatch(/replace inline policy: ecs-secrets\n +\+ .*secret-1\n/);
  expect(await granted('unsure')).toEqual(names.slice(0, 2));
  expect((await writes()) - before).toBe(1);
});

test('with --exact a run does not take away what someone else added just now', async () => {
  await shop.json(create('exact', names[0], names[1]));
  const url = await lagging(
    () => false,
    () => addAnother('exact', 2),
  );
  const env = { ECS_SECRETS_ENDPOINT_URL: url };
  const argv = [...create('exact', names[0]), '--exact', '--yes'];
  const seen = await shop.run(argv, { env });
  expect(seen, seen.stderr).toMatchObject({ code: 0 });
  expect(await granted('exact')).toEqual([names[0], names[2]]);
});

test('the trust of several regions is kept when they are added at once', async () => {
  const regions = ['us-east-1', 'eu-west-1', 'ap-south-1'];
  const runs = regions.map((region) =>
    shop.run([...create('regions', '/not/there'), '--allow-missing', '--region', region]),
  );
  for (const seen of await Promise.all(runs)) expect(seen).toMatchObject({ code: 0 });
  const { Role } = await shop.iam.send(new GetRoleCommand({ RoleName: 'regions' }));
  const trust = decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '');
  for (const region of regions) expect(trust).toContain(`:ecs:${region}:`);
  expect(await granted('regions')).toHaveLength(3);
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateClusterCommand,
  DescribeTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
} from '@aws-sdk/client-ecs';
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import pMap from 'p-map';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { trustPolicy } from '../../src/model/roles/policy.ts';
import { createAccount } from '../../src/sandbox/account.ts';
import { prepare } from '../../src/sandbox/ecs/tasks/agent.ts';
import type { Task, World } from '../../src/sandbox/ecs/state.ts';
import { openShop, type Shop } from '../helpers/scene.ts';
import type { Verified } from '../helpers/start-scene.ts';
import { storeVectors, type Outcome, type Vector } from './agent-vectors.ts';

// What the agent's own code makes of these references holds for the product and for the sandbox, which
// share no code for it.

let shop: Shop;
let vectors: Vector[];
beforeAll(async () => {
  shop = await openShop();
  vectors = await storeVectors(shop.sandbox);
});
afterAll(() => shop.sandbox.close());

/** RegisterTaskDefinition refuses these, so the agent never gets them from ECS; nor may the product. */
const refusedBefore = ['p-account', 'p-arn-version', 'p-space', 'p-uni', 'p-empty'];
/** What AWS answers for `/name` is not confirmed: the product keeps the value, and warns of it. */
const notConfirmed = 'p-name6';

const nameOf = (index: number) => `V${index}`;
const fails = ({ id, agent }: Vector) => agent.value === undefined || refusedBefore.includes(id);
const good = () => vectors.filter((vector) => !fails(vector) && vector.id !== notConfirmed);
const valuesOf = (cases: readonly Vector[]) =>
  Object.fromEntries(cases.map(({ agent }, index) => [nameOf(index), agent.value]));

function definitionOf(cases: readonly Vector[]) {
  return {
    family: 'vectors',
    executionRoleArn: 'arn:aws:iam::123456789012:role/all',
    containerDefinitions: [
      {
        name: 'web',
        image: 'web:1',
        memory: 64,
        secrets: cases.map(({ valueFrom }, index) => ({ name: nameOf(index), valueFrom })),
      },
    ],
  };
}

const fileOf = (cases: readonly Vector[]) => ({ 't.json': JSON.stringify(definitionOf(cases)) });
const source = ['--task-definition', 't.json'];

test('export prints the value that the agent injects', async () => {
  const argv = ['export', ...source, '--format', 'json'];
  const seen = await shop.run(argv, { files: fileOf(good()) });
  expect(seen.code, seen.stderr).toBe(0);
  expect(JSON.parse(seen.stdout)).toEqual(valuesOf(good()));

  const slash = vectors.filter(({ id }) => id === notConfirmed);
  const kept = await shop.run(argv, { files: fileOf(slash) });
  expect(JSON.parse(kept.stdout)).toEqual({ V0: 'n6' });
  expect(kept.stderr).toContain('ECS may inject an empty variable');
});

test('exec gives a program the same, and the region', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vectors-'));
  const file = join(folder, 't.json');
  const whole = good().filter(({ agent }) => !agent.value?.includes('\0'));
  await writeFile(file, JSON.stringify(definitionOf(whole)));
  const print = [process.execPath, '-p', 'JSON.stringify(process.env)'];
  const seen = await shop.bin(['exec', '--task-definition', file, '--pristine', '--', ...print]);
  expect(seen.code, seen.stderr).toBe(0);
  const region = { AWS_REGION: 'us-east-1', AWS_DEFAULT_REGION: 'us-east-1' };
  expect(JSON.parse(seen.stdout)).toEqual({ ...region, ...valuesOf(whole) });
  await rm(folder, { recursive: true });
});

test('export fails where the agent fails', async () => {
  const passed = await pMap(
    vectors.filter(fails),
    async (vector) => {
      const seen = await shop.run(['export', ...source], { files: fileOf([vector]) });
      const failed =
        [1, 2].includes(seen.code) && seen.stdout === '' && !seen.stderr.includes('defect');
      return failed ? [] : [vector.id];
    },
    { concurrency: 4 },
  );
  expect(passed.flat()).toEqual([]);
});

test('verify finds what the agent fails of, and nothing else', async () => {
  const argv = ['verify', 't.json', '--read-values', '--json'];
  const seen = await shop.run(argv, { files: fileOf(vectors) });
  const { targets } = JSON.parse(seen.stdout) as { targets: Verified[] };
  const findings = targets.flatMap((target) => target.findings);
  // What is in another account, and AWS's own parameters, cannot be looked at.
  const unseen = ['other-account', 'p-aws'];
  const isFound = ({ id }: Vector, index: number) =>
    findings.some(
      ({ status, subject }) =>
        subject === `web ${nameOf(index)}` &&
        status === (unseen.includes(id) ? 'not-checked' : 'problem'),
    );
  const wrong = vectors.filter((vector, index) => isFound(vector, index) !== fails(vector));
  expect(wrong.map(({ id }) => id)).toEqual([]);
});

test('tasks get the value, or say the error, of the agent', async () => {
  const { iam, ecs, sandbox } = shop;
  const here = { partition: 'aws', region: 'us-east-1', account: '123456789012' };
  const trust = JSON.stringify(trustPolicy(here, true));
  await iam.send(new CreateRoleCommand({ RoleName: 'all', AssumeRolePolicyDocument: trust }));
  const all = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
  const policy = { PolicyName: 'all', PolicyDocument: JSON.stringify(all) };
  await iam.send(new PutRolePolicyCommand({ RoleName: 'all', ...policy }));
  await ecs.send(new CreateClusterCommand({}));

  const start = async (cases: readonly Vector[]) => {
    const registered = await ecs.send(new RegisterTaskDefinitionCommand(definitionOf(cases)));
    const taskDefinition = registered.taskDefinition!.taskDefinitionArn;
    const { tasks } = await ecs.send(new RunTaskCommand({ taskDefinition, launchType: 'EC2' }));
    return tasks![0]!.taskArn!;
  };
  const ended = (task: string) =>
    vi.waitFor(
      async () => {
        const { tasks } = await ecs.send(new DescribeTasksCommand({ tasks: [task] }));
        expect(['RUNNING', 'STOPPED']).toContain(tasks![0]!.lastStatus);
        return tasks![0]!;
      },
      { timeout: 20_000, interval: 20 },
    );

  const valid = vectors.filter(({ id }) => !refusedBefore.includes(id));
  const running = valid.filter(({ agent }) => agent.value !== undefined);
  const task = await start(running);
  expect((await ended(task)).stoppedReason).toBeUndefined();
  const path = `/_sandbox/tasks/${encodeURIComponent(task)}/environment`;
  const answer = await fetch(sandbox.url + path);
  const { containers } = (await answer.json()) as { containers: { environment: object }[] };
  expect(containers[0]?.environment).toMatchObject(valuesOf(running));

  const failing = valid.filter(({ agent }) => agent.value === undefined);
  const said = await pMap(
    failing,
    async (vector) => [vector.id, plain((await ended(await start([vector]))).stoppedReason!)],
    { concurrency: 8 },
  );
  const expected = failing.map((vector) => [vector.id, plain(reasonOf(vector))]);
  const byAnotherAccount = (entries: unknown[][]) =>
    // Where the emulator of the vectors found no such secret, Secrets Manager denies it.
    entries.filter(([id]) => id !== 'other-account');
  expect(byAnotherAccount(said)).toEqual(byAnotherAccount(expected));
  expect(said.find(([id]) => id === 'other-account')?.[1]).toMatch(/^secret .* is not authorized/);
});

test('what ECS refuses to register would end as the vectors say', async () => {
  const { environment, dispatcher, ecs } = createAccount();
  const call = { principal: { kind: 'owner' }, region: 'us-east-1' } as const;
  const put = { Name: '/a/b', Value: 'n3', Type: 'SecureString' };
  await dispatcher.call('ssm', 'PutParameter', put, call);
  const owner = { Principal: call.principal };
  const world = {
    environment: {
      ...environment,
      invoke: (service: string, operation: string, ...rest: [never, never]) =>
        service === 'sts'
          ? Promise.resolve(owner)
          : environment.invoke(service, operation, ...rest),
    },
  } as World;
  const refused = vectors.filter(({ id }) => refusedBefore.includes(id));
  for (const vector of refused) {
    const registration = definitionOf([vector]);
    const settings = { launchType: 'EC2' };
    const task = { definition: { registration }, overrides: {}, settings, region: 'us-east-1' };
    const outcome = await prepare(world, task as unknown as Task);
    const got: Outcome = outcome.ok
      ? { value: outcome.containers[0]!.environment.V0! }
      : { error: plain(outcome.reason) };
    const { value, error } = vector.agent;
    expect({ id: vector.id, ...got }).toEqual({
      id: vector.id,
      ...(error === undefined ? { value } : { error: plain(error) }),
    });
    const input = registration as unknown as Record<string, unknown>;
    await expect(dispatcher.call('ecs', 'RegisterTaskDefinition', input, call)).rejects.toThrow();
  }
  ecs.close();
});

// --- internal ---

/** The error without the ids of requests. */
const plain = (text: string) => text.replace(/RequestID: [\w{}-]+/g, 'RequestID: ID');

/** A panic has no error: the sandbox stops the task with what the agent's log says. */
const reasonOf = ({ agent }: Vector) =>
  agent.error ?? 'panic: runtime error: invalid memory address or nil pointer dereference';

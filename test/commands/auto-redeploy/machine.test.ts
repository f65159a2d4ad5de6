import { UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { ListSecretVersionIdsCommand, RotateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { RunDocument } from '../../../src/model/auto-redeploy/state-machine.ts';
import { isWhole } from '../../helpers/whole.ts';
import { machinePolicy } from '../../../src/model/auto-redeploy/roles.ts';
import { actionsOf, allows, distinct, question, resolved } from './machine-permissions.ts';
import {
  addServices,
  byService,
  createMachine,
  defaults,
  openMachineScene,
  openRole,
  parameterEvent,
  secretEvent,
  type MachineScene,
} from './machine-scene.ts';

// The machine as it is printed, run by moto's interpreter against services of the sandbox.
describe.runIf(inject('stepFunctions'))('the state machine', () => {
  let scene: MachineScene;
  let machine: string;
  const keys: Record<string, { arn: string; version: string }> = {};
  const using = (valueFrom: string) => ({ secrets: [{ name: 'KEY', valueFrom }] });
  const value = (n: number | string): string =>
    JSON.stringify({ username: 'u', password: `p${n}`, key: 'k' });
  const run = async (input: object): Promise<RunDocument> => {
    const { output, error } = await scene.machines.run<RunDocument>(machine, input);
    expect(error).toBe('');
    return output;
  };

  beforeAll(async () => {
    scene = await openMachineScene();
    const { shop, put, service } = scene;
    const created = createMachine(scene);
    for (const name of ['db', 'other', 'gone', 'a', 'b', 'loop', 'rotated', 'late']) {
      keys[name] = await put(`sm:shop/${name}`, value(1));
    }
    await put('/shop/pw', 'x');
    await openRole(scene);
    const arn = (name: string): string => keys[name]?.arn ?? '';
    const db = arn('db');
    const off = [{ key: 'ecs-secrets:auto-redeploy', value: 'off' }];
    await Promise.all([
      service('shop', 'full', using(db)),
      service('shop', 'partial', using(db.slice(0, -7))),
      service('shop', 'key', using(`${db}:key:AWSCURRENT:`)),
      service('shop', 'registry', {
        repositoryCredentials: { credentialsParameter: 'shop/db' },
      }),
      service('shop', 'broken', {
        secrets: [
          { name: 'A', valueFrom: db },
          { name: 'B', valueFrom: arn('gone') },
        ],
      }),
      service('shop', 'newer', using(db)),
      service('shop', 'off', using(db), { tags: off }),
      service('shop', 'pinned', using(`${db}:::${keys.db?.version ?? ''}`)),
      service('shop', 'external', using(db), {
        deploymentController: { type: 'CODE_DEPLOY' },
      }),
      service('shop', 'other', using(arn('other'))),
      service('shop', 'none', {}),
      service('edge', 'parameter', using('/shop/pw')),
      service('edge', 'both', {
        secrets: [
          { name: 'A', valueFrom: arn('a') },
          { name: 'B', valueFrom: arn('b') },
        ],
      }),
      service('edge', 'loop', using(arn('loop'))),
      service('edge', 'late', using(arn('late'))),
      service('edge', 'rotated', {
        secrets: [
          { name: 'A', valueFrom: arn('rotated') },
          { name: 'B', valueFrom: arn('gone') },
        ],
      }),
    ]);
    scene.setClock(0);
    await shop.run(['delete', 'sm:shop/gone', '--force', '--yes']);
    machine = await created;
  }, 60_000);
  afterAll(() => scene.close());

  const twelve = ['full', 'partial', 'key', 'registry', 'broken', 'newer'];

  test('a dry run says what would be redeployed, and changes nothing', async () => {
    const before = await scene.primaries('shop', twelve);
    const secret = { store: 'secrets-manager', name: 'shop/db', arn: keys.db?.arn };
    const dry = await run({ dryRun: true, secret });
    expect(dry).toMatchObject({ secret: keys.db?.arn, dryRun: true, failed: [] });
    expect(byService(dry)).toEqual({
      ...Object.fromEntries(twelve.map((name) => [name, 'redeployed'])),
      off: 'skipped: it has the tag ecs-secrets:auto-redeploy=off',
      pinned: 'skipped: it is pinned to a version of the secret',
      external: 'skipped: its deployment controller is CODE_DEPLOY',
    });
    expect(await scene.primaries('shop', twelve)).toEqual(before);
  });

  test('an event redeploys the users of a secret, in every spelling', async () => {
    const event = secretEvent(await scene.put('sm:shop/db', value(2)));
    const force = { cluster: 'shop', service: 'newer', forceNewDeployment: true };
    await scene.shop.ecs.send(new UpdateServiceCommand(force));
    const before = await scene.primaries('shop', [...twelve, 'off', 'pinned', 'other', 'none']);
    const done = await run(event);
    expect(done.rolledBack).toBe(true);
    expect(byService(done)).toEqual({
      full: 'redeployed',
      partial: 'redeployed',
      key: 'redeployed',
      registry: 'redeployed',
      broken: expect.stringMatching(/^failed: ECS deployment circuit breaker/) as string,
      newer: 'skipped: its deployment is newer than the change',
      off: 'skipped: it has the tag ecs-secrets:auto-redeploy=off',
      pinned: 'skipped: it is pinned to a version of the secret',
      external: 'skipped: its deployment controller is CODE_DEPLOY',
    });
    const after = await scene.primaries('shop', Object.keys(before));
    const changed = Object.keys(before).filter((name) => before[name] !== after[name]);
    expect(changed.sort()).toEqual(['broken', 'full', 'key', 'partial', 'registry']);
    // The document is the output, the message and the event.
    const calls = (await scene.machines.calls()).slice(-20);
    const message = calls.find(({ operation }) => operation === 'Publish')?.input.Message;
    expect(JSON.parse(String(message))).toEqual(done);
    const entries = calls.find(({ operation }) => operation === 'PutEvents')?.input.Entries;
    const [entry] = entries as Record<string, string>[];
    expect(entry).toMatchObject({ Source: 'ecs-secrets', DetailType: 'Redeploy Finished' });
    expect(JSON.parse(entry?.Detail ?? '')).toEqual(done);
    for (const { service, deployment } of done.redeployed) {
      expect(after[service.split('/').at(-1) ?? '']).toBe(deployment);
    }
  });

  test('the value of a secret is rolled back when a deployment fails, and not to and fro', async () => {
    const current = async (): Promise<string | undefined> => {
      const command = new ListSecretVersionIdsCommand({ SecretId: 'shop/db' });
      const { Versions = [] } = await scene.shop.secrets.send(command);
      return Versions.find(({ VersionStages }) => VersionStages?.includes('AWSCURRENT'))?.VersionId;
    };
    // The test before this one had a service whose deployment failed.
    const { arn = '', version = '' } = keys.db ?? {};
    expect(await current()).toBe(version);
    const again = await run(secretEvent({ arn, version }));
    expect(byService(again)).toMatchObject({ full: 'redeployed', newer: 'redeployed' });
    expect(again).toMatchObject({
      rolledBack: false,
      note: 'the value was not rolled back: it is the older one already',
    });
    expect(await current()).toBe(version);
  });

  test('what a rotation function made is not rolled back', async () => {
    const rotated = await scene.put('sm:shop/rotated', value(2));
    const RotationLambdaARN = 'arn:aws:lambda:us-east-1:123456789012:function:rotate';
    const rotate = { RotationLambdaARN, RotateImmediately: false };
    const RotationRules = { AutomaticallyAfterDays: 30 };
    await scene.shop.secrets.send(
      new RotateSecretCommand({ SecretId: 'shop/rotated', RotationRules, ...rotate }),
    );
    const done = await run(secretEvent(rotated));
    expect(byService(done).rotated).toMatch(/^failed/);
    expect(done).toMatchObject({
      rolledBack: false,
      note: 'the value was not rolled back: the secret is rotated by a function or a service',
    });
  });

  test('the event of a parameter does so too', async () => {
    const [before] = Object.values(await scene.primaries('edge', ['parameter']));
    expect(byService(await run(parameterEvent('/shop/pw')))).toEqual({ parameter: 'redeployed' });
    const [after] = Object.values(await scene.primaries('edge', ['parameter']));
    expect(after).not.toBe(before);
  });

  test('two secrets that change together redeploy a service once', async () => {
    const [before] = Object.values(await scene.primaries('edge', ['both']));
    const events = [await scene.put('sm:shop/a', value(2)), await scene.put('sm:shop/b', value(2))];
    const started = await Promise.all(
      events.map((event) => scene.machines.start(machine, secretEvent(event))),
    );
    const ends = await Promise.all(started.map((one) => scene.machines.end<RunDocument>(one)));
    const all = ends.map(({ output }) => byService(output).both);
    expect(all.filter((one) => one === 'redeployed')).toHaveLength(1);
    expect(all.filter((one) => one?.startsWith('skipped: it'))).toHaveLength(1);
    const [after] = Object.values(await scene.primaries('edge', ['both']));
    expect(after).not.toBe(before);
  });

  test('a container that writes its secret at each start is left alone soon', async () => {
    const outcomes: (string | undefined)[] = [];
    for (let round = 0; round < 6; round += 1) {
      // The new task has started: it stores its secret, which is the next event.
      const event = secretEvent(await scene.put('sm:shop/loop', value(`round ${round}`)));
      const outcome = byService(await run(event)).loop;
      outcomes.push(outcome);
      if (outcome !== 'redeployed') break;
    }
    expect(outcomes).toEqual([
      'redeployed',
      'redeployed',
      'redeployed',
      'skipped: possible loop: 3 deployments within an hour, and the secret changes after each',
    ]);
  });

  test('a change whose event was lost is found by the reconciliation', async () => {
    await scene.put('sm:shop/late', value(2));
    const done = await run({ source: 'aws.events', 'detail-type': 'Scheduled Event' });
    expect(byService(done).late).toBe('redeployed');
    // The container of the loop does not begin again.
    expect(byService(done).loop).toBeUndefined();
    expect(byService(await run({}))).toEqual({});
  });

  test('1,000 services fit into the history of an execution', async () => {
    const count = isWhole ? 300 : 60;
    await addServices(scene, 'big', count, (index) =>
      index % 10 === 0 ? keys.other?.arn : undefined,
    );
    const event = secretEvent(await scene.put('sm:shop/other', value(2)));
    const whole = await scene.machines.run<RunDocument>(machine, event);
    expect(whole.error).toBe('');
    // A tenth of these, and the one of the first scene.
    const users = count / 10 + 1;
    expect(whole.output.redeployed).toHaveLength(users);
    expect(whole.output.failed).toEqual([]);
    const most = (services: number, using: number): number => 150 + 12 * services + 25 * using;
    expect(await scene.machines.events(whole.arn)).toBeLessThan(most(count + 16, users));
    expect(most(1000, 200)).toBeLessThan(25_000);
  });

  test('a Distributed Map does the same', async () => {
    const options = { name: 'wide', distributed: true, clusters: ['shop'], reconcile: undefined };
    const wide = await createMachine(scene, options);
    const event = secretEvent(await scene.put('sm:shop/other', value(3)));
    const { output, error } = await scene.machines.run<RunDocument>(wide, event);
    expect(error).toBe('');
    expect(byService(output)).toEqual({ other: 'redeployed' });
  });

  test('a list of services takes the place of the search', async () => {
    // The services that exist are the last ones, in whole in a part of their own.
    const names = Array.from({ length: isWhole ? 1000 : 10 }, (_, index) => `gone-${index}`);
    const listed = await createMachine(scene, {
      ...{ name: 'listed', services: { shop: [...names, 'other', 'none'] } },
      ...{ reconcile: undefined, distributed: true },
    });
    const before = (await scene.machines.calls()).length;
    const event = secretEvent(await scene.put('sm:shop/other', value(4)));
    const { output, error } = await scene.machines.run<RunDocument>(listed, event);
    expect(error).toBe('');
    expect(byService(output)).toEqual({ other: 'redeployed' });
    const calls = (await scene.machines.calls()).slice(before).map(({ operation }) => operation);
    expect(calls).not.toContain('ListServices');
  });

  test('the roles allow the calls of all these runs, and nothing else', async () => {
    const used = new Set<string>();
    const narrow = { prefixes: [{ store: 'secrets-manager' as const, path: 'shop' }] };
    const policy = resolved(machinePolicy({ ...defaults, ...narrow }));
    for (const call of distinct(await scene.machines.calls())) {
      const { action, resource } = question(call);
      // The other two machines have policies of their own.
      if (resource.includes(':wide') || resource.includes(':listed')) continue;
      used.add(action);
      expect(await allows(policy, action, resource), `${action} on ${resource}`).toBe(true);
    }
    const granted = actionsOf(policy).filter((action) => !action.startsWith('logs:'));
    expect(granted.sort()).toEqual([...used].sort());
    const values = ['ssm:GetParameter', 'ssm:GetParameters', 'ssm:GetParameterHistory'];
    for (const action of values) {
      const parameter = 'arn:aws:ssm:us-east-1:123456789012:parameter/shop/pw';
      expect(await allows(policy, action, parameter), action).toBe(false);
    }
    const read = 'secretsmanager:GetSecretValue';
    expect(await allows(policy, read, keys.db?.arn ?? '')).toBe(false);
  });
});

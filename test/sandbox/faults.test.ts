import { Agent, get } from 'node:http';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { expect, test } from 'vitest';
import { createAccount } from '../../src/sandbox/account.ts';
import { createFaults, type Fault } from '../../src/sandbox/faults.ts';
import { owner } from '../../src/sandbox/service.ts';
import { errorOf, openScene } from './clients.ts';

const busy = { service: 'ssm', code: 'ThrottlingException', message: 'Rate exceeded' };
const lost = { service: 'ssm', operation: 'PutParameter', lost: true } as const;

function put(ssm: SSMClient, Value = 'v') {
  return ssm.send(new PutParameterCommand({ Name: 'p', Value, Type: 'String', Overwrite: true }));
}

/** What becomes of ten calls of ssm:PutParameter: `.` for each that succeeds. */
async function tenCalls(faults: readonly Fault[], chances: readonly number[] = []) {
  let drawn = 0;
  const met = createFaults(faults, () => chances[drawn++] ?? 1);
  const call = { service: 'ssm', operation: 'PutParameter', origin: 'http' } as const;
  let seen = '';
  for (let count = 0; count < 10; count += 1) {
    seen += await met.around(call, () => Promise.resolve('.')).catch(() => 'x');
  }
  return { seen, drawn };
}

test('fails as many calls as asked, or all', async () => {
  expect((await tenCalls([{ ...busy, times: 3 }])).seen).toBe('xxx.......');
  expect((await tenCalls([busy])).seen).toBe('xxxxxxxxxx');
  expect((await tenCalls([{ ...busy, operation: 'GetParameter' }])).seen).toBe('..........');
});

test('lets calls pass before the first one that it meets', async () => {
  expect((await tenCalls([{ ...busy, skip: 3 }])).seen).toBe('...xxxxxxx');
  expect((await tenCalls([{ ...busy, skip: 9, times: 1 }])).seen).toBe('.........x');
  const other = { ...busy, operation: 'GetParameter', skip: 1 };
  expect((await tenCalls([other, { ...busy, skip: 1, times: 1 }])).seen).toBe('.x........');
  const share = 0.5;
  const chances = [0.9, 0.1];
  expect(await tenCalls([{ ...busy, skip: 8, share }], chances)).toEqual({
    seen: '.........x',
    drawn: 2,
  });
});

test('meets calls of all services and operations, or only those of one origin', async () => {
  const any = { ...busy, service: '*', times: 1 };
  expect((await tenCalls([any])).seen).toBe('x.........');
  expect((await tenCalls([{ ...any, operation: '*' }])).seen).toBe('x.........');
  expect((await tenCalls([{ ...any, operation: 'GetParameter' }])).seen).toBe('..........');
  expect((await tenCalls([{ ...any, origin: 'http' }])).seen).toBe('x.........');
  expect((await tenCalls([{ ...any, origin: 'sandbox' }])).seen).toBe('..........');
});

test('fails a share of the calls by chance, and no more than `times`', async () => {
  const chances = [0.1, 0.9, 0.29, 0.3, 0, 0.2];
  const share = 0.3;
  expect((await tenCalls([{ ...busy, share }], chances)).seen).toBe('x.x.xx....');
  expect((await tenCalls([{ ...busy, share, times: 2 }], chances)).seen).toBe('x.x.......');
  expect((await tenCalls([{ ...busy, share: 0 }], chances)).seen).toBe('..........');
  expect((await tenCalls([{ ...busy, share: 1 }], chances)).seen).toBe('xxxxxx....');
});

test('asks the next fault where chance spares a call, and chance only for calls that fit', async () => {
  const other = { ...busy, operation: 'GetParameter', share: 1 };
  const faults = [other, { ...busy, share: 0.5 }, { ...busy, times: 1 }];
  expect(await tenCalls(faults, [0.9, 0.1])).toEqual({ seen: 'xx........', drawn: 10 });
});

test('the chance can be given to the sandbox', async () => {
  const chances = [0.6, 0.4];
  await using scene = await openScene({
    faults: [{ ...busy, share: 0.5 }],
    random: () => chances.shift() ?? 0.9,
  });
  await put(scene.ssm);
  expect(await errorOf(put(scene.ssm))).toEqual({
    name: 'ThrottlingException',
    message: 'Rate exceeded',
  });
  await put(scene.ssm);
});

test('healing removes all faults', async () => {
  await using scene = await openScene({ faults: [busy] });
  scene.sandbox.inject(lost);
  await expect(put(scene.ssm)).rejects.toThrow('Rate exceeded');
  scene.sandbox.heal();
  expect(await put(scene.ssm)).toMatchObject({ Version: 1 });
  scene.sandbox.inject({ ...busy, times: 1 });
  await expect(put(scene.ssm)).rejects.toThrow('Rate exceeded');
  expect(await put(scene.ssm)).toMatchObject({ Version: 2 });
});

test('a lost answer leaves the work done and the connection reset', async () => {
  const lines: string[] = [];
  await using scene = await openScene({ log: (line) => lines.push(line) });
  scene.sandbox.inject({ ...lost, times: 1 });
  await expect(put(scene.ssm, 'kept')).rejects.toMatchObject({ code: 'ECONNRESET' });
  const { Parameter } = await scene.ssm.send(new GetParameterCommand({ Name: 'p' }));
  expect(Parameter).toMatchObject({ Value: 'kept', Version: 1 });
  expect(lines).toEqual(['ssm PutParameter lost', 'ssm GetParameter 200']);
});

test('a client that tries again after a lost answer does the work twice', async () => {
  await using scene = await openScene({ faults: [{ ...lost, times: 1 }] });
  const ssm = new SSMClient({
    endpoint: scene.sandbox.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 2,
  });
  expect(await put(ssm)).toMatchObject({ Version: 2 });
});

test('a lost answer can leave the work for later', async () => {
  await using scene = await openScene();
  const fault = scene.sandbox.inject({ ...lost, delayMs: 50, times: 1 });
  await expect(put(scene.ssm, 'first')).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(await put(scene.ssm, 'second')).toMatchObject({ Version: 1 });
  await fault.first;
  const { Parameter } = await scene.ssm.send(new GetParameterCommand({ Name: 'p' }));
  expect(Parameter).toMatchObject({ Value: 'first', Version: 2 });
});

test('a late answer leaves the work done meanwhile', async () => {
  await using scene = await openScene();
  const late = { service: '*', late: true, delayMs: 50, times: 1 } as const;
  const fault = scene.sandbox.inject(late);
  const order: string[] = [];
  const answered = put(scene.ssm).then((answer) => {
    order.push('answered');
    return answer;
  });
  await fault.first;
  expect(await put(scene.ssm)).toMatchObject({ Version: 2 });
  order.push('went on');
  expect(await answered).toMatchObject({ Version: 1 });
  expect(order).toEqual(['went on', 'answered']);

  const refused = scene.sandbox.inject(late);
  const read = scene.ssm.send(new GetParameterCommand({ Name: 'none' }));
  expect((await errorOf(read)).name).toBe('ParameterNotFound');
  expect(refused.met).toBe(1);
});

test('tells what has come of a fault', async () => {
  await using scene = await openScene();
  const fault = scene.sandbox.inject({ ...busy, skip: 1, times: 2 });
  await put(scene.ssm);
  expect(fault.met).toBe(0);
  await expect(put(scene.ssm)).rejects.toThrow('Rate exceeded');
  await fault.first;
  await expect(put(scene.ssm)).rejects.toThrow('Rate exceeded');
  await put(scene.ssm);
  expect(fault.met).toBe(2);
});

test('an error can be lost too', async () => {
  await using scene = await openScene({ faults: [{ service: 'ssm', lost: true, times: 1 }] });
  const read = () => scene.ssm.send(new GetParameterCommand({ Name: 'none' }));
  await expect(read()).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect((await errorOf(read())).name).toBe('ParameterNotFound');
});

test('other connections outlive one that is reset', async () => {
  await using scene = await openScene({ faults: [{ ...lost, times: 1 }] });
  const agent = new Agent({ keepAlive: true });
  const health = () =>
    new Promise((resolve, reject) => {
      get(`${scene.sandbox.url}/_sandbox/health`, { agent }, (response) => {
        response.resume().on('end', () => {
          resolve(response.statusCode);
        });
      }).on('error', reject);
    });
  expect(await health()).toBe(200);
  await expect(put(scene.ssm)).rejects.toThrow();
  expect(await health()).toBe(200);
  agent.destroy();
});

test('calls from within the sandbox, such as those of its tasks, can be left out', async () => {
  const account = createAccount();
  const { dispatcher, environment } = account;
  const fault = dispatcher.inject({ service: '*', origin: 'http', skip: 1, code: 'Busy' });
  const describe = ['ssm', 'DescribeParameters', {}, { principal: owner, region: 'us-east-1' }];
  const ask = describe as Parameters<typeof environment.invoke>;
  await environment.invoke(...ask);
  await dispatcher.call(...ask);
  await environment.invoke(...ask);
  await expect(dispatcher.call(...ask)).rejects.toMatchObject({ code: 'Busy' });
  expect(fault.met).toBe(1);
  account.ecs.close();
});

test('a caller within the sandbox gets an error for a lost answer', async () => {
  const account = createAccount({ faults: [{ ...lost, times: 1 }] });
  const call = { principal: owner, region: 'us-east-1' };
  const ask = (operation: string, input: Record<string, unknown>) =>
    account.environment.invoke('ssm', operation, { Name: 'p', ...input }, call);
  await expect(ask('PutParameter', { Value: 'v', Type: 'String' })).rejects.toMatchObject({
    code: 'ConnectionLost',
  });
  expect(await ask('GetParameter', {})).toMatchObject({ Parameter: { Value: 'v' } });
  account.ecs.close();
});

test('a refusal costs nothing of the rate, a lost answer does', async () => {
  await using scene = await openScene({
    now: () => 0,
    throttle: [{ service: 'ssm', operations: ['PutParameter'], perSecond: 2 }],
    faults: [
      { ...busy, code: 'InternalServerError', times: 5 },
      { ...lost, times: 1 },
    ],
  });
  for (let count = 0; count < 5; count += 1) {
    expect((await errorOf(put(scene.ssm))).name).toBe('InternalServerError');
  }
  await expect(put(scene.ssm)).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(await put(scene.ssm)).toMatchObject({ Version: 2 });
  expect((await errorOf(put(scene.ssm))).name).toBe('ThrottlingException');
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { callerNeeds } from '../../../src/model/roles/caller-policy.ts';
import type { Setting } from '../../helpers/run.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';
import { startStackServer, type StackServer } from '../../helpers/stack-server.ts';

const name = 'ecs-secrets-auto-redeploy';
let shop: Shop;
let server: StackServer;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.sandbox.close());
beforeEach(async () => {
  server = await startStackServer(shop.sandbox.url);
});
afterEach(() => {
  for (const call of server.calls) called.add(call);
  return server[Symbol.asyncDispose]();
});

/** What all tests called together. */
const called = new Set<string>();

/** `auto-redeploy …` against the server; all pauses are short. */
const run = (argv: readonly string[], setting: Setting = {}) =>
  shop.run(['auto-redeploy', ...argv], {
    longestPause: 1,
    ...setting,
    env: { ...server.env, ...setting.env },
  });
const deploy = (argv: readonly string[] = ['--yes'], setting: Setting = {}) =>
  run(['deploy', '--prefix', '/shop', ...argv], setting);
const changes = () =>
  server.calls.filter((one) => /^(Create|Execute|Delete|Start)/.test(one)).join(' ');
/** From here on, `changes` begins again. */
function forget(): void {
  for (const call of server.calls) called.add(call);
  server.calls.length = 0;
}
const states = () => server.stacks.map((stack) => `${stack.name} ${stack.status}`);

describe('deploy', () => {
  test('creates the stack, and does nothing when it is run again', async () => {
    const first = await deploy();
    expect(first).toMatchObject({ code: 0, stdout: `stack ${name} created\n` });
    expect(first.stderr).toContain('add StateMachine (AWS::StepFunctions::StateMachine)');
    expect(first.stderr).toContain('It watches /shop/*.');
    expect(first.stderr).toContain('It redeploys the services in all clusters of the region');
    expect(states()).toEqual([`${name} CREATE_COMPLETE`]);
    expect(server.stacks[0]?.tags).toEqual({ 'ecs-secrets:stack': 'auto-redeploy' });
    forget();
    const second = await deploy(['--yes', '--json']);
    expect(second.code).toBe(0);
    expect(JSON.parse(second.stdout)).toEqual({
      stack: name,
      action: 'unchanged',
      dryRun: false,
      changes: [],
      stateMachineArn: 'arn:aws:states:us-east-1:123456789012:stateMachine:shop',
      topicArn: 'arn:aws:sns:us-east-1:123456789012:shop-reports',
    });
    expect(changes()).toBe('CreateChangeSet DeleteChangeSet');
  });

  test('updates a stack whose options changed', async () => {
    await deploy();
    const seen = await deploy(['--window', '5m', '--yes', '--json']);
    expect(seen.code).toBe(0);
    expect(JSON.parse(seen.stdout)).toMatchObject({
      action: 'updated',
      changes: expect.arrayContaining([
        {
          action: 'modify',
          resource: 'StateMachine',
          type: 'AWS::StepFunctions::StateMachine',
        },
      ]) as unknown,
    });
    expect(states()).toEqual([`${name} UPDATE_COMPLETE`]);
  });

  test('--dry-run leaves nothing behind', async () => {
    const seen = await deploy(['--dry-run']);
    expect(seen.code).toBe(0);
    expect(seen.stdout).toMatch(/^ACTION\tRESOURCE\tTYPE\nadd\t/);
    expect(changes()).toBe('CreateChangeSet DeleteChangeSet DeleteStack');
    await run(['status']);
    await deploy();
    forget();
    expect(await deploy(['--window', '5m', '--dry-run'])).toMatchObject({ code: 0 });
    expect(changes()).toBe('CreateChangeSet DeleteChangeSet');
  });

  test('asks, and leaves nothing behind when the answer is no', async () => {
    const seen = await deploy([], { terminal: { answer: 'n' } });
    expect(seen).toMatchObject({ code: 130, stdout: '' });
    expect(seen.stderr).toContain(`Deploy the stack ${name}? [y/N]`);
    expect(seen.stderr).toContain('cancelled; nothing was done');
    expect(changes()).toBe('CreateChangeSet DeleteChangeSet DeleteStack');
    expect(await deploy([], { terminal: { answer: 'y' } })).toMatchObject({ code: 0 });
  });

  test('without a terminal it calls nothing before --yes is given', async () => {
    const seen = await deploy([]);
    expect(seen.code).toBe(2);
    expect(seen.stderr).toBe(
      `error: cannot ask without a terminal: Deploy the stack ${name}?\nhint: pass --yes\n`,
    );
    expect(server.calls).toEqual([]);
  });

  test('prints why the creation failed, and replaces the stack on the next run', async () => {
    server.failures = {
      StateMachine: 'Role arn:… is not authorized',
      Other: 'Resource creation cancelled',
    };
    const failed = await deploy();
    expect(failed).toMatchObject({ code: 4, stdout: '' });
    expect(failed.stderr).toContain(
      `error: the stack ${name} was not created (ROLLBACK_COMPLETE)\n` +
        'error:   StateMachine (AWS::StepFunctions::StateMachine): Role arn:… is not authorized\n' +
        'hint: fix the cause, then run the command again\n',
    );
    server.failures = {};
    forget();
    const dry = await deploy(['--dry-run']);
    expect(dry).toMatchObject({ code: 0 });
    expect(changes()).toBe('');
    const again = await deploy();
    expect(again).toMatchObject({ code: 0, stdout: `stack ${name} replaced\n` });
    expect(again.stderr).toContain('delete the stack that failed before (ROLLBACK_COMPLETE)');
    expect(states()).toEqual([`${name} DELETE_COMPLETE`, `${name} CREATE_COMPLETE`]);
  });

  test('an update that failed leaves the stack as it was, and can be repeated', async () => {
    await deploy();
    server.failures = { StateMachine: 'invalid' };
    const seen = await deploy(['--window', '5m', '--yes']);
    expect(seen.code).toBe(4);
    expect(seen.stderr).toContain(`the stack ${name} was not updated (UPDATE_ROLLBACK_COMPLETE)`);
    server.failures = {};
    expect(await deploy(['--window', '5m', '--yes'])).toMatchObject({
      code: 0,
      stdout: `stack ${name} updated\n`,
    });
  });

  test.each(['lost answer', 'killed after the change set', 'killed during the creation'])(
    'finishes the job after: %s',
    async (what) => {
      if (what === 'lost answer') {
        let refused = false;
        server.before = (operation) => {
          // It was executed, and is refused when it is repeated.
          if (operation !== 'ExecuteChangeSet' || refused) return undefined;
          refused = true;
          const [stack] = server.stacks;
          const [id = ''] = stack?.changeSets.keys() ?? [];
          const changeSet = stack?.changeSets.get(id);
          Object.assign(stack!, {
            status: 'CREATE_COMPLETE',
            executed: id,
            template: changeSet?.template,
            tags: changeSet?.tags,
          });
          return 'InvalidChangeSetStatus';
        };
      } else if (what === 'killed after the change set') {
        const left = server.add({ name });
        left.changeSets.set('old', {
          ...{ name: 'ecs-secrets-1', type: 'CREATE', template: '{}', tags: {} },
          ...{ status: 'CREATE_COMPLETE', reason: '' },
        });
      } else {
        const stack = server.add({ name, status: 'CREATE_IN_PROGRESS' });
        stack.tags = { 'ecs-secrets:stack': 'auto-redeploy' };
        stack.next = { looks: 3, then: () => (stack.status = 'CREATE_COMPLETE') };
      }
      expect(await deploy()).toMatchObject({ code: 0 });
      expect(states()).toEqual([expect.stringMatching(/ (CREATE|UPDATE)_COMPLETE$/)]);
    },
  );

  test('somebody else who is faster is noticed', async () => {
    server.before = (operation) =>
      operation === 'ExecuteChangeSet' ? 'ChangeSetNotFound' : undefined;
    const seen = await deploy();
    expect(seen.code).toBe(1);
    expect(seen.stderr).toContain(
      `error: the stack ${name} was changed by somebody else meanwhile\n` +
        'hint: run the command again to see what is left to change\n',
    );
  });

  test.each([
    ['a stack', { status: 'CREATE_COMPLETE', template: '{"Resources":{}}' }],
    ['a stack in YAML', { status: 'UPDATE_COMPLETE', template: 'Resources: {}' }],
    ['a stack in review', { status: 'REVIEW_IN_PROGRESS' }],
  ])('%s that something else created is refused', async (_what, stack) => {
    const other = server.add({ name, ...stack });
    other.changeSets.set('x', {
      ...{ name: 'theirs', type: 'CREATE', template: '{}', tags: {} },
      ...{ status: 'CREATE_COMPLETE', reason: '' },
    });
    for (const argv of [['deploy', '--yes'], ['remove', '--yes'], ['status'], ['test', '/x']]) {
      const seen = await run(argv);
      expect(seen).toMatchObject({ code: 1, stdout: '' });
      expect(seen.stderr).toBe(
        `error: the stack ${name} was not created by ecs-secrets auto-redeploy\n` +
          'hint: choose another name: --name NAME\n',
      );
    }
    expect(changes()).toBe('');
  });

  test('an interrupt stops the waiting, not CloudFormation', async () => {
    const interrupt = new AbortController();
    server.before = (operation) => {
      if (operation === 'DescribeStackEvents' && server.calls.includes('ExecuteChangeSet')) {
        interrupt.abort();
      }
      return undefined;
    };
    const seen = await deploy(['--yes'], { interrupted: interrupt.signal });
    expect(seen.code).toBe(130);
    expect(seen.stderr).toContain(
      `error: interrupted while creating the stack ${name}; CloudFormation continues\n` +
        'hint: ecs-secrets auto-redeploy status shows its state\n',
    );
  });
});

describe('remove', () => {
  test('deletes the stack, and has nothing to do when it is run again', async () => {
    await deploy();
    const dry = await run(['remove', '--dry-run']);
    expect(dry).toMatchObject({ code: 0, stderr: '' });
    expect(dry.stdout).toContain('remove\tTopic\tAWS::SNS::Topic\n');
    expect(states()).toEqual([`${name} CREATE_COMPLETE`]);
    expect(await run(['remove', '--yes'])).toMatchObject({
      code: 0,
      stdout: `stack ${name} deleted\n`,
    });
    expect(states()).toEqual([`${name} DELETE_COMPLETE`]);
    const again = await run(['remove', '--yes', '--json']);
    expect(again.code).toBe(0);
    const none = { stack: name, action: 'unchanged', dryRun: false, resources: [] };
    expect(JSON.parse(again.stdout)).toEqual(none);
  });

  test('asks first', async () => {
    await deploy();
    expect(await run(['remove'])).toMatchObject({ code: 2 });
    expect(await run(['remove'], { terminal: { answer: 'n' } })).toMatchObject({ code: 130 });
    expect(states()).toEqual([`${name} CREATE_COMPLETE`]);
  });

  test('prints what could not be deleted', async () => {
    await deploy();
    server.failures = { Topic: 'it is in use' };
    const seen = await run(['remove', '--yes']);
    expect(seen.code).toBe(4);
    expect(seen.stderr).toContain(`error: the stack ${name} was not deleted (DELETE_FAILED)`);
    expect(seen.stderr).toContain('Topic (AWS::SNS::Topic): it is in use');
    server.failures = {};
    expect(await run(['remove', '--yes'])).toMatchObject({ code: 0 });
  });
});

test('the sandbox says that it has neither CloudFormation nor Step Functions', async () => {
  const seen = await shop.run(['auto-redeploy', 'deploy', '--yes']);
  expect(seen.code).toBe(1);
  expect(seen.stderr).toContain('cloudformation:DescribeStacks is not supported by the sandbox');
});

test('the policies for the caller have the calls to CloudFormation that are made, and no others', () => {
  const allowed = (command: 'auto-redeploy deploy' | 'auto-redeploy remove'): string[] =>
    callerNeeds[command]
      .flat()
      .filter((action) => action.startsWith('cloudformation:'))
      .map((action) => action.replace(/^.*:/, ''));
  expect(new Set(allowed('auto-redeploy deploy'))).toEqual(called);
  expect(allowed('auto-redeploy deploy')).toEqual(
    expect.arrayContaining(allowed('auto-redeploy remove')),
  );
});

import { ListStateMachinesCommand, SFNClient } from '@aws-sdk/client-sfn';
import { expect, inject, test } from 'vitest';
import { run as runHere, type Setting } from '../../helpers/run.ts';
import { unique } from '../../conformance/backends.ts';

const moto = inject('moto');

// Another program's CloudFormation takes the template, and makes its resources.
test.skipIf(moto === undefined)('moto deploys, updates and removes the stack', async () => {
  const name = unique('redeploy');
  const run = (argv: readonly string[], setting: Setting = {}) =>
    runHere(['auto-redeploy', ...argv, '--name', name], {
      longestPause: 1,
      ...setting,
      env: { AWS_ENDPOINT_URL: moto, AWS_REGION: 'eu-north-1' },
    });
  const deploy = (...argv: string[]) => run(['deploy', '--prefix', '/shop', '--json', ...argv]);

  const machines = new SFNClient({
    ...{ endpoint: moto ?? '', region: 'eu-north-1' },
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });

  expect((await deploy('--dry-run')).code).toBe(0);
  expect(await run(['status'])).toMatchObject({ code: 1 });
  const first = await deploy('--yes');
  expect(first.code, first.stderr).toBe(0);
  expect(JSON.parse(first.stdout)).toMatchObject({ action: 'created' });
  // moto has no outputs for a stack of a change set.
  const { stateMachines } = await machines.send(new ListStateMachinesCommand({}));
  expect(stateMachines?.map((one) => one.name)).toContain(name);

  expect(JSON.parse((await deploy('--yes')).stdout)).toMatchObject({ action: 'unchanged' });
  const status = await run(['status', '--json']);
  expect(status.code, status.stderr).toBe(0);
  expect(JSON.parse(status.stdout)).toMatchObject({
    stack: { name, status: 'CREATE_COMPLETE' },
    options: { prefixes: ['/shop'] },
    executions: [],
    drift: { template: [] },
  });

  const update = await deploy('--window', '5m', '--yes');
  expect(update.code, update.stderr).toBe(0);
  expect(JSON.parse(update.stdout)).toMatchObject({ action: 'updated' });
  expect(JSON.parse((await run(['status', '--json'])).stdout)).toMatchObject({
    options: { windowSeconds: 300 },
  });
  expect(await run(['remove', '--yes'])).toMatchObject({ code: 0 });
  expect(JSON.parse((await run(['remove', '--yes', '--json'])).stdout)).toEqual({
    stack: name,
    action: 'unchanged',
  });
});

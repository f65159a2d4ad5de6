import { expect, inject, test } from 'vitest';
import { readInput } from '../../../src/model/auto-redeploy/read-input.ts';
import { evaluated } from '../../helpers/jsonata.ts';

const options = {
  ...{ name: 'auto', prefixes: [], secrets: [], clusters: [], window: 60 },
  ...{ rollback: false, maxFailures: 0, distributed: false },
};

test.runIf(inject('stepFunctions'))('earlier executions without an event do no harm', async () => {
  const { Assign } = readInput(options, 'next')['Read earlier inputs'] as unknown as {
    Assign: { earlier: string };
  };
  const expression = Assign.earlier.replace(/^\{% | %\}$/g, '');
  const event = (source: string, name: string) => ({
    ...{ source, account: '123456789012', region: 'eu-west-1', time: '2026-11-29T12:00:00Z' },
    ...{ resources: [`arn:aws:secretsmanager:eu-west-1:123456789012:secret:${name}-Ab12Cd`] },
    detail: { name },
  });
  const context = {
    StateMachine: { Id: 'arn:aws:states:eu-west-1:123456789012:stateMachine:auto' },
  };
  const scheduled = { source: 'aws.events', 'detail-type': 'Scheduled Event' };
  const dry = { dryRun: true, secret: { name: 'x' } };
  const results = [
    [],
    [scheduled],
    [scheduled, event('aws.secretsmanager', 'shop/db'), dry, {}, event('aws.ssm', '/shop/pw')],
  ];
  const found = await evaluated(
    results.map((result) => [`($states := $; ${expression})`, { result, context }]),
  );
  expect(found).toMatchObject([[], [], [{ name: 'shop/db' }, { name: '/shop/pw' }]]);
});

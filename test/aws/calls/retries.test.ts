import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createRetries } from '../../../src/aws/calls/retries.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await openShop();
  await shop.run(['put', '/shop/db'], { stdin: 'x' });
  // The pauses are a random share of a limit: none of it.
  vi.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await shop.sandbox.close();
});

const throttled = { code: 'ThrottlingException' };
const broken = { code: 'InternalServerError', status: 500 };

async function callsOf(operation: string): Promise<number> {
  const answer = await fetch(`${shop.sandbox.url}/_sandbox/calls`);
  const calls = (await answer.json()) as { operation: string }[];
  return calls.filter((call) => call.operation === operation).length;
}

test.each([
  ['throttled', throttled, 11],
  ['failed', broken, 4],
  ['lost', { lost: true } as const, 4],
])('a read that is %s is repeated', async (_name, fault, times) => {
  shop.sandbox.inject({ service: 'ssm', operation: 'GetParameter', times, ...fault });
  const before = await callsOf('GetParameter');
  const seen = await shop.run(['get', '/shop/db', '--reveal']);
  expect(seen, seen.stderr).toMatchObject({ code: 0, stdout: 'x' });
  expect((await callsOf('GetParameter')) - before).toBe(times + 1);
});

test.each([
  ['nothing', {}, [], throttled, 12],
  ['nothing', {}, [], broken, 5],
  ['--retries 0', {}, ['--retries', '0'], throttled, 1],
  ['--retries 2', {}, ['--retries', '2'], broken, 3],
  ['ECS_SECRETS_RETRIES=1', { ECS_SECRETS_RETRIES: '1' }, [], throttled, 2],
  ['AWS_MAX_ATTEMPTS=2', { AWS_MAX_ATTEMPTS: '2' }, [], throttled, 2],
  ['--retries 3, AWS_MAX_ATTEMPTS=2', { AWS_MAX_ATTEMPTS: '2' }, ['--retries', '3'], throttled, 4],
  ['AWS_RETRY_MODE=standard', { AWS_RETRY_MODE: 'standard' }, [], throttled, 3],
  ['AWS_RETRY_MODE=legacy', { AWS_RETRY_MODE: 'legacy' }, [], throttled, 5],
  ['AWS_RETRY_MODE=adaptive', { AWS_RETRY_MODE: 'adaptive' }, [], broken, 3],
  [
    'AWS_RETRY_MODE=standard, AWS_MAX_ATTEMPTS=6',
    { AWS_RETRY_MODE: 'standard', AWS_MAX_ATTEMPTS: '6' },
    [],
    broken,
    6,
  ],
])('%s: a call that always fails is made so often', async (_name, env, argv, fault, times) => {
  shop.sandbox.inject({ service: 'ssm', operation: 'GetParameter', ...fault });
  const before = await callsOf('GetParameter');
  const seen = await shop.run(['get', '/shop/db', '--reveal', ...argv, '--json'], { env });
  expect(seen.code).toBe(1);
  expect(seen.stderr).toContain(`"code":"${fault === throttled ? 'throttled' : 'aws-failed'}"`);
  expect((await callsOf('GetParameter')) - before).toBe(times);
});

test.each([
  ['throttled', throttled],
  ['failed', broken],
  ['lost', { lost: true, delayMs: 600_000 } as const],
])('a write that is %s is not repeated with --retries 0', async (_name, fault) => {
  shop.sandbox.inject({ service: 'ssm', operation: 'PutParameter', ...fault });
  const before = await callsOf('PutParameter');
  const seen = await shop.run(['put', '/shop/db', '--retries', '0'], { stdin: 'y' });
  expect(seen.code).toBe(1);
  expect((await callsOf('PutParameter')) - before).toBe(1);
});

test('a long run of throttled calls does not use up a budget', async () => {
  // The SDK's own retries stop after about a hundred.
  const retries = createRetries({ throttled: 12, throttledWrite: 20, failed: 5 }, undefined);
  for (let call = 0; call < 150; call += 1) {
    const first = await retries.acquireInitialRetryToken('');
    const second = await retries.refreshRetryTokenForRetry(first, { errorType: 'THROTTLING' });
    await retries.refreshRetryTokenForRetry(second, { errorType: 'THROTTLING' });
  }
});

test.each(['-1', 'many', '1.5'])('--retries %s is refused', async (given) => {
  const seen = await shop.run(['list', `--retries=${given}`]);
  expect(seen.code).toBe(2);
  expect(seen.stderr).toContain(
    `error: --retries: "${given}" is not a number of retries (0 to 999)\n`,
  );
});

import { expect, test } from 'vitest';
import { openPoorServer, type Poor } from '../../helpers/poor-server.ts';
import { run } from '../../helpers/run.ts';
import { openShop } from '../../helpers/scene.ts';

const poor: Poor[] = ['silent', 'stalls', 'drips'];
const reads: string[][] = [
  ['list'],
  ['get', '/shop/db'],
  ['where-used', '/shop/db'],
  ['rotate', '/shop/db', '--redeploy', '--timeout', '5s'],
  ['role', 'show', 'r'],
];

test.concurrent.each(poor.flatMap((how) => reads.map((argv) => [how, argv.join(' ')] as const)))(
  'a server that %s: %s ends with an error at the limit',
  async (how, line) => {
    await using server = await openPoorServer(how);
    const argv = [...line.split(' '), '--endpoint-url', server.url, '--request-timeout', '150ms'];
    const seen = await run([...argv, '--json'], { stdin: 'x' });
    expect(seen.code, seen.stderr).toBe(1);
    expect(seen.stderr).toMatch(/error: AWS did not answer \w+:\w+ within 0.15 s\n/);
    expect(seen.stderr).toContain('"code":"request-timeout"');
    expect(seen.stderr).toMatch(/hint: .*--request-timeout/);
  },
);

test.each(poor)('a server that %s: an interrupt ends a read at once', async (how) => {
  await using server = await openPoorServer(how);
  const interrupts = new AbortController();
  void server.called.then(() => {
    interrupts.abort();
  });
  const argv = ['list', '--endpoint-url', server.url];
  const seen = await run(argv, { interrupted: interrupts.signal });
  expect(seen.code).toBe(130);
  expect(seen.stderr).toBe('error: interrupted; nothing was changed\n');
});

test('an interrupt says which calls were carried out, and which may have been', async () => {
  await using shop = await openShop();
  await shop.run(['put', '/shop/db'], { stdin: 'x' });
  const interrupts = new AbortController();
  const late = shop.sandbox.inject({
    ...{ service: 'iam', operation: 'AttachRolePolicy', late: true, delayMs: 600_000 },
  });
  void late.first.then(() => {
    interrupts.abort();
  });
  const argv = ['role', 'create', 'r', '--secret', '/shop/db', '--managed-policy', 'always'];
  const seen = await shop.run(argv, { interrupted: interrupts.signal });
  expect(seen.code).toBe(130);
  expect(seen.stderr).toContain(
    'error: interrupted; done: iam:CreateRole, iam:PutRolePolicy; may or may not have been carried out: iam:AttachRolePolicy\n',
  );
});

test.each([
  ['15', '--request-timeout: "15" has no unit; write 15s or 15m'],
  ['soon', '--request-timeout: "soon" is not a duration: write 90s, 15m or 1h30m'],
])('--request-timeout %s is refused', async (limit, problem) => {
  const seen = await run(['list', '--request-timeout', limit]);
  expect(seen.code).toBe(2);
  expect(seen.stderr).toContain(`error: ${problem}\n`);
});

test('the limit comes from the environment, too', async () => {
  await using server = await openPoorServer('silent');
  const env = { ECS_SECRETS_REQUEST_TIMEOUT: '50ms', ECS_SECRETS_ENDPOINT_URL: server.url };
  const seen = await run(['list'], { env });
  expect(seen.code).toBe(1);
  expect(seen.stderr).toContain('within 0.05 s');
});

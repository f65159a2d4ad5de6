import { expect, inject, test } from 'vitest';
import { runBin } from './helpers/run.ts';
import { onTerminal } from './helpers/terminal.ts';

// `help COMMAND` on a terminal goes through the user's pager, as git's does.
const onPty = test.skipIf(!inject('python'));
const here = { CI: undefined, ECS_SECRETS_CONFIG: undefined };

onPty('a pager gets the page', async () => {
  const end = await onTerminal(['help', 'list'], [], { ...here, PAGER: "sed 's/^/P: /'" });
  expect(end).toMatchObject({ code: 0 });
  expect(end.screen).toContain('P: ecs-secrets list - list secrets, without their values\r\n');
  expect(end.screen).toContain('P: PERMISSIONS\r\n');
});

onPty.each(['cat', '', 'no-such-pager-anywhere'])('PAGER=%j prints it', async (PAGER) => {
  const end = await onTerminal(['help', 'list'], [], { ...here, PAGER });
  expect(end).toMatchObject({ code: 0 });
  expect(end.screen).toMatch(/(^|\n)ecs-secrets list - list secrets/);
  expect(end.screen).toContain('PERMISSIONS\r\n');
});

onPty('a pager that ends early is no error', async () => {
  const end = await onTerminal(['help', 'rotate'], [], { ...here, PAGER: 'head -n 1' });
  expect(end).toMatchObject({
    code: 0,
    screen: expect.stringMatching(/^ecs-secrets rotate - .*\r\n$/) as unknown,
  });
});

test('elsewhere it is printed', async () => {
  const seen = await runBin(['help', 'list'], { env: { PAGER: 'sed s/^/P:/' } });
  expect(seen).toMatchObject({ code: 0, stderr: '' });
  expect(seen.stdout).toMatch(/^ecs-secrets list - list secrets/);
});

import { expect, test } from 'vitest';
import { reachingSame } from '../../src/commands/reaching-same.ts';
import type { Context } from '../../src/cli.ts';

const deploy = 'arn:aws:iam::123456789012:role/deploy';

test.each<[command: string, globals: Context['globals'], printed: string]>([
  ['ecs-secrets put /x', { region: 'eu-west-1' }, 'ecs-secrets put /x'],
  ['ecs-secrets put /x', { assumeRole: deploy }, `ecs-secrets put /x --assume-role ${deploy}`],
  ['aws ecs stop-task', { region: 'eu-west-1' }, 'aws ecs stop-task --region eu-west-1'],
  ['aws ecs stop-task --region x', { region: 'eu-west-1' }, 'aws ecs stop-task --region x'],
  ['aws ecs stop-task', { assumeRole: deploy, externalId: 'x' }, 'aws ecs stop-task'],
])('%s with %o is %s', (command, globals, printed) => {
  const world = { env: { ECS_SECRETS_REGION: 'eu-west-1' } } as unknown as Context['world'];
  expect(reachingSame({ globals, world })(command)).toBe(printed);
});

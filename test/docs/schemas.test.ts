import { expect, test } from 'vitest';
import { checkDocuments } from '../helpers/check-documents.ts';

const restored = { store: 'secrets-manager', name: 'db', arn: 'arn', action: 'restored' };
const error = { code: 'usage', message: 'no' };

/** What the check says of a run; empty when it fits. */
function faultOf(
  argv: readonly string[],
  printed: { code?: number; stdout?: unknown; stderr?: unknown },
  env: Readonly<Record<string, string>> = {},
): string {
  const line = (value: unknown): string =>
    value === undefined ? '' : `${JSON.stringify(value)}\n`;
  const { code = 0, stdout, stderr } = printed;
  try {
    checkDocuments(argv, env, { code, stdout: line(stdout), stderr: `note: x\n${line(stderr)}` });
    return '';
  } catch (fault) {
    return (fault as Error).message;
  }
}

test('every test that reads --json checks the document against its schema', () => {
  const argv = ['--json', 'restore', 'sm:db'];
  expect(faultOf(argv, { stdout: restored })).toBe('');
  expect(faultOf(argv, { stdout: { ...restored, more: 1 } })).toContain(
    'docs/schemas/restore.json:\nthe document must NOT have additional properties {"additionalProperty":"more"}',
  );
  expect(faultOf(argv, { stdout: { ...restored, arn: undefined } })).toContain("property 'arn'");
  expect(faultOf(argv, { stdout: { ...restored, arn: null } })).toContain('/arn must be string');
  expect(faultOf(argv, { stdout: { ...restored, action: 'new' } })).toContain('/action must be');
  const other = { deployments: 'none' };
  expect(faultOf(['redeploy'], { stdout: other }, { ECS_SECRETS_JSON: '1' })).toContain(
    'docs/schemas/redeploy.json',
  );
  const dated = { name: 'db', versions: [{ version: 1, labels: [], changedAt: 'yesterday' }] };
  expect(faultOf(['history', '/db', '--json'], { stdout: dated })).toContain('"date-time"');
});

test('the error on stderr is checked as well', () => {
  const argv = ['ls', '--json'];
  expect(faultOf(argv, { code: 2, stderr: { error } })).toBe('');
  expect(faultOf(argv, { code: 2, stderr: { error: { ...error, exitCode: 2 } } })).toContain(
    'docs/schemas/error.json',
  );
  expect(faultOf(argv, { code: 2 })).not.toBe('');
});

test('what is no document of ours is not checked', () => {
  expect(faultOf(['restore', 'sm:db'], { stdout: 'text' })).toBe('');
  expect(faultOf(['restore', '--json', '--help'], { stdout: 'text' })).toBe('');
  expect(faultOf(['sandbox', '--json', '--', 'cat'], { stdout: 'text' })).toBe('');
  expect(faultOf(['restore'], { stdout: 'text' }, { ECS_SECRETS_JSON: 'no' })).toBe('');
});

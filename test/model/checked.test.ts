import { expect, test } from 'vitest';
import { checkedSummary, junitReport, type Checked } from '../../src/model/checked.ts';

const one: Checked = { status: 'problem', where: 'web:1', what: 'role', message: 'is missing' };

test('a report escapes what XML does not take', () => {
  const message = `<&"'> \u0000\u0008\ud800\ufffe ]]>\nsecond`;
  const xml = junitReport('verify', [{ ...one, message }]);
  expect(xml).toContain(
    'message="&#60;&#38;&#34;&#39;&#62; \\u0000\\u0008\ufffd\ufffd ]]&#62; second"',
  );
});

test('warnings are failures of a strict run only', () => {
  const warning: Checked = { ...one, status: 'warning' };
  expect(junitReport('verify', [warning])).toContain('failures="0"');
  expect(junitReport('verify', [warning])).toContain(
    '<system-out>warning: is missing</system-out>',
  );
  expect(junitReport('verify', [warning], { strict: true })).toContain('failures="1"');
});

test('what was not checked is skipped', () => {
  const xml = junitReport('verify', [{ ...one, status: 'not-checked' }]);
  expect(xml).toContain('tests="1" failures="0" errors="0" skipped="1"');
  expect(xml).toContain('<skipped message="is missing"/>');
});

test('a summary shows the first 200 findings, the worst first', () => {
  const warnings = Array.from({ length: 250 }, (): Checked => ({ ...one, status: 'warning' }));
  const lines = checkedSummary('verify', [...warnings, one]).split('\n');
  expect(lines[2]).toBe('1 problem, 250 warnings');
  expect(lines.filter((line) => line.startsWith('| '))).toHaveLength(201);
  expect(lines[6]).toBe('| problem | web:1 | role | is missing |');
  expect(lines.at(-1)).toBe('51 more are in the output of the command.');
});

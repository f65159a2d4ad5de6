import {
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
} from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { runProgram } from './helpers/run.ts';
import { openShop, type Shop } from './helpers/scene.ts';
import { definition, stock } from './helpers/start-scene.ts';

// What commands leave for GitHub Actions, GitLab and CircleCI: summaries of steps, and reports.
let shop: Shop;
const value = 'Kd9-wl5Qm8zx';
const plain = JSON.stringify(
  definition({}, { container: { environment: [{ name: 'DB_PASSWORD', value }] } }),
  null,
  2,
);

beforeAll(async () => {
  shop = await openShop();
  await stock(shop);
  await shop.run(['put', '/shop/other'], { stdin: value });
  await register({ DB: '/shop/db' });
  await shop.service({ cluster: 'shop', name: 'web', taskDefinition: 'web:1' });
  await register({ DB: '/shop/db', OTHER: '/shop/other' });
  // After the start of the task.
  await shop.run(['put', '/shop/db'], { stdin: value });
});
afterAll(() => shop.sandbox.close());

async function register(secrets: Record<string, string>): Promise<void> {
  const input = definition(secrets) as unknown as RegisterTaskDefinitionCommandInput;
  await shop.ecs.send(new RegisterTaskDefinitionCommand(input));
}

/** What a command adds to the summary of its step. */
async function summaryOf(argv: readonly string[], code: number): Promise<string> {
  const files: Record<string, string> = { 'plain.json': plain, summary: '' };
  const seen = await shop.run(argv, { files, env: { GITHUB_STEP_SUMMARY: 'summary' } });
  expect(seen.code, seen.stderr).toBe(code);
  expect(files.summary).not.toContain(value);
  return files.summary ?? '';
}

describe('the summary of a step', () => {
  test('lists what verify found, problems first', async () => {
    const summary = await summaryOf(['verify', 'web:2'], 3);
    const lines = summary.split('\n');
    expect(lines[0]).toBe('### ecs-secrets verify');
    expect(lines[2]).toMatch(/^\d+ problems?, .*\d+ ok$/);
    expect(lines[4]).toBe('| status | where | what | message |');
    expect(lines[6]).toMatch(/^\| problem \| web:2 \| .*shop\/other.* \|$/);
  });

  test('lists what audit found', async () => {
    const summary = await summaryOf(['audit', 'plain.json'], 3);
    expect(summary).toMatch(/^### ecs-secrets audit\n\n1 problem\n/);
    expect(summary).toMatch(
      /^\| problem \| plain\.json:\d+:\d+ \| web: DB&#95;PASSWORD \| .* \|$/m,
    );
  });

  test('says that audit found nothing', async () => {
    expect(await summaryOf(['audit', '--family', 'web'], 0)).toBe(
      '### ecs-secrets audit\n\n0 problems, 1 ok\n',
    );
  });

  test('lists the tasks with an old value', async () => {
    const summary = await summaryOf(['stale', '/shop/db'], 3);
    expect(summary).toMatch(/^\| problem \| shop\/web \| task \w+ \| stale: .*shop\/db.* \|$/m);
  });

  test('lists the names that differ', async () => {
    await shop.run(['put', '/a/ONE'], { stdin: value });
    await shop.run(['put', '/b/TWO'], { stdin: value });
    const summary = await summaryOf(['diff', '/a', '/b'], 3);
    expect(summary).toContain('| problem | /a and /b | ONE | only in /a |');
    expect(summary).toContain('| problem | /a and /b | TWO | only in /b |');
  });

  test('lists what a role lacks', async () => {
    const argv = ['role', 'check', 'shop-execution', '--task-definition', 'web'];
    const summary = await summaryOf(argv, 3);
    expect(summary).toMatch(/^### ecs-secrets role check\n/);
    expect(summary).toMatch(
      /^\| problem \| shop-execution \| ssm:GetParameters for .*other.* \| missing: .* \|$/m,
    );
  });
});

describe('the file that is left for the action', () => {
  async function left(argv: readonly string[], files: Record<string, string> = {}) {
    const env = { ECS_SECRETS_RESULT_FILE: 'result' };
    await shop.run(argv, { files, env });
    return JSON.parse(files.result ?? '{}') as Record<string, unknown>;
  }

  test('has the document, what was checked, and SARIF', async () => {
    const found = await left(['audit', 'plain.json'], { 'plain.json': plain });
    expect(found).toMatchObject({
      command: 'audit',
      data: { findings: [{ name: 'DB_PASSWORD' }] },
      checked: [{ status: 'problem', file: 'plain.json', line: expect.any(Number) as number }],
      sarif: { version: '2.1.0' },
      error: { code: 'plaintext-secrets' },
    });
    expect(JSON.stringify(found)).not.toContain(value);
  });

  test('has the error alone where there is no result', async () => {
    const found = await left(['get', '/shop/none']);
    expect(found).toEqual({
      command: 'get',
      error: expect.objectContaining({ code: 'secret-not-found' }) as object,
    });
  });

  test.each([
    ['get', '/shop/other', '--reveal'],
    ['get', '/shop/other', '--reveal', '--json'],
    ['export', '--prefix', '/a'],
    ['export', '--prefix', '/a', '--json'],
  ])('has no value: %s %s %s %s', async (...argv) => {
    expect(await left(argv)).toEqual({ command: argv[0] });
  });
});

describe('--junit', () => {
  /** The report of a command: its file, read by an XML parser of someone else's. */
  async function report(argv: readonly string[], code: number) {
    const files: Record<string, string> = { 'plain.json': plain };
    const seen = await shop.run([...argv, '--junit', 'junit.xml'], { files });
    expect(seen.code, seen.stderr).toBe(code);
    const xml = files['junit.xml'] ?? '';
    expect(xml).not.toContain(value);
    const python = `import sys, json, xml.etree.ElementTree as E
root = E.parse(sys.stdin).getroot()
print(json.dumps([root.tag, root.attrib, [[c.attrib, [[e.tag, e.attrib, e.text] for e in c]] for c in root.iter('testcase')]]))`;
    const parsed = await runProgram('python3', ['-c', python], { stdin: xml });
    expect(parsed.stderr).toBe('');
    const [tag, attributes, cases] = JSON.parse(parsed.stdout) as [
      string,
      Record<string, string>,
      [Record<string, string>, [string, Record<string, string>, string][]][],
    ];
    expect(tag).toBe('testsuites');
    expect(Number(attributes.tests)).toBe(cases.length);
    return { attributes, cases };
  }

  test.runIf(inject('python'))('has a failure for what verify found, and what is ok', async () => {
    const { attributes, cases } = await report(['verify', 'web:2'], 3);
    const failures = cases.filter(([, inside]) => inside[0]?.[0] === 'failure');
    expect(String(failures.length)).toBe(attributes.failures);
    expect(failures.length).toBeGreaterThan(0);
    expect(cases.length).toBeGreaterThan(failures.length);
    expect(failures[0]?.[0]).toMatchObject({ classname: 'web:2' });
  });

  test.runIf(inject('python'))('says where in a file a secret stands', async () => {
    const { cases } = await report(['audit', 'plain.json'], 3);
    expect(cases).toEqual([
      [
        expect.objectContaining({ name: 'web: DB_PASSWORD', file: 'plain.json' }),
        [
          [
            'failure',
            expect.anything(),
            expect.stringMatching(/^plain\.json:\d+: looks like a secret /),
          ],
        ],
      ],
    ]);
  });

  test.runIf(inject('python'))('has one case where nothing was found', async () => {
    const { cases } = await report(['audit', '--family', 'web'], 0);
    expect(cases).toMatchObject([[{ name: 'secrets in plain text' }, []]]);
  });

  test.runIf(inject('python'))('has a failure for what a role lacks', async () => {
    const argv = ['role', 'check', 'shop-execution', '--task-definition', 'web'];
    const { attributes } = await report(argv, 3);
    expect(attributes).toMatchObject({ name: 'ecs-secrets', failures: '1' });
  });

  test('is refused before AWS is asked where it cannot be written', async () => {
    const seen = await shop.run(['verify', 'web:2', '--junit', 'not-there/junit.xml']);
    expect(seen.code).toBe(1);
    expect(seen.stderr).toMatch(/^error: cannot write not-there\/junit\.xml: /);
    expect(seen.stdout).toBe('');
  });
});

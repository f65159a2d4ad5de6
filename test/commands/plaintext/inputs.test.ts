import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openShop, type Shop } from '../../helpers/scene.ts';
import type { Setting } from '../../helpers/run.ts';

// One file of each kind that was met in public repositories, and what the commands make of it.
let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.sandbox.close());

const folder = new URL('../../inputs/', import.meta.url);
const files = Object.fromEntries(
  readdirSync(folder)
    // The others are files of secrets.
    .filter((name) => !/^1[789]-/.test(name))
    .map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]),
);
const run = (argv: string[], setting: Setting = {}) => shop.run(argv, { files, ...setting });
const env = { MEMORY: '128', PORT: '80', IMAGE: 'shop/web:1' };

interface Found {
  findings: { name: string; line: number; column: number; resource?: string; container: string }[];
}

/** What audit finds, as `NAME LINE:COLUMN RESOURCE/CONTAINER`; undefined for an error. */
async function audited(name: string): Promise<string[] | undefined> {
  const seen = await run(['audit', name, '--json']);
  if (seen.code !== 0 && seen.code !== 3) return undefined;
  const { findings } = JSON.parse(seen.stdout) as Found;
  return findings.map(({ name, line, column, resource, container }) =>
    [name, `${line}:${column}`, [resource, container].filter(Boolean).join('/')].join(' '),
  );
}

const password = 'DB_PASSWORD';
const rows: Record<
  string,
  { audit: string[] | undefined; register: RegExp; substitute?: string[] }
> = {
  '01-console-nulls.json': { audit: [`${password} 28:20 web`], register: /^$/ },
  '02-nulls-accepted-sandbox-500.json': { audit: [], register: /^$/ },
  '03-placeholder-role-image.json': {
    audit: [`${password} 13:20 web`],
    register: /containerDefinitions\[1\]\.image: is missing/,
  },
  '04-role-raw-iam-error.json': { audit: [], register: /placeholder <EXECUTION_ROLE_ARN>/ },
  '05-role-empty.json': { audit: [], register: /executionRoleArn: is empty/ },
  '06-placeholder-secret-arns.json': { audit: [], register: /placeholder REGION is not replaced/ },
  '07-numbers-as-text.json': {
    audit: [],
    register: /containerPort: must be an integer, not a string/,
  },
  '08-list-member-is-object.json': { audit: [], register: /portMappings: must be a list/ },
  '09-unquoted-number-placeholder.json': {
    audit: [],
    register: /line 2, column \d+: unquoted placeholder; pass --substitute/,
  },
  '10-mustache-node-warning.json': {
    audit: undefined,
    register: /is a template: line 2, column \d+: a tag is not replaced/,
  },
  '11-bare-containers.json': {
    audit: [`${password} 9:18 web`],
    register: /is a list of containers, not a task definition\nhint: register --family FAMILY/,
  },
  '12-several-definitions.json': {
    audit: [`${password} 13:24 web`],
    register: /has 2 task definitions: a, b/,
  },
  '13-cloudformation.yaml': {
    audit: [`${password} 12:22 Task/web`],
    register: /is a CloudFormation template, not a task definition\nhint: verify, policy execution/,
  },
  '14-yaml-env-number.yaml': {
    audit: [`${password} 10:16 web`],
    register: /environment\[0\]\.value: must be a string, not a number; put it in quotes/,
  },
  '21-create-group-True.json': { audit: [], register: /^$/ },
  '22-no-memory.json': { audit: [], register: /memory/ },
  '23-service-instead.json': {
    audit: undefined,
    register:
      /is the description of a service, not a task definition\nhint: give the task definition that it runs: shop-web:1/,
  },
  '24-yaml-alias-cycle.yaml': {
    audit: undefined,
    register: /line 2, column 8: the value contains itself/,
  },
};

test('the table has a row for each file', () => {
  expect(Object.keys(rows).sort()).toEqual(Object.keys(files).sort());
});

describe.each(Object.entries(rows))('%s', (name, row) => {
  test('audit', async () => {
    expect(await audited(name)).toEqual(row.audit);
  });

  test('register', async () => {
    const seen = await run(['register', name, '--dry-run']);
    const errors = seen.stderr.match(/^(?:error|hint): .*$/gm) ?? [];
    expect(errors.join('\n')).toMatch(row.register);
    expect(seen.code).toBe(errors.length > 0 ? 2 : 0);
    expect(seen.stdout).not.toContain('null');
  });
});

test('placeholders where numbers belong become numbers', async () => {
  for (const name of ['07-numbers-as-text.json', '09-unquoted-number-placeholder.json']) {
    const text = (files[name] ?? '')
      .replace('"essential": "true",', '')
      .replaceAll(/"(128|10|8080)"/g, '$1');
    const argv = ['register', name, '--dry-run', '--substitute'];
    const seen = await run(argv, { files: { [name]: text }, env });
    expect(seen.code, seen.stderr).toBe(0);
    expect(seen.stdout).toMatch(/"containerPort": 80\b/);
    expect(seen.stdout).toMatch(/"memory": 128\b/);
  }
});

test('--set comes before --vars, and that before the environment', async () => {
  const name = '09-unquoted-number-placeholder.json';
  const argv = ['register', name, '--dry-run', '--set', 'MEMORY=256', '--vars', 'v.env'];
  const more = { ...files, 'v.env': 'MEMORY=1\nPORT=81\n', 'v.json': '{"PORT": 82, /* */}' };
  const seen = await run(argv, { files: more, env });
  expect(seen.code, seen.stderr).toBe(0);
  expect(seen.stdout).toMatch(/"image": "shop\/web:1"[^]*"memory": 256[^]*"containerPort": 81/);
  const json = await run([...argv.slice(0, -1), 'v.json'], { files: more, env });
  expect(json.stdout).toMatch(/"containerPort": 82/);
  const wrong = await run([...argv.slice(0, 3), '--set', 'Kw8pq72Lm']);
  expect(wrong).toMatchObject({ code: 2, stdout: '' });
});

test('all together: findings of each, notes of the rest, and no error of their form', async () => {
  const seen = await run(['audit', '*']);
  expect(seen.code).toBe(3);
  expect(seen.stdout.match(/DB_PASSWORD/g)).toHaveLength(6);
  expect(seen.stderr).toContain(
    'note: 1 file without containers skipped: 23-service-instead.json\n',
  );
  expect(seen.stderr.match(/^error: .*$/gm)).toEqual([
    'error: 6 values in plain text look like secrets',
  ]);
});

test('a list of containers and a template are read by verify, policy execution and register --family', async () => {
  const bare = '11-bare-containers.json';
  const registered = await run(['register', bare, '--family', 'shop', '--dry-run']);
  expect(registered.code, registered.stderr).toBe(0);
  expect(registered.stdout).toContain('"family": "shop"');
  for (const name of [bare, '13-cloudformation.yaml']) {
    const verified = await run(['verify', name]);
    expect([0, 3], verified.stderr).toContain(verified.code);
    const policy = await run(['policy', 'execution', '--task-definition', name]);
    expect(policy.code, policy.stderr).toBe(0);
    expect(JSON.parse(policy.stdout)).toEqual({ Version: '2012-10-17', Statement: [] });
    expect(policy.stderr).toContain(
      'note: no references: the execution role needs no inline policy',
    );
  }
});

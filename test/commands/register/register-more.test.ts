import { DescribeServicesCommand, ListTaskDefinitionsCommand } from '@aws-sdk/client-ecs';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startFailures } from '../../../src/model/failures/start-failures.ts';
import { sameTaskDefinition } from '../../../src/model/definitions/task-definition-equal.ts';
import type { TaskDefinition } from '../../../src/model/definitions/task-definition.ts';
import type { Setting } from '../../helpers/run.ts';
import { latestRevision, openShop, webDefinition, type Shop } from '../../helpers/scene.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await openShop();
  for (const name of ['DB_PASSWORD', 'cache/token']) {
    await shop.run(['put', `/app/${name}`], { stdin: `value of ${name}` });
  }
  await shop.run(['import', '-', '--as-json', 'app/json'], { stdin: 'USER=u\nKEY=k\n' });
  const secrets = ['/app/DB_PASSWORD', '/app/cache/token', 'sm:app/json'];
  await shop.run(['role', 'create', 'r', ...secrets.flatMap((ref) => ['--secret', ref])]);
});
afterEach(() => shop.sandbox.close());

const role = ['--execution-role', 'r'];

async function secretsOf(family = 'web'): Promise<string[]> {
  const revision = await latestRevision(shop.ecs, family);
  return (revision?.containerDefinitions?.[0]?.secrets ?? []).map(({ name = '' }) => name).sort();
}

async function done(argv: readonly string[], setting?: Setting): Promise<string> {
  const seen = await shop.run(argv, setting);
  if (seen.code !== 0) throw new Error(`exit ${seen.code}: ${seen.stderr}`);
  return seen.stderr;
}

describe('sets of secrets', () => {
  test('come from a prefix, with names of variables', async () => {
    await done(['register', 'web.json', '--secrets-from', '/app', ...role]);
    expect(await secretsOf()).toEqual(['DB_PASSWORD', 'cache_token']);
  });

  test('come from every key of a JSON secret, into the container that is named', async () => {
    await done(['register', 'web.json', '--all-keys', 'web=sm:app/json', ...role]);
    const revision = await latestRevision(shop.ecs, 'web');
    expect(revision?.containerDefinitions?.[0]?.secrets).toMatchObject([
      {
        name: 'USER',
        valueFrom: expect.stringMatching(/:secret:app\/json-\w{6}:USER::$/) as string,
      },
      { name: 'KEY' },
    ]);
  });

  test.each(['', 'web='])('come from a secret whose name has a "=": %s', async (container) => {
    const SecretString = '{"TOKEN":"t"}';
    await shop.secrets.send(new CreateSecretCommand({ Name: 'app/key=1+x@y', SecretString }));
    await done(['register', 'web.json', '--all-keys', `${container}sm:app/key=1+x@y`, ...role]);
    expect(await secretsOf()).toEqual(['TOKEN']);
  });

  test('go one by one, or all that are not given', async () => {
    await done(['register', 'web.json', '--secrets-from', '/app', ...role]);
    await done(['register', '--family', 'web', '--remove-secret', 'web:cache_token']);
    expect(await secretsOf()).toEqual(['DB_PASSWORD']);
    const one = ['--exclusive-secrets', '--secret', 'USER=sm:app/json:USER'];
    await done(['register', '--family', 'web', ...one]);
    expect(await secretsOf()).toEqual(['USER']);
    const none = await shop.run(['register', '--family', 'web', '--remove-secret', 'nope']);
    expect(none.code).toBe(2);
    expect(none.stderr).toContain('container "web" has no secret "nope"');
  });

  test('take the place of a plain value of the same name', async () => {
    await done(['register', 'web.json', '--secret', 'HOST=/app/DB_PASSWORD', ...role]);
    const revision = await latestRevision(shop.ecs, 'web');
    expect(revision?.containerDefinitions?.[0]?.environment).toEqual([]);
    expect(await secretsOf()).toEqual(['HOST']);
  });

  test.each([
    ['a prefix where nothing is', ['--secrets-from', '/none'], 1],
    ['a secret without keys', ['--all-keys', 'sm:none'], 1],
    ['a parameter for its keys', ['--all-keys', 'ssm:/app/DB_PASSWORD'], 1],
    ['a container that is not there', ['--secrets-from', 'nope=/app'], 2],
  ])('refuse %s', async (_name, argv, code) => {
    expect((await shop.run(['register', 'web.json', ...argv, ...role])).code).toBe(code);
  });
});

test('size, task role and tags are set, and other tags stay', async () => {
  const tagged = { ...(JSON.parse(webDefinition) as object), tags: [{ key: 'a', value: '1' }] };
  const files = { 'tagged.json': JSON.stringify(tagged) };
  const taskRole = 'arn:aws:iam::123456789012:role/r';
  const size = ['--cpu', '512', '--memory', '1024', '--task-role', taskRole];
  await done(['register', 'tagged.json', ...size, '--tag', 'b=2', '--tag', 'a=3'], { files });
  const { taskDefinition } = await shop.json(['register', '--family', 'web', '--dry-run']);
  expect(taskDefinition).toMatchObject({
    cpu: '512',
    memory: '1024',
    taskRoleArn: taskRole,
    tags: [
      { key: 'a', value: '3' },
      { key: 'b', value: '2' },
    ],
  });
});

describe('--diff', () => {
  test('shows what differs, without values', async () => {
    await done(['register', 'web.json']);
    const changed = JSON.parse(webDefinition) as {
      containerDefinitions: [{ environment: { name: string; value: string }[]; command: string[] }];
    };
    const [container] = changed.containerDefinitions;
    container.environment = [
      { name: 'HOST', value: 'MARK-1' },
      { name: 'NEW', value: 'MARK-2' },
    ];
    container.command = ['run', 'MARK-3'];
    const files = { 'new.json': JSON.stringify(changed) };
    const argv = ['register', 'new.json', '--image', 'httpd:9', '--diff', '--dry-run'];
    const seen = await shop.run(argv, { files });
    expect(seen.stdout).toBe(
      [
        'against web:1',
        '+ containerDefinitions[web].command[0]',
        '+ containerDefinitions[web].command[1]',
        '~ containerDefinitions[web].environment[HOST].value (value not shown)',
        '+ containerDefinitions[web].environment[NEW].value',
        '~ containerDefinitions[web].image: httpd:2.4 -> httpd:9',
        '',
      ].join('\n'),
    );
    const json = await shop.run([...argv, '--json'], { files });
    expect((JSON.parse(json.stdout) as { diff: string[] }).diff.join()).not.toContain('MARK');
  });

  test('says that there is none', async () => {
    await done(['register', 'web.json']);
    const seen = await shop.run(['register', 'web.json', '--diff']);
    expect(seen.stdout).toMatch(/^no differences\n.*unchanged/);
  });
});

describe('what is passed on', () => {
  test('AWS own tags are left out', async () => {
    const described = {
      taskDefinition: JSON.parse(webDefinition) as object,
      tags: [
        { key: 'aws:cloudformation:stack-name', value: 'x' },
        { key: 'own', value: 'y' },
      ],
    };
    const files = { 'd.json': JSON.stringify(described) };
    const argv = ['register', 'd.json', '--dry-run', '--json'];
    const seen = await shop.run(argv, { files });
    expect(JSON.parse(seen.stdout)).toMatchObject({
      taskDefinition: { tags: [{ key: 'own', value: 'y' }] },
    });
  });

  test('one of several definitions is chosen by its family', async () => {
    const one = JSON.parse(webDefinition) as object;
    const several = [one, { taskDefinition: { ...one, family: 'worker' } }];
    for (const text of [JSON.stringify(several), JSON.stringify({ taskDefinitions: several })]) {
      const files = { 'all.json': text };
      const seen = await shop.run(['register', 'all.json'], { files });
      expect(seen.code).toBe(2);
      expect(seen.stderr).toContain('has 2 task definitions: web, worker');
      const json = ['register', 'all.json', '--family', 'worker', '--dry-run', '--json'];
      const chosen = await shop.run(json, { files });
      expect(JSON.parse(chosen.stdout)).toMatchObject({ taskDefinition: { family: 'worker' } });
    }
  });

  test('any definition comes out equal but for what was asked', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 12 });
    const value = fc.oneof(
      text,
      fc.integer(),
      fc.boolean(),
      fc.array(text, { maxLength: 3 }),
      fc.dictionary(text, text, { maxKeys: 3 }),
    );
    const container = fc.record(
      {
        name: fc.constantFrom('a', 'b', 'c'),
        image: fc.constant('x'),
        memory: fc.constant(64),
        environment: fc.uniqueArray(fc.record({ name: text, value: text }), {
          selector: ({ name }) => name,
          maxLength: 4,
        }),
        dockerLabels: fc.dictionary(text, text, { maxKeys: 3 }),
        notYetKnown: value,
      },
      { requiredKeys: ['name', 'image', 'memory'] },
    );
    const definition = fc.record(
      {
        family: fc.constant('any'),
        containerDefinitions: fc.uniqueArray(container, {
          selector: ({ name }) => name,
          minLength: 1,
          maxLength: 3,
        }),
        volumes: fc.array(fc.record({ name: text }), { maxLength: 2 }),
        alsoNew: value,
      },
      { requiredKeys: ['family', 'containerDefinitions'] },
    );
    await fc.assert(
      fc.asyncProperty(definition, async (given) => {
        const files = { 'any.json': JSON.stringify(given) };
        const seen = await shop.run(['register', 'any.json', '--dry-run', '--json'], { files });
        expect(seen.code).toBe(0);
        const { taskDefinition } = JSON.parse(seen.stdout) as { taskDefinition: TaskDefinition };
        expect(taskDefinition).toEqual(JSON.parse(JSON.stringify(given)));
        expect(Object.keys(taskDefinition)).toEqual(Object.keys(given));
        expect(sameTaskDefinition(taskDefinition, given as TaskDefinition)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});

describe('checks', () => {
  test.each([
    [
      'a log driver that Fargate has not',
      { logConfiguration: { logDriver: 'gelf' } },
      'containerDefinitions[0].logConfiguration.logDriver: Fargate takes awslogs, splunk, awsfirelens, not gelf',
    ],
    [
      'awslogs on Fargate without a role',
      { logConfiguration: { logDriver: 'awslogs' } },
      'Fargate needs an execution role for awslogs',
    ],
  ])('refuse %s', async (_name, more, message) => {
    const definition = JSON.parse(webDefinition) as { containerDefinitions: [object] };
    Object.assign(definition.containerDefinitions[0], more);
    const files = { 'x.json': JSON.stringify(definition) };
    const seen = await shop.run(['register', 'x.json'], { files });
    expect(seen.code).toBe(2);
    expect(seen.stderr).toContain(message);
  });

  test('warn of a role that does not cover the references, with the command that mends it', async () => {
    await shop.run(['put', '/other'], { stdin: 'value' });
    const argv = ['register', 'web.json', '--secret', 'A=/other', ...role];
    const warned = await done([...argv, '--dry-run']);
    expect(warned).toMatch(
      /warning: executionRoleArn: the role r does not allow ssm:GetParameters for parameter\/other/,
    );
    expect(warned).toContain(
      'ecs-secrets role create r --task-definition web grants what it lacks',
    );
    const strict = await shop.run([...argv, '--strict']);
    expect(strict.code).toBe(2);
  });

  test('look into JSON secrets with --read-values', async () => {
    const missing = ['register', 'web.json', '--secret', 'A=sm:app/json:nope', ...role];
    expect(await done([...missing, '--dry-run'])).not.toContain('has no key');
    const warned = await done([...missing, '--dry-run', '--read-values']);
    expect(warned).toContain('has no key "nope"; it has USER, KEY');
  });

  test('say what they could not look at', async () => {
    shop.sandbox.inject({ service: 'iam', operation: 'GetRolePolicy', code: 'AccessDenied' });
    const argv = ['register', 'web.json', '--secret', 'A=/app/DB_PASSWORD', ...role];
    expect(await done([...argv, '--dry-run'])).toContain('the execution role could not be checked');
  });
});

describe('--substitute', () => {
  const template = (text: string) => ({
    'web.tpl.json': webDefinition.replace('httpd:2.4', () => text),
  });

  test('replaces placeholders from the environment', async () => {
    const argv = ['register', 'web.tpl.json', '--dry-run', '--json'];
    const files = {
      'web.tpl.json': webDefinition
        .replace('httpd:2.4', 'repo:${TAG}')
        .replace('"db"', () => '"$${NOT}"'),
    };
    const seen = await shop.run([...argv, '--substitute'], { files, env: { TAG: '1.2' } });
    expect(JSON.parse(seen.stdout)).toMatchObject({
      taskDefinition: {
        containerDefinitions: [{ image: 'repo:1.2', environment: [{ value: '${NOT}' }] }],
      },
    });
    const untouched = await shop.run(argv, { files });
    expect(untouched.code).toBe(2);
    expect(untouched.stderr).toContain('image: the placeholder ${TAG} is not replaced');
  });

  test('tells every one that is not set or looks like a secret, and not its value', async () => {
    const seen = await shop.run(['register', 'web.tpl.json', '--substitute'], {
      files: template('${A}:${DB_PASSWORD}:${B}'),
      env: { DB_PASSWORD: 'MARK-7Hq2sW9xLp' },
    });
    expect(seen.code).toBe(2);
    expect(seen.stderr).toContain('error: ${A}: the environment variable is not set');
    expect(seen.stderr).toContain('error: ${B}: ');
    expect(seen.stderr).toMatch(/\$\{DB_PASSWORD\}: its value looks like a secret/);
    expect(seen.stderr).not.toContain('MARK');
  });
});

test('warns of what looks like a secret in plain text, without it', async () => {
  const definition = webDefinition.replace(
    '"HOST","value":"db"',
    '"API_TOKEN","value":"MARK-7Hq2sW9xLp"',
  );
  const files = { 'p.json': definition };
  const warned = await done(['register', 'p.json', '--dry-run'], { files });
  expect(warned).toMatch(/environment\[0\]\.value: API_TOKEN looks like a secret .*migrate/);
  expect(warned).not.toContain('MARK');
  expect((await shop.run(['register', 'p.json', '--strict'], { files })).code).toBe(2);
});

describe('a second register', () => {
  test('makes no RegisterTaskDefinition call, whatever the order of keys', async () => {
    await done(['register', 'web.json', '--secrets-from', '/app', ...role]);
    const reversed = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(reversed);
      if (typeof value !== 'object' || value === null) return value;
      const entries = Object.entries(value).reverse();
      return Object.fromEntries(entries.map(([key, member]) => [key, reversed(member)]));
    };
    const files = { 'r.json': JSON.stringify(reversed(JSON.parse(webDefinition))) };
    const again = await shop.run(['register', 'r.json', '--secrets-from', '/app', ...role], {
      files,
    });
    expect(again.stdout).toContain('web:1 unchanged');
    const answer = await fetch(`${shop.sandbox.url}/_sandbox/calls`);
    const calls = (await answer.json()) as { operation: string }[];
    const registered = calls.filter(({ operation }) => operation === 'RegisterTaskDefinition');
    expect(registered).toHaveLength(1);
  });
});

/** The outputs of a step, read as GitHub reads them. */
function outputsOf(text = ''): Record<string, string> {
  const outputs: Record<string, string> = {};
  const lines = text.split('\n');
  for (let line = lines.shift(); lines.length > 0; line = lines.shift()) {
    const [, name = '', end] = /^([^=]*?)<<(.*)$/.exec(line ?? '') ?? [];
    if (end === undefined) {
      const [plain = '', ...value] = (line ?? '').split('=');
      outputs[plain] = value.join('=');
      continue;
    }
    outputs[name] = lines.splice(0, lines.indexOf(end)).join('\n');
    lines.shift();
  }
  return outputs;
}

describe('outputs', () => {
  test('set nothing but what they are, whatever the name of the file', async () => {
    const files: Record<string, string> = {};
    const env = { GITHUB_OUTPUT: 'outputs' };
    const name = 'a\nPATH=/evil\nEOF\nx<<y';
    await done(['register', 'web.json', `--output-file=${name}`], { files, env });
    await done(['register', 'web.json', `--output-file=${name}`], { files, env });
    expect(outputsOf(files.outputs)).toEqual({
      'task-definition': name,
      'task-definition-arn': 'arn:aws:ecs:us-east-1:123456789012:task-definition/web:1',
    });
    const ends = [...(files.outputs ?? '').matchAll(/<<(ghadelimiter_.*)$/gm)].map(
      ([, end]) => end,
    );
    expect(new Set(ends).size).toBe(4);
  });

  test.each([
    ['the file', ['--output-file', 'out.json'], {}, 'out.json'],
    ['GITHUB_OUTPUT', [], { GITHUB_OUTPUT: 'outputs' }, 'outputs'],
  ])('that cannot be written after all do not hide the ARN: %s', async (_what, more, env, full) => {
    await done(['register', 'web.json']);
    await shop.service({ cluster: 'shop', name: 'web', taskDefinition: 'web' });
    const argv = ['register', '--family', 'web', '--cpu', '1024', '--memory', '2048', ...more];
    const setting = { env, full: [full] };
    const seen = await shop.run([...argv, '--service', 'shop/web', '--json'], setting);
    const arn = 'arn:aws:ecs:us-east-1:123456789012:task-definition/web:2';
    expect(seen.code).toBe(1);
    expect(JSON.parse(seen.stdout)).toMatchObject({ action: 'registered', taskDefinitionArn: arn });
    expect(seen.stderr).toContain(
      `error: cannot write ${full}: no space left on the device\nhint: ${arn} is registered; run the command again to write the file\n`,
    );
    const again = await shop.run([...argv, '--service', 'shop/web'], { env });
    expect(again.code).toBe(0);
    expect(again.stdout).toContain(`${arn} unchanged`);
    expect((await latestRevision(shop.ecs, 'web'))?.revision).toBe(2);
  });

  test('that nobody takes can be interrupted, and the ARN is told', async () => {
    const interrupts = new AbortController();
    const reached = (): void => {
      interrupts.abort();
    };
    const seen = await shop.run(['register', 'web.json', '--output-file', 'pipe'], {
      interrupted: interrupts.signal,
      stuck: { path: 'pipe', reached },
    });
    expect(seen).toMatchObject({ code: 130 });
    expect(seen.stderr).toContain(
      'error: interrupted; arn:aws:ecs:us-east-1:123456789012:task-definition/web:1 is registered, and pipe may be missing or incomplete\n',
    );
  });

  test('go to a file and to the outputs of a GitHub Actions step', async () => {
    const files: Record<string, string> = {};
    const env = { GITHUB_OUTPUT: 'outputs' };
    await done(['register', 'web.json', '--output-file', 'rendered.json'], { files, env });
    expect(JSON.parse(files['rendered.json'] ?? '')).toMatchObject({ family: 'web' });
    expect(outputsOf(files.outputs)).toEqual({
      'task-definition': 'rendered.json',
      'task-definition-arn': 'arn:aws:ecs:us-east-1:123456789012:task-definition/web:1',
    });
  });

  test.each([
    ['in a folder that is not there', '/not/there/web.json'],
    ['a folder', '.'],
  ])('are checked before anything is registered: %s', async (_what, file) => {
    const argv = [
      'register',
      '-',
      '--secret',
      'A=/app/DB_PASSWORD',
      '--output-file',
      file,
      ...role,
    ];
    const seen = await shop.bin(argv, webDefinition);
    expect(seen).toMatchObject({ code: 1, stdout: '' });
    expect(seen.stderr).toContain(`cannot write ${file}`);
    await expect(latestRevision(shop.ecs, 'web')).rejects.toThrow();
  });
});

test('an interrupt before the registration keeps it from being made', async () => {
  const argv = ['register', 'web.json', '--secrets-from', '/app', ...role];
  const seen = await shop.run(argv, { interrupted: AbortSignal.abort() });
  expect(seen.code).toBe(130);
  expect(seen.stderr).toContain('nothing was registered');
  const { taskDefinitionArns } = await shop.ecs.send(new ListTaskDefinitionsCommand({}));
  expect(taskDefinitionArns).toHaveLength(0);
});

test('--all-keys takes the ARN of a secret', async () => {
  const { arn } = await shop.json(['get', 'sm:app/json']);
  await done(['register', 'web.json', '--all-keys', String(arn), ...role]);
  expect(await secretsOf()).toEqual(['KEY', 'USER']);
});

describe('--service', () => {
  test('has the service run the revision, and follows it to the end', async () => {
    await done(['register', 'web.json', '--secrets-from', '/app', ...role]);
    await shop.service({ cluster: 'shop', name: 'web', taskDefinition: 'web' });
    const argv = [
      'register',
      '--family',
      'web',
      '--all-keys',
      'sm:app/json',
      '--service',
      'shop/web',
    ];
    const seen = await shop.json(argv);
    expect(seen).toMatchObject({
      action: 'registered',
      deployments: [{ cluster: expect.stringContaining('shop') as string, state: 'completed' }],
    });
    expect(await shop.injected('shop', 'web', 'USER')).toEqual(['u']);
    const again = await shop.run(argv);
    expect(again.code).toBe(0);
    expect(again.stderr).toMatch(/note: 1 service already runs [\w-]+:\d+\n/);
  });

  test('tells why tasks stop, and exits with 4', async () => {
    await done(['register', 'web.json']);
    await shop.service({ cluster: 'shop', name: 'web', taskDefinition: 'web' });
    await shop.run(['put', '/other'], { stdin: 'value' });
    const argv = ['register', '--family', 'web', '--secret', 'A=/other', ...role];
    const seen = await shop.run([...argv, '--service', 'shop/web']);
    expect(seen.code).toBe(4);
    expect(seen.stderr).toMatch(/a task stopped: .*ssm:GetParameters/);
    const { services } = await shop.ecs.send(
      new DescribeServicesCommand({ cluster: 'shop', services: ['web'] }),
    );
    expect(services).toHaveLength(1);
  });

  test('explains why they stop, and names the command that tells more', async () => {
    await done(['register', 'web.json']);
    await shop.service({ cluster: 'shop', name: 'web', taskDefinition: 'web' });
    await shop.run(['put', '/other'], { stdin: 'value' });
    const argv = ['register', '--family', 'web', '--secret', 'A=/other', ...role];
    const seen = await shop.run([...argv, '--service', 'shop/web', '--json']);
    expect(seen.code).toBe(4);
    const [row] = startFailures.filter(({ id }) => id === 'parameter-denied');
    const lines = seen.stderr.split('\n');
    const at = lines.findIndex((line) => line.startsWith('shop/web: a task stopped: '));
    expect(lines[at + 1]).toBe(`note: ${row?.title ?? ''}: ${row?.cause ?? ''}`);
    expect(seen.stderr).toMatch(
      /error: deployment failed: shop\/web; rolled back shop\/web to web:1\nhint: fix the cause; .*; to see why: ecs-secrets diagnose shop\/web\n/,
    );
    const { deployments } = JSON.parse(seen.stdout) as { deployments: object[] };
    expect(deployments).toMatchObject([{ state: 'failed', failures: ['parameter-denied'] }]);
    const diagnosed = await shop.run(['diagnose', 'shop/web', '--json']);
    expect(JSON.parse(diagnosed.stdout)).toMatchObject({
      failures: [{ failure: 'parameter-denied', title: row?.title }],
    });
  });

  test('of a service that is not there is told before anything is registered', async () => {
    const seen = await shop.run(['register', 'web.json', '--service', 'none/web']);
    expect(seen.code).toBe(1);
    const { taskDefinitionArns } = await shop.ecs.send(new ListTaskDefinitionsCommand({}));
    expect(taskDefinitionArns).toHaveLength(0);
  });
});

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { commandsIn, wordsIn } from '../../action/src/words.ts';
import { runProgram } from '../helpers/run.ts';
import { refusal } from './accepted.ts';
import { fences, root } from './pages.ts';

type Json = Record<string, unknown>;

/** A YAML document of the repository; with several, the one of this index. */
async function yaml<T>(path: string, index = 0): Promise<T> {
  const documents = parseAllDocuments(await readFile(`${root}${path}`, 'utf8'));
  for (const document of documents) if ('errors' in document) expect(document.errors).toEqual([]);
  return documents[index]!.toJS() as T;
}

/** All objects in a document, itself included. */
function objectsIn(value: unknown): Json[] {
  if (typeof value !== 'object' || value === null) return [];
  const below = Object.values(value).flatMap(objectsIn);
  return Array.isArray(value) ? below : [value as Json, ...below];
}

/** A text of an example as it is when the runner has filled in its expressions. */
function filledIn(text: unknown): string {
  return String(text).replaceAll(/\$\{\{.*?\}\}/g, 'filled-in');
}

let page: string;
let examples: Json[];
beforeAll(async () => {
  page = await readFile(`${root}docs/ci.md`, 'utf8');
  examples = fences(page, 'yaml').map((text) => parse(text) as Json);
});

describe('the examples for GitHub Actions', () => {
  /** The steps that use an action, with the workflow around them. */
  const using = (action: string) =>
    examples.flatMap((workflow) =>
      objectsIn(workflow)
        .filter(({ uses }) => String(uses).startsWith(action))
        .map((step) => ({ workflow, step, inputs: (step.with ?? {}) as Json })),
    );

  test('give commands that are accepted, and inputs that exist', async () => {
    const { inputs: declared } = await yaml<{ inputs: Json }>('action.yml');
    const steps = using('OWNER/ecs-secrets@');
    expect(steps.length).toBeGreaterThan(4);
    for (const { inputs } of steps) {
      expect(Object.keys(declared)).toEqual(expect.arrayContaining(Object.keys(inputs)));
      const role = wordsIn(filledIn(inputs['role-to-check'] ?? ''));
      const checks = role.length > 0 ? [['role', 'check', ...role]] : [];
      for (const words of [...checks, ...commandsIn(filledIn(inputs.command))]) {
        expect(await refusal(words), words.join(' ')).toBeUndefined();
      }
    }
  });

  test('read outputs that exist', async () => {
    const { outputs } = await yaml<{ outputs: Json }>('action.yml');
    const read = [...page.matchAll(/steps\.\w+\.outputs\.([\w-]+)/g)].map(([, name]) => name);
    expect(read.length).toBeGreaterThan(1);
    expect(Object.keys(outputs)).toEqual(expect.arrayContaining(read));
  });

  test('may ask for the token by which they get credentials, and name an environment', () => {
    const steps = using('aws-actions/configure-aws-credentials@');
    expect(steps.length).toBeGreaterThan(1);
    for (const { workflow } of steps) {
      expect(workflow).toMatchObject({ permissions: { 'id-token': 'write' } });
      const jobs = Object.values(workflow.jobs as Record<string, Json>);
      for (const job of jobs) expect(job.environment).toBe('production');
    }
  });

  test('have a table of all inputs and outputs', async () => {
    const { inputs, outputs } = await yaml<{ inputs: Json; outputs: Json }>('action.yml');
    for (const name of [...Object.keys(inputs), ...Object.keys(outputs)]) {
      expect(page).toMatch(new RegExp(`^\\| .*\`${name}\``, 'm'));
    }
  });

  test('trust a role with valid JSON', () => {
    for (const text of fences(page, 'json'))
      expect(() => JSON.parse(text) as unknown).not.toThrow();
  });
});

/** A folder of programs that stand in for npm and ours; ours prints its arguments and what it is given. */
let programs: string;
beforeAll(async () => {
  programs = await mkdtemp(join(tmpdir(), 'ecs-secrets-ci-'));
  const own = `#!/bin/sh
echo "$*"
echo "role=$AWS_ROLE_ARN region=$ECS_SECRETS_REGION"
[ -z "$AWS_WEB_IDENTITY_TOKEN_FILE" ] || echo "token=$(cat "$AWS_WEB_IDENTITY_TOKEN_FILE")"
`;
  await writeFile(join(programs, 'ecs-secrets'), own, { mode: 0o755 });
  await writeFile(join(programs, 'npm'), '#!/bin/sh\n', { mode: 0o755 });
});
afterAll(() => rm(programs, { recursive: true }));

/** What a script prints, without npm and AWS. */
async function printed(script: string, env: Record<string, string>): Promise<string> {
  const path = [programs, process.env.PATH].join(delimiter);
  const seen = await runProgram('sh', ['-e', '-u', '-c', script], {
    cwd: programs,
    env: {
      PATH: path,
      HOME: programs,
      TMPDIR: programs,
      AWS_ROLE_ARN: '',
      AWS_WEB_IDENTITY_TOKEN_FILE: '',
      ...env,
    },
  });
  expect(seen, seen.stderr).toMatchObject({ code: 0, stderr: '' });
  return seen.stdout;
}

describe('the component for GitLab', () => {
  interface Spec {
    spec: { inputs: Record<string, { description: string; default?: string }> };
  }
  type Job = Json & { script: string[] };

  /** The job, as GitLab fills in its inputs. */
  async function job(inputs: Record<string, string>): Promise<Job> {
    const { spec } = await yaml<Spec>('templates/ecs-secrets.yml');
    const given = Object.entries(spec.inputs).map(([name, one]) => [
      name,
      inputs[name] ?? one.default,
    ]);
    const values = Object.fromEntries(given) as Record<string, string>;
    const body = JSON.stringify(await yaml('templates/ecs-secrets.yml', 1));
    const filled = body.replaceAll(/\$\[\[ inputs\.([\w-]+) \]\]/g, (_, name: string) => {
      expect(values[name], name).toBeTypeOf('string');
      return JSON.stringify(values[name]).slice(1, -1);
    });
    const jobs = Object.entries(JSON.parse(filled) as Record<string, Job>);
    expect(jobs).toHaveLength(1);
    return jobs[0]![1];
  }

  test('uses each of its inputs, and describes it', async () => {
    const { spec } = await yaml<Spec>('templates/ecs-secrets.yml');
    const text = await readFile(`${root}templates/ecs-secrets.yml`, 'utf8');
    for (const [name, { description }] of Object.entries(spec.inputs)) {
      expect(text).toContain(`$[[ inputs.${name} ]]`);
      expect(description).toMatch(/^[A-Z]/);
    }
  });

  test('has the keywords of a job', async () => {
    const keywords = ['stage', 'image', 'id_tokens', 'script', 'artifacts'];
    expect(Object.keys(await job({ command: 'stale' }))).toEqual(keywords);
  });

  test.runIf(process.platform !== 'win32')('runs the command under the role', async () => {
    const role = 'arn:aws:iam::123456789012:role/x';
    const command = "audit 'ecs/**/*.json'";
    const { script } = await job({ command, 'role-arn': role, region: 'eu-west-1' });
    const env = { CI_JOB_ID: '7', ECS_SECRETS_ID_TOKEN: 'its-token' };
    expect(await printed(script.join('\n'), env)).toBe(
      `audit ecs/**/*.json\nrole=${role} region=eu-west-1\ntoken=its-token\n`,
    );
    const without = await job({ command: 'stale' });
    expect(await printed(without.script.join('\n'), env)).toBe('stale\nrole= region=\n');
  });

  test('is included with inputs that exist, and a command that is accepted', async () => {
    const { spec } = await yaml<Spec>('templates/ecs-secrets.yml');
    const includes = objectsIn(examples).filter(({ component }) => component !== undefined);
    expect(includes).toHaveLength(2);
    for (const { inputs } of includes as { inputs: Record<string, string> }[]) {
      expect(Object.keys(spec.inputs)).toEqual(expect.arrayContaining(Object.keys(inputs)));
      expect(await refusal(wordsIn(inputs.command ?? ''))).toBeUndefined();
    }
  });
});

describe('the orb for CircleCI', () => {
  interface Part {
    description: string;
    parameters: Record<string, { type: string; description: string; default?: string }>;
    steps: (string | Record<string, Json>)[];
  }
  interface Orb {
    version: number;
    executors: Json;
    commands: Record<string, Part>;
    jobs: Record<string, Part & { executor: string }>;
    examples: Json;
  }
  let orb: Orb;
  beforeAll(async () => {
    orb = await yaml<Orb>('orb/ecs-secrets.yml');
  });

  test('declares what its parts use', () => {
    expect(orb.version).toBe(2.1);
    const parts = [...Object.entries(orb.commands), ...Object.entries(orb.jobs)];
    for (const [name, part] of parts) {
      // circleci.com/docs, "Reusable configuration": names of commands, jobs and parameters.
      expect(name).toMatch(/^[a-z][a-z0-9_-]*$/);
      expect(part.description).toMatch(/^[A-Z]/);
      const used = JSON.stringify(part.steps).matchAll(/<< parameters\.([\w-]+) >>/g);
      const names = new Set([...used].map(([, parameter]) => parameter));
      expect([...names].sort()).toEqual(Object.keys(part.parameters).sort());
      for (const { type } of Object.values(part.parameters)) expect(type).toBe('string');
    }
    // A step of this name would be the built-in one.
    expect(Object.keys(orb.commands)).not.toContain('run');
    for (const { executor, steps } of Object.values(orb.jobs)) {
      expect(Object.keys(orb.executors)).toContain(executor);
      for (const one of steps.flatMap((each) =>
        typeof each === 'string' ? [] : Object.entries(each),
      )) {
        const [name, given] = one;
        const { parameters } = orb.commands[name]!;
        expect(Object.keys(parameters)).toEqual(expect.arrayContaining(Object.keys(given)));
      }
    }
  });

  test.runIf(process.platform !== 'win32')('runs the command under the role', async () => {
    const { steps, parameters } = orb.commands.execute!;
    const given: Record<string, string> = {
      command: "audit 'ecs/**/*.json'",
      'role-arn': 'its-role',
    };
    const filled = JSON.stringify(steps).replaceAll(
      /<< parameters\.([\w-]+) >>/g,
      (_, name: string) => JSON.stringify(given[name] ?? parameters[name]!.default).slice(1, -1),
    );
    const [{ run }] = JSON.parse(filled) as [
      { run: { command: string; environment: Record<string, string> } },
    ];
    const env = { ...run.environment, CIRCLE_BUILD_NUM: '7', CIRCLE_OIDC_TOKEN_V2: 'its-token' };
    expect(await printed(run.command, env)).toBe(
      'audit ecs/**/*.json\nrole=its-role region=\ntoken=its-token\n',
    );
  });

  test('is used with parameters that exist, and commands that are accepted', async () => {
    const used = objectsIn([orb.examples, examples]).flatMap((one) => {
      const job = one['ecs-secrets/run'];
      return job === undefined ? [] : [job as Record<string, string>];
    });
    expect(used).toHaveLength(2);
    const known = [...Object.keys(orb.jobs.run!.parameters), 'context'];
    for (const given of used) {
      expect(known).toEqual(expect.arrayContaining(Object.keys(given)));
      expect(await refusal(wordsIn(given.command ?? ''))).toBeUndefined();
    }
  });
});

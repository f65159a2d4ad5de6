import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { runProgram } from '../helpers/run.ts';
import { openShop, type Shop } from '../helpers/scene.ts';
import { definition, stock } from '../helpers/start-scene.ts';
import { root } from '../docs/pages.ts';

// The action as a runner starts it: the committed bundle, inputs in INPUT_*, outputs in files.
interface Metadata {
  inputs: Record<string, { default: string }>;
  outputs: Record<string, unknown>;
  runs: { using: string; main: string };
}

const value = 'Kd9-wl5Qm8zx';
let shop: Shop;
let folder: string;
let metadata: Metadata;

beforeAll(async () => {
  metadata = parse(await readFile(`${root}action.yml`, 'utf8')) as Metadata;
  folder = await mkdtemp(join(tmpdir(), 'ecs-secrets-action-'));
  shop = await openShop();
  await stock(shop);
  await shop.run(['put', '/shop/other'], { stdin: value });
  await writeJson('web.json', definition({ DB: '/shop/db' }));
  await writeJson('denied.json', definition({ OTHER: '/shop/other' }));
  const environment = [{ name: 'DB_PASSWORD', value }];
  await writeJson('plain.json', definition({}, { container: { environment } }));
});
afterAll(async () => {
  await shop.sandbox.close();
  await rm(folder, { recursive: true });
});

async function writeJson(name: string, document: object): Promise<void> {
  await writeFile(join(folder, name), JSON.stringify(document, null, 2));
}

/** What a step shows and leaves. */
interface Step {
  code: number;
  log: string;
  outputs: Record<string, string>;
  summary: string;
  /** The annotations: lines of workflow commands. */
  annotations: string[];
}

/** Runs the action with inputs, by their names in action.yml. */
async function step(
  inputs: Record<string, string>,
  env: Record<string, string | undefined> = {},
): Promise<Step> {
  const files = {
    GITHUB_OUTPUT: join(folder, 'output'),
    GITHUB_STEP_SUMMARY: join(folder, 'summary'),
  };
  for (const file of Object.values(files)) await writeFile(file, '');
  const defaults = Object.entries(metadata.inputs).map(([name, one]) => [name, one.default]);
  const given = { ...(Object.fromEntries(defaults) as Record<string, string>), ...inputs };
  const variables = Object.entries(given).map(([name, text]) => [
    `INPUT_${name.toUpperCase()}`,
    text,
  ]);
  const seen = await runProgram(process.execPath, [`${root}${metadata.runs.main}`], {
    cwd: folder,
    env: {
      ...shop.sandbox.environment,
      ...(Object.fromEntries(variables) as Record<string, string>),
      ...files,
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      RUNNER_TEMP: folder,
      ...env,
    },
  });
  const log = seen.stdout + seen.stderr;
  const outputs = outputsIn(await readFile(files.GITHUB_OUTPUT, 'utf8'));
  expect(Object.keys(metadata.outputs)).toEqual(expect.arrayContaining(Object.keys(outputs)));
  const summary = await readFile(files.GITHUB_STEP_SUMMARY, 'utf8');
  for (const text of [log.replaceAll(/^::add-mask::.*$/gm, ''), summary, JSON.stringify(outputs)]) {
    expect(text).not.toContain(value);
  }
  const annotations = log.split('\n').filter((line) => /^::(error|warning)/.test(line));
  return { code: seen.code, log, outputs, summary, annotations };
}

/** The outputs of a step in the file of GITHUB_OUTPUT; the last one of a name counts, as in a runner. */
function outputsIn(text: string): Record<string, string> {
  const found = text.matchAll(/^([\w-]+)<<(\S+)\n([\s\S]*?)\n\2$/gm);
  return Object.fromEntries(
    [...found].map(([, name = '', , output = '']): [string, string] => [name, output]),
  );
}

test('the committed bundle is current', async () => {
  const seen = await runProgram(process.execPath, [`${root}scripts/action.mjs`, '--check']);
  expect(seen).toEqual({ code: 0, stdout: '', stderr: '' });
});

describe('commands', () => {
  test('run line by line, with the outputs of all', async () => {
    const { code, outputs, annotations, log, summary } = await step(
      {
        command: `
        # Stored by the next line from the variable.
        put /action/db --from-env DB_PASSWORD
        ecs-secrets register web.json --secret 'MORE=/action/db' \\
          --output-file rendered.json`,
      },
      { DB_PASSWORD: value },
    );
    expect(code, log).toBe(0);
    expect(annotations).toEqual([]);
    expect(outputs).toMatchObject({
      'exit-code': '0',
      'task-definition': 'rendered.json',
      'task-definition-arn': expect.stringMatching(/:task-definition\/web:\d+$/) as string,
      changed: 'true',
      findings: '0',
      'deployment-ids': '',
    });
    expect(JSON.parse(outputs.json ?? '')).toMatchObject({ action: 'registered' });
    expect(log).toContain('/action/db');
    expect(summary).toBe('');
    expect((await shop.run(['get', '/action/db', '--reveal'])).stdout).toBe(value);
  });

  test('that change nothing say so', async () => {
    await shop.run(['put', '/action/same'], { stdin: value });
    const seen = await step({ command: 'put /action/same --from-env SAME' }, { SAME: value });
    expect(seen.outputs).toMatchObject({ 'exit-code': '0', changed: 'false' });
  });

  test('stop at the first that fails, with its problem in one annotation', async () => {
    const seen = await step({ command: 'get /action/none\nput /action/later --generate' });
    expect(seen.code).toBe(1);
    expect(seen.annotations).toHaveLength(1);
    expect(seen.annotations[0]).toMatch(/^::error::.*\/action\/none.*%0Ahint: /);
    expect(seen.outputs).toMatchObject({ 'exit-code': '1', json: '', changed: 'false' });
    expect((await shop.run(['get', '/action/later'])).code).toBe(1);
  });

  test('have their values masked, and no output with one', async () => {
    const stored = await step({ command: 'put /action/shown --from-env SHOWN' }, { SHOWN: value });
    expect(stored.code).toBe(0);
    const generated = await step({ command: 'put /action/made --generate --reveal' });
    expect(generated.code, generated.log).not.toBe(3);
    const revealed = await runShown('get /action/shown --reveal');
    expect(revealed.outputs.json).toBe('');
    expect(revealed.log.indexOf(`::add-mask::${value}`)).toBe(0);
  });

  /** A step that prints the value, which `step` does not allow. */
  async function runShown(
    command: string,
  ): Promise<{ log: string; outputs: Record<string, string> }> {
    const output = join(folder, 'shown');
    await writeFile(output, '');
    const env = {
      ...shop.sandbox.environment,
      INPUT_COMMAND: command,
      INPUT_JSON: 'false',
      GITHUB_OUTPUT: output,
      GITHUB_ACTIONS: 'true',
      RUNNER_TEMP: folder,
    };
    const seen = await runProgram(process.execPath, [`${root}${metadata.runs.main}`], { env });
    expect(seen.code, seen.stderr).toBe(0);
    const text = await readFile(output, 'utf8');
    expect(text).not.toContain(value);
    return { log: seen.stderr + seen.stdout, outputs: outputsIn(text) };
  }

  test('print JSON with the input json, in the region of the input region', async () => {
    const { log, code } = await step({ command: 'whoami', json: 'true', region: 'eu-west-1' });
    expect(code, log).toBe(0);
    expect(JSON.parse(log)).toMatchObject({ region: { value: 'eu-west-1' } });
  });

  test.each([
    [{}, 'nothing to do: set the input command or role-to-check'],
    [{ command: 'verify web.json > out' }, '> has no meaning here'],
    [{ command: 'verify web.json --colour' }, "unknown option '--colour'"],
    [{ command: 'stale', version: '1 || x' }, 'version: "1 || x" is not a version or tag'],
    [{ command: 'stale', json: 'maybe' }, 'Input does not meet YAML 1.2 "Core Schema"'],
  ])('%j is one error', async (inputs, message) => {
    const seen = await step(inputs);
    expect(seen.code).not.toBe(0);
    expect(seen.annotations).toHaveLength(1);
    expect(seen.annotations[0]).toContain(message);
  });
});

describe('findings', () => {
  test('of audit are errors at their lines, and a SARIF file', async () => {
    const seen = await step({ command: 'audit *.json' });
    expect(seen.code).toBe(3);
    expect(seen.annotations).toHaveLength(1);
    expect(seen.annotations[0]).toMatch(
      /^::error title=ecs-secrets%3A plain\.json%3A\d+%3A\d+,file=plain\.json,line=\d+,col=\d+::web: DB_PASSWORD: looks like a secret in plain text: /,
    );
    expect(seen.outputs).toMatchObject({ 'exit-code': '3', findings: '1', changed: 'false' });
    expect(seen.summary).toContain('### ecs-secrets audit');
    const sarif = await readFile(seen.outputs['sarif-file'] ?? '', 'utf8');
    expect(sarif).not.toContain(value);
    expect(JSON.parse(sarif)).toMatchObject({
      runs: [{ results: [{ level: 'error' }] }],
    });
  });

  test('of verify are one annotation each', async () => {
    const seen = await step({ command: 'verify denied.json' });
    expect(seen.code).toBe(3);
    expect(seen.annotations).toHaveLength(Number(seen.outputs.findings));
    expect(seen.annotations[0]).toMatch(/^::error title=[^:]*,file=denied\.json::/);
    expect(seen.summary).toContain('### ecs-secrets verify');
  });

  test('of a role come before the commands, which do not run then', async () => {
    const seen = await step({
      'role-to-check': 'shop-execution --task-definition denied.json',
      command: 'put /action/never --generate',
    });
    expect(seen.code).toBe(3);
    expect(seen.annotations).toHaveLength(1);
    expect(seen.annotations[0]).toContain('missing: ');
    expect(seen.summary).toContain('### ecs-secrets role check');
    expect((await shop.run(['get', '/action/never'])).code).toBe(1);
  });

  test('beyond ten are counted in the tenth annotation', async () => {
    const environment = Array.from({ length: 12 }, (_, index) => ({
      name: `PASSWORD_${index}`,
      value,
    }));
    await writeJson('many.json', definition({}, { container: { environment } }));
    const seen = await step({ command: 'audit many.json' });
    await rm(join(folder, 'many.json'));
    expect(seen.annotations).toHaveLength(10);
    expect(seen.annotations[9]).toBe(
      '::error title=ecs-secrets::3 more are in the summary of the step',
    );
    expect(seen.outputs.findings).toBe('12');
  });
});

test('deployments are outputs', async () => {
  await shop.run(['register', 'web.json'], { files: { 'web.json': '' } });
  const registered = await step({ command: 'register web.json --force' });
  const arn = registered.outputs['task-definition-arn'] ?? '';
  await shop.service({ cluster: 'shop', name: 'web', taskDefinition: arn });
  const command = 'rotate /shop/db --from-env NEXT --redeploy';
  const seen = await step({ command }, { NEXT: value });
  expect(seen.code, seen.log).toBe(0);
  expect(seen.outputs['deployment-ids']).toMatch(/^ecs-svc\/\S+$/);
  expect(seen.outputs.changed).toBe('true');
  expect(seen.summary).toContain('shop/web');
});

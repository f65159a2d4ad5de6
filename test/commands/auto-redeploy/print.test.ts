import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as ecs from '@aws-sdk/client-ecs';
import * as eventbridge from '@aws-sdk/client-eventbridge';
import * as secretsmanager from '@aws-sdk/client-secrets-manager';
import * as sfn from '@aws-sdk/client-sfn';
import * as ssm from '@aws-sdk/client-ssm';
// It has no types.
// @ts-expect-error asl-validator
import untyped from 'asl-validator';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { parse } from 'yaml';
import type { Template } from '../../../src/model/auto-redeploy/stack.ts';
import { documentsOf } from '../../../src/model/auto-redeploy/terraform.ts';
import { unknownToBotocore, type NamedCall } from '../../helpers/botocore-members.ts';
import { run } from '../../helpers/run.ts';
import { openShop } from '../../helpers/scene.ts';
import { isWhole } from '../../helpers/whole.ts';
import { resolved } from './machine-permissions.ts';

const program = promisify(execFile);
const validate = untyped as (definition: object) => { errors: unknown[] };
const print = (...argv: string[]) => run(['auto-redeploy', 'print', ...argv]);
const template = async (...argv: string[]): Promise<Template> => {
  const { code, stdout } = await print(...argv, '--format', 'json');
  expect(code).toBe(0);
  return JSON.parse(stdout) as Template;
};
const definitionOf = ({ Resources }: Template): Record<string, unknown> =>
  JSON.parse(String(Resources.StateMachine?.Properties.DefinitionString)) as never;

/** Stacks that together have all states and resources. */
const variants: Record<string, string[]> = {
  everything: [],
  all: ['--prefix', 'sm:shop', '--prefix', '/shop', '--rollback', '--reconcile', '1h'],
  narrow: ['--secret', 'sm:shop/db', '--cluster', 'shop', '--max-failures', '2', '--rollback'],
  wide: ['--distributed', '--email', 'ops@example.com', '--name', 'wide'],
};

/** Two that have each resource and each state. */
const linted = ['all', 'wide'];

describe('auto-redeploy print', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ecs-secrets-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('prints a template in YAML, in JSON, and the same as the document', async () => {
    const [yaml, json, document] = await Promise.all([
      print('--rollback'),
      print('--rollback', '--format', 'json'),
      print('--rollback', '--json'),
    ]);
    expect(yaml.stdout).toMatch(/^AWSTemplateFormatVersion: "2010-09-09"\n/);
    expect(parse(yaml.stdout)).toEqual(JSON.parse(json.stdout));
    expect(JSON.parse(document.stdout)).toEqual(JSON.parse(json.stdout));
    expect([yaml.stderr, json.stderr]).toEqual(['', '']);
  });

  test('the rules match what the options name', async () => {
    const { Resources, Outputs } = await template(
      ...['--prefix', 'sm:shop/prod', '--secret', 'sm:shop/db:key', '--secret', '/shop/pw'],
    );
    expect(Resources.SecretRule?.Properties.EventPattern).toEqual({
      source: ['aws.secretsmanager'],
      'detail-type': ['Secret Label Updated'],
      detail: { labelUpdated: ['AWSCURRENT'], name: ['shop/db', { prefix: 'shop/prod/' }] },
    });
    expect(Resources.ParameterRule?.Properties.EventPattern).toEqual({
      source: ['aws.ssm'],
      'detail-type': ['Parameter Store Change'],
      detail: { operation: ['Create', 'Update'], name: ['/shop/pw'] },
    });
    expect(Outputs.RuleNames?.Value).toBe(
      'ecs-secrets-auto-redeploy-secrets,ecs-secrets-auto-redeploy-parameters',
    );
    const only = await template('--secret', 'sm:shop/db', '--reconcile', '90m');
    expect(only.Resources.ParameterRule).toBeUndefined();
    expect(only.Resources.ReconcileRule?.Properties.ScheduleExpression).toBe('rate(90 minutes)');
    const all = await template();
    expect(all.Resources.SecretRule?.Properties.EventPattern).toMatchObject({
      detail: { labelUpdated: ['AWSCURRENT'] },
    });
  });

  test('all problems are told at once', async () => {
    const seen = await print(
      ...['--name', '1x', '--window', '2h', '--reconcile', '1m', '--max-failures', 'x'],
      ...['--email', 'ops', '--prefix', 'shop', '--secret', '/a//b'],
    );
    expect(seen.code).toBe(2);
    for (const option of ['name', 'window', 'reconcile', 'max-failures', 'email', 'prefix']) {
      expect(seen.stderr).toContain(`--${option}: `);
    }
    expect(seen.stderr).toContain('"/a//b"');
  });

  test('--services-from writes the services that use the secrets into the machine', async () => {
    await using shop = await openShop();
    await shop.run(['put', 'sm:shop/db'], { stdin: 'x' });
    await shop.run(['role', 'create', 'r', '--secret', 'sm:shop/db']);
    await shop.run(['register', 'web.json', '--secret', 'KEY=sm:shop/db', '--execution-role', 'r']);
    await shop.service({ cluster: 'shop', name: 'web', taskDefinition: 'web' });
    const argv = ['auto-redeploy', 'print', '--services-from', 'where-used', '--prefix', 'sm:shop'];
    const { Metadata, Resources } = (await shop.json(argv)) as unknown as Template;
    expect(Metadata.EcsSecrets.options.services).toEqual({ shop: ['web'] });
    expect(String(Resources.StateMachine?.Properties.DefinitionString)).toContain(
      '{"cluster":"shop","services":["web"]}',
    );
    const seen = await shop.run([...argv.slice(0, -1), 'sm:none']);
    expect(seen.code).toBe(1);
    expect(seen.stderr).toContain('no service uses these secrets');
  });

  test.each(Object.keys(variants))('the machine of %s is valid', async (name) => {
    const stack = await template(...(variants[name] ?? []));
    expect(JSON.stringify(stack).length).toBeLessThan(51_200);
    const { errors } = validate(definitionOf(stack));
    expect(errors).toEqual([]);
  });

  test.each(Object.keys(variants))('each state of %s catches all errors last', async (name) => {
    const stack = await template(...(variants[name] ?? []));
    const lists: string[][][] = [];
    JSON.stringify(definitionOf(stack), (key, value: unknown) => {
      if (key === 'Catch' || key === 'Retry') {
        lists.push((value as { ErrorEquals: string[] }[]).map(({ ErrorEquals }) => ErrorEquals));
      }
      return value;
    });
    expect(lists.length).toBeGreaterThan(10);
    // States.ALL stands alone, and in the last one (Step Functions guide, "Handling errors").
    for (const errors of lists) {
      expect(errors.slice(0, -1).flat()).not.toContain('States.ALL');
      for (const one of errors) if (one.includes('States.ALL')) expect(one).toHaveLength(1);
    }
  });

  test('each API of the machine has a command in the SDK', async () => {
    const clients: Record<string, object> = { ecs, eventbridge, secretsmanager, sfn, ssm };
    const apis = new Set((await allCalls()).map(({ api }) => api));
    expect(apis.size).toBe(15);
    // The SDK's client of SNS is not installed.
    apis.delete('sns:publish');
    const unknown = [...apis].filter((api) => {
      const [service = '', name = ''] = api.split(':');
      return !(
        `${name[0]?.toUpperCase() ?? ''}${name.slice(1)}Command` in (clients[service] ?? {})
      );
    });
    expect(unknown).toEqual([]);
  });

  test.runIf(inject('stepFunctions'))('its arguments are members of botocore', async () => {
    const calls = await allCalls();
    expect(await unknownToBotocore(calls)).toEqual([]);
    // The check sees what is wrong.
    const api = 'ecs:updateService';
    const wrong = [
      { api, arguments: { Service: '', Cluser: '', DeploymentConfiguration: { Alarm: {} } } },
      { api, arguments: {} },
      { api: 'ecs:none', arguments: {} },
    ];
    expect(await unknownToBotocore(wrong)).toEqual([
      'ecs:updateService Arguments.Cluser',
      'ecs:updateService Arguments.DeploymentConfiguration.Alarm',
      'ecs:updateService Arguments lacks Service',
      'ecs:none: None',
    ]);
  });

  test.runIf(inject('cfnLint'))('cfn-lint finds nothing in the templates', async () => {
    const files = await Promise.all(
      Object.entries(variants)
        .filter(([name]) => isWhole || linted.includes(name))
        .map(async ([name, argv]) => {
          const file = join(folder, `${name}.yaml`);
          await writeFile(file, (await print(...argv)).stdout);
          return file;
        }),
    );
    const { stdout } = await program('cfn-lint', [...files, '--regions', 'us-east-1']).catch(
      (error: unknown) => error as { stdout: string },
    );
    expect(stdout).toBe('');
  });

  test.runIf(inject('terraform'))('Terraform reads its form, to the same documents', async () => {
    const argv = variants.all ?? [];
    const text = (await print(...argv, '--format', 'terraform')).stdout;
    const file = join(folder, 'main.tf');
    await writeFile(file, `${text}\n`);
    await program('terraform', ['fmt', '-check', file]);
    // Without its providers Terraform computes the locals, with the values that the data sources have.
    const locals = /^locals \{$[^]*?^\}$/m.exec(text)?.[0] ?? '';
    const known = locals
      .replaceAll('${data.aws_partition.current.partition}', 'aws')
      .replaceAll('${data.aws_region.current.id}', 'us-east-1')
      .replaceAll('${data.aws_caller_identity.current.account_id}', '123456789012');
    await writeFile(file, known);
    const stack = await template(...argv);
    const documents = resolved(documentsOf(stack)) as unknown as Record<string, unknown>;
    const names = Object.keys(documents).map((name) => `${name} = local.${name}`);
    const console = program('terraform', [`-chdir=${folder}`, 'console']);
    console.child.stdin?.end(`jsonencode({ ${names.join(', ')} })\n`);
    const { stdout } = await console;
    expect(JSON.parse(JSON.parse(stdout) as string)).toEqual(documents);
  });
});

/** The calls of all variants. */
async function allCalls(): Promise<NamedCall[]> {
  const templates = await Promise.all(Object.values(variants).map((argv) => template(...argv)));
  return templates.flatMap((one) => callsOf(definitionOf(one)));
}

/** The calls of the states of a machine. */
function callsOf(value: unknown): NamedCall[] {
  if (typeof value !== 'object' || value === null) return [];
  const { Resource, Arguments } = value as { Resource?: unknown; Arguments?: unknown };
  const own =
    typeof Resource === 'string'
      ? [{ api: Resource.replace(/^.*aws-sdk:/, ''), arguments: argumentsIn(Arguments) }]
      : [];
  return [...own, ...Object.values(value).flatMap(callsOf)];
}

/** Arguments that an expression computes are objects of one level, whose names are in quotes. */
function argumentsIn(written: unknown): unknown {
  if (typeof written !== 'string') return written;
  const names = [...written.matchAll(/'(\w+)':/g)].map(([, name]) => [name, '']);
  return Object.fromEntries(names) as object;
}

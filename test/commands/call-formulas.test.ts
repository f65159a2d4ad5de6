import {
  CreateServiceCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import { CreateSecretCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { LabelParameterVersionCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import { readFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRounds, type Rounds } from '../helpers/rounds.ts';
import { openShop, webDefinition, type Shop } from '../helpers/scene.ts';

// The formulas of docs/calls.md, counted in the sandbox at three sizes.
const sizes = [1, 12, 55];

const gateways = [
  ...['ecs', 'event-rules', 'iam', 'kms', 'logs', 'parameter-store'],
  ...['scheduler', 'secrets-manager', 'sts'],
];

let shop: Shop;
let between: Rounds;
beforeAll(async () => {
  // What is loaded meanwhile would look as if the command waited for an answer.
  await Promise.all(gateways.map((name) => import(`../../src/aws/${name}.ts`)));
  shop = await openShop();
  between = await openRounds(shop.sandbox.url);
  for (const n of sizes) await setUp(n);
});
afterAll(async () => {
  await between[Symbol.asyncDispose]();
  await shop.sandbox.close();
});

/** When the parameters and secrets below h1, h12 and h55 had their first of two versions. */
const between1And2: Record<number, string> = {};

/** What each formula is about, at a size. */
const scenes: Record<string, (n: number) => { argv: string[]; stdin?: string }> = {
  '`whoami`': () => ({ argv: ['whoami'] }),
  '`put REF`, new': (n) => ({ argv: ['put', `/new/${n}`], stdin: 'x' }),
  '`put REF`, existing': (n) => ({ argv: ['put', `/p${n}/K0`], stdin: 'other' }),
  '`put REF`, equal value': (n) => ({ argv: ['put', `/p${n}/K0`], stdin: 'other' }),
  '`put sm:NAME`, new': (n) => ({ argv: ['put', `sm:new${n}`], stdin: 'x' }),
  '`put sm:NAME`, existing': (n) => ({ argv: ['put', `sm:new${n}`], stdin: 'y' }),
  '`get REF`': (n) => ({ argv: ['get', `/p${n}/K0`] }),
  '`get REF --reveal`': (n) => ({ argv: ['get', `/p${n}/K0`, '--reveal'] }),
  '`history REF`': (n) => ({ argv: ['history', `/p${n}/K0`] }),
  '`find PATTERN --prefix /PATH`': (n) => ({ argv: ['find', 'K', '--prefix', `/p${n}`] }),
  '`find PATTERN --prefix sm:PREFIX`': (n) => ({ argv: ['find', 'K', '--prefix', `sm:s${n}`] }),
  '`find --value --prefix /PATH`': (n) => ({ argv: findIn(`/p${n}`), stdin: 'v' }),
  '`find --value --prefix sm:PREFIX`': (n) => ({ argv: findIn(`sm:s${n}`), stdin: 'v' }),
  '`list /PATH`': (n) => ({ argv: ['list', `/p${n}`] }),
  '`list sm:PREFIX`': (n) => ({ argv: ['list', `sm:s${n}/`] }),
  '`export /PATH`': (n) => ({ argv: ['export', `/p${n}`] }),
  '`export sm:PREFIX`': (n) => ({ argv: ['export', `sm:s${n}`] }),
  '`export /PATH/NAME:VERSION`': (n) => ({ argv: ['export', `/p${n}/K0:1`] }),
  '`export /PATH --at TIME`, unchanged since': (n) => ({
    argv: ['export', `/h${n}`, '--at', now()],
  }),
  '`export /PATH --at TIME`, changed since': (n) => ({
    argv: ['export', `/h${n}`, '--at', between1And2[n] ?? ''],
  }),
  '`export /PATH --at LABEL`': (n) => ({ argv: ['export', `/h${n}`, '--at', 'good'] }),
  '`export sm:PREFIX --at TIME`, unchanged since': (n) => ({
    argv: ['export', `sm:h${n}`, '--at', now()],
  }),
  '`export sm:PREFIX --at TIME`, changed since': (n) => ({
    argv: ['export', `sm:h${n}`, '--at', between1And2[n] ?? ''],
  }),
  '`export --task-definition FILE`': (n) => ({
    argv: ['export', '--task-definition', `t${n}.json`],
  }),
  '`diff /PATH /PATH`': (n) => ({ argv: ['diff', `/p${n}`, `/p${n}`] }),
  '`diff /PATH --at TIME`, changed since': (n) => ({
    argv: ['diff', `/h${n}`, '--at', between1And2[n] ?? ''],
  }),
  '`check`, complete': (n) => ({ argv: ['check', '--config', `d${n}.json`] }),
  '`check`, JSON secrets': (n) => ({ argv: ['check', '--config', `j${n}.json`] }),
  '`import`, new parameters': (n) => ({ argv: importTo(`/i${n}`), stdin: entries(n, 'x') }),
  '`import`, other values': (n) => ({ argv: importTo(`/i${n}`), stdin: entries(n, 'y') }),
  '`import`, equal values': (n) => ({ argv: importTo(`/i${n}`), stdin: entries(n, 'y') }),
  '`import`, new secrets of Secrets Manager': (n) => ({
    argv: importTo(`sm:i${n}`),
    stdin: entries(n, 'x'),
  }),
  '`import --as-json`': (n) => ({
    argv: ['import', '-', '--as-json', `j${n}`],
    stdin: entries(n, 'x'),
  }),
  '`policy execution`': (n) => ({
    argv: ['policy', 'execution', '--task-definition', `t${n}.json`],
  }),
  '`role create`, new': (n) => ({
    argv: ['role', 'create', `new${n}`, '--task-definition', `t${n}.json`],
  }),
  '`role create`, nothing to change': (n) => ({
    argv: ['role', 'create', `new${n}`, '--task-definition', `t${n}.json`],
  }),
  '`role show`': (n) => ({ argv: ['role', 'show', `r${n}`] }),
  '`role check`': (n) => ({ argv: ['role', 'check', `r${n}`, '--task-definition', `t${n}.json`] }),
  '`register FILE`, unchanged': (n) => ({ argv: registerWith(n) }),
  '`register FILE`, changed': (n) => ({ argv: [...registerWith(n), '--image', 'web=httpd:2.5'] }),
  '`verify FILE`': (n) => ({ argv: ['verify', `v${n}.json`] }),
  '`where-used REF`': (n) => ({ argv: ['where-used', `/p${n}/K0`, '--cluster', `c${n}`] }),
  '`stale`': (n) => ({ argv: ['stale', '--cluster', `c${n}`] }),
  '`diagnose SERVICE`, which runs': (n) => ({ argv: ['diagnose', `c${n}/s0`] }),
  '`verify SERVICE`': (n) => ({ argv: ['verify', `c${n}/s0`] }),
  '`audit FILE`': (n) => ({ argv: ['audit', `t${n}.json`] }),
  '`audit --cluster`': (n) => ({ argv: ['audit', '--cluster', `c${n}`] }),
  '`revisions FAMILY --limit N`': (n) => ({
    argv: ['revisions', `f${n}`, '--limit', '100', '--region', 'eu-west-1'],
  }),
  '`migrate FILE`': (n) => ({
    argv: ['migrate', `m${n}.json`, '--prefix', `/m${n}`, '--execution-role', `r${n}`, '--yes'],
  }),
  '`rollback REF`': (n) => ({ argv: ['rollback', `/p${n}/K0`] }),
  '`rollback sm:NAME`': (n) => ({ argv: ['rollback', `sm:new${n}`] }),
  '`restore sm:NAME`': (n) => ({ argv: ['restore', `sm:gone${n}`] }),
  '`policy caller`': () => ({ argv: ['policy', 'caller', '--for', 'rotate'] }),
};

test('the page has a formula for each scene, and no other', async () => {
  expect([...(await formulas()).keys()]).toEqual(Object.keys(scenes));
});

test.each(Object.keys(scenes))('calls of %s', async (name) => {
  const { calls = '', rounds = '' } = (await formulas()).get(name) ?? {};
  for (const n of sizes) {
    const { argv, stdin } = scenes[name]?.(n) ?? { argv: [] };
    between.reset();
    const env = { ECS_SECRETS_ENDPOINT_URL: between.url };
    const seen = await shop.run(argv, { stdin: stdin ?? '', files: files(), env });
    const made = between.rounds.flat();
    expect([0, 3], seen.stderr).toContain(seen.code);
    expect({ n, calls: made.length, made }).toMatchObject({ n, calls: count(calls, n) });
    const inRounds = { n, rounds: between.rounds.length, made: between.rounds };
    if (rounds !== '') expect(inRounds).toMatchObject({ n, rounds: count(rounds, n) });
  }
});

/** What a formula of the page says of n. */
function count(formula: string, n: number): number {
  const terms = formula
    .replaceAll(/(\d) n/g, '$1 * n')
    .replaceAll(/⌈n \/ (\d+)⌉/g, 'Math.ceil(n / $1)');
  if (!/^[\d n+*/()Math.ceil]+$/.test(terms)) throw new Error(`${formula} is no formula`);
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the characters are checked
  return (new Function('n', `return ${terms}`) as (n: number) => number)(n);
}

async function formulas(): Promise<Map<string, { calls: string; rounds: string }>> {
  const page = await readFile(new URL('../../docs/calls.md', import.meta.url), 'utf8');
  const rows = page.matchAll(/^\| (`[^|]+?) \| ([^|]+?) \| ([^|]*?) ?\|/gm);
  return new Map(
    [...rows].map(([, name = '', calls = '', rounds = '']) => [name, { calls, rounds }]),
  );
}

function findIn(prefix: string): string[] {
  return ['find', '--value', '--prefix', prefix];
}

function now(): string {
  return new Date().toISOString();
}

function registerWith(n: number): string[] {
  return ['register', `t${n}.json`, '--execution-role', `r${n}`];
}

function importTo(prefix: string): string[] {
  return ['import', '-', '--prefix', prefix, '--format', 'json'];
}

function entries(n: number, value: string): string {
  return JSON.stringify(Object.fromEntries(Array.from({ length: n }, (_, i) => [`K${i}`, value])));
}

/** A task definition with n secrets, for each size. */
function files(): Record<string, string> {
  return Object.fromEntries(
    sizes.flatMap((n) => {
      const { containerDefinitions, ...rest } = JSON.parse(webDefinition) as {
        containerDefinitions: object[];
      };
      const secrets = Array.from({ length: n }, (_, i) => ({
        name: `K${i}`,
        valueFrom: `/p${n}/K${i}`,
      }));
      const definition = {
        ...rest,
        family: `t${n}`,
        containerDefinitions: [{ ...containerDefinitions[0], secrets }],
      };
      const executionRoleArn = `arn:aws:iam::123456789012:role/r${n}`;
      return [
        [`d${n}.json`, declaring(n, (i) => `/{env}/K${i}`)],
        [`j${n}.json`, declaring(n, (i) => `sm:s${n}/K${i}:key`)],
        [`t${n}.json`, JSON.stringify(definition)],
        [`v${n}.json`, JSON.stringify({ ...definition, executionRoleArn })],
        [`m${n}.json`, JSON.stringify({ ...definition, ...withPlainValues(n) })],
      ];
    }),
  );
}

/** A project file that declares n secrets for the environment `p${n}`. */
function declaring(n: number, from: (index: number) => string): string {
  const secrets = Array.from({ length: n }, (_, i) => [`K${i}`, from(i)] as const);
  return JSON.stringify({ environments: [`p${n}`], secrets: Object.fromEntries(secrets) });
}

/** The members of a task definition with n passwords in plain text. */
function withPlainValues(n: number): object {
  const environment = Array.from({ length: n }, (_, i) => ({
    name: `K${i}_PASSWORD`,
    value: `x7Hq2sW9xLp${i}`,
  }));
  return {
    family: `m${n}`,
    containerDefinitions: [{ name: 'app', image: 'x', memory: 64, environment }],
  };
}

/** n parameters and n secrets with two versions each; the first parameter with a label. */
async function putTwice(n: number): Promise<void> {
  const names = Array.from({ length: n }, (_, i) => `h${n}/K${i}`);
  const put = (name: string): Promise<unknown> =>
    shop.ssm.send(
      new PutParameterCommand({
        ...{ Name: `/${name}`, Value: 'v', Type: 'SecureString', Overwrite: true },
      }),
    );
  const create = (Name: string): Promise<unknown> =>
    shop.secrets.send(new CreateSecretCommand({ Name, SecretString: 'v' }));
  const update = (SecretId: string): Promise<unknown> =>
    shop.secrets.send(new PutSecretValueCommand({ SecretId, SecretString: 'w' }));
  await Promise.all([...names.map(put), ...names.map(create)]);
  between1And2[n] = now();
  while (now() === between1And2[n]) await setImmediate();
  await Promise.all([...names.map(put), ...names.map(update)]);
  await shop.ssm.send(new LabelParameterVersionCommand({ Name: `/h${n}/K0`, Labels: ['good'] }));
}

/** n parameters, n secrets, a role for them, and n services in a cluster that use them. */
async function setUp(n: number): Promise<void> {
  const setting = { files: files() };
  const done = async (argv: string[], stdin = ''): Promise<void> => {
    const seen = await shop.run(argv, { ...setting, stdin });
    if (seen.code !== 0) throw new Error(`${argv.join(' ')}: ${seen.stderr}`);
  };
  // There is no cluster in that region.
  const elsewhere = new ECSClient({
    ...{ endpoint: shop.sandbox.url, region: 'eu-west-1' },
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const containerDefinitions = [{ name: 'web', image: 'x', memory: 64 }];
  for (let revision = 0; revision < n; revision += 1) {
    const definition = { family: `f${n}`, containerDefinitions };
    await elsewhere.send(new RegisterTaskDefinitionCommand(definition));
  }
  await done(importTo(`/p${n}`), entries(n, 'v'));
  await done(importTo(`sm:s${n}`), entries(n, 'v'));
  await putTwice(n);
  await done(['put', `sm:gone${n}`], 'x');
  await done(['delete', `sm:gone${n}`, '--yes', '--force']);
  await done(['role', 'create', `r${n}`, '--task-definition', `t${n}.json`]);
  await done(['register', `t${n}.json`, '--execution-role', `r${n}`]);
  await shop.service({ cluster: `c${n}`, name: 's0', taskDefinition: `t${n}` });
  for (let service = 1; service < n; service += 1) {
    await shop.ecs.send(
      new CreateServiceCommand({
        ...{ cluster: `c${n}`, serviceName: `s${service}`, taskDefinition: `t${n}` },
        ...{ desiredCount: 1, launchType: 'FARGATE' },
      }),
    );
  }
}

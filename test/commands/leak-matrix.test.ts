import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { badAnswers, leaked, leaves, shapes } from '../helpers/bad-answers.ts';
import { goBetween, type Incident } from '../helpers/go-between.ts';
import { openShop, webDefinition, type Shop } from '../helpers/scene.ts';
import { isWhole } from '../helpers/whole.ts';

// Every command that reads or writes values gets bad answers of every kind, with values of every shape in
// them; nothing of a value or of the credentials may come out.

const token = 'SESSIONTOKENabcdefghijklmnopzyxwvutsrqQRSTUV';
let counted = 0;
let leaksFound = 0;

beforeAll(() => {
  process.env.AWS_SESSION_TOKEN = token;
});
afterAll(() => {
  delete process.env.AWS_SESSION_TOKEN;
  process.stdout.write(`leak matrix: ${counted} bad answers, ${leaksFound} leaks\n`);
});

/** A command (N: a number of its own), the call of it that is answered badly, and what it reads on stdin. */
interface Row {
  argv: string[];
  operation: string;
  stdin?: (value: string) => string;
}

const same = (value: string): string => value;
const rows: Row[] = [
  { argv: ['put', '/m/db'], operation: 'PutParameter', stdin: same },
  { argv: ['put', '/m-N/new'], operation: 'PutParameter', stdin: same },
  { argv: ['put', 'sm:m/text'], operation: 'PutSecretValue', stdin: same },
  { argv: ['put', 'sm:m/new-N'], operation: 'CreateSecret', stdin: same },
  { argv: ['put', 'sm:m/json:key'], operation: 'PutSecretValue', stdin: same },
  {
    argv: ['import', '-', '--prefix', '/bulk-N'],
    operation: 'PutParameter',
    stdin: (value) => JSON.stringify({ A: value, B: 'other' }),
  },
  {
    argv: ['import', '-', '--as-json', 'bulk-N'],
    operation: 'CreateSecret',
    stdin: (value) => JSON.stringify({ A: value, B: 'other' }),
  },
  { argv: ['rotate', '/m/db'], operation: 'PutParameter', stdin: same },
  { argv: ['rotate', 'sm:m/json:key'], operation: 'PutSecretValue', stdin: same },
  { argv: ['rotate', 'sm:m/text'], operation: 'UpdateSecretVersionStage', stdin: same },
  {
    argv: ['rotate', '/m/db', '--redeploy', '--timeout', '1s'],
    operation: 'UpdateService',
    stdin: same,
  },
  { argv: ['rollback', '/m/db'], operation: 'PutParameter' },
  {
    argv: ['migrate', 'plain.json', '--prefix', '/moved-N', '--yes', '--execution-role', 'r3'],
    operation: 'PutParameter',
  },
  {
    argv: ['register', 'plain.json', '--execution-role', 'r'],
    operation: 'RegisterTaskDefinition',
  },
  { argv: ['export', '--prefix', '/m', '--prefix', 'sm:m'], operation: 'BatchGetSecretValue' },
  {
    argv: ['exec', '--task-definition', 'web', '--', 'true'],
    operation: 'GetSecretValue',
  },
  { argv: ['diff', 'web', '/m'], operation: 'GetSecretValue' },
  { argv: ['verify', 'web', '--read-values'], operation: 'GetResourcePolicy' },
];

/** A shop in which everything holds values of a shape. */
async function open(old: string): Promise<Shop> {
  const shop = await openShop();
  for (const ref of ['/m/db', 'sm:m/text', 'sm:m/json:key']) {
    await shop.run(['put', ref], { stdin: `${old}0` });
    await shop.run(['put', ref], { stdin: old });
  }
  await shop.run(['role', 'create', 'r', '--secret', '/m/db', '--secret', 'sm:m/json']);
  const references = ['--secret', 'DB=/m/db', '--secret', 'KEY=sm:m/json:key'];
  await shop.run(['register', 'web.json', ...references, '--execution-role', 'r']);
  await shop.service({ cluster: 'shop', name: 'web', taskDefinition: 'web' });
  return shop;
}

/** The task definition of the shop with a plain value. */
function withPlain(value: string): string {
  const definition = JSON.parse(webDefinition) as { containerDefinitions: object[] };
  const containerDefinitions = definition.containerDefinitions.map((container) => ({
    ...container,
    environment: [{ name: 'DB_PASSWORD', value }],
  }));
  return JSON.stringify({ ...definition, family: 'plain', containerDefinitions });
}

let runs = 0;
/** A text that stands nowhere else; its first three characters are its own too. */
function nextMark(): string {
  runs += 1;
  const own = runs.toString(36).padStart(3, '0').slice(-3);
  return `~${own.slice(1)}Zq7${own}Xw`;
}

/** The whole matrix takes minutes: by default every sixth, so that each command meets each shape. */
const every = isWhole ? 1 : 6;

test.concurrent.each(Object.keys(shapes))('no bad answer shows a value: %s', async (shape) => {
  const make = shapes[shape] ?? same;
  const made = [make(nextMark())];
  const shop = await open(made[0] ?? '');
  const leaks: string[] = [];
  for (const [index, row] of rows.entries()) {
    for (const [at, kind] of Object.keys(badAnswers).entries()) {
      if ((index + at + Object.keys(shapes).indexOf(shape)) % every !== 0) continue;
      const value = make(nextMark());
      made.push(value);
      let known: string[] = [];
      const isKnown = (): boolean => made.some((one) => stands(one.trimEnd(), between.bodies));
      const bad: Incident = {
        operation: row.operation,
        // Calls are repeated whose answers cannot be read.
        times: 9,
        // Sources are read at the same time: the one with a value may be answered a little later.
        before: async () => {
          for (let waits = 0; waits < 200 && !isKnown(); waits += 1) await setTimeout(10);
        },
        instead: (asked) => {
          known = made.filter((one) => stands(one.trimEnd(), between.bodies));
          return badAnswers[kind]?.({ ...asked, values: known }) ?? { status: 500, text: '' };
        },
      };
      await using between = await goBetween(shop.sandbox.url, [bad]);
      const argv = row.argv.map((word) => word.replace('-N', `-${runs}`));
      const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
      argv.splice(end, 0, '--json', '--debug');
      const seen = await shop.run(argv, {
        stdin: row.stdin?.(value) ?? '',
        env: { ECS_SECRETS_ENDPOINT_URL: between.url },
        files: { 'plain.json': withPlain(value) },
      });
      counted += 1;
      const where = `${row.argv.join(' ')}: ${kind}\n${seen.stderr}`;
      expect(known, `${where}: was it answered?`).not.toEqual([]);
      // What a PEM file begins with is no secret.
      const secret = known.flatMap(leaves).map((text) => text.replace(/-----.*-----/g, '\n'));
      const texts = [...secret, token, 'AWS4-HMAC-SHA256'];
      const [piece] = leaked(`${seen.stdout}${seen.stderr}`, texts);
      if (piece !== undefined) leaks.push(`${piece} in ${where}`);
    }
  }
  await shop.sandbox.close();
  leaksFound += leaks.length;
  expect(leaks).toEqual([]);
});

/** Whether a value stands in these bodies, as JSON or as JSON within JSON. */
function stands(value: string, bodies: readonly string[]): boolean {
  const once = JSON.stringify(value).slice(1, -1);
  const twice = JSON.stringify(once).slice(1, -1);
  return bodies.some((body) => body.includes(once) || body.includes(twice));
}

import { expect } from 'vitest';
import type { Finding } from '../../src/model/failures/finding.ts';
import { assume, type Clients } from '../sandbox/clients.ts';
import { runProgram, type Seen, type Setting } from './run.ts';
import type { Shop } from './scene.ts';

/** What `verify --json` tells of one target. */
export interface Verified {
  target: string;
  taskDefinition?: string;
  service?: string;
  findings: Finding[];
  fix: string[];
}

/** A task definition for Fargate, with one container that reads secrets. */
export function definition(
  secrets: Record<string, string>,
  { container = {}, ...more }: Record<string, unknown> & { container?: object } = {},
): Record<string, unknown> {
  return {
    family: 'web',
    requiresCompatibilities: ['FARGATE'],
    networkMode: 'awsvpc',
    cpu: '256',
    memory: '512',
    executionRoleArn: 'arn:aws:iam::123456789012:role/shop-execution',
    containerDefinitions: [
      {
        name: 'web',
        image: 'httpd:2.4',
        secrets: Object.entries(secrets).map(([name, valueFrom]) => ({ name, valueFrom })),
        ...container,
      },
    ],
    ...more,
  };
}

/** Puts /shop/db and the JSON secret shop/api, and a role that may read both; answers the secret's ARN. */
export async function stock(shop: Shop): Promise<string> {
  await shop.run(['put', '/shop/db'], { stdin: 'first' });
  await shop.run(['put', 'sm:shop/api'], { stdin: '{"user":"first","port":5432}' });
  const both = ['--secret', '/shop/db', '--secret', 'sm:shop/api'];
  const argv = ['role', 'create', 'shop-execution', ...both];
  // Nobody else changes the role, so there is nothing to wait for.
  const { code, stderr } = await shop.run(argv, { longestPause: 5 });
  expect(code, stderr).toBe(0);
  return (await shop.json(['get', 'sm:shop/api'])).arn as string;
}

/** Runs printed commands in their order: ours through `main`, the AWS CLI's through a shell. */
export async function runPrinted(
  shop: Shop,
  commands: readonly string[],
  setting: Setting = {},
): Promise<void> {
  for (const command of commands) {
    const [program, ...argv] = wordsOf(command);
    const seen =
      program === 'ecs-secrets'
        ? await shop.run(argv, setting)
        : await runProgram('sh', ['-c', command], { env: shop.sandbox.environment });
    expect(seen.code, `${command}\n${seen.stdout}${seen.stderr}`).toBe(0);
  }
}

/** Runs something as a session of the role `deployer` (see `createDeployer`). */
export async function asDeployer<T>(shop: Shop, work: () => Promise<T>): Promise<T> {
  const clients: Clients = await assume(shop);
  const { accessKeyId, secretAccessKey } = await clients.sts.config.credentials();
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env;
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  });
  try {
    return await work();
  } finally {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY });
  }
}

/** The JSON that a command printed, whatever it ended with. */
export function jsonOf({ stdout, stderr }: Seen): unknown {
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

// --- internal ---

/** The words that a POSIX shell makes of a command as this tool prints it. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/(?:'[^']*'|\\.|[^\s'\\])+/g)].map(([word]) =>
    word.replace(
      /'([^']*)'|\\(.)/g,
      (_, quoted: string | undefined, escaped: string | undefined) => quoted ?? escaped ?? '',
    ),
  );
}

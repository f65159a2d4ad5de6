import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { runBin, runProgram, type Seen } from '../helpers/run.ts';
import { startSandbox } from '../../src/sandbox/index.ts';

/** An AWS to run the same scenario against. */
export interface Backend {
  name: 'sandbox' | 'moto';
  /** The built program against it. */
  run(argv: readonly string[], stdin?: string): Promise<Seen>;
  /** The AWS CLI against it; its JSON answer. Throws when it fails. */
  aws(...argv: string[]): Promise<Answer>;
  close(): Promise<void>;
}

/** JSON of which the test knows more than the compiler. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Answer = any;

/** The backends of this machine: the sandbox always, moto where it is installed. */
export function backends(): Backend['name'][] {
  return inject('moto') === undefined ? ['sandbox'] : ['sandbox', 'moto'];
}

/** Opens a backend, with a region of its own: moto is shared by all test files. */
export async function open(name: Backend['name']): Promise<Backend> {
  if (name === 'sandbox') {
    const sandbox = await startSandbox();
    return backend(name, sandbox.url, 'us-east-1', () => sandbox.close());
  }
  return backend(name, inject('moto') ?? '', nextRegion(), () => Promise.resolve());
}

/** A name that no other test uses. */
export function unique(prefix: string): string {
  return `${prefix}-${randomUUID().slice(0, 8)}`;
}

// --- internal ---

const regions = ['eu-west-1', 'eu-central-1', 'ap-southeast-2', 'ca-central-1', 'us-west-2'];
let used = 0;

function nextRegion(): string {
  used += 1;
  return regions[used % regions.length] ?? 'us-east-1';
}

function backend(
  name: Backend['name'],
  url: string,
  region: string,
  close: () => Promise<void>,
): Backend {
  const env = {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_PAGER: '',
  };
  return {
    name,
    run: (argv, stdin) => runBin(argv, { env, stdin: stdin ?? '' }),
    async aws(...argv) {
      const seen = await runProgram('aws', [...argv, '--output', 'json'], { env });
      if (seen.code !== 0) throw new Error(`aws ${argv.join(' ')}: ${seen.stderr}`);
      return seen.stdout === '' ? undefined : JSON.parse(seen.stdout);
    },
    close,
  };
}

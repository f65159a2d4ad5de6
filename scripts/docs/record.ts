// Records the program at work in the sandbox, for the picture of the README.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startSandbox } from '../../src/sandbox/index.ts';
import { createScreen, type Screen } from './screen.ts';

/** What was on the screen from a time on, in milliseconds. */
export interface Frame {
  at: number;
  screen: Screen;
}

/** One command with what it printed. */
export interface Scene {
  frames: readonly Frame[];
  code: number;
}

/** Width of the recorded terminal. */
export const columns = 90;

/** Records a rotation that succeeds, and one whose value a service rejects. */
export async function recordRotations(root: string): Promise<Scene[]> {
  // Slower than usual, so that there is something to see; the crash comes when the others are done.
  const sandbox = await startSandbox({
    region: 'eu-west-1',
    ecs: { taskStartMs: 900, taskStopMs: 700, settleMs: 500, exitAfterMs: 1_200, retryMs: 300 },
  });
  const env = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !unwanted.test(name))),
    ...sandbox.environment,
    COLUMNS: String(columns),
    TERM: 'xterm-256color',
  };
  const call = (command: string, stdin = ''): Promise<Scene> => record(root, command, stdin, env);
  try {
    await setTheScene(call, sandbox.url);
    return [
      await call('ecs-secrets rotate /shop/prod/db-password --generate 40 --redeploy'),
      await call(
        'printf %s "$PASSWORD" | ecs-secrets rotate /shop/prod/db-password --redeploy',
        'a value with spaces',
      ),
    ];
  } finally {
    await sandbox.close();
  }
}

// --- internal ---

/** What would lead the program elsewhere, or make it print otherwise. */
const unwanted = /^(AWS_|ECS_SECRETS_|GITHUB_|CI$|NO_COLOR$|FORCE_COLOR$|NODE_OPTIONS$)/;

async function setTheScene(
  call: (command: string, stdin?: string) => Promise<Scene>,
  url: string,
): Promise<void> {
  const must = async (command: string, stdin?: string): Promise<void> => {
    const { code, frames } = await call(command, stdin);
    if (code !== 0) throw new Error(`${command}: ${JSON.stringify(frames.at(-1)?.screen)}`);
  };
  await must('ecs-secrets put /shop/prod/db-password', 'the-first-one');
  await must('ecs-secrets role create shop-execution --secret /shop/prod/db-password');
  await ecs(url, 'CreateCluster', { clusterName: 'shop' });
  for (const [name, label] of [
    ['web', undefined],
    ['api', 'DATABASE_PASSWORD~^[A-Za-z0-9-]+$'],
    ['worker', undefined],
  ] as const) {
    const container = {
      ...{ name, image: `httpd@sha256:${'0'.repeat(64)}`, essential: true, memory: 64 },
      // The containers of one service crash with a password that has other characters.
      ...(label !== undefined && { dockerLabels: { 'ecs-secrets.sandbox/exit-unless': label } }),
    };
    const secret = 'DATABASE_PASSWORD=/shop/prod/db-password';
    await must(
      `ecs-secrets register - --secret ${secret} --execution-role shop-execution`,
      JSON.stringify({ family: name, containerDefinitions: [container] }),
    );
    await ecs(url, 'CreateService', {
      ...{ cluster: 'shop', serviceName: name, taskDefinition: name, desiredCount: 3 },
      deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: false } },
    });
  }
  const services = ['web', 'api', 'worker'];
  for (;;) {
    const answer = await ecs(url, 'DescribeServices', { cluster: 'shop', services });
    const found = answer.services as { deployments: { rolloutState: string }[] }[];
    if (found.every(({ deployments: [one] }) => one?.rolloutState === 'COMPLETED')) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function ecs(url: string, operation: string, input: object) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AmazonEC2ContainerServiceV20141113.${operation}`,
      authorization:
        'AWS4-HMAC-SHA256 Credential=docs/20260101/eu-west-1/ecs/aws4_request, SignedHeaders=host, Signature=0',
    },
    body: JSON.stringify(input),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  if (!response.ok) throw new Error(`${operation}: ${JSON.stringify(answer)}`);
  return answer;
}

/** Runs the last command of a pipeline with this standard input, and shows the whole of it. */
async function record(
  root: string,
  shown: string,
  stdin: string,
  env: Record<string, string | undefined>,
): Promise<Scene> {
  const words = shown.replace(/^.*\| ecs-secrets |^ecs-secrets /, '').split(' ');
  const terminal = pathToFileURL(join(root, 'scripts', 'docs', 'fake-terminal.mjs')).href;
  const program = [`--import=${terminal}`, join(root, 'bin', 'ecs-secrets.js'), ...words];
  const screen = createScreen(columns);
  screen.write(`\x1b[1m$ ${shown}\x1b[0m\n`);
  const frames: Frame[] = [{ at: 0, screen: screen.snapshot() }];
  // One pipe for both streams keeps the order of what is written.
  const child = spawn('sh', ['-c', 'exec "$0" "$@" 2>&1', process.execPath, ...program], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const begin = performance.now();
  const ids = new Map<string, string>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen.write(withKnownIds(text, ids));
    frames.push({ at: performance.now() - begin, screen: screen.snapshot() });
  });
  child.stdin.end(stdin);
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject).on('close', (status) => {
      resolve(status ?? 1);
    });
  });
  return { frames, code };
}

/** Ids are random: in their place stand those that follow from their order. */
function withKnownIds(text: string, ids: Map<string, string>): string {
  return text.replaceAll(/\d{19}|[0-9a-f]{32}/g, (id) => {
    const known = ids.get(id) ?? String((ids.size + 1) * 1_234_567_891).repeat(4);
    ids.set(id, known);
    return known.slice(0, id.length);
  });
}

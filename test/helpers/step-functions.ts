import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { freePort } from './free-port.ts';

/** A call that a state machine made. */
export interface MachineCall {
  /** As botocore names it: `ecs`, `events`. */
  service: string;
  operation: string;
  input: Record<string, unknown>;
}

/** The end of an execution. */
export interface Run<Output> {
  arn: string;
  status: string;
  output: Output;
  error: string;
}

/** moto's interpreter of state machines, mended (step-functions.py). */
export interface StepFunctions extends AsyncDisposable {
  url: string;
  /** Creates a machine with this definition; its ARN. */
  create(name: string, definition: object): Promise<string>;
  start(machine: string, input: object): Promise<string>;
  /** Waits for the end of an execution. */
  end<Output>(execution: string): Promise<Run<Output>>;
  run<Output>(machine: string, input: object): Promise<Run<Output>>;
  /** The number of events in the history of an execution. */
  events(execution: string): Promise<number>;
  /** All calls so far. */
  calls(): Promise<MachineCall[]>;
}

/** Starts the interpreter; calls to ECS and the stores go to `endpoint`. A second takes 1/speed. */
export async function startStepFunctions(endpoint: string, speed = 1000): Promise<StepFunctions> {
  const folder = mkdtempSync(join(tmpdir(), 'ecs-secrets-'));
  const log = join(folder, 'calls');
  const port = await freePort();
  const script = fileURLToPath(new URL('./step-functions.py', import.meta.url));
  const argv = [script, String(port), log, String(speed), endpoint];
  const server = spawn('python3', argv, { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  server.stderr.on('data', (data: Buffer) => {
    stderr += data.toString();
  });
  const url = `http://127.0.0.1:${port}`;
  await untilTrue(async () => {
    if (server.exitCode !== null) throw new Error(`the interpreter ended: ${stderr}`);
    return (await fetch(`${url}/moto-api/`).catch(() => undefined))?.ok === true;
  });
  const config = {
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    disableHostPrefix: true,
  };
  const client = new SFNClient(config);
  const self: StepFunctions = {
    url,
    async create(name, definition) {
      const command = new CreateStateMachineCommand({
        name,
        definition: JSON.stringify(definition),
        roleArn: 'arn:aws:iam::123456789012:role/machine',
      });
      return (await client.send(command)).stateMachineArn ?? '';
    },
    async start(stateMachineArn, input) {
      const command = new StartExecutionCommand({
        stateMachineArn,
        name: randomUUID(),
        input: JSON.stringify(input),
      });
      return (await client.send(command)).executionArn ?? '';
    },
    async end(executionArn) {
      let answer = await client.send(new DescribeExecutionCommand({ executionArn }));
      await untilTrue(async () => {
        answer = await client.send(new DescribeExecutionCommand({ executionArn }));
        return answer.status !== 'RUNNING';
      });
      const { status = '', output = 'null', error = '', cause = '' } = answer;
      const problems = stderr
        .split('\n')
        .filter((line) => /^(JSONata|\w+Error)/.test(line))
        .join('\n');
      return {
        arn: executionArn,
        status,
        output: JSON.parse(output) as never,
        error: status === 'SUCCEEDED' ? '' : `${error} ${cause} ${problems}`,
      };
    },
    async run(machine, input) {
      return self.end(await self.start(machine, input));
    },
    async events(executionArn) {
      let count = 0;
      let nextToken: string | undefined;
      do {
        const page = { executionArn, maxResults: 1000, nextToken };
        const answer = await client.send(new GetExecutionHistoryCommand(page));
        count += answer.events?.length ?? 0;
        nextToken = answer.nextToken;
      } while (nextToken !== undefined);
      return count;
    },
    async calls() {
      const lines = (await readFile(log, 'utf8')).trim().split('\n');
      return lines.map((line) => JSON.parse(line) as MachineCall);
    },
    async [Symbol.asyncDispose]() {
      server.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
  return self;
}

// --- internal ---

async function untilTrue(condition: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 2000; attempt += 1) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('it did not happen');
}

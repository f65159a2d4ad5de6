import { randomUUID } from 'node:crypto';
import {
  DescribeExecutionCommand,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { clientSettings, supervised, type AwsConfig } from './calls/client.ts';

/** An execution of a state machine. */
export interface Execution {
  arn: string;
  name: string;
  /** `RUNNING`, `SUCCEEDED`, `FAILED`, `TIMED_OUT`, `ABORTED` or `PENDING_REDRIVE`. */
  status: string;
  startedAt: Date | undefined;
  stoppedAt: Date | undefined;
}

/** An execution with its result. */
export interface DescribedExecution extends Execution {
  /** JSON; undefined if Step Functions does not return it. */
  input: string | undefined;
  /** JSON; set if the execution succeeded. */
  output: string | undefined;
  /** Name of the error, and its text, if the execution failed. */
  error: string | undefined;
  cause: string | undefined;
}

/** The Step Functions calls that this tool makes. */
export interface StepFunctions {
  /** Starts a Standard execution with this input and returns its ARN. */
  start(stateMachineArn: string, input: object): Promise<string>;
  execution(executionArn: string): Promise<DescribedExecution>;
  /** The last executions of a state machine, newest first; up to 1,000. */
  executions(stateMachineArn: string, most: number): Promise<Execution[]>;
}

/** Creates the Step Functions gateway. */
export function createStepFunctions(config: AwsConfig): StepFunctions {
  const client = supervised(
    new SFNClient(clientSettings(config, 'sfn')),
    // The prefix of its IAM actions.
    'states',
    config,
  );
  return {
    async start(stateMachineArn, input) {
      const { executionArn = '' } = await client.send(
        // The name makes a retry of this call return the same execution (StartExecution API).
        new StartExecutionCommand({
          stateMachineArn,
          name: randomUUID(),
          input: JSON.stringify(input),
        }),
      );
      return executionArn;
    },

    async execution(executionArn) {
      const found = await client.send(new DescribeExecutionCommand({ executionArn }));
      return {
        arn: found.executionArn ?? executionArn,
        name: found.name ?? '',
        status: found.status ?? '',
        startedAt: found.startDate,
        stoppedAt: found.stopDate,
        input: found.input,
        output: found.output,
        error: found.error,
        cause: found.cause,
      };
    },

    async executions(stateMachineArn, most) {
      const { executions = [] } = await client.send(
        new ListExecutionsCommand({ stateMachineArn, maxResults: most }),
      );
      return executions.map((found) => ({
        arn: found.executionArn ?? '',
        name: found.name ?? '',
        status: found.status ?? '',
        startedAt: found.startDate,
        stoppedAt: found.stopDate,
      }));
    },
  };
}

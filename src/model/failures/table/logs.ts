import type { StartFailure } from '../start-failure.ts';
import { way } from './network.ts';

/** Failures to open the log streams of the awslogs driver. */
export const logFailures: readonly StartFailure[] = [
  {
    id: 'logs-denied',
    title: 'the execution role is not allowed to write the logs',
    cause:
      'the role lacks logs:CreateLogStream, or logs:CreateLogGroup where awslogs-create-group is set (AmazonECSTaskExecutionRolePolicy has no CreateLogGroup)',
    outlook: 'maybe-role',
    wordings: [
      ['not authorized to perform: logs:'],
      ['failed to create Cloudwatch log', 'AccessDenied'],
    ],
    checks: ['logs', 'role'],
    advice: 'attach AmazonECSTaskExecutionRolePolicy, and create the log group beforehand',
  },
  {
    id: 'log-group-missing',
    title: 'the log group does not exist',
    cause:
      'ECS creates it only with awslogs-create-group and a role that allows it (AmazonECSTaskExecutionRolePolicy does not)',
    outlook: 'hopeless',
    wordings: [
      ['specified log group does not exist'],
      ['cannot find the Amazon CloudWatch log group defined'],
    ],
    unless: ['connection issue'],
    checks: ['logs'],
    advice: 'aws logs create-log-group --log-group-name NAME',
  },
  {
    id: 'logs-unreachable',
    title: 'the task cannot reach CloudWatch Logs',
    cause: way,
    outlook: 'passing',
    wordings: [
      ['connection issue between the task and Cloudwatch'],
      ['connection issue between the task and Amazon CloudWatch'],
      ['cannot find the Amazon CloudWatch log group', 'connection issue'],
      ['validate logger args', 'deadline exceeded'],
      ['validate logger args', 'timeout'],
      ['validate logger args', 'signal: killed'],
      ['logs.', 'create', 'timeout'],
      ['Cloudwatch log', 'RequestError: send request failed'],
    ],
    checks: ['network', 'logs'],
    advice: 'give the subnet a way out, or an interface endpoint for logs',
  },
];

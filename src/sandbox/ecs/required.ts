import type { Operation } from '../service.ts';
import { invalidParameter } from './errors.ts';

/** Members without which an operation makes no sense; AWS's own list, less what has its own text. */
const required: Record<string, string[]> = {
  DeleteCluster: ['cluster'],
  DeregisterContainerInstance: ['containerInstance'],
  DescribeTaskDefinition: ['taskDefinition'],
  DeregisterTaskDefinition: ['taskDefinition'],
  DescribeDaemonTaskDefinition: ['daemonTaskDefinition'],
  CreateDaemon: ['daemonName', 'daemonTaskDefinitionArn', 'capacityProviderArns'],
  UpdateDaemon: ['daemonArn', 'daemonTaskDefinitionArn', 'capacityProviderArns'],
  DescribeDaemon: ['daemonArn'],
  ListDaemonDeployments: ['daemonArn'],
  UpdateService: ['service'],
  DeleteService: ['service'],
  RunTask: ['taskDefinition'],
  StopTask: ['task'],
  ListServiceDeployments: ['service'],
  StopServiceDeployment: ['serviceDeploymentArn'],
  ContinueServiceDeployment: ['serviceDeploymentArn', 'hookId'],
  TagResource: ['resourceArn', 'tags'],
  UntagResource: ['resourceArn', 'tagKeys'],
  ListTagsForResource: ['resourceArn'],
};

/** Makes operations refuse a request that lacks a required member. */
export function withRequired(operations: Record<string, Operation>): Record<string, Operation> {
  return Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => [
      name,
      (input: Record<string, unknown>, call) => {
        const missing = (required[name] ?? []).find((member) => (input[member] ?? '') === '');
        if (missing !== undefined) {
          const member = missing.charAt(0).toUpperCase() + missing.slice(1);
          throw invalidParameter(`${member} can not be blank.`);
        }
        return operation(input as never, call);
      },
    ]),
  );
}

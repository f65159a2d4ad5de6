import type { Call, Environment } from '../service.ts';

/** Sends Parameter Store's event for a change of a parameter. */
export function announce(
  environment: Environment,
  { region }: Call,
  operation: 'Create' | 'Update' | 'Delete' | 'LabelParameterVersion',
  parameter: { name: string; arn: string; type: string; description: string | undefined },
): void {
  const { name, arn, type, description } = parameter;
  environment.emit(region, {
    source: 'aws.ssm',
    detailType: 'Parameter Store Change',
    at: environment.now(),
    resources: [arn],
    detail: { operation, name, type, ...(description !== undefined && { description }) },
  });
}

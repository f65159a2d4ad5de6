import { isEcrImage } from './registration-checks.ts';
import type { ContainerDefinition, Registration } from '../state.ts';

/** Names of the attributes that an instance must have for tasks of a task definition. */
export function requiredAttributes(registration: Registration): string[] {
  const names = new Set<string>();
  if (registration.taskRoleArn) names.add('com.amazonaws.ecs.capability.task-iam-role');
  if (registration.networkMode === 'awsvpc') names.add('ecs.capability.task-eni');
  for (const container of registration.containerDefinitions) {
    for (const name of attributesOf(container)) names.add(name);
    if (!registration.executionRoleArn) continue;
    if (container.logConfiguration?.logDriver === 'awslogs') {
      names.add('ecs.capability.execution-role-awslogs');
    }
    if (isEcrImage(container.image)) names.add('ecs.capability.execution-role-ecr-pull');
  }
  return [...names];
}

/**
 * What an agent on Linux tells of itself as of a version (`agent/app/agent_capability.go`), as far as
 * `requiredAttributes` may ask for it. Without a version: all.
 */
export function agentAttributes(version: string | undefined): string[] {
  return [
    ...always,
    ...since.filter(([from]) => isAtLeast(version, from)).flatMap(([, names]) => names),
  ];
}

// --- internal ---

const firelensDriver = 'com.amazonaws.ecs.capability.logging-driver.awsfirelens';

const always = [
  'com.amazonaws.ecs.capability.task-iam-role',
  'com.amazonaws.ecs.capability.ecr-auth',
  'ecs.capability.task-eni',
  ...['awslogs', 'fluentd', 'gelf', 'journald', 'json-file', 'none', 'splunk', 'syslog'].map(
    (driver) => `com.amazonaws.ecs.capability.logging-driver.${driver}`,
  ),
];

const since: readonly (readonly [version: string, names: readonly string[]])[] = [
  ['1.16.0', ['ecs.capability.execution-role-awslogs', 'ecs.capability.execution-role-ecr-pull']],
  ['1.19.0', ['ecs.capability.private-registry-authentication.secretsmanager']],
  ['1.22.0', ['ecs.capability.secrets.ssm.environment-variables']],
  ['1.23.0', ['ecs.capability.secrets.asm.environment-variables']],
  [
    '1.27.0',
    [
      'ecs.capability.secrets.ssm.bootstrap.log-driver',
      'ecs.capability.secrets.asm.bootstrap.log-driver',
    ],
  ],
  [
    '1.30.0',
    [firelensDriver, 'ecs.capability.firelens.fluentbit', 'ecs.capability.firelens.fluentd'],
  ],
  ['1.39.0', ['ecs.capability.env-files.s3']],
];

function attributesOf(container: ContainerDefinition): string[] {
  const {
    secrets = [],
    logConfiguration: log,
    environmentFiles,
    firelensConfiguration,
  } = container;
  const { type } = (firelensConfiguration ?? {}) as { type?: unknown };
  return [
    ...secrets.map(
      ({ valueFrom }) => `ecs.capability.secrets.${storeOf(valueFrom)}.environment-variables`,
    ),
    ...(log?.secretOptions ?? []).map(
      ({ valueFrom }) => `ecs.capability.secrets.${storeOf(valueFrom)}.bootstrap.log-driver`,
    ),
    ...(log ? [`com.amazonaws.ecs.capability.logging-driver.${log.logDriver}`] : []),
    ...(typeof type === 'string' ? [`ecs.capability.firelens.${type}`] : []),
    ...(container.repositoryCredentials
      ? ['ecs.capability.private-registry-authentication.secretsmanager']
      : []),
    ...(Array.isArray(environmentFiles) && environmentFiles.length > 0
      ? ['ecs.capability.env-files.s3']
      : []),
    ...(isEcrImage(container.image) ? ['com.amazonaws.ecs.capability.ecr-auth'] : []),
  ];
}

const storeOf = (valueFrom: string): 'asm' | 'ssm' =>
  valueFrom.split(':')[2] === 'secretsmanager' ? 'asm' : 'ssm';

function isAtLeast(version: string | undefined, from: string): boolean {
  return version === undefined || version.localeCompare(from, 'en', { numeric: true }) >= 0;
}

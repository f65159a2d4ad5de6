import { createsLogGroup } from '../definitions/log-options.ts';
import type { Grant } from './execution-policy.ts';
import { dnsSuffix, parseArn, type Scope } from '../secrets/partition.ts';
import { commandLine } from '../shell.ts';
import type { ContainerDefinition, TaskDefinition } from '../definitions/task-definition.ts';
import { ecrImage } from '../definitions/ecr-image.ts';
import { distinctBy } from '../distinct-by.ts';

/** One thing that ECS does under the execution role before a container runs. */
export interface RoleNeed {
  /** What it is for, e.g. `ssm:/shop/db` or `image of web`. */
  what: string;
  action: string;
  resource: string;
  /** Condition keys that the request carries, besides those of every request. */
  context: Record<string, string>;
}

/** Whether ECS may do one thing under the role, and why. */
export interface RoleFinding extends Pick<RoleNeed, 'what' | 'action' | 'resource'> {
  /** `missing`: nothing allows it; `denied`: something forbids it; `unknown`: it cannot be seen. */
  verdict: 'allowed' | 'missing' | 'denied' | 'unknown';
  /** The policy that decides, or what is wrong. */
  why: string;
  /** What refuses it: a policy of the role, its boundary, that of the key or secret, or IAM itself. */
  by?: 'identity' | 'boundary' | 'resource' | 'key-state' | 'simulation';
  /** The caller's action that was refused, where what it reads could still deny what is allowed. */
  unseen?: string;
}

/** What reading a secret needs: its store's action, and its key where it is the customer's. */
export function readNeeds({ store, arn, writtenAs, kmsKeyArn }: Grant): RoleNeed[] {
  const action =
    store === 'parameter-store' ? 'ssm:GetParameters' : 'secretsmanager:GetSecretValue';
  const what = parseArn(writtenAs ?? arn)?.resource ?? writtenAs ?? arn;
  // A name that does not exist yet is tried with an end that it might get.
  const resource = arn.replace(/-\?{6}$/, '-AbCdEf');
  return [
    { what, action, resource: writtenAs ?? resource, context: {} },
    // Secrets Manager encrypts under the full ARN, however a secret is asked for.
    ...(kmsKeyArn === undefined ? [] : [decryptNeed(what, resource, kmsKeyArn)]),
  ];
}

/** What an environment file needs: the file itself and, for ECS to find it, its bucket. */
export function fileNeeds(objectArn: string): [object: RoleNeed, bucket: RoleNeed] {
  const what = objectArn.replace(/^arn:[^:]+:s3:::/, 'environment file ');
  const bucket = objectArn.split('/', 1)[0] ?? objectArn;
  return [
    { what, action: 's3:GetObject', resource: objectArn, context: {} },
    { what, action: 's3:GetBucketLocation', resource: bucket, context: {} },
  ];
}

/**
 * What images in ECR and logs to CloudWatch need (ECS guide, "task execution IAM role"): the contents
 * of AmazonECSTaskExecutionRolePolicy, on just these repositories and log groups.
 */
export function containerNeeds(definition: TaskDefinition, here: Scope): RoleNeed[] {
  const needs = definition.containerDefinitions.flatMap((container) => [
    ...imageNeeds(container),
    ...logNeeds(container, here),
  ]);
  return distinctBy(needs, (need) => `${need.action} ${need.resource}`);
}

/** The command that adds to a role what these options of `role create` lead to, for a shell. */
export function mendingCommand(role: string, options: readonly string[]): string {
  return commandLine(['ecs-secrets', 'role', 'create', role, ...options]);
}

// --- internal ---

/** What the encryption of a secret needs: kms:Decrypt through the store, for that secret only. */
function decryptNeed(what: string, arn: string, kmsKeyArn: string): RoleNeed {
  const { service = '', region = '', partition = 'aws' } = parseArn(arn) ?? {};
  const context = service === 'ssm' ? 'PARAMETER_ARN' : 'SecretARN';
  return {
    what,
    action: 'kms:Decrypt',
    resource: kmsKeyArn,
    context: {
      'kms:ViaService': `${service}.${region}.${dnsSuffix(partition)}`,
      [`kms:EncryptionContext:${context}`]: arn,
    },
  };
}

function imageNeeds({ name, image = '' }: ContainerDefinition): RoleNeed[] {
  const inEcr = ecrImage(image);
  if (!inEcr) return [];
  const { account, region, domain, repository } = inEcr;
  const partition = partitionOf(domain, region);
  const what = `image of ${name}`;
  const resource = `arn:${partition}:ecr:${region}:${account}:repository/${repository}`;
  const need = (action: string, on: string): RoleNeed => ({
    what,
    action: `ecr:${action}`,
    resource: on,
    context: {},
  });
  return [
    need('GetAuthorizationToken', '*'),
    need('BatchCheckLayerAvailability', resource),
    need('GetDownloadUrlForLayer', resource),
    need('BatchGetImage', resource),
  ];
}

function partitionOf(domain: string, region: string): string {
  if (domain.endsWith('.cn')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

function logNeeds({ name, logConfiguration }: ContainerDefinition, here: Scope): RoleNeed[] {
  if (logConfiguration?.logDriver !== 'awslogs') return [];
  const { options } = logConfiguration;
  const group = options?.['awslogs-group'] ?? '';
  const region = options?.['awslogs-region'] ?? here.region;
  const arn = `arn:${here.partition}:logs:${region}:${here.account}:log-group:${group}`;
  // PREFIX/CONTAINER/TASK; CreateLogGroup is asked for on the group's streams without a name.
  const prefix = options?.['awslogs-stream-prefix'];
  const id = '0123456789abcdef0123456789abcdef';
  const stream = `${arn}:log-stream:${prefix ? `${prefix}/${name}/${id}` : `${id}${id}`}`;
  const need = (action: string, resource: string): RoleNeed => ({
    what: `logs of ${name}`,
    action: `logs:${action}`,
    resource,
    context: {},
  });
  return [
    ...(createsLogGroup(options) ? [need('CreateLogGroup', `${arn}:log-stream:`)] : []),
    need('CreateLogStream', stream),
    need('PutLogEvents', stream),
  ];
}

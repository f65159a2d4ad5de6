import type { CheckName, FailureId } from './finding.ts';

/** One way in which the start of a task fails. */
export interface StartFailure {
  id: FailureId;
  /** What happened, in a few words. */
  title: string;
  /** Why it happens. */
  cause: string;
  /**
   * Each entry is one wording: pieces of text that occur in this order, in any case and with any
   * white space. The pieces are short, because AWS changes its sentences.
   */
  wordings: readonly (readonly string[])[];
  /** A part of a text (up to the next `;`) with one of these pieces does not match. */
  unless?: readonly string[];
  /** Short codes that are a reason by themselves (RunTask, `failures[].reason`). */
  codes?: readonly string[];
  /** The checks of `verify` that give details. */
  checks: readonly CheckName[];
  /** What to do if no check found the cause. */
  advice: string;
  /** It only states that something failed: any other matching row is more specific. */
  general?: true;
}

const decrypt =
  'the role lacks kms:Decrypt on the customer-managed key, or the key policy excludes the role';
const way =
  'the task has no network route: a NAT gateway, an internet gateway with a public IP, or a VPC endpoint';

/**
 * How starts fail, with the messages of ECS (Fargate and agent), SSM, Secrets Manager, KMS and IAM:
 * ECS guide, "stopped tasks errors" and "service event messages"; amazon-ecs-agent (agent/asm,
 * agent/ssm, agent/taskresource); public issues (listed with their sources in
 * test/model/failures/stop-reasons.labels.ts).
 */
export const startFailures: readonly StartFailure[] = [
  {
    id: 'key-denied',
    title: 'the value could not be decrypted',
    cause: decrypt,
    wordings: [
      ['Access to KMS is not allowed'],
      ['not authorized to perform: kms:'],
      ['ciphertext refers to a customer master key that does not exist'],
      ['AccessDeniedException', 'kms:Decrypt'],
    ],
    checks: ['key', 'grant', 'role'],
    advice: 'grant kms:Decrypt on the key: ecs-secrets role create ROLE --task-definition FAMILY',
  },
  {
    id: 'key-unusable',
    title: 'the key that encrypts the value cannot be used',
    cause: 'the KMS key is disabled, scheduled for deletion, or gone',
    wordings: [
      ['InvalidKeyId'],
      ['KMSInvalidStateException'],
      ['DisabledException'],
      ['DecryptionFailure'],
      ['kms', 'is pending deletion'],
      ['key', 'is pending deletion'],
      ['key/', 'is disabled'],
      ['KMS key is disabled'],
    ],
    checks: ['key'],
    advice: 'enable the key or cancel its deletion, or store the value again under another key',
  },
  {
    id: 'secret-denied',
    title: 'the execution role is not allowed to read a secret',
    cause:
      'no policy of the role allows secretsmanager:GetSecretValue on it, or one denies it (a boundary or a policy of the secret or the organization can)',
    wordings: [['not authorized to perform: secretsmanager:GetSecretValue']],
    checks: ['grant', 'role', 'reference', 'existence'],
    advice: 'grant it: ecs-secrets role create ROLE --task-definition FAMILY',
  },
  {
    id: 'parameter-denied',
    title: 'the execution role is not allowed to read a parameter',
    cause:
      'no policy of the role allows ssm:GetParameters on it (ssm:GetParameter is another action), or one denies it',
    wordings: [
      ['not authorized to perform: ssm:GetParameter'],
      ['SSM Parameter Store', 'AccessDenied', ':parameter/'],
    ],
    checks: ['grant', 'role'],
    advice: 'grant it: ecs-secrets role create ROLE --task-definition FAMILY',
  },
  {
    id: 'registry-denied',
    title: 'the execution role is not allowed to pull from ECR',
    cause: 'the role lacks the actions of AmazonECSTaskExecutionRolePolicy',
    wordings: [['not authorized to perform: ecr:'], ['ecr registry auth', 'AccessDenied']],
    checks: ['image', 'role'],
    advice:
      'attach it: ecs-secrets role create ROLE --managed-policy always --task-definition FAMILY',
  },
  {
    id: 'logs-denied',
    title: 'the execution role is not allowed to write the logs',
    cause:
      'the role lacks logs:CreateLogStream, or logs:CreateLogGroup where awslogs-create-group is set (AmazonECSTaskExecutionRolePolicy has no CreateLogGroup)',
    wordings: [
      ['not authorized to perform: logs:'],
      ['failed to create Cloudwatch log', 'AccessDenied'],
    ],
    checks: ['logs', 'role'],
    advice: 'attach AmazonECSTaskExecutionRolePolicy, and create the log group beforehand',
  },
  {
    id: 'stage-missing',
    title: 'the secret has no value at that stage',
    cause: 'no value was ever put into the secret, or no version has that staging label',
    wordings: [["can't find the specified secret value for staging label"]],
    checks: ['existence'],
    advice: 'put a value (ecs-secrets put sm:NAME), or omit the stage in the reference',
  },
  {
    id: 'version-missing',
    title: 'the version that the reference names is gone, or has another stage',
    cause:
      'the reference names a version id; Secrets Manager deletes versions without labels, and a stage in the reference has to be one of that version',
    wordings: [
      ["can't find the specified secret value for VersionId"],
      ['VersionStage that is not associated'],
    ],
    checks: ['existence'],
    advice: 'omit the version id in the reference',
  },
  {
    id: 'secret-deleted',
    title: 'the secret is scheduled for deletion',
    cause: 'it was deleted; it can be restored until its recovery window ends',
    wordings: [['marked for deletion'], ['scheduled for deletion', 'secret']],
    checks: ['existence'],
    advice: 'ecs-secrets restore sm:NAME',
  },
  {
    id: 'secret-missing',
    title: 'the secret does not exist',
    cause:
      'name, region or account is wrong, or it was deleted; a secret that was created again has another ARN suffix',
    wordings: [
      ["can't find the specified secret"],
      ["can't retrieve the secret with ARN", 'Check whether the secret exists'],
    ],
    unless: ['specified secret value for'],
    checks: ['existence', 'reference'],
    advice: 'create it (ecs-secrets put sm:NAME) or correct the ARN',
  },
  {
    id: 'json-key-missing',
    title: 'the secret has no such JSON key',
    cause: 'the key is not at the top level of the secret, or is written in another case',
    wordings: [['did not contain json key']],
    checks: ['value', 'reference'],
    advice: 'set it (ecs-secrets put sm:NAME:KEY) or correct the reference',
  },
  {
    id: 'secret-not-json',
    title: 'the secret is not a JSON object',
    cause: 'the reference names a JSON key of a secret whose value is plain text',
    // Source: Go's encoding/json (scanner.go, decode.go).
    wordings: [
      ['secret from asm', 'invalid character'],
      ['invalid character', 'in literal'],
      ['invalid character', 'in string'],
      ['invalid character', 'in numeric literal'],
      ['invalid character', 'after decimal point'],
      ['invalid character', 'in exponent of'],
      ['invalid character', 'in \\u hexadecimal'],
      ['invalid character', 'after object key'],
      ['invalid character', 'after array element'],
      ['invalid character', 'exceeded max depth'],
      ['invalid escape sequence', 'in string'],
      ['looking for beginning of value'],
      ['looking for beginning of object key'],
      ['unexpected end of JSON input'],
      ['after top-level value'],
      ['cannot unmarshal', 'into Go'],
    ],
    // A response of AWS or a proxy that is not JSON: the secret was not read at all.
    unless: ['deserialization failed', 'failed to decode response'],
    checks: ['value', 'reference'],
    advice: 'omit the key in the reference, or store a JSON object',
  },
  {
    id: 'arn-malformed',
    title: 'the ARN of a reference has a wrong number of colons',
    cause: 'after the ARN of a secret ECS takes nothing, or all of :KEY:STAGE:VERSION',
    wordings: [
      ['unexpected ARN format with parameters'],
      ['invalid ARN format for the AWS Secrets Manager secret'],
    ],
    checks: ['reference'],
    advice: 'ecs-secrets register writes it from sm:NAME:KEY',
  },
  {
    id: 'version-id-malformed',
    title: 'a version id in a reference is malformed',
    cause:
      'a JSON key or a stage is one colon too far to the right: the order is :KEY:STAGE:VERSION',
    wordings: [
      ['minimum field size of 32', 'VersionId'],
      ['versionId', 'length greater than or equal to 32'],
    ],
    checks: ['reference'],
    advice: 'ecs-secrets register writes it from sm:NAME:KEY',
  },
  {
    id: 'secret-name-malformed',
    title: 'a secret cannot have this name',
    cause: 'the reference has characters that Secrets Manager does not accept',
    wordings: [['Invalid name. Must be a valid name'], ['alphanumeric characters', '-/_+=.@!']],
    checks: ['reference'],
    advice: 'correct the ARN; ecs-secrets register writes it from sm:NAME',
  },
  {
    id: 'parameter-name-malformed',
    title: 'a parameter cannot have this name',
    cause: 'the reference is empty, or has characters that Parameter Store does not accept',
    wordings: [
      ['Invalid parameter name'],
      ['SSM: GetParameters', 'ValidationException'],
      ["Value at 'names.", 'length greater than or equal to 1'],
    ],
    checks: ['reference'],
    advice: 'correct the name in valueFrom',
  },
  {
    id: 'parameter-missing',
    title: 'a parameter does not exist',
    cause:
      "the task's region has none with this name; the bare name of a Secrets Manager secret is read as a parameter, too",
    wordings: [['invalid ssm parameters:'], ['invalid parameters:'], ['ParameterNotFound']],
    checks: ['existence', 'reference'],
    advice: 'create it (ecs-secrets put NAME), or refer to the secret as sm:NAME',
  },
  {
    id: 'reference-refused',
    title: 'ECS rejects a reference',
    cause:
      'it is malformed, of another account, or its name is used twice in the container (in secrets, or in environment too)',
    wordings: [
      ['Systems Manager parameter name specified for secret'],
      ['Systems Manager parameter ARN'],
      ['Duplicate secret names found'],
      ['secret name must be unique'],
    ],
    checks: ['reference', 'limits'],
    advice: 'ecs-secrets register writes references from sm:NAME:KEY and /path/NAME',
  },
  {
    id: 'role-not-passed',
    title: 'the caller is not allowed to pass the role to ECS',
    cause:
      'to register, run or deploy, the caller needs iam:PassRole on the execution role and the task role',
    wordings: [['not authorized to perform: iam:PassRole']],
    checks: ['caller'],
    advice: 'ecs-secrets policy caller --for register prints what the caller needs',
  },
  {
    id: 'throttled',
    title: 'AWS throttled the calls',
    cause:
      'too many tasks read their secrets at once; Parameter Store takes 40 reads a second by default, shared by the whole account',
    wordings: [
      ['ThrottlingException'],
      ['Rate exceeded'],
      ['TooManyRequestsException'],
      ['RequestLimitExceeded'],
      ['being throttled'],
    ],
    checks: [],
    advice:
      'start fewer tasks at once, or raise the throughput of Parameter Store (higher-throughput setting), or read from Secrets Manager',
  },
  {
    id: 'parameter-store-unreachable',
    title: 'the task cannot reach Parameter Store',
    cause: way,
    wordings: [
      ['cannot pull secrets from AWS Systems Manager'],
      ['connection issue between the task and AWS Systems Manager'],
      ['retrieve secrets from ssm', 'deadline exceeded'],
      ['retrieve secrets from ssm', 'request canceled'],
      ['retrieve secrets from ssm', 'context canceled'],
      ['retrieve secrets from ssm', 'i/o timeout'],
      ['retrieve secrets from ssm', 'handshake timeout'],
      ['SSM: GetParameters, https response error StatusCode: 0'],
      ['SSM: GetParameters, exceeded maximum number of attempts', 'error StatusCode: 0'],
      ['SSM Parameter Store', 'deadline exceeded'],
      ['SSM Parameter Store', 'RequestError: send request failed'],
      ['https://ssm.', 'timeout'],
    ],
    checks: ['network'],
    advice:
      'give the subnet a way out, or an interface endpoint for ssm that lets port 443 in from the task',
  },
  {
    id: 'secrets-manager-unreachable',
    title: 'the task cannot reach Secrets Manager',
    cause: way,
    wordings: [
      ['connection issue between the task and AWS Secrets Manager'],
      ['secret from asm', 'deadline exceeded'],
      ['secret from asm', 'request canceled'],
      ['from asm', 'RequestError:'],
      ['secret from asm', 'context canceled'],
      ['secret from asm', 'i/o timeout'],
      ['Secrets Manager: GetSecretValue, https response error StatusCode: 0'],
      [
        'Secrets Manager: GetSecretValue, exceeded maximum number of attempts',
        'error StatusCode: 0',
      ],
      ['secrets manager', 'deadline exceeded'],
      ['Secrets Manager', 'RequestError: send request failed'],
      ['https://secretsmanager.', 'timeout'],
    ],
    checks: ['network'],
    advice:
      'give the subnet a way out, or an interface endpoint for secretsmanager that lets port 443 in from the task',
  },
  {
    id: 'registry-unreachable',
    title: 'the task cannot reach ECR',
    cause: way,
    wordings: [
      ['cannot pull registry auth from Amazon ECR'],
      ['connection issue between the task and Amazon ECR'],
      ['ecr registry auth', 'RequestError: send request failed'],
      ['ecr registry auth', 'deadline exceeded'],
      ['ecr registry auth', 'context canceled'],
      ['ECR: GetAuthorizationToken, https response error StatusCode: 0'],
      ['ECR: GetAuthorizationToken, exceeded maximum number of attempts', 'error StatusCode: 0'],
      ["can't pull the image", 'network configuration'],
      ['api.ecr.', 'timeout'],
    ],
    checks: ['network'],
    advice: 'give the subnet a way out, or endpoints for ecr.api, ecr.dkr and S3',
  },
  {
    id: 'log-group-missing',
    title: 'the log group does not exist',
    cause:
      'ECS creates it only with awslogs-create-group and a role that allows it (AmazonECSTaskExecutionRolePolicy does not)',
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
  {
    id: 'role-not-assumable',
    title: 'ECS could not assume the execution role',
    cause:
      'the role does not exist, its trust policy leaves out ecs-tasks.amazonaws.com or names another account or region, or IAM has not propagated a new role yet',
    wordings: [
      ['unable to assume the'],
      ['trust relationship has been misconfigured'],
      ['could not be assumed'],
      ['not authorized to perform: sts:AssumeRole'],
    ],
    checks: ['role', 'trust'],
    advice: 'ecs-secrets role create ROLE --task-definition FAMILY fixes its trust policy',
  },
  {
    id: 'no-execution-role',
    title: 'the task has no execution role',
    cause: 'the task definition names none, or the agent got no credentials for it',
    wordings: [
      ['find execution role credentials'],
      ["must also specify a value for 'executionRoleArn'"],
      ['requires task definition to have execution role ARN'],
      ['Role is not valid'],
    ],
    checks: ['role'],
    advice: 'ecs-secrets role create makes one, register --execution-role ROLE names it',
  },
  {
    id: 'environment-file-unreadable',
    title: 'an environment file could not be read',
    cause:
      'the file is not there, or the role lacks s3:GetObject on it or s3:GetBucketLocation on its bucket',
    wordings: [
      ['download env file'],
      ['environment file'],
      ['envfile resource directory'],
      ['initialize s3 client for bucket'],
      ['not authorized to perform: s3:'],
    ],
    checks: ['grant', 'network'],
    advice: 'ecs-secrets role create ROLE --task-definition FAMILY grants it',
    general: true,
  },
  {
    id: 'attribute-missing',
    title: 'no container instance supports what the task needs',
    cause: 'the ECS agent of the instances is too old for a feature of the task definition',
    wordings: [['missing an attribute required by your task']],
    codes: ['ATTRIBUTE'],
    checks: ['platform'],
    advice: 'update the agent of the container instances',
  },
  {
    id: 'no-capacity',
    title: 'there is no room for the task',
    cause: 'CPU, memory, ports or instances are missing',
    wordings: [
      ['no container instance met all of its requirements'],
      ['RESOURCE:MEMORY'],
      ['RESOURCE:CPU'],
      ['RESOURCE:PORTS'],
      ['RESOURCE:ENI'],
      ['RESOURCE:GPU'],
      ['RESOURCE:DISK'],
      ['InsufficientFreeAddresses'],
      ["you've reached the limit on the number of"],
      ['insufficient', 'available'],
      ['UnfulfillableCapacity'],
      ['unable to launch instance'],
      ['Capacity is unavailable'],
      ['no Container Instances were found in your cluster'],
      ['is already using a port required by your task'],
    ],
    checks: [],
    advice: 'add capacity; secrets are not the cause',
    general: true,
  },
  {
    id: 'image-not-pulled',
    title: 'the image could not be pulled',
    cause:
      'it does not exist, the role is not allowed to pull it, or the registry cannot be reached',
    wordings: [
      ['CannotPullContainerError'],
      ['CannotPullImageManifestError'],
      ['CannotPullECRContainerError'],
      ["can't pull the image"],
    ],
    checks: ['image', 'network'],
    advice: 'check name and tag of the image; secrets are the cause only in a private registry',
    general: true,
  },
  {
    id: 'out-of-memory',
    title: 'a container used more memory than it has',
    cause: 'its hard limit is too small',
    wordings: [['OutOfMemory']],
    checks: [],
    advice: 'give it more memory; secrets are not the cause',
  },
  {
    id: 'health-check-failed',
    title: 'the health check failed',
    cause: 'the container runs, but does not answer as expected',
    wordings: [
      ['failed ELB health check'],
      ['failed container health check'],
      ['health checks failed'],
      ['failed at least', 'health checks'],
      ['is unhealthy in', 'health check'],
      ['(port', 'is unhealthy in'],
      ['container instance health'],
    ],
    checks: [],
    advice: 'read its log: a wrong value of a secret can be the reason',
  },
  {
    id: 'registry-credentials',
    title: 'the credentials of a private registry could not be used',
    cause:
      'the secret in repositoryCredentials could not be read, or is not a JSON object with a username and a password that are not empty',
    wordings: [
      ['asm fetching'],
      ['AuthorizationData is malformed'],
      ['CannotPullContainerAuthError'],
    ],
    checks: ['reference', 'existence', 'value', 'grant', 'role'],
    advice: 'store an object with username and password in that secret: ecs-secrets put sm:NAME',
    general: true,
  },
  {
    id: 'credentials-rejected',
    title: 'AWS rejected the credentials of the execution role',
    cause: 'they had expired, or the clock of the container instance is wrong',
    wordings: [
      ['ExpiredToken'],
      ['UnrecognizedClientException'],
      ['InvalidClientTokenId'],
      ['InvalidSignatureException'],
      ['SignatureDoesNotMatch'],
      ['RequestTimeTooSkewed'],
    ],
    checks: [],
    advice:
      'check the clock and the ECS agent of the container instance; every task gets new credentials',
  },
  {
    id: 'service-unavailable',
    title: 'an AWS service returned an error',
    cause: 'it returned a server error (5xx), or a proxy on the way answered in its place',
    wordings: [
      ['https response error StatusCode: 5'],
      ['status code: 5', 'request id:'],
      ['deserialization failed'],
      ['failed to decode response'],
      ['InternalServiceError:'],
      ['InternalServerError:'],
      ['InternalServerException:'],
      ['ServiceUnavailableException'],
    ],
    checks: ['network'],
    advice: 'wait for the next task; if it fails too, check proxies and the AWS Health Dashboard',
  },
  {
    id: 'network-timeout',
    title: 'fetching secrets, registry credentials or logs took too long',
    cause: way,
    wordings: [
      ['signal: killed'],
      ['context deadline exceeded'],
      ['request context canceled'],
      ['i/o timeout'],
      ['Client.Timeout exceeded'],
    ],
    checks: ['network'],
    advice: 'look at subnets, routes, security groups and endpoints of the service',
    general: true,
  },
  {
    id: 'container-exited',
    title: 'a container exited',
    cause: 'its program stopped',
    wordings: [['Essential container in task exited']],
    checks: [],
    advice: 'read its log: a wrong value of a secret can be the reason',
    general: true,
  },
  {
    id: 'starts-keep-failing',
    title: 'tasks keep failing to start',
    cause: 'ECS gives up or waits longer and longer; the stopped tasks show why',
    wordings: [
      ['unable to consistently start tasks successfully'],
      ['circuit breaker'],
      ['tasks failed to start'],
    ],
    checks: [],
    advice: 'ecs-secrets diagnose CLUSTER/SERVICE looks at its stopped tasks',
    general: true,
  },
];
